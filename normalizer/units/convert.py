"""Exact conversion between units of one kind, and between mass and amount when the molar mass is given."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from normalizer.model.errors import UnitError
from normalizer.units.table import Unit, table

if TYPE_CHECKING:
    from collections.abc import Mapping

_PRINTED: Final = Context(prec=12, rounding=ROUND_HALF_EVEN)

#: Kinds that turn into each other with a molar mass M (g/mol): base value of the first divided by M gives the second.
_MOLAR: Final[Mapping[tuple[str, str], int]] = MappingProxyType(
    {
        ("mass", "amount"): -1,
        ("mass_concentration", "amount_concentration"): -1,
        ("mass_rate", "amount_rate"): -1,
        ("mass_per_body_mass", "amount_per_mass"): -1,
        ("mass_per_amount", "amount_ratio"): -1,
        ("mass_ratio", "mass_per_amount"): 1,
    }
)


def _unit(code: str) -> Unit:
    try:
        return table()[code]
    except KeyError:
        raise UnitError("unknown unit", code) from None


def _molar_power(source: str, target: str) -> int | None:
    if (source, target) in _MOLAR:
        return _MOLAR[source, target]
    if (target, source) in _MOLAR:
        return -_MOLAR[target, source]
    return None


def comparable(a: str, b: str) -> bool:
    """Say whether two UCUM codes have one kind, so that their values can be compared without further knowledge."""
    units = table()
    return a in units and b in units and units[a].kind == units[b].kind


def convert(value: Decimal | Fraction, source: str, target: str, *, molar_mass: Decimal | None = None) -> Fraction:
    """Return ``value`` in ``source`` expressed in ``target`` (both UCUM codes), exactly.

    ``molar_mass`` in g/mol is that of the substance whose quantity changes between mass and amount (for mg/g to
    mg/mmol creatinine: creatinine's); it is not used otherwise. Raises UnitError when a unit is unknown, the kinds
    differ, the molar mass is missing or not positive, or the value is not finite.
    """
    origin, goal = _unit(source), _unit(target)
    if isinstance(value, Decimal) and not value.is_finite():
        raise UnitError(f"{value} is not a finite number", source)
    base = Fraction(value) * origin.factor + origin.offset
    if origin.kind != goal.kind:
        power = _molar_power(origin.kind, goal.kind)
        if power is None:
            raise UnitError(f"different kinds, {origin.kind} and {goal.kind}", source, target)
        if molar_mass is None:
            raise UnitError(f"{origin.kind} to {goal.kind} needs the molar mass", source, target)
        if not molar_mass.is_finite() or molar_mass <= 0:
            raise UnitError(f"molar mass {molar_mass} is not a positive number", source, target)
        base *= Fraction(molar_mass) ** power
    return (base - goal.offset) / goal.factor


def canonical(value: Decimal, unit: str, preferred: str, molar_mass: Decimal | None = None) -> Decimal:
    """Return ``value`` in the preferred unit, rounded half-even to 12 significant digits.

    Arguments and errors are those of :func:`convert`.
    """
    exact = convert(value, unit, preferred, molar_mass=molar_mass)
    return _PRINTED.divide(Decimal(exact.numerator), Decimal(exact.denominator))
