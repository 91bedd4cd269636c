"""The facts view as a folder of Parquet files: all comes back, files are bounded, equal rows give equal bytes."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import pyarrow.dataset as ds  # type: ignore[import-untyped,unused-ignore]
import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]
import pytest
from facts_trial import TRIAL

from normalizer.facts import COLUMNS, PARTITIONS, MissingExtraError, Row, dataset, rows, write_dataset, write_parquet
from normalizer.model.criterion import SCHEMA_VERSION, Role, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from normalizer.model.document import Kind

ONE = next(rows(TRIAL))
KINDS: tuple[Kind, ...] = ("inclusion", "exclusion")
ROLES: tuple[Role, ...] = ("value", "window", "dose")
STATUSES: tuple[Status, ...] = ("checked", "review", "repaired")
MIXED = [
    replace(ONE, trial_id=f"T{number}", kind=kind, role=role, status=status)
    for number, (kind, role, status) in enumerate(product(KINDS, ROLES, STATUSES))
]


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def table(folder: Path) -> Any:
    """Read a dataset with the columns in their order, as another program would."""
    found = ds.dataset(folder, partitioning=ds.HivePartitioning.discover(infer_dictionary=False)).to_table()
    return found.select(list(COLUMNS))


def by_trial(found: Any) -> list[dict[str, Any]]:
    return sorted(found.to_pylist(), key=lambda row: int(row["trial_id"][1:]))


@pytest.fixture
def plain(tmp_path: Path) -> Any:
    with (tmp_path / "plain.parquet").open("wb") as file:
        write_parquet(MIXED, file)
    return pq.read_table(tmp_path / "plain.parquet")


@pytest.mark.parametrize("columns", [("kind",), ("status", "kind"), PARTITIONS])
def test_everything_comes_back_from_partitions(tmp_path: Path, plain: Any, columns: tuple[str, ...]) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    write_dataset(MIXED, folder, partition_by=columns)
    found = table(folder)
    for name in COLUMNS:
        assert found.schema.field(name).type == plain.schema.field(name).type, name
    assert by_trial(found) == by_trial(plain)
    for path in folder.rglob("*.parquet"):
        schema = pq.read_schema(path)
        assert schema.metadata[b"schema_version"] == SCHEMA_VERSION.encode()
        assert not set(columns) & set(schema.names)


def test_partitions_are_named_as_hive_names_them(tmp_path: Path) -> None:
    write_dataset(MIXED, tmp_path, partition_by=("kind", "role"))
    assert sorted(files(tmp_path)) == [
        f"kind={kind}/role={role}/part-00000.parquet" for kind in sorted(KINDS) for role in sorted(ROLES)
    ]


def test_partitions_are_the_columns_with_a_list_of_harmless_values_and_never_null() -> None:
    values = {name: get_args(kind) for name, kind in get_type_hints(Row).items() if get_origin(kind) is Literal}
    assert tuple(values) == PARTITIONS
    assert all(re.fullmatch("[a-z_]+", value) for several in values.values() for value in several)


@pytest.mark.parametrize(("rows_per_file", "sizes"), [(1, [1] * 18), (5, [5, 5, 5, 3]), (18, [18]), (100, [18])])
def test_files_have_a_largest_size_and_keep_the_order(tmp_path: Path, rows_per_file: int, sizes: list[int]) -> None:
    write_dataset(MIXED, tmp_path, rows_per_file=rows_per_file)
    names = sorted(files(tmp_path))
    assert names == [f"part-{number:05d}.parquet" for number in range(len(sizes))]
    assert [pq.read_metadata(tmp_path / name).num_rows for name in names] == sizes
    assert table(tmp_path)["trial_id"].to_pylist() == [row.trial_id for row in MIXED]


def test_equal_rows_give_equal_bytes_however_few_wait_and_are_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [replace(row, trial_id=f"T{number}") for number, row in enumerate(MIXED * 20)]
    monkeypatch.setattr(dataset, "_WAITING", 50)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_dataset(iter(many), tmp_path / name, partition_by=("kind", "status"), rows_per_file=25)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert {pq.read_metadata(path).num_rows for path in (tmp_path / "one").rglob("*.parquet")} == {25, 10}
    by_number = [int(name[1:]) for name in table(tmp_path / "one")["trial_id"].to_pylist()]
    assert sorted(by_number) == list(range(360))


def test_open_files_and_waiting_rows_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    largest: list[int] = []
    real = dataset._Dataset._write

    def watched(self: dataset._Dataset, key: Any) -> None:
        largest.append(self._waiting)
        real(self, key)
        opened.append(sum(partition.file is not None for partition in self._partitions.values()))

    monkeypatch.setattr(dataset._Dataset, "_write", watched)
    monkeypatch.setattr(dataset, "_OPEN", 3)
    monkeypatch.setattr(dataset, "_WAITING", 30)
    write_dataset(MIXED * 20, tmp_path, partition_by=("kind", "role", "status"))
    assert (max(opened), max(largest)) == (3, 30)
    assert table(tmp_path).num_rows == 360
    assert (tmp_path / "kind=inclusion/role=dose/status=review/part-00001.parquet").is_file()


@pytest.mark.parametrize("columns", [(), ("kind",)])
def test_no_rows_are_a_file_without_rows(tmp_path: Path, columns: tuple[str, ...]) -> None:
    write_dataset([], tmp_path, partition_by=columns)
    assert (table(tmp_path).num_rows, list(files(tmp_path))) == (0, ["part-00000.parquet"])


def test_an_error_among_the_rows_leaves_no_file_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Row]:
        yield from MIXED
        raise ValueError("out of order")

    monkeypatch.setattr(dataset, "_WAITING", 4)
    with pytest.raises(ValueError, match="out of order"):
        write_dataset(broken(), tmp_path, partition_by=("kind",))  # a file that stays open is a warning, so an error


def test_without_pyarrow_the_message_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"criteria-normalizer\[parquet\]"):
        write_dataset([ONE], tmp_path)
