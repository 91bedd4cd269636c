"""Is each bound whole by itself: a comparator, a number, a unit that its slot can have, ends in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.model.draft import Grade, Limit, Time
from normalizer.reconcile.case import about
from normalizer.reconcile.value import IMPLIED, number_of, unit_of
from normalizer.units import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from normalizer.reconcile.case import Case, Entry, Note

#: Kinds of the unit table in which things and events are counted; every other kind measures.
_COUNTING: Final = frozenset(
    {"number", "event_rate", "cycles", "doses", "drinks", "drink_rate", "cigarette_rate", "cigar_rate", "pack_rate",
     "pack_years", "cup_rate", "serving_rate", "steps", "step_rate", "city_blocks", "tablets", "tablet_rate",
     "radiotherapy_fractions", "copies", "cells"}
)  # fmt: skip
#: Kinds of time bounds; half-lives and treatment cycles are time units of the data model.
_TIMES: Final = frozenset({"time", "half_life", "cycles", "trimesters"})


def check_form(case: Case) -> Iterator[Note]:
    """Yield what a bound lacks or cannot have, whatever its subject is."""
    for entry in case.entries:
        bound = entry.bound
        if isinstance(bound, Grade):
            if not bound.values:
                yield about(entry, "number_missing", "a grade without a value")
            continue
        if bound.low is None and bound.high is None:
            if isinstance(bound, Time) or bound.reference not in IMPLIED:
                yield about(entry, "number_missing", "the bound has no number")
        elif bound.comparator == "between" or bound.low is None or bound.high is None:
            low, high = number_of(bound.low), number_of(bound.high)
            if low is not None and high is not None and low > high:
                yield about(entry, "range_reversed", f"{low} is above {high}")
        if isinstance(bound, Limit):
            yield from _limit(entry, bound)
        elif (code := unit_of(bound.unit)) is None or table()[code].kind not in _TIMES:
            code_ = "unit_missing" if bound.unit is None else "unit_unknown" if code is None else "unit_kind_mismatch"
            yield about(entry, code_, "a time needs a unit of time")


def _limit(entry: Entry, bound: Limit) -> Iterator[Note]:
    if bound.comparator is None and (bound.low or bound.high) and not _counts_a_list(entry):
        yield about(entry, "comparator_missing", "no comparator is printed")
    code = unit_of(bound.unit)
    if bound.unit is not None and code is None and bound.slot != "count":
        yield about(entry, "unit_unknown", f"the unit table does not know {bound.unit!r}")
    if bound.slot == "count":
        if any(number != number.to_integral_value() or number < 0 for number in _numbers(bound)):
            yield about(entry, "implausible_value", "things are counted in whole numbers")
        if code is not None and table()[code].kind not in _COUNTING:
            yield about(entry, "unit_kind_mismatch", f"{bound.unit} counts nothing")
    elif bound.slot == "dose" and bound.unit is None and _numbers(bound):
        yield about(entry, "unit_missing", "a dose needs a unit")


def _numbers(bound: Limit) -> list[Decimal]:
    return [number for end in (bound.low, bound.high) if (number := number_of(end)) is not None]


def _counts_a_list(entry: Entry) -> bool:
    """Say whether the count is that of a list's lead-in, which reads "at least" by the data model."""
    return entry.atom.atom.type == "heading"
