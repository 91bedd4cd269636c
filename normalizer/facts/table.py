"""The facts view in its three file formats, with the same columns: JSONL, CSV, Parquet."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import orjson

from normalizer.facts.rows import COLUMNS, Row
from normalizer.model.criterion import SCHEMA_VERSION
from normalizer.model.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

NUMBERS: Final = ("low", "high", "canonical_low", "canonical_high")
LISTS: Final = ("cohorts", "values", "findings")
FLAGS: Final = ("restates", "negated")
OFFSETS: Final = ("start", "end")

_BATCH: Final = 8192
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


def write_parquet(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write Parquet: text, doubles, booleans, 64-bit offsets and lists of text; the schema version in the metadata.

    Raises:
        MissingExtraError: when pyarrow is not installed.

    """
    try:
        import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - an extra, and heavy
        import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("Parquet needs pyarrow: pip install 'criteria-normalizer[parquet]'") from error
    types: dict[str, Any] = dict.fromkeys(COLUMNS, pa.string())
    types |= dict.fromkeys(NUMBERS, pa.float64())
    types |= dict.fromkeys(LISTS, pa.list_(pa.string()))
    types |= dict.fromkeys(FLAGS, pa.bool_())
    types |= dict.fromkeys(OFFSETS, pa.int64())
    schema = pa.schema(list(types.items()), metadata={"schema_version": SCHEMA_VERSION})
    source = iter(rows)
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while batch := list(islice(source, _BATCH)):
            columns = [pa.array([_value(getattr(row, name)) for row in batch], types[name]) for name in COLUMNS]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _value(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


#: Format name -> writer of rows to a binary file.
WRITERS: Final[Mapping[str, Callable[[Iterable[Row], BinaryIO], None]]] = MappingProxyType(
    {"jsonl": write_jsonl, "csv": write_csv, "parquet": write_parquet}
)
