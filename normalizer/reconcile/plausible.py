"""Could the number be real: unit of the right kind, inside the concept's range, ends in order."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from normalizer.concepts import resolve
from normalizer.model.draft import Limit, Time
from normalizer.model.errors import UnitError
from normalizer.reconcile.case import note
from normalizer.reconcile.value import number_of, unit_of
from normalizer.units import convert, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.concepts import Concept
    from normalizer.reconcile.case import Case, Note

_UNITLESS = frozenset({"score", "grade", "count", "ratio", "multiple"})


def check_plausible(case: Case) -> Iterator[Note]:
    """Yield ``range_reversed``, ``unit_kind_mismatch`` and ``implausible_value``."""
    for at, number, atom, placed in case.bounds():
        bound = placed.bound
        if not isinstance(bound, Limit | Time):
            continue
        low, high = number_of(bound.low), number_of(bound.high)
        if low is not None and high is not None and low > high and bound.comparator != "outside":
            yield note("range_reversed", f"{low} is above {high}", atom=at, bound=number, got=bound.quote)
        if (
            not isinstance(bound, Limit)
            or bound.slot != "value"
            or bound.reference != "absolute"
            or bound.change is not None
        ):
            continue
        concept = resolve(atom.atom.subject)
        if concept is None or not concept.kinds:
            continue
        code = unit_of(bound.unit)
        for code_, message in _against(concept, code, bound.unit, [n for n in (low, high) if n is not None]):
            yield note(code_, message, atom=at, bound=number, got=bound.quote)


def _against(
    concept: Concept, code: str | None, printed: str | None, numbers: list[Decimal]
) -> Iterator[tuple[str, str]]:
    if code is None:
        if printed is None and concept.unit is not None and not _UNITLESS & set(concept.kinds):
            sure = len(concept.kinds) == 1 and all(_inside(concept, number) for number in numbers)
            code_ = "unit_implied" if sure else "unit_missing"
            yield code_, f"{concept.name} is printed without a unit"
        if printed is not None or concept.unit not in (None, "1", "{score}"):
            return
    elif table()[code].kind not in concept.kinds:
        yield "unit_kind_mismatch", f"{printed} does not measure {concept.name}"
        return
    if concept.unit is None and concept.low is None and concept.high is None:
        return
    for number in numbers:
        value = number
        if code is not None and concept.unit is not None and code != concept.unit:
            try:
                ratio = convert(number, code, concept.unit)
            except UnitError:
                continue
            value = Decimal(ratio.numerator) / Decimal(ratio.denominator)
        if not _inside(concept, value):
            yield "implausible_value", f"{value} {concept.unit or ''} lies outside what {concept.name} can be"


def _inside(concept: Concept, value: Decimal) -> bool:
    return (concept.low is None or value >= concept.low) and (concept.high is None or value <= concept.high)
