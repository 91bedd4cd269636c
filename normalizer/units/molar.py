"""Molar masses of common analytes."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from normalizer.units.table import rows


@cache
def _masses() -> dict[str, Decimal]:
    return {
        name: Decimal(row["molar_mass"])
        for row in rows("molar_masses.csv")
        for name in (row["analyte"], *filter(None, row["synonyms"].split("|")))
    }


def molar_mass(analyte: str) -> Decimal | None:
    """Return the molar mass in g/mol of an analyte by its plain English name in lower case, else None.

    Computed from the formula in the data file with the abridged standard atomic weights of IUPAC (2021).
    """
    return _masses().get(analyte)
