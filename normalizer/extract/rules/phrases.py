"""The noun phrase around a vocabulary name, and the subject that is published for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from normalizer.concepts import concept, expand, resolve
from normalizer.extract.rules.lexicon import lexicon
from normalizer.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.concepts import NameHit
    from normalizer.model.draft import AtomType, ModifierKind

_WORDS_BEFORE: Final = 4
_CHANGE: Final = re.compile(r"(?<=\w)\s+(?:loss|gain|increase|decrease|reduction|fall|rise|decline|change|drop)$")
#: Stock subjects of the labelling guide, by concept.
_STOCK: Final = {
    "participation_in_another_clinical_study": "participation in another clinical trial",
    "expected_survival": "life expectancy",
    "male": "male sex",
    "female": "female sex",
}
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
_LONGEST_WORD: Final = 40
_WORD_BEFORE: Final = re.compile(r"(?<![\w'’+/.-])([^\W\d_][\w'’+α-ω]*(?:[-/.][\w'’+α-ω]+)*)\s+$")
_WORD_AFTER: Final = re.compile(r"\s+([^\W\d_][\w'’+α-ω]*(?:[-/.][\w'’+α-ω]+)*)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: where it stands, what it is about and of which type; ``hit`` is None outside the vocabulary."""

    span: Span
    subject: str
    type: AtomType
    hit: NameHit | None


def of_hit(flat: str, hit: NameHit, low: int, high: int, modifiers: Sequence[tuple[ModifierKind, Span]]) -> Phrase:
    """Return the phrase of a vocabulary name: with the words before it that specify it and the noun that closes it.

    ``low`` and ``high`` bound the reach; ``modifiers`` stay outside the subject.
    """
    words = lexicon()
    about = concept(hit.name.concept)
    start, end = hit.span.start, hit.span.end
    for _ in range(_WORDS_BEFORE):
        match = _WORD_BEFORE.search(flat, max(low, start - _LONGEST_WORD), start)
        if match is None:
            break
        word = match[1].lower()
        if word in words.boundary or word in words.drop_first or word in words.head:
            break
        if modifiers and any(span.start < match.end(1) and match.start() < span.end for _, span in modifiers):
            break
        start = match.start()
    at = end
    while (match := _WORD_AFTER.match(flat, at, high)) is not None:
        word, at = match[1].lower(), match.end()
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
    return Phrase(span, _STOCK.get(about.id) or without_adjectives(subject, about.type), about.type, hit)


@lru_cache(maxsize=4096)
def without_adjectives(subject: str, kind: AtomType) -> str:
    """Return the subject without leading adjectives that qualify it, when what remains is a name of the vocabulary."""
    words = lexicon()
    found = words.modifier_pattern.match(subject)
    rest = subject[found.end() :].lstrip() if found is not None else ""
    if found is None or not rest or words.modifiers[found.group().lower()] not in _QUALIFYING.get(kind, ()):
        return subject
    return without_adjectives(rest, kind) if resolve(rest) is not None else subject
