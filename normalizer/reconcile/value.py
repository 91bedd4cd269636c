"""What printed tokens are worth: numbers as decimals, units as UCUM, bounds in the preferred unit."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from normalizer.concepts import resolve
from normalizer.model.criterion import Canonical
from normalizer.model.draft import Limit, Time
from normalizer.model.errors import UnitError
from normalizer.quantities import value
from normalizer.units import canonical, code_of, molar_mass, table

if TYPE_CHECKING:
    from decimal import Decimal

#: Preferred unit of times, by UCUM: days for what is shorter than a year's parts, kept exact by the unit table.
_TIME_UNIT = "d"


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


def canonical_of(bound: Limit | Time, subject: str) -> Canonical:
    """Return the bound in the preferred unit of its concept (times: days), or the reason why not."""
    low, high = number_of(bound.low), number_of(bound.high)
    code = unit_of(bound.unit)
    if isinstance(bound, Limit) and bound.reference != "absolute":
        return Canonical(low=low, high=high, unit="1" if bound.reference in ("uln", "lln") else code)
    if code is None:
        if bound.unit is not None:
            return Canonical(refused=f"the unit table does not know {bound.unit!r}")
        return (
            Canonical(low=low, high=high, unit="1")
            if low is not None or high is not None
            else Canonical(refused="no number")
        )
    preferred = code
    mass = None
    if isinstance(bound, Time):
        preferred = _TIME_UNIT if table()[code].kind == table()[_TIME_UNIT].kind else code
    elif bound.slot == "value" and (concept := resolve(subject)) is not None and concept.unit is not None:
        preferred, mass = concept.unit, molar_mass(concept.name)
    try:
        return Canonical(
            low=canonical(low, code, preferred, mass) if low is not None else None,
            high=canonical(high, code, preferred, mass) if high is not None else None,
            unit=preferred,
        )
    except UnitError as error:
        return Canonical(refused=str(error))
