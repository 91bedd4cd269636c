"""The unit table: UCUM code to quantity kind and exact factor."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: a value ``v`` in it is ``v * factor + offset`` in the base of its kind.

    ``kind`` decides comparability: units of one kind share a base, units of two kinds are never compared, whatever
    their dimension. ``source`` names where code and factor come from.
    """

    code: str
    kind: str
    factor: Fraction
    offset: Fraction
    name: str
    source: str


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the records of one data file of this room (``name`` without folder)."""
    text = files("normalizer.units").joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@cache
def table() -> Mapping[str, Unit]:
    """Return every unit by its UCUM code; read once, on first use."""
    return MappingProxyType(
        {
            row["code"]: Unit(
                row["code"], row["kind"], Fraction(row["factor"]), Fraction(row["offset"]), row["name"], row["source"]
            )
            for row in rows("units.csv")
        }
    )
