"""What printed tokens are worth: numbers as decimals, units as UCUM, bounds in the preferred unit."""

from __future__ import annotations

from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from normalizer.concepts import concepts, resolve
from normalizer.model.criterion import Canonical
from normalizer.model.draft import Grade, Limit
from normalizer.model.errors import UnitError
from normalizer.quantities import value
from normalizer.units import canonical, code_of, molar_mass, table

if TYPE_CHECKING:
    from normalizer.concepts import Concept
    from normalizer.model.draft import Bound, Time

#: Times are compared in days; years and months have their exact mean length in the unit table.
_DAYS: Final = "d"
_MULTIPLES: Final = frozenset({"uln", "lln"})
#: References whose limit without a printed multiple has the number one.
IMPLIED: Final = frozenset({"uln", "lln", "baseline", "detection_limit"})


@lru_cache(maxsize=4096)
def number_of(token: str | None) -> Decimal | None:
    """Return the value of a printed number ("1.0", "two", "1x10^3", "1:80"), None when it is none."""
    return value(token) if token is not None else None


@lru_cache(maxsize=4096)
def unit_of(printed: str | None) -> str | None:
    """Return the UCUM code of a printed unit, None when there is none or the table does not know it."""
    if printed is None:
        return None
    code = code_of(printed)
    return code if code is not None and code in table() else None


@cache
def _by_name() -> dict[str, Concept]:
    return {concept.name: concept for concept in concepts().values()}


@lru_cache(maxsize=4096)
def concept_of(subject: str) -> Concept | None:
    """Return the concept that a published subject names, None when it names none or several."""
    return _by_name().get(subject) or resolve(subject)


@lru_cache(maxsize=4096)
def _in_unit(number: Decimal, code: str, preferred: str, mass: Decimal | None) -> Decimal:
    return canonical(number, code, preferred, mass)


@lru_cache(maxsize=1024)
def _preferred(slot: str, code: str, subject: str) -> tuple[str, Decimal | None]:
    if slot == "value" and (concept := concept_of(subject)) is not None and concept.unit is not None:
        return concept.unit, molar_mass(concept.name)
    if table()[code].kind == table()[_DAYS].kind:
        return _DAYS, None
    return code, None


def canonical_of(bound: Limit | Time, subject: str, low: Decimal | None, high: Decimal | None) -> Canonical:
    """Return the bound in the preferred unit of its concept (times: days), or the reason why not.

    Arguments:
        bound: the bound as read.
        subject: the published subject of its atom.
        low: what the low end is worth, None when there is none.
        high: what the high end is worth.

    """
    code = unit_of(bound.unit)
    if isinstance(bound, Limit) and bound.reference != "absolute":
        return Canonical(low=low, high=high, unit="1" if bound.reference in _MULTIPLES else code)
    if low is None and high is None:
        return Canonical(refused="no number")
    if code is None:
        if bound.unit is not None:
            return Canonical(refused=f"the unit table does not know {bound.unit!r}")
        return Canonical(low=low, high=high, unit="1")
    preferred, mass = _preferred(bound.slot, code, subject)
    try:
        return Canonical(
            low=_in_unit(low, code, preferred, mass) if low is not None else None,
            high=_in_unit(high, code, preferred, mass) if high is not None else None,
            unit=preferred,
        )
    except UnitError as error:
        return Canonical(refused=str(error))


def ends(bound: Bound) -> tuple[Decimal | None, Decimal | None, bool]:
    """Return what a bound's ends are worth, and whether the number is implied ("> ULN" is one multiple)."""
    if isinstance(bound, Grade):
        return None, None, False
    if isinstance(bound, Limit) and bound.low is None and bound.high is None and bound.reference in IMPLIED:
        one = Decimal(1)
        return (None, one, True) if bound.comparator in ("<=", "<") else (one, None, True)
    return number_of(bound.low), number_of(bound.high), False
