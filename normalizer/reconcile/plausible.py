"""Could the number be real: a unit of the concept's kind, a value inside the concept's range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.model.draft import Limit
from normalizer.reconcile.case import about
from normalizer.reconcile.value import canonical_of, concept_of, number_of, unit_of
from normalizer.units import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from normalizer.concepts import Concept
    from normalizer.reconcile.case import Case, Entry, Note

#: Kinds of levels that are printed without a unit.
_UNITLESS: Final = frozenset({"score", "grade", "count", "ratio", "multiple", "number", "inr", "titre", "level"})
#: Equivalents are amounts times a valence: comparable by kind, though not convertible without the valence.
_AMOUNT_OF: Final = {"equivalent_concentration": "amount_concentration", "equivalents": "amount"}
_BARE: Final = frozenset({None, "1", "{score}"})


def check_plausible(case: Case) -> Iterator[Note]:
    """Yield ``unit_kind_mismatch``, ``unit_missing`` or ``unit_implied``, ``implausible_value``."""
    for entry in case.entries:
        bound = entry.bound
        if not isinstance(bound, Limit) or bound.slot != "value" or bound.reference != "absolute" or bound.change:
            continue
        concept = concept_of(entry.atom.atom.subject)
        if concept is not None and concept.kinds:
            yield from _against(case, entry, bound, concept)


def _against(case: Case, entry: Entry, bound: Limit, concept: Concept) -> Iterator[Note]:
    low, high = number_of(bound.low), number_of(bound.high)
    code = unit_of(bound.unit)
    if code is not None:
        kind = table()[code].kind
        if kind not in concept.kinds and _AMOUNT_OF.get(kind) not in concept.kinds:
            yield about(entry, "unit_kind_mismatch", f"{bound.unit} does not measure {concept.name}")
            return
        canonical = canonical_of(bound, entry.atom.atom.subject, low, high)
        if canonical.refused is not None or canonical.unit != concept.unit:
            return
        low, high = canonical.low, canonical.high
    elif bound.unit is not None:
        return
    elif concept.unit not in _BARE and _UNITLESS.isdisjoint(concept.kinds):
        sure = len(concept.kinds) == 1 and inside(concept, low) and inside(concept, high)
        sure = sure and not any(_measured_otherwise(other, concept) for other in case.entries)
        yield about(entry, "unit_implied" if sure else "unit_missing", f"{concept.name} is printed without a unit")
        return
    for number in (low, high):
        if not inside(concept, number):
            unit = concept.unit or ""
            yield about(entry, "implausible_value", f"{number} {unit} lies outside what {concept.name} can be")


def _measured_otherwise(entry: Entry, concept: Concept) -> bool:
    """Say whether a level of the same kind stands beside in other units or as a multiple: the bare one may share it."""
    bound = entry.bound
    if not isinstance(bound, Limit) or bound.slot != "value" or bound.change:
        return False
    near = concept_of(entry.atom.atom.subject)
    if near is None or near.kinds != concept.kinds:
        return False
    return bound.reference != "absolute" or unit_of(bound.unit) not in (None, concept.unit)


def inside(concept: Concept, number: Decimal | None) -> bool:
    """Say whether a level, in the concept's unit, can be real; None counts as such."""
    if number is None:
        return True
    return (concept.low is None or number >= concept.low) and (concept.high is None or number <= concept.high)
