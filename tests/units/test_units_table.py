"""The unit table: sound rows, and agreement with an independent UCUM reader wherever that one is right."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import normalizer.units
from normalizer.units import Unit, molar_mass, table

DATA = Path(normalizer.units.__file__).parent / "data"

#: Codes that ucumvert reads wrongly or otherwise, and why ours stands.
EXCEPTIONS = {
    "mm[Hg]": "UCUM defines m[Hg] as 133.3220 kPa; pint takes the conventional 133.322387415",
    "[wood'U]": "follows mm[Hg]",
    "[wood'U].m2": "follows mm[Hg]",
    "Cel": "carries an offset; compared in its own test",
    "[degF]": "carries an offset; compared in its own test",
    "'": "minute of angle; ucumvert reads a minute of time",
}


@pytest.fixture(scope="module")
def registry() -> Any:
    return pytest.importorskip("ucumvert").PintUcumRegistry()


def by_kind() -> dict[str, list[Unit]]:
    kinds: dict[str, list[Unit]] = defaultdict(list)
    for unit in table().values():
        kinds[unit.kind].append(unit)
    return kinds


def test_table_is_large_and_every_row_is_sound() -> None:
    assert len(table()) >= 200
    for code, unit in table().items():
        assert unit.code == code
        assert unit.factor > 0
        assert unit.kind == unit.kind.strip() != ""
        assert unit.name
        assert unit.source


def test_no_code_stands_twice() -> None:
    codes = [row["code"] for row in csv.DictReader((DATA / "units.csv").read_text(encoding="utf-8").splitlines())]
    assert len(codes) == len(set(codes))


@pytest.mark.filterwarnings("ignore")
def test_ucumvert_reads_the_same_ratio_within_each_kind(registry: Any) -> None:
    compared = 0
    for units in by_kind().values():
        known = [unit for unit in units if unit.code not in EXCEPTIONS and not re.search(r"^10\*\d+\{", unit.code)]
        for unit in known[1:]:
            first = known[0]
            theirs = registry.from_ucum(unit.code).to(registry.from_ucum(first.code).units).magnitude
            theirs /= registry.from_ucum(first.code).magnitude
            assert theirs == pytest.approx(float(unit.factor / first.factor), rel=1e-6), unit.code
            compared += 1
    assert compared > 400


@pytest.mark.filterwarnings("ignore")
def test_the_pressure_exception_is_what_it_is_said_to_be(registry: Any) -> None:
    theirs = registry.from_ucum("mm[Hg]").to("pascal").magnitude
    assert table()["mm[Hg]"].factor == Fraction("133.322")
    assert theirs == pytest.approx(133.322387415, abs=1e-9)


@pytest.mark.parametrize("code", ["10*9/L", "10*3/uL", "mg/dL", "mL/min/{1.73_m2}", "[iU]/L", "mg/kg/d", "/[HPF]"])
def test_common_codes_are_in_the_table(code: str) -> None:
    assert code in table()


#: Abridged standard atomic weights, IUPAC 2021.
WEIGHTS = {
    "H": "1.008", "C": "12.011", "N": "14.007", "O": "15.999", "F": "18.998", "Na": "22.990", "Mg": "24.305",
    "Al": "26.982", "P": "30.974", "S": "32.06", "Cl": "35.45", "K": "39.098", "Ca": "40.078", "Fe": "55.845",
    "Co": "58.933", "Cu": "63.546", "Zn": "65.38", "Se": "78.971", "I": "126.90", "Li": "6.94", "Hg": "200.59",
    "Pb": "207.2",
}  # fmt: skip


def test_molar_masses_follow_from_their_formulas() -> None:
    with (DATA / "molar_masses.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            parts = re.findall(r"([A-Z][a-z]?)(\d*)", row["formula"])
            if parts:
                total = sum(Decimal(WEIGHTS[element]) * int(count or 1) for element, count in parts)
                assert Decimal(row["molar_mass"]) == total, row["analyte"]


@pytest.mark.parametrize(
    ("analyte", "low", "high"),
    [
        ("creatinine", 113, 114),
        ("total bilirubin", 584, 585),
        ("glucose", 180, 181),
        ("total cholesterol", 386, 387),
        ("triglycerides", 885, 886),
        ("blood urea nitrogen", 28, 29),
        ("uric acid", 168, 169),
        ("hemoglobin", 16114, 16115),
        ("calcium", 40, 41),
    ],
)
def test_molar_mass_of(analyte: str, low: int, high: int) -> None:
    mass = molar_mass(analyte)
    assert mass is not None
    assert low < mass < high


def test_unknown_analyte_has_no_molar_mass() -> None:
    assert molar_mass("alanine aminotransferase") is None
