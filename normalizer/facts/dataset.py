"""The facts view as a folder of Parquet files, divided by columns as Hive names it: ``kind=inclusion/part-00000``.

pyarrow's own writer of datasets gives other bytes each time, so the rows are divided here: they wait by partition until
they are many, then the longest queue becomes a group of rows in its partition's file. Rows and files are bounded.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from normalizer.facts.parquet import ParquetFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from normalizer.facts.rows import Row

_WAITING: Final = 16_384  # rows of all partitions together
_OPEN: Final = 64  # files

_Key: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class _Partition:
    """Rows that wait, and the files of one partition: how many were begun, and the one that is open."""

    folder: Path
    rows: list[Row] = field(default_factory=list)
    begun: int = 0
    file: ParquetFile | None = None
    closing: ExitStack = field(default_factory=ExitStack)
    room: int | None = None

    def open(self, without: Sequence[str], rows_per_file: int | None) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        out = self.closing.enter_context((self.folder / f"part-{self.begun:05d}.parquet").open("xb"))
        self.file = ParquetFile(out, without)
        self.begun += 1
        self.room = rows_per_file

    def close(self) -> None:
        with self.closing:
            if self.file is not None:
                self.file.close()
        self.file = None


class _Dataset:
    def __init__(self, folder: Path, partition_by: Sequence[str], rows_per_file: int | None) -> None:
        self._folder, self._columns, self._rows_per_file = folder, partition_by, rows_per_file
        self._partitions: dict[_Key, _Partition] = {}
        self._open: dict[_Key, _Partition] = {}  # the one that was written last stands last
        self._waiting = 0

    def add(self, row: Row) -> None:
        key: _Key = tuple(getattr(row, column) for column in self._columns)
        partition = self._partitions.get(key)
        if partition is None:
            names = [f"{column}={value}" for column, value in zip(self._columns, key, strict=True)]
            partition = self._partitions[key] = _Partition(self._folder.joinpath(*names))
        partition.rows.append(row)
        self._waiting += 1
        if self._waiting == _WAITING:
            self._write(max(self._partitions, key=lambda key: len(self._partitions[key].rows)))

    def _write(self, key: _Key) -> None:
        """Write the rows of a partition that wait."""
        partition = self._partitions[key]
        rows, partition.rows = partition.rows, []
        self._waiting -= len(rows)
        while rows:
            if partition.file is None:
                if len(self._open) == _OPEN:
                    self._close(next(iter(self._open)))
                partition.open(self._columns, self._rows_per_file)
            assert partition.file is not None
            some = rows if partition.room is None else rows[: partition.room]
            partition.file.write(some)
            rows = rows[len(some) :]
            self._open[key] = self._open.pop(key, partition)
            if partition.room is not None:
                partition.room -= len(some)
                if not partition.room:
                    self._close(key)

    def _close(self, key: _Key) -> None:
        self._open.pop(key).close()

    def close(self) -> None:
        """Write what waits, and the ends of all files; without any row one file that has all columns."""
        for key in self._partitions:
            self._write(key)
        for key in list(self._open):
            self._close(key)
        if not self._partitions:
            self._partitions[()] = _Partition(self._folder)
            self._partitions[()].open((), None)
            self._partitions[()].close()

    def abandon(self) -> None:
        """Close what is open after an error; the files are of no use."""
        for partition in self._partitions.values():
            with suppress(OSError):
                partition.close()


def write_dataset(
    rows: Iterable[Row], folder: Path, *, partition_by: Sequence[str] = (), rows_per_file: int | None = None
) -> None:
    """Write Parquet files into a folder; a table without rows is one file without rows.

    Args:
        rows: the rows; within a partition they keep their order, over its files in the order of the names.
        folder: a folder that is there and empty.
        partition_by: columns (of ``PARTITIONS``) whose values become folders and are not in the files.
        rows_per_file: a file has at most so many. Without it a partition has one file, or some if partitions are many.

    Raises:
        MissingExtraError: when pyarrow is not installed.
        OSError: when a file cannot be written.

    """
    dataset = _Dataset(folder, partition_by, rows_per_file)
    try:
        for row in rows:
            dataset.add(row)
        dataset.close()
    except BaseException:
        dataset.abandon()
        raise
