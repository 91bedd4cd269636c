"""The noun phrase around a vocabulary name, and the subject that is published for it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from normalizer.concepts import concept, expand, resolve
from normalizer.extract.rules.lexicon import lexicon
from normalizer.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.concepts import NameHit
    from normalizer.model.draft import AtomType, ModifierKind

_WORDS_BEFORE: Final = 4
#: A word of change behind a name: the bound says it, not the subject.
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
#: A compound adjective made of the name, with its noun ("-induced toxicity").
_COMPOUND: Final = re.compile(
    r"-(?:related|induced|associated|mediated|like|targeted|directed|based|containing|dependent|specific|modifying)"
    r"(?:\s+(?!(?:within|in|for|at|before|prior|during|and|or|of|to|with|on|by|from|is|are)\b)[a-z][\w-]+){1,2}",
    re.IGNORECASE,
)
#: The number of an instrument ("-9"), not the beginning of a range, a decimal or a multiple.
_VERSION: Final = re.compile(r"[-⁃]\d{1,4}(?![\d.,%/×x]|\s*[-–]\s*\d)")
_LONGEST_WORD: Final = 40
_WORD_BEFORE: Final = re.compile(r"(?<![\w'’+/.-])([^\W\d_][\w'’+α-ω]*(?:[-/.][\w'’+α-ω]+)*)\s+$")
_WORD_AFTER: Final = re.compile(r"\s+([^\W\d_][\w'’+α-ω]*(?:[-/.][\w'’+α-ω]+)*)")


class Phrase(NamedTuple):
    """A noun phrase: where it stands, what it is about and of which type; ``hit`` is None outside the vocabulary."""

    span: Span
    subject: str
    type: AtomType
    hit: NameHit | None


def of_hit(flat: str, hit: NameHit, low: int, high: int, modifiers: Sequence[tuple[ModifierKind, Span]]) -> Phrase:
    """Return the phrase of a vocabulary name: with the words before it that specify it and the noun that closes it.

    ``low`` and ``high`` bound the reach; ``modifiers`` stay outside the subject.
    """
    span, name = hit
    start = _begin(flat, span.start, low, modifiers) if low < span.start else span.start
    end = span.end
    following = flat[end : end + 1]
    if following.isspace():
        end = _close(flat, hit, high)
        following = flat[end : end + 1]
    version = None
    if following and following in "-⁃":
        compound = _COMPOUND.match(flat, end, high)
        end = compound.end() if compound is not None else end
        version = _VERSION.match(flat, end)
    if version is not None:
        subject = f"{expand(flat[start:end])} {version.group()[1:]}"
        return Phrase(Span(start, version.end()), *_published(subject, name.concept), hit)
    if start == span.start and end == span.end:
        return Phrase(span, *_published(name.subject, name.concept), hit)
    subject, kind = _published(expand(flat[start:end]), name.concept)
    closed = end > span.end and flat[start:end].rpartition(" ")[2].lower() in lexicon().measure
    return Phrase(Span(start, end), subject, "measurement" if closed and kind == "condition" else kind, hit)


def _begin(flat: str, start: int, low: int, modifiers: Sequence[tuple[ModifierKind, Span]]) -> int:
    """Return where the words begin that specify the name at ``start``."""
    stops = lexicon().stops
    for _ in range(_WORDS_BEFORE):
        earliest = max(low, start - _LONGEST_WORD)
        blank = flat.rfind(" ", earliest, start - 1)
        word = flat[blank + 1 : start - 1]
        if blank >= 0 and word.isalpha() and flat[start - 1] == " ":  # the common case, without the pattern
            begun, ended = blank + 1, start - 1
        else:
            match = _WORD_BEFORE.search(flat, earliest, start)
            if match is None:
                break
            word, (begun, ended) = match[1], match.span(1)
        if word.lower() in stops:
            break
        if modifiers and any(span.start < ended and begun < span.end for _, span in modifiers):
            break
        start = begun
    return start


def _close(flat: str, hit: NameHit, high: int) -> int:
    """Return where the head nouns end that close the name ("... score", "... levels")."""
    words = lexicon()
    at = end = hit.span.end
    while (match := _WORD_AFTER.match(flat, at, high)) is not None:
        word, at = match[1].lower(), match.end()
        if word not in words.head or word in words.drop_last:
            break
        if not hit.name.subject.endswith(word) and not (
            word in _MERE_THERAPY and concept(hit.name.concept).type == "treatment"
        ):
            end = at
    return end


@lru_cache(maxsize=4096)
def _published(subject: str, id_: str) -> tuple[str, AtomType]:
    """Return the subject to publish for a name of a concept, and its type."""
    about = concept(id_)
    subject = _CHANGE.sub("", subject) or subject
    if subject in _SYSTEMIC:
        subject = subject.removeprefix("systemic ")
    return _STOCK.get(id_) or without_adjectives(subject, about.type), about.type


@lru_cache(maxsize=4096)
def without_adjectives(subject: str, kind: AtomType) -> str:
    """Return the subject without leading adjectives that qualify it, when what remains is a name of the vocabulary."""
    words = lexicon()
    found = words.modifier_pattern.match(subject)
    rest = subject[found.end() :].lstrip() if found is not None else ""
    if found is None or not rest or words.modifiers[found.group().lower()] not in _QUALIFYING.get(kind, ()):
        return subject
    return without_adjectives(rest, kind) if resolve(rest) is not None else subject
