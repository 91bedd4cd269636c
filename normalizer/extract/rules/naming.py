"""A name into the groups read so far: into the last one, as a list member or a part of it, or as a group of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.concepts import expand, resolve
from normalizer.extract.rules import nouns
from normalizer.extract.rules.binding import alone
from normalizer.extract.rules.gaps import is_apposition, is_link, joiner_in
from normalizer.extract.rules.group import Group
from normalizer.extract.rules.phrases import Phrase, of_hit
from normalizer.extract.rules.scope import MASK

if TYPE_CHECKING:
    from normalizer.concepts import NameHit
    from normalizer.extract.rules.gaps import Joiner
    from normalizer.extract.rules.walk import Walk
    from normalizer.model.draft import ModifierKind

#: Instruments that measure whatever stands before them.
_GENERIC_SCALES: Final = ("visual analog scale", "numeric rating scale", "numerical rating scale", "likert scale")
_SPECIMENS: Final = ("peripheral blood", "blood", "serum", "plasma", "urine", "bone marrow", "cerebrospinal fluid")
_SUCH_AS: Final = re.compile(r"\s*,?\s*(?:such as|including|e\.g\.,?|for example)\s*:?,?\s*", re.IGNORECASE)
_CAUSE: Final = re.compile(
    r"\b(?:due to|caused by|secondary to|related to|because of|attributable to|as a result of)\s+"
    r"(?:(?:the|a|an|any|underlying)\s+)*$",
    re.IGNORECASE,
)
BASIS: Final = re.compile(r"\b(?:according to|based on|as defined by|as per|in accordance with)\b", re.IGNORECASE)
_TOGETHER: Final = re.compile(
    r"\b(?:requir(?:es|ed|ing|e)|need(?:s|ing)|accompanied by|complicated by|in combination with|combined with)\b|"
    r"^\s*with\s",
    re.IGNORECASE,
)
#: The edition of an instrument, printed with its abbreviation in a bracket.
_EDITION: Final = re.compile(r"\s*\([A-Z][A-Za-z]+-((?:19|20)\d\d)\)")
OTHER: Final = re.compile(r"\bany other\b", re.IGNORECASE)
_NEGATION: Final = re.compile(
    r"\b(?:no|not|without|absence of|free of|free from|never|unable to|unwilling to|inability to|refus\w+|lack of|"
    r"neither|nor|cannot)\b(?!\s+(?:limited|more|less|exceed\w*|later|earlier|older|younger|higher|lower|greater|fewer|"
    r"over|under|above|below|only))",
    re.IGNORECASE,
)
_NEGATION_REACH: Final = 60
_LIST_REACH: Final = 160
_LIST_START: Final = re.compile(rf"[\s{MASK}]*(?:,|/|and\b|or\b)", re.IGNORECASE)
_LIST_END: Final = re.compile(
    rf"[\s{MASK}]*(?:,|/|\band\b|\bor\b)[\s,{MASK}]*(?:(?:and|or|a|an|the|any|other)\s+)*$", re.IGNORECASE
)


def place_name(walk: Walk, hit: NameHit) -> None:
    """Add a vocabulary name with the words around it that belong to it; one inside what was read is passed over."""
    if hit.span.start < walk.at:
        return
    upcoming = walk.material.mentions_in(hit.span.end, walk.scope.end)
    high = upcoming[0].span.start if upcoming else walk.scope.end
    phrase = of_hit(walk.flat, hit, walk.at, high, walk.modifiers)
    edition = _EDITION.match(walk.material.text, phrase.span.end)
    if edition is not None and phrase.type == "measurement":
        phrase = Phrase(phrase.span, f"{phrase.subject} {edition[1]}", phrase.type, phrase.hit)
    add_phrase(walk, phrase)


def add_phrase(walk: Walk, phrase: Phrase) -> Group:
    """Put the phrase into the group before it or into one of its own; return the group that holds it."""
    gap = walk.flat[walk.at : phrase.span.start]
    last = walk.groups[-1] if walk.groups else None
    mixed = last is not None and (last.phrases[0].type == "measurement") != (phrase.type == "measurement")
    linked = (
        is_link(gap)
        and not _bound_between(walk, walk.at, phrase.span.start)
        and not any(kind == "result" and walk.at <= span.start < phrase.span.start for kind, span in walk.modifiers)
    )
    if (
        last is not None
        and not last.sketches
        and not mixed
        and phrase.type == "measurement"
        and walk.at == last.phrases[-1].span.end
        and is_apposition(gap)
        and _compound(walk.flat, last, phrase) is None
    ):
        if last.phrases[-1].subject in _SPECIMENS:
            whole_span = last.phrases[-1].span.cover(phrase.span)
            subject = f"{last.phrases[-1].subject} {phrase.subject}"
            last.phrases[-1] = Phrase(whole_span, subject, phrase.type, phrase.hit)
        elif not phrase.subject.startswith(_GENERIC_SCALES):
            last.phrases[-1] = phrase
        last.end = walk.at = phrase.span.end
        return last
    beside = _beside(walk, last, phrase, gap) if last is not None else None
    if beside is not None:
        return beside
    if last is not None and not last.sketches and not mixed and not linked and last.phrases[0].type != "measurement":
        members = _members(walk, gap, phrase.span.start)
        if members:
            last.phrases += members
            linked = True
    if last is not None and not last.sketches and not mixed and linked:
        last.inner = joiner_in(gap) or last.inner
        if OTHER.search(gap):
            last.list_name = phrase
        last.phrases.append(phrase)
        last.end = phrase.span.end
    else:
        joiner: Joiner = joiner_in(gap) if walk.groups else ""
        if walk.groups and not joiner and _TOGETHER.search(gap):
            joiner = "with"
        last = Group([phrase], phrase.span.start, phrase.span.end, joiner=joiner)
        last.negated = _denied(walk, phrase.span.start)
        walk.groups.append(last)
    walk.at = max(walk.at, phrase.span.end)
    if walk.counted is not None:
        counted, walk.counted = walk.counted, None
        alone(walk, last, counted).bind(counted, walk.material)
    return last


def _denied(walk: Walk, start: int) -> bool:
    """Say whether a negation stands before ``start``, with no comma between."""
    before = walk.flat[max(walk.at, start - _NEGATION_REACH) : start].rpartition(",")[2]
    return len(before) > 2 and _NEGATION.search(before) is not None  # noqa: PLR2004 - "no" and a blank


def _beside(walk: Walk, last: Group, phrase: Phrase, gap: str) -> Group | None:
    """Take a name into the group before it, when it stands there as cause, basis, example or part of the name."""
    if walk.at > last.phrases[-1].span.end and walk.at != last.end:
        return None
    kind: ModifierKind | None = "basis" if BASIS.search(gap) else "cause" if _CAUSE.search(gap) else None
    if kind is not None:
        last.modifiers.append((kind, phrase.span))
    elif last.sketches:
        return None
    elif (
        walk.at == last.phrases[-1].span.end
        and is_apposition(gap)
        and (whole := _compound(walk.flat, last, phrase)) is not None
    ):
        last.phrases[-1] = whole
    elif phrase.hit is None or {"measurement", "demographic"} & {last.phrases[0].type, phrase.type}:
        return None
    elif gap == " " and walk.at == last.phrases[-1].span.end:
        span = last.phrases[-1].span.cover(phrase.span)
        last.phrases[-1] = Phrase(span, expand(span.of(walk.flat)), phrase.type, phrase.hit)
    elif _SUCH_AS.fullmatch(gap):
        last.list_name = last.list_name or last.phrases[-1]
        last.phrases.append(phrase)
    else:
        return None
    walk.at = phrase.span.end
    if kind is None:
        last.end = phrase.span.end
    return last


def _bound_between(walk: Walk, start: int, end: int) -> bool:
    """Say whether a bracket between two names holds a quantity."""
    return any(mention.kind != "inert" for mention in walk.material.mentions_in(start, end))


def _members(walk: Walk, gap: str, end: int) -> list[Phrase] | None:
    """Return the members outside the vocabulary that a list prints between two names."""
    if len(gap) > _LIST_REACH or not _LIST_START.match(gap) or not _LIST_END.search(gap):
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
