"""A name into the groups read so far: into the last one, as a list member or a part of it, or as a group of its own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from normalizer.concepts import concept, expand, resolve
from normalizer.extract.rules import nouns
from normalizer.extract.rules.binding import alone
from normalizer.extract.rules.gaps import ends_list, is_apposition, is_link, joiner_in
from normalizer.extract.rules.group import OWN, Group
from normalizer.extract.rules.phrases import Phrase, of_hit
from normalizer.extract.rules.scope import MASK

if TYPE_CHECKING:
    from normalizer.concepts import NameHit
    from normalizer.extract.rules.gaps import Joiner
    from normalizer.extract.rules.walk import Walk

#: Instruments that measure whatever stands before them.
_GENERIC_SCALES: Final = ("visual analog scale", "numeric rating scale", "numerical rating scale", "likert scale")
_SPECIMENS: Final = ("peripheral blood", "blood", "serum", "plasma", "urine", "bone marrow", "cerebrospinal fluid")
_SUCH_AS: Final = re.compile(r"\s*,?\s*(?:such as|including|e\.g\.,?|for example)\s*:?,?\s*", re.IGNORECASE)
#: The end of a gap: the name behind it is the cause of the one before.
_CAUSE: Final = re.compile(
    r"\bfrom\s+(?:prior|previous|earlier)\s+$|"
    r"\b(?:due to|caused by|secondary to|related to|because of|attributable to|as a result of)\s+"
    r"(?:(?:the|a|an|any|underlying)\s+)*$",
    re.IGNORECASE,
)
BASIS: Final = re.compile(
    r"\b(?:according to|based on|as (?:defined|described|specified) (?:by|in)|as per|in accordance with)\b",
    re.IGNORECASE,
)
_TOGETHER: Final = re.compile(
    r"\b(?:requir(?:es|ed|ing|e)|need(?:s|ing)|accompanied by|complicated by|in combination with|combined with)\b|"
    r"^\s*with\s",
    re.IGNORECASE,
)
_BY: Final = re.compile(r"\s*(?:by|on|via|using)\s+(?:(?:a|an|the)\s+)?", re.IGNORECASE)
_AGAINST: Final = re.compile(r"\s+(?:to|against)\s+(?:(?:a|an|the|any)\s+)?", re.IGNORECASE)
#: What a patient has against something: one name together with it.
_REACTIONS: Final = ("allergy", "hypersensitivity", "intolerance", "contraindication", "resistance", "sensitivity")
#: The edition of an instrument, printed with its abbreviation in a bracket.
_EDITION: Final = re.compile(r"\s*\([A-Z][A-Za-z]+-((?:19|20)\d\d)\)")
OTHER: Final = re.compile(r"\bany other\b", re.IGNORECASE)
#: Not before a comparison ("not more than"), which is a comparator.
_NEGATION: Final = re.compile(
    r"\b(?:no|not|without|absence of|free of|free from|never|unable to|unwilling to|inability to|refus\w+|lack of|"
    r"neither|nor|cannot)\b(?!\s+(?:limited|more|less|exceed\w*|later|earlier|older|younger|higher|lower|greater|fewer|"
    r"over|under|above|below|only)\b)",
    re.IGNORECASE,
)
_NEGATION_REACH: Final = 60
_LIST_REACH: Final = 160
_LIST_START: Final = re.compile(rf"[\s{MASK}]*(?:,|/|and\b|or\b)", re.IGNORECASE)


def place_name(walk: Walk, hit: NameHit) -> None:
    """Add a vocabulary name with the words around it that belong to it; one inside what was read is passed over."""
    if hit.span.start < walk.at:
        return
    high = walk.material.first_mention(hit.span.end, walk.scope.end)
    phrase = of_hit(walk.flat, hit, walk.at, high, walk.modifiers)
    if phrase.type == "measurement" and (edition := _EDITION.match(walk.material.text, phrase.span.end)) is not None:
        phrase = phrase._replace(subject=f"{phrase.subject} {edition[1]}")
    add_phrase(walk, phrase)


def add_phrase(walk: Walk, phrase: Phrase) -> Group:
    """Put the phrase into the group before it or into one of its own; return the group that holds it."""
    last = walk.groups[-1] if walk.groups else None
    if last is None:
        return _settle(walk, _open(walk, phrase, ""), phrase)
    gap = walk.flat[walk.at : phrase.span.start]
    free = not last.sketches and (last.phrases[0].type == "measurement") == (phrase.type == "measurement")
    if free and phrase.type == "measurement" and _renames(walk, last, phrase, gap):
        last.end = walk.at = phrase.span.end
        return last
    if _beside(walk, last, phrase, gap):
        return last
    if free and _is_member(walk, last, phrase, gap):
        last.inner = joiner_in(gap) or last.inner
        if OTHER.search(gap):
            last.list_name = phrase
        last.phrases.append(phrase)
        last.end = phrase.span.end
        return _settle(walk, last, phrase)
    return _settle(walk, _open(walk, phrase, joiner_in(gap) or ("with" if _TOGETHER.search(gap) else "")), phrase)


def _open(walk: Walk, phrase: Phrase, joiner: Joiner) -> Group:
    """Return a new group of one name."""
    group = Group([phrase], phrase.span.start, phrase.span.end, joiner)
    group.negated = _denied(walk, phrase.span.start)
    walk.groups.append(group)
    return group


def _settle(walk: Walk, group: Group, phrase: Phrase) -> Group:
    """Move on behind the name; the quantity that waits for one binds it."""
    walk.at = max(walk.at, phrase.span.end)
    if walk.counted is not None:
        counted, walk.counted = walk.counted, None
        alone(walk, group, counted).bind(counted, walk.material)
    return group


def _renames(walk: Walk, last: Group, phrase: Phrase, gap: str) -> bool:
    """Take a measurement as the other name, or the specimen before it as a part, of the one it stands beside."""
    before = last.phrases[-1]
    if walk.at != before.span.end or not is_apposition(gap) or _compound(walk.flat, last, phrase) is not None:
        return False
    if before.subject in _SPECIMENS:
        subject = f"{before.subject} {phrase.subject}"
        last.phrases[-1] = Phrase(before.span.cover(phrase.span), subject, phrase.type, phrase.hit)
    elif not phrase.subject.startswith(_GENERIC_SCALES) and not _is_score_of(phrase):
        last.phrases[-1] = phrase
    return True


def _is_score_of(phrase: Phrase) -> bool:
    """Say whether a measurement is only one by its closing noun ("back pain score"); what stands before it names it."""
    return phrase.hit is not None and concept(phrase.hit.name.concept).type != "measurement"


def _is_member(walk: Walk, last: Group, phrase: Phrase, gap: str) -> bool:
    """Say whether a name goes on with the list before it, and add the members outside the vocabulary between them."""
    start = phrase.span.start
    if (
        is_link(gap)
        and not _bound_between(walk, walk.at, start)
        and not any(kind == "result" and walk.at <= span.start < start for kind, span in walk.modifiers)
    ):
        return True
    members = _members(walk, gap, start) if last.phrases[0].type != "measurement" else None
    if members:
        last.phrases += members
    return bool(members)


@lru_cache(maxsize=2048)
def _subordinates(gap: str) -> Literal["basis", "cause"] | None:
    """Return as what the name behind ``gap`` stands under the one before it."""
    if BASIS.search(gap):
        return "basis"
    return "cause" if _CAUSE.search(gap) else None


def _denied(walk: Walk, start: int) -> bool:
    """Say whether a negation stands before ``start``, with no comma between."""
    low = walk.at
    if walk.counted is not None:
        low, start = (walk.groups[-1].end if walk.groups else walk.scope.start), walk.counted.span.start
    before = walk.flat[max(low, start - _NEGATION_REACH) : start].rpartition(",")[2]
    return len(before) > 2 and _NEGATION.search(before) is not None  # noqa: PLR2004 - "no" and a blank


def _beside(walk: Walk, last: Group, phrase: Phrase, gap: str) -> bool:
    """Take a name into the group before it, when it stands there as cause, basis, example or part of the name."""
    if walk.at > last.phrases[-1].span.end and walk.at != last.end:
        return False
    kind = _subordinates(gap)
    if kind is None and phrase.type == "procedure" and last.own and last.bounded and _BY.fullmatch(gap):
        printed = any(span.overlaps(phrase.span) for _, span in walk.modifiers)
        walk.at = phrase.span.end
        last.modifiers += [] if printed else [("method", phrase.span)]
        return True
    if kind is not None:
        last.modifiers.append((kind, phrase.span))
    elif _AGAINST.fullmatch(gap) and last.phrases[-1].subject.endswith(_REACTIONS) and not last.sketches:
        before = last.phrases[-1]
        last.phrases[-1] = Phrase(
            before.span.cover(phrase.span), f"{before.subject} to {phrase.subject}", before.type, before.hit
        )
    elif last.sketches:
        return False
    elif (
        walk.at == last.phrases[-1].span.end
        and is_apposition(gap)
        and (whole := _compound(walk.flat, last, phrase)) is not None
    ):
        last.phrases[-1] = whole
    elif phrase.hit is None or last.own or phrase.type in OWN:
        return False
    elif gap == " " and walk.at == last.phrases[-1].span.end:
        span = last.phrases[-1].span.cover(phrase.span)
        last.phrases[-1] = Phrase(span, expand(span.of(walk.flat)), phrase.type, phrase.hit)
    elif _SUCH_AS.fullmatch(gap):
        last.list_name = last.list_name or last.phrases[-1]
        last.phrases.append(phrase)
    else:
        return False
    walk.at = phrase.span.end
    if kind is None:
        last.end = phrase.span.end
    return True


def _bound_between(walk: Walk, start: int, end: int) -> bool:
    """Say whether a bracket between two names holds a quantity."""
    between = walk.material.mentions_in(start, end)
    return bool(between) and any(mention.kind != "inert" for mention in between)


def _members(walk: Walk, gap: str, end: int) -> list[Phrase] | None:
    """Return the members outside the vocabulary that a list prints between two names."""
    if len(gap) > _LIST_REACH or not _LIST_START.match(gap) or not ends_list(gap):
        return None
    return nouns.listed(walk.flat, walk.at, end)


def _compound(flat: str, last: Group, phrase: Phrase) -> Phrase | None:
    """Return two names side by side as one, when the vocabulary knows them as one ("hepatitis B virus (HBV) DNA")."""
    before = last.phrases[-1]
    text = " ".join(f"{before.span.of(flat)} {phrase.span.of(flat)}".replace(MASK, " ").split())
    about = resolve(text)
    if about is None or about.name == phrase.subject:
        return None
    return Phrase(before.span.cover(phrase.span), expand(text), about.type, phrase.hit)
