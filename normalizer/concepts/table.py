"""The vocabulary's tables: concepts, printed names, word spellings and ordinal scales, each read once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from normalizer.model.draft import AtomType

NameStatus = Literal["name", "abbreviation", "variant", "misspelling", "mistranslation", "plural_irregular"]
#: ``any``: letter case is free; ``exact``: as printed in the table; ``word``: as ``exact``, but the letters are also an
#: English word, so that a text all in capitals does not count.
Case = Literal["any", "exact", "word"]

DATA: Final = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Concept:
    """What a criterion can be about.

    ``name`` is the plain English name, lower case, no abbreviation. ``kinds`` are the quantity kinds its level can have
    (those of the unit table, or ``score``, ``grade``, ``count``, ``ratio``, ``multiple``); empty when it has no level.
    ``low`` and ``high`` are the limits, in ``unit`` (UCUM), outside which a threshold cannot be real; wide on purpose,
    with their source in ``range_source``.
    """

    id: str
    name: str
    type: AtomType
    kinds: tuple[str, ...]
    unit: str | None
    low: Decimal | None
    high: Decimal | None
    range_source: str
    source: str


@dataclass(frozen=True, slots=True)
class Name:
    """A printed name of a concept; ``subject`` is what is published when this name is printed.

    ``context`` holds lower-case words of which one must stand in the text (or its hint) for this reading of an
    ambiguous abbreviation; empty for the ordinary reading.
    """

    concept: str
    printed: str
    status: NameStatus
    case: Case
    context: tuple[str, ...]
    subject: str
    source: str


@dataclass(frozen=True, slots=True)
class Scale:
    """An ordinal scale whose values are grades: the name to publish and its values from best to worst."""

    name: str
    printed: tuple[str, ...]
    values: tuple[str, ...]
    concept: str | None
    source: str


def _rows(folder: str) -> Iterator[list[str]]:
    for path in sorted((DATA / folder).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            yield from rows


def _number(cell: str) -> Decimal | None:
    return Decimal(cell) if cell else None


def _concept(  # noqa: PLR0917 - one argument a column
    id_: str, name: str, type_: str, kinds: str, unit: str, low: str, high: str, range_source: str, source: str
) -> Concept:
    kind = cast("AtomType", type_)
    limits = _number(low), _number(high)
    return Concept(id_, name, kind, tuple(kinds.split()), unit or None, *limits, range_source, source)


def _name(  # noqa: PLR0917 - one argument a column
    concept_: str, printed: str, status: str, case: str, context: str, subject: str, source: str
) -> Name:
    how = cast("NameStatus", status), cast("Case", case)
    return Name(concept_, printed, *how, tuple(context.split()), subject, source)


@cache
def concepts() -> Mapping[str, Concept]:
    """Return all concepts by id, in table order."""
    table = {row[0]: _concept(*row) for row in _rows("concepts")}
    return MappingProxyType(table)


def concept(id_: str) -> Concept:
    """Return the concept with this id.

    Raises:
        KeyError: when the vocabulary has no such concept.

    """
    return concepts()[id_]


@cache
def names() -> tuple[Name, ...]:
    """Return all printed names, in table order; each concept's own name is one of them."""
    return tuple(_name(*row) for row in _rows("names"))


@cache
def spellings() -> Mapping[str, str]:
    """Return printed words (British, misspelt or foreign spelling, irregular plural) with their American singular."""
    with (DATA / "words.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["printed"]: row["word"] for row in csv.DictReader(file)})


@cache
def scales() -> tuple[Scale, ...]:
    """Return the ordinal scales whose values are grades."""
    with (DATA / "scales.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Scale(
                row["scale"],
                tuple(row["printed"].split("|")),
                tuple(row["values"].split("|")),
                row["concept"] or None,
                row["source"],
            )
            for row in csv.DictReader(file)
        )


def _scale_key(name: str) -> str:
    return " ".join(name.lower().replace("-", " ").split())


@cache
def _scale_index() -> dict[str, Scale]:
    return {
        " ".join(printed.lower().replace("-", " ").split()): scale for scale in scales() for printed in scale.printed
    }


def scale_of(name: str) -> Scale | None:
    """Return the grade scale printed as ``name`` ("WHO PS", "NYHA class"), None when it is no such scale."""
    return _scale_index().get(_scale_key(name))
