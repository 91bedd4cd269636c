"""`normalizer facts` into packed files, folders of Parquet and from several run directories."""

from __future__ import annotations

import gzip
import io
import json
import sys
from typing import TYPE_CHECKING

import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]
import pytest
from typer.testing import CliRunner

from normalizer.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.jsonl"
    texts = (
        f"Inclusion Criteria:\n- Ferritin above {n} ng/mL\nExclusion Criteria:\n- Age over {n} years" for n in range(20)
    )
    path.write_text("".join(json.dumps({"id": f"T{n}", "criteria": text}) + "\n" for n, text in enumerate(texts)))
    return path


@pytest.fixture
def out(table: Path, tmp_path: Path) -> Path:
    assert call("run", table, "-o", tmp_path / "out", "-q").exit_code == 0
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("name", "form", "unpack"),
    [
        ("f.jsonl.gz", "jsonl", gzip.decompress),
        ("f.csv.gz", "csv", gzip.decompress),
        ("f.jsonl.zst", "jsonl", zstd.decompress),
        ("F.CSV.ZST", "csv", zstd.decompress),
        ("f.gz", "jsonl", gzip.decompress),
    ],
)
def test_the_ending_packs_the_file(out: Path, tmp_path: Path, name: str, form: str, unpack: object) -> None:
    assert callable(unpack)
    plain = call("facts", out, "--format", form).stdout_bytes
    files = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        assert call("facts", out, "-o", tmp_path / folder / name).exit_code == 0
        files.append((tmp_path / folder / name).read_bytes())
    assert unpack(files[0]) == plain
    assert files[0] == files[1]
    assert [path.name for path in tmp_path.rglob(".*.part")] == []


def test_the_format_is_still_the_option_s(out: Path, tmp_path: Path) -> None:
    assert call("facts", out, "--format", "csv", "-o", tmp_path / "f.jsonl.gz").exit_code == 0
    assert gzip.decompress((tmp_path / "f.jsonl.gz").read_bytes()).startswith(b"trial_id,")


def test_gzip_holds_neither_name_nor_time(out: Path, tmp_path: Path) -> None:
    call("facts", out, "-o", tmp_path / "f.jsonl.gz")
    head = (tmp_path / "f.jsonl.gz").read_bytes()[:10]
    assert (head[3], head[4:8]) == (0, bytes(4))


def test_what_it_packs_it_reads(out: Path, tmp_path: Path) -> None:
    """A table of facts is no trial, but its lines are read to their end."""
    call("facts", out, "-o", tmp_path / "f.jsonl.zst")
    result = call("run", tmp_path / "f.jsonl.zst", "-o", tmp_path / "again")
    assert (result.exit_code, "damaged" in result.stderr, "line 20" in result.stderr) == (2, False, True)


def test_a_dataset_says_the_same_as_one_file(out: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    division = ("--partition-by", "kind, role", "--rows-per-file", 8)
    result = call("facts", out, "--format", "parquet", "-o", folder, *division)
    assert (result.exit_code, result.output) == (0, "")
    call("facts", out, "-o", tmp_path / "f.parquet")
    order = [("trial_id", "ascending"), ("criterion_id", "ascending")]
    whole = pq.read_table(tmp_path / "f.parquet").sort_by(order)
    divided = pq.read_table(folder).sort_by(order).select(whole.column_names)
    assert divided.to_pylist() == whole.to_pylist()
    assert {path.parent.parent.name for path in folder.rglob("*.parquet")} == {"kind=inclusion", "kind=exclusion"}
    assert max(pq.read_metadata(path).num_rows for path in folder.rglob("*.parquet")) == 8


def test_an_empty_folder_is_filled_and_a_full_one_is_refused(out: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set.parquet"
    folder.mkdir()
    assert call("facts", out, "-o", folder, "--rows-per-file", 10).exit_code == 0
    before = sorted(path.name for path in folder.iterdir())
    assert before == [f"part-{number:05d}.parquet" for number in range(4)]
    for target in (folder, folder / before[0]):
        result = call("facts", out, "-o", target, "--format", "parquet", "--partition-by", "kind")
        assert (result.exit_code, "not an empty folder" in result.stderr) == (2, True)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_dataset_is_complete_or_absent(out: Path, tmp_path: Path) -> None:
    (tmp_path / ".set.part").mkdir()
    (tmp_path / ".set.part" / "part-00099.parquet").write_bytes(b"of a process that was killed")
    with (out / "facts.jsonl").open("ab") as file:
        file.write(b"{broken\n")
    arguments = ("--format", "parquet", "-o", tmp_path / "set", "--partition-by", "kind")
    result = call("facts", out, *arguments)
    assert (result.exit_code, "line 41" in result.stderr) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "t.jsonl"]
    (out / "facts.jsonl").write_bytes(b"".join((out / "facts.jsonl").read_bytes().splitlines(keepends=True)[:-1]))
    assert call("facts", out, *arguments).exit_code == 0
    assert len(list((tmp_path / "set").rglob("*"))) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-o", "f.parquet.gz"), "packed inside; name a file without .gz"),
        (("-o", "f.zst", "--format", "parquet"), "packed inside; name a file without .zst"),
        (("-o", "s", "--format", "parquet", "--partition-by", "subject"), "'subject' is none of kind, role,"),
        (("-o", "s", "--format", "parquet", "--partition-by", "kind,"), "'' is none of"),
        (("-o", "s", "--format", "parquet", "--partition-by", "kind,kind"), "names a column twice"),
        (("-o", "s.csv", "--partition-by", "kind"), "--partition-by"),
        (("--format", "parquet", "--rows-per-file", "5"), "--rows-per-file"),
        (("-o", "s", "--format", "parquet", "--rows-per-file", "0"), "--rows-per-file"),
        (("-o", "none/s", "--format", "parquet", "--partition-by", "kind"), "cannot be written: No such file"),
    ],
)
def test_wrong_usage_is_said_and_leaves_nothing(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    result = call("facts", out, *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.replace("│", " ").split())
    assert list(work.iterdir()) == []


def test_without_the_extra_zst_output_names_it(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, zstd.__name__, None)
    monkeypatch.delattr(sys.modules[zstd.__name__.partition(".")[0]], "zstd")
    result = call("facts", out, "-o", tmp_path / "f.jsonl.zst")
    assert (result.exit_code, "criteria-normalizer[zst]" in result.stderr) == (2, True)
    assert not list(tmp_path.glob("*f.jsonl.zst*"))


def test_shards_are_written_one_after_the_other(table: Path, out: Path, tmp_path: Path) -> None:
    parts = [tmp_path / f"part{number}" for number in (1, 2, 3)]
    for number, part in enumerate(parts, 1):
        assert call("run", table, "-o", part, "--shard", f"{number}/3", "-q").exit_code == 0
    found = call("facts", *parts).stdout_bytes
    assert found == b"".join((part / "facts.jsonl").read_bytes() for part in parts)
    assert sorted(found.splitlines()) == sorted((out / "facts.jsonl").read_bytes().splitlines())
    call("facts", *parts, "-o", tmp_path / "f.parquet")
    assert pq.read_table(io.BytesIO((tmp_path / "f.parquet").read_bytes())).num_rows == 40


def test_a_directory_without_a_run_or_named_twice_is_refused_before_any_row(out: Path, tmp_path: Path) -> None:
    for second, words in ((tmp_path / "none", "does not exist"), (tmp_path, "is no run"), (out / ".", "named twice")):
        result = call("facts", out, second)
        assert (result.exit_code, result.stdout_bytes, words in result.stderr) == (2, b"", True)
