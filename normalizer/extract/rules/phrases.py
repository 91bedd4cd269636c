"""Noun phrases around a name or beside a number, and the subject that is published for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from normalizer.concepts import concept, expand, resolve
from normalizer.extract.rules.lexicon import lexicon
from normalizer.extract.rules.material import WORD
from normalizer.extract.rules.scope import MASK
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.concepts import NameHit
    from normalizer.model.draft import AtomType

_REACH: Final = 100  # characters looked at on each side of a number or name
_WORDS_BEFORE: Final = 4
_CHANGE: Final = re.compile(r"(?<=\w)\s+(?:loss|gain|increase|decrease|reduction|fall|rise|decline|change|drop)$")
#: Stock subjects of the labelling guide, by concept.
_STOCK: Final = {
    "participation_in_another_clinical_study": "participation in another clinical trial",
    "expected_survival": "life expectancy",
    "male": "male sex",
    "female": "female sex",
}
_CLOSING: Final = ("score", "scores", "index", "count", "counts", "rate", "ratio", "volume")
_MERE_THERAPY: Final = ("therapy", "therapies", "treatment", "treatments")
_SYSTEMIC: Final = ("systemic treatment", "systemic therapy", "systemic medication")
#: Kinds of adjectives that qualify a name of this type rather than being part of it.
_QUALIFYING: Final[dict[str, tuple[str, ...]]] = {
    "condition": ("severity",),
    "treatment": ("other",),
    "reproductive": ("method", "other"),
}
_COMPOUND: Final = re.compile(
    r"-(?:related|induced|associated|mediated|like|targeted|directed|based|containing|dependent|specific|modifying)"
    r"(?:\s+(?!(?:within|in|for|at|before|prior|during|and|or|of|to|with|on|by|from|is|are)\b)[a-z][\w-]+){1,2}",
    re.IGNORECASE,
)
_VERSION: Final = re.compile(r"[-⁃]\d{1,4}(?![\d.,%/×x]|\s*[-–]\s*\d)")
_BETWEEN: Final = re.compile(r"[,/]|\b(?:and/or|and|or|nor)\b|$", re.IGNORECASE)
_ARTICLES: Final = frozenset({"a", "an", "the", "any", "other", "all"})
_LONGEST_WORD: Final = 40
_WORD_BEFORE: Final = re.compile(r"(?<![\w'’+/.-])([^\W\d_][\w'’+α-ω]*(?:[-/.][\w'’+α-ω]+)*)\s+$")
_WORD_AFTER: Final = re.compile(r"\s+([^\W\d_][\w'’+α-ω]*(?:[-/.][\w'’+α-ω]+)*)")
_PLAIN_GAP: Final = re.compile(rf"[\s{MASK}-]*")
_TREATED: Final = re.compile(
    r"\b(?:receiv|us(?:e|ed|ing)\b|tak(?:e|en|ing)\b|treat|inject|administ|vaccin|therap|dos(?:e|es|ing)\b|medication|drug)",
    re.IGNORECASE,
)
_DONE: Final = re.compile(r"\b(?:underw|undergo|surg|operat|transplant|procedure|transfus|biops)", re.IGNORECASE)
_JOINED: Final = re.compile(
    r"\b(?:participat|enroll?ed in|clinical (?:trial|stud)|investigational stud)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: where it stands, what it is about and of which type; ``hit`` is None outside the vocabulary."""

    span: Span
    subject: str
    type: AtomType
    hit: NameHit | None


def _word(text: str) -> str:
    return text.lower()


def of_hit(flat: str, hit: NameHit, low: int, high: int, taken: tuple[Span, ...]) -> Phrase:
    """Return the phrase of a vocabulary name: with the words before it that specify it and the noun that closes it.

    ``low`` and ``high`` bound the reach; ``taken`` are stretches (modifiers) that stay outside the subject.
    """
    words = lexicon()
    about = concept(hit.name.concept)
    start, end = hit.span.start, hit.span.end
    for _ in range(_WORDS_BEFORE):
        match = _WORD_BEFORE.search(flat, max(low, start - _LONGEST_WORD), start)
        if match is None:
            break
        word = _word(match[1])
        if word in words.boundary or word in words.drop_first or word in words.head:
            break
        if taken and any(span.start < match.end(1) and match.start() < span.end for span in taken):
            break
        start = match.start()
    at = end
    while (match := _WORD_AFTER.match(flat, at, high)) is not None:
        word, at = _word(match[1]), match.end()
        if word not in words.head or word in words.drop_last:
            break
        if not hit.name.subject.endswith(word) and not (word in _MERE_THERAPY and about.type == "treatment"):
            end = at
    compound = _COMPOUND.match(flat, end, high)
    if compound is not None:
        end = compound.end()
    version = _VERSION.match(flat, end)
    if version is not None:
        end = version.end()
    span = Span(start, end)
    subject = hit.name.subject if span == hit.span else expand(flat[start : version.start() if version else end])
    if version is not None:
        subject = f"{subject} {version.group()[1:]}"
    subject = _CHANGE.sub("", subject) or subject
    if subject in _SYSTEMIC:
        subject = subject.removeprefix("systemic ")
    if about.id in _STOCK:
        subject = _STOCK[about.id]
    else:
        subject = without_adjectives(subject, about.type)
    return Phrase(span, subject, about.type, hit)


@lru_cache(maxsize=4096)
def without_adjectives(subject: str, kind: AtomType) -> str:
    """Return the subject without leading adjectives that qualify it, when what remains is a name of the vocabulary."""
    words = lexicon()
    found = words.modifier_pattern.match(subject)
    rest = subject[found.end() :].lstrip() if found is not None else ""
    if found is None or not rest or words.modifiers[found.group().lower()] not in _QUALIFYING.get(kind, ()):
        return subject
    return without_adjectives(rest, kind) if resolve(rest) is not None else subject


def before(flat: str, low: int, position: int) -> Phrase | None:
    """Return the noun phrase that ends before ``position``, outside the vocabulary; None when there is no content word."""
    words = lexicon()
    found = list(WORD.finditer(flat, max(low, position - _REACH), position))
    index = len(found) - 1
    while index >= 0 and _word(found[index].group()) in words.filler:
        index -= 1
    if index < 0:
        return None
    last, first = index, index + 1
    while index >= 0:
        word = _word(found[index].group())
        if index < last and not _PLAIN_GAP.fullmatch(flat[found[index].end() : found[index + 1].start()]):
            break
        if word == "of" and index < last:
            index -= 1
            continue
        if word in words.boundary or word in words.group:
            break
        first = index
        index -= 1
    lead = found[first].start() if first < last else 0
    while first < last and (
        adjective := words.modifier_pattern.match(flat[lead:position].lower(), found[first].start() - lead)
    ):
        if adjective.end() + lead > found[last].start():
            break
        first = next(i for i in range(first, last + 1) if found[i].start() >= adjective.end() + lead)
    if first <= last and all(_word(match.group()) in words.vague for match in found[first : last + 1]):
        return None
    if (
        last + 1 < len(found)
        and _word(found[last + 1].group()) in _CLOSING
        and flat[found[last].end() : found[last + 1].start()] == " "
    ):
        last += 1
    return _phrase(flat, found[first : last + 1], low, position) if first <= last else None


def after(flat: str, position: int, high: int) -> Phrase | None:
    """Return the noun phrase that begins after ``position``, outside the vocabulary; None when there is none."""
    words = lexicon()
    chosen: list[re.Match[str]] = []
    skipped: re.Match[str] | None = None
    end = position
    for match in WORD.finditer(flat, position, min(high, position + _REACH)):
        word = _word(match.group())
        between = flat[end : match.start()]
        if chosen and between.strip(" -"):
            break
        if not chosen and between.strip(f" -:{MASK}"):
            break
        end = match.end()
        if not chosen and word in words.modifiers:
            skipped = match
            continue
        if word in words.boundary or word in words.group:
            if chosen and not (word == "of" and len(chosen) < _WORDS_BEFORE):
                break
            if chosen:
                chosen.append(match)
            continue
        chosen.append(match)
    while chosen and _word(chosen[-1].group()) in words.boundary:
        chosen.pop()
    if skipped is not None and len(chosen) == 1 and _word(chosen[0].group()) in words.generic:
        chosen.insert(0, skipped)
    return _phrase(flat, chosen, position, high) if chosen else None


def _phrase(flat: str, found: list[re.Match[str]], low: int, high: int) -> Phrase | None:
    words = lexicon()
    while len(found) > 1 and _word(found[-1].group()) in words.drop_last:
        found.pop()
    while len(found) > 1 and _word(found[0].group()) in words.drop_first | {"of"}:
        found.pop(0)
    if not found:
        return None
    span = Span(found[0].start(), found[-1].end())
    if len(found) == 1 and _word(found[0].group()) in words.generic:
        return Phrase(span, "criterion", "other", None)
    subject = expand(span.of(flat).replace(MASK, " "))
    about = resolve(subject)
    if about is not None:
        return Phrase(span, without_adjectives(subject, about.type), about.type, None)
    return Phrase(span, subject, guess_type(flat[max(low, span.start - _REACH) : min(high, span.end + 1)]), None)


def listed(flat: str, start: int, end: int) -> list[Phrase] | None:
    """Return the list members that ``flat[start:end]`` prints outside the vocabulary, between commas and joiners.

    ``None`` when the stretch is no plain list: a member with a verb or preposition, or of more than four words.
    """
    words = lexicon()
    members: list[Phrase] = []
    for cut in _BETWEEN.finditer(flat, start, end):
        begun, start = start, cut.end()
        found = list(WORD.finditer(flat, begun, cut.start()))
        while found and (_word(found[0].group()) in words.modifiers or _word(found[0].group()) in _ARTICLES):
            found.pop(0)
        if not found:
            continue
        if len(found) > _WORDS_BEFORE or any(_word(m.group()) in words.boundary | words.group for m in found):
            return None
        span = Span(found[0].start(), found[-1].end())
        members.append(Phrase(span, expand(span.of(flat)), guess_type(span.of(flat)), None))
    return members


def guess_type(text: str) -> AtomType:
    """Return the type that the words of a phrase and the verb before it suggest; ``condition`` when nothing speaks."""
    if _JOINED.search(text):
        return "logistics"
    if _DONE.search(text):
        return "procedure"
    if _TREATED.search(text):
        return "treatment"
    return "condition"


def is_filler(gap: str) -> bool:
    """Say whether nothing but filler words, masked brackets and light signs stand in ``gap``."""
    filler = lexicon().filler
    rest = gap.replace(MASK, " ")
    if rest.strip(" \t\r\n:=-–,/") == "":
        return "," not in rest
    if any(sign in rest for sign in ",;."):
        return False
    return all(_word(match.group()) in filler for match in WORD.finditer(rest))


def has_content(gap: str) -> bool:
    """Say whether ``gap`` holds a word that could name something."""
    words = lexicon()
    return any(
        (word := _word(match.group())) not in words.filler
        and word not in words.boundary
        and word not in words.drop_first
        and word not in words.drop_last
        and word not in words.group
        and word not in words.modifiers
        for match in WORD.finditer(gap)
    )
