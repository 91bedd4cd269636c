"""Conversion: exact, reversible, and refused with a reason where it would be a guess."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.model.errors import UnitError
from normalizer.units import canonical, comparable, convert, molar_mass, table

KINDS = defaultdict(list)
for _code, _unit in table().items():
    KINDS[_unit.kind].append(_code)
PAIRS = sorted(pair for codes in KINDS.values() for pair in product(codes, codes))
VALUES = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)


@given(VALUES, st.sampled_from(PAIRS))
def test_round_trip_within_a_kind_is_exact(value: Decimal, pair: tuple[str, str]) -> None:
    there = convert(value, pair[0], pair[1])
    assert convert(there, pair[1], pair[0]) == Fraction(value)
    assert comparable(*pair)


@given(VALUES, st.decimals(min_value="0.001", max_value=100000, places=3))
def test_round_trip_over_molar_mass_is_exact(value: Decimal, mass: Decimal) -> None:
    there = convert(value, "mg/dL", "umol/L", molar_mass=mass)
    assert convert(there, "umol/L", "mg/dL", molar_mass=mass) == Fraction(value)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("1.5", "10*9/L", "/uL", "1500"),
        ("100", "10*3/uL", "10*9/L", "100"),
        ("1500", "/mm3", "10*9/L", "1.5"),
        ("9", "g/dL", "g/L", "90"),
        ("2", "wk", "d", "14"),
        ("1", "a", "mo", "12"),
        ("3", "g/(24.h)", "g/d", "3"),
        ("100.4", "[degF]", "Cel", "38"),
        ("37", "Cel", "[degF]", "98.6"),
        ("37", "Cel", "K", "310.15"),
        ("1", "kPa", "Pa", "1000"),
        ("1", "[in_i]", "cm", "2.54"),
        ("1", "ukat/L", "U/L", "60"),
        ("79.9932", "dyn.s/cm5", "[wood'U]", "1"),
        ("70", "{beats}/min", "/min", "70"),
        ("1", "mg/kg/d", "ug/kg/d", "1000"),
        ("0.005", "%", "[ppm]", "50"),
    ],
)
def test_known_conversions(value: str, source: str, target: str, expected: str) -> None:
    assert canonical(Decimal(value), source, target) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "source", "target", "analyte", "expected"),
    [
        ("1", "mg/dL", "umol/L", "creatinine", "88.4"),
        ("1", "mg/dL", "umol/L", "bilirubin", "17.1"),
        ("100", "mg/dL", "mmol/L", "glucose", "5.55"),
        ("100", "mg/dL", "mmol/L", "cholesterol", "2.59"),
        ("150", "mg/dL", "mmol/L", "triglycerides", "1.69"),
        ("10", "g/dL", "mmol/L", "haemoglobin", "6.21"),
        ("300", "mg/g", "mg/mmol", "creatinine", "33.9"),
        ("20", "mg/dL", "mmol/L", "urea nitrogen", "7.14"),
    ],
)
def test_mass_and_amount(value: str, source: str, target: str, analyte: str, expected: str) -> None:
    got = canonical(Decimal(value), source, target, molar_mass(analyte))
    assert got == pytest.approx(Decimal(expected), rel=Decimal("0.003"))


@pytest.mark.parametrize(
    ("source", "target", "mass", "reason"),
    [
        ("mg/kg", "%", None, "different kinds"),
        ("{copies}/mL", "/mL", None, "different kinds"),
        ("[iU]/L", "U/L", None, "different kinds"),
        ("[iU]/mL", "ng/mL", Decimal(100), "different kinds"),
        ("mL/min", "mL/min/{1.73_m2}", None, "different kinds"),
        ("meq/L", "mmol/L", Decimal(40), "different kinds"),
        ("mg/g", "mg/kg", None, "different kinds"),
        ("mosm/kg", "mosm/L", None, "different kinds"),
        ("kg/m2", "g/m2", None, "different kinds"),
        ("mm/h", "m/s", None, "different kinds"),
        ("1", "%", None, "different kinds"),
        ("mg/dL", "mmol/L", None, "needs the molar mass"),
        ("mg/dL", "mmol/L", Decimal(0), "not a positive number"),
        ("mg/dL", "mmol/L", Decimal("NaN"), "not a positive number"),
        ("furlong", "m", None, "unknown unit"),
        ("m", "furlong", None, "unknown unit"),
    ],
)
def test_refusals_say_why(source: str, target: str, mass: Decimal | None, reason: str) -> None:
    with pytest.raises(UnitError, match=reason) as caught:
        convert(Decimal(1), source, target, molar_mass=mass)
    assert set(caught.value.units) <= {source, target}
    assert not comparable(source, target)


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_values_must_be_finite(value: str) -> None:
    with pytest.raises(UnitError, match="finite"):
        convert(Decimal(value), "mg", "g")


def test_canonical_rounds_half_even_to_twelve_digits() -> None:
    assert canonical(Decimal(1), "d", "wk") == Decimal("0.142857142857")
    assert canonical(Decimal("0.1234567890125"), "g", "g") == Decimal("0.123456789012")
    assert canonical(Decimal("0.1234567890135"), "g", "g") == Decimal("0.123456789014")
