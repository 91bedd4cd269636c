"""Noun phrases outside the vocabulary, before or after a place or as members of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.concepts import expand, resolve
from normalizer.extract.rules.lexicon import WORD, lexicon
from normalizer.extract.rules.phrases import Phrase, without_adjectives
from normalizer.extract.rules.scope import MASK
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.model.draft import AtomType

_REACH: Final = 100  # characters looked at on each side of a number or name
_WORDS_BEFORE: Final = 4
_BETWEEN: Final = re.compile(r"[,/]|\b(?:and/or|and|or|nor)\b|$", re.IGNORECASE)
_ARTICLES: Final = frozenset({"a", "an", "the", "any", "other", "all"})
_DEFINITE: Final = frozenset({"a", "an", "the"})
_PLAIN_GAP: Final = re.compile(rf"[\s{MASK}-]*")
#: Stems that tell the type of a phrase outside the vocabulary.
_TREATED: Final = re.compile(
    r"\b(?:receiv|us(?:e|ed|ing)\b|tak(?:e|en|ing)\b|treat|inject|administ|vaccin|therap|dos(?:e|es|ing)\b|medication|drug)",
    re.IGNORECASE,
)
_DONE: Final = re.compile(r"\b(?:underw|undergo|surg|operat|transplant|procedure|transfus|biops)", re.IGNORECASE)
_JOINED: Final = re.compile(
    r"\b(?:participat|enroll?ed in|clinical (?:trial|stud)|investigational stud)", re.IGNORECASE
)


def before(flat: str, low: int, position: int) -> Phrase | None:
    """Return the noun phrase that ends before ``position``, outside the vocabulary; None when no word has content."""
    words = lexicon()
    found = list(WORD.finditer(flat, max(low, position - _REACH), position))
    index = len(found) - 1
    while index >= 0 and ((word := found[index].group().lower()) in words.filler or word.endswith("ly")):
        index -= 1
    if index < 0:
        return None
    last, first = index, index + 1
    while index >= 0:
        word = found[index].group().lower()
        if index < last and not _PLAIN_GAP.fullmatch(flat[found[index].end() : found[index + 1].start()]):
            break
        if (
            word == "of" or (word in _DEFINITE and index and found[index - 1].group().lower() == "of")
        ) and index < last:
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
    light = words.vague | _DEFINITE | {"of"}
    if first <= last and all(match.group().lower() in light for match in found[first : last + 1]):
        return None
    if (
        last + 1 < len(found)
        and found[last + 1].group().lower() in words.measure
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
        word = match.group().lower()
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
    while chosen and chosen[-1].group().lower() in words.boundary:
        chosen.pop()
    if skipped is not None and len(chosen) == 1 and chosen[0].group().lower() in words.generic:
        chosen.insert(0, skipped)
    return _phrase(flat, chosen, position, high) if chosen else None


def _phrase(flat: str, found: list[re.Match[str]], low: int, high: int) -> Phrase | None:
    words = lexicon()
    while len(found) > 1 and found[-1].group().lower() in words.drop_last:
        found.pop()
    while len(found) > 1 and found[0].group().lower() in words.drop_first | {"of"} | _DEFINITE:
        found.pop(0)
    if not found:
        return None
    span = Span(found[0].start(), found[-1].end())
    if len(found) == 1 and found[0].group().lower() in words.generic:
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
        while found and (found[0].group().lower() in words.modifiers or found[0].group().lower() in _ARTICLES):
            found.pop(0)
        if not found:
            continue
        if len(found) > _WORDS_BEFORE or any(m.group().lower() in words.boundary | words.group for m in found):
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
