"""The facts view as Parquet: text, doubles, booleans, 64-bit offsets and lists of text."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from normalizer.facts.columns import FLAGS, LISTS, NUMBERS, OFFSETS
from normalizer.facts.rows import COLUMNS
from normalizer.model.criterion import SCHEMA_VERSION
from normalizer.sources.packing import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from normalizer.facts.rows import Row

_BATCH: Final = 8192


class ParquetFile:
    """A Parquet file that grows by groups of rows; the schema version is in its metadata."""

    def __init__(self, out: BinaryIO, without: Collection[str] = ()) -> None:
        """Begin a file.

        Args:
            out: where it is written; stays open.
            without: columns that are left out.

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
        fields = [(name, kind) for name, kind in types.items() if name not in without]
        self._schema = pa.schema(fields, metadata={"schema_version": SCHEMA_VERSION})
        self._pa, self._writer = pa, pq.ParquetWriter(out, self._schema, compression="zstd")

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows as one group."""
        columns = [
            self._pa.array([_value(getattr(row, field.name)) for row in rows], field.type) for field in self._schema
        ]
        self._writer.write_table(self._pa.Table.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """Write the file's end; without it the file cannot be read."""
        self._writer.close()


def _value(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def write_parquet(rows: Iterable[Row], out: BinaryIO) -> None:
    """Write one Parquet file.

    Raises:
        MissingExtraError: when pyarrow is not installed.

    """
    source = iter(rows)
    with closing(ParquetFile(out)) as file:
        while batch := list(islice(source, _BATCH)):
            file.write(batch)
