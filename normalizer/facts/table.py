"""The facts view in its three file formats, with the same columns: JSONL, CSV and (in `parquet`) Parquet."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, Final

import orjson

from normalizer.facts.columns import LISTS, NUMBERS
from normalizer.facts.parquet import write_parquet
from normalizer.facts.rows import COLUMNS, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: Beyond this many digits before or after the point a number is printed with an exponent.
_PLAIN: Final = 40


def digits(value: Decimal) -> str:
    """Return a finite decimal number in plain digits, all of them, as JSON and CSV print it."""
    return format(value, "f") if -_PLAIN <= value.adjusted() <= _PLAIN else str(value)


def _literal(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(digits(value).encode())
    raise TypeError(f"{type(value).__name__} has no JSON form")


def row_to_json(row: Row) -> bytes:
    """Return a row as one line of JSON, line break included; its numbers are JSON numbers with all their digits."""
    return orjson.dumps(row, default=_literal, option=orjson.OPT_APPEND_NEWLINE)


def row_from_json(line: bytes | str) -> Row:
    """Return the row of one line; numbers come back as the decimals that were written.

    Raises:
        ValueError: when the line is no JSON object with exactly the columns.

    """
    cells = json.loads(line, parse_float=Decimal)
    if not isinstance(cells, dict) or tuple(cells) != COLUMNS:
        raise ValueError("not a row of the facts view")
    for name in NUMBERS:
        if cells[name] is not None:
            cells[name] = Decimal(cells[name])
    for name in LISTS:
        cells[name] = tuple(cells[name])
    return Row(**cells)


def write_jsonl(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write one JSON object a line."""
    out.writelines(map(row_to_json, rows))


def _cell(value: object) -> str:
    match value:
        case None | ():
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return digits(value)
        case tuple():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def write_csv(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write UTF-8 CSV (RFC 4180) with a header; null and an empty list are empty cells, other lists JSON arrays."""
    writer = csv.writer(_Encoded(out), lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(row, name)) for name in COLUMNS] for row in rows)


class _Encoded:
    """What the csv module writes to: text in, UTF-8 out."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode())


#: Format name -> writer of rows to a binary file.
WRITERS: Final[Mapping[str, Callable[[Iterable[Row], BinaryIO], None]]] = MappingProxyType(
    {"jsonl": write_jsonl, "csv": write_csv, "parquet": write_parquet}
)
