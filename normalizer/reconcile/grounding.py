"""Is everything printed where it is said to stand: quotes, numbers, units, subjects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from normalizer.concepts import concept, expand, same_subject, scale_of
from normalizer.model.draft import Grade
from normalizer.reconcile.case import note
from normalizer.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.draft import Bound
    from normalizer.reconcile.case import Case, Note

_WORD = re.compile(r"[^\W_]+")
_STOCK = frozenset({"criterion", "unspecified", "unsuitability in the investigator's opinion"})


def check_quotes(case: Case) -> Iterator[Note]:
    """Yield ``quote_not_found`` and ``quote_ambiguous`` for atoms and bounds."""
    for at, atom in enumerate(case.placed.atoms):
        if atom.span is None:
            yield note("quote_not_found", "the atom's quote does not stand in the block", atom=at, got=atom.atom.quote)
    for at, number, _, bound in case.bounds():
        if bound.span is None:
            message = "the bound's quote does not stand in the block"
            yield note("quote_not_found", message, atom=at, bound=number, got=bound.bound.quote)
        elif bound.ambiguous:
            yield note("quote_ambiguous", "the quote stands in several places that fit equally", atom=at, bound=number)


def _tokens(bound: Bound) -> tuple[str, ...]:
    if isinstance(bound, Grade):
        return bound.values
    tokens = [bound.low, bound.high]
    return tuple(token.lstrip("+-") for token in tokens if token is not None)


def _squeezed(text: str) -> str:
    return "".join(clean(text).text.split()).casefold()


def check_numbers(case: Case) -> Iterator[Note]:
    """Yield ``number_not_in_quote`` for every number, value, unit or offset that its own quote does not print."""
    for at, number, _, placed in case.bounds():
        bound = placed.bound
        quote = _squeezed(bound.quote)
        printed = [*_tokens(bound)]
        if not isinstance(bound, Grade) and bound.unit is not None:
            printed += bound.unit.split()
        for token in printed:
            if _squeezed(token) not in quote:
                message = f"{token!r} does not stand in the quote"
                yield note("number_not_in_quote", message, atom=at, bound=number, expected=token, got=bound.quote)


def check_subjects(case: Case) -> Iterator[Note]:
    """Yield ``subject_not_grounded`` when neither the quote's words nor a vocabulary name in it give the subject."""
    for at, atom in enumerate(case.placed.atoms):
        subject, quote = atom.atom.subject, atom.atom.quote
        if subject == "unspecified":
            yield note("subject_missing", "no words name what the quantity measures", atom=at)
            continue
        if subject in _STOCK or _words(subject) <= _words(quote):
            continue
        scale = scale_of(quote)
        if scale is not None and scale.concept is not None and concept(scale.concept).name == subject:
            continue
        if same_subject(subject, expand(quote)) or _words(subject) & (_words(quote) | _words(expand(quote))):
            continue
        if atom.atom.limits and subject in ("age", "systolic blood pressure", "diastolic blood pressure"):
            continue
        yield note("subject_not_grounded", "the quote does not name the subject", atom=at, expected=subject, got=quote)


def _words(text: str) -> frozenset[str]:
    return frozenset(match.group().rstrip("s") for match in _WORD.finditer(text.casefold()))
