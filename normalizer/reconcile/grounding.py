"""Is everything printed where it is said to stand: quotes, numbers, units, subjects."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from normalizer.concepts import concept, expand, scale_of
from normalizer.model.draft import Grade, Limit
from normalizer.reconcile.case import about, note
from normalizer.reconcile.value import concept_of
from normalizer.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.draft import Atom, Bound
    from normalizer.reconcile.case import Case, Note

_WORD: Final = re.compile(r"[^\W_]+")
#: Subjects that the labelling guide prescribes whatever is printed.
_STOCK: Final = frozenset({"criterion", "unsuitability in the investigator's opinion"})
#: Subjects that their quantity names alone ("18 years or older", "152/94 mmHg"), or their members ("men or women").
_NAMED_BY_QUANTITY: Final = frozenset({"age", "sex", "systolic blood pressure", "diastolic blood pressure"})


#: Words of a subject that its quote may leave out.
_SMALL: Final = frozenset(
    ("a an and by for in of on or the to with count equivalent level score test use therapy treatment").split()  # noqa: SIM905
)
_STEM: Final = 6  # "implanted" and "implantation" are one word


def check_quotes(case: Case) -> Iterator[Note]:
    """Yield ``quote_not_found`` and ``quote_ambiguous`` for atoms and bounds."""
    for at, atom in enumerate(case.placed.atoms):
        if atom.span is None:
            yield note("quote_not_found", "the atom's quote does not stand in the block", atom=at, got=atom.atom.quote)
    for entry in case.entries:
        if entry.placed.span is None:
            yield about(entry, "quote_not_found", "the bound's quote does not stand in the block")
        elif entry.placed.ambiguous:
            yield about(entry, "quote_ambiguous", "the quote stands in several places that fit equally")


def _tokens(bound: Bound) -> Iterator[str]:
    if isinstance(bound, Grade):
        yield from bound.values
        return
    if bound.low is not None:
        yield bound.low.lstrip("+-")
    if bound.high is not None:
        yield bound.high.lstrip("+-")
    if bound.unit is not None and bound.unit not in bound.quote:
        yield from bound.unit.split()
    if isinstance(bound, Limit) and bound.offset is not None:
        yield from bound.offset.split()


@lru_cache(maxsize=1024)
def _squeezed(text: str) -> str:
    return "".join(clean(text).text.split()).casefold()


def check_numbers(case: Case) -> Iterator[Note]:
    """Yield ``number_not_in_quote`` for every number, value, unit or offset that its own quote does not print."""
    for entry in case.entries:
        quote = entry.bound.quote
        for token in _tokens(entry.bound):
            if token not in quote and _squeezed(token) not in _squeezed(quote):
                yield about(entry, "number_not_in_quote", f"{token!r} does not stand in the quote", expected=token)


def check_subjects(case: Case) -> Iterator[Note]:
    """Yield ``subject_missing``, and ``subject_not_grounded`` when the quote gives no reason for the subject."""
    for at, placed in enumerate(case.placed.atoms):
        atom = placed.atom
        if atom.subject == "unspecified":
            yield note("subject_missing", "no words name what the quantity measures", atom=at)
        elif (message := _ungrounded(case, atom)) is not None:
            yield note("subject_not_grounded", message, atom=at, expected=atom.subject, got=atom.quote)


def _ungrounded(case: Case, atom: Atom) -> str | None:
    """Return why the quote does not name the subject, None when it does."""
    subject, quote = atom.subject, atom.quote
    if subject in quote.casefold() or _excused(atom):
        return None
    bound = atom.type != "heading" and bool(atom.bounds)  # what a number belongs to has to be sure
    if bound and _another(subject, quote):
        return "the quote names something else"
    if grounded(subject, quote):
        if bound and _borrowed(subject, quote, case.context.text):
            return "the subject takes words from elsewhere in the text"
        return None
    known = case.context.abbreviations
    if any(short in quote and grounded(subject, full) for short, full in known.items()):
        return None
    if _words(subject) & _words(expand(quote, _hint(case))):
        return None
    return "the quote does not name the subject"


@lru_cache(maxsize=4096)
def _another(subject: str, quote: str) -> bool:
    """Say whether the vocabulary knows the quote as a whole, and as another thing than the subject."""
    one, other = concept_of(subject), concept_of(quote.casefold())
    return one is not None and other is not None and one.id != other.id


def _borrowed(subject: str, quote: str, text: str) -> bool:
    """Say whether a subject that shares words with its quote has one that stands only elsewhere in the text."""
    foreign = content_words(subject) - content_words(quote)
    if not foreign or concept_of(subject) is not None:
        return False
    return bool(foreign & (content_words(text) - content_words(quote)) - content_words(expand(quote)))


def _hint(case: Case) -> str:
    """Return the surroundings that settle an ambiguous abbreviation."""
    context = case.context
    return " ".join((context.view.text, context.block.heading or "", *context.conditions, *context.cohort_labels))


def _excused(atom: Atom) -> bool:
    return atom.subject in _STOCK or (atom.subject in _NAMED_BY_QUANTITY and bool(atom.limits or atom.modifiers))


@lru_cache(maxsize=4096)
def grounded(subject: str, quote: str) -> bool:
    """Say whether a quote's words, or the vocabulary names in it, give the subject."""
    wanted = _words(subject)
    printed = _words(quote)
    if wanted & printed:
        return True
    expanded = expand(quote)
    if wanted & _words(expanded):
        return True
    one, other = concept_of(subject), concept_of(expanded)
    if one is not None and other is not None:
        return one.id == other.id
    scale = scale_of(quote)
    return scale is not None and scale.concept is not None and concept(scale.concept).name == subject


def content_words(subject: str) -> frozenset[str]:
    """Return the stems of a subject's words that say what is measured, not how."""
    return frozenset([word[:_STEM] for word in _words(subject) - _SMALL])


def _words(text: str) -> frozenset[str]:
    return frozenset([word.rstrip("s") for word in _WORD.findall(text.casefold())])
