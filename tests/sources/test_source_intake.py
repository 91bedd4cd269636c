"""How far a reader is, by the bytes of all inputs."""

from __future__ import annotations

import gzip
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from normalizer.sources import read
from normalizer.sources.intake import Intake
from normalizer.sources.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TRIALS = [{"id": f"T{at}", "criteria": f"age over {at} years"} for at in range(100, 200)]
LINES = "".join(json.dumps(trial) + "\n" for trial in TRIALS).encode()
XML = b"<studies>%s</studies>" % b"".join(
    b"<clinical_study><id_info><nct_id>NCT0000%04d</nct_id></id_info><eligibility><criteria><textblock>age over 18"
    b"</textblock></criteria></eligibility></clinical_study>" % at
    for at in range(100)
)


def shares(*paths: Path) -> list[float | None]:
    """Return the share that is taken as each document comes, and at the end."""
    source = [str(path) for path in paths]
    intake = Intake(source)
    assert intake.share in (0.0, None)
    found = [intake.share for _ in read(source, on_error=lambda _: None, intake=intake)]
    return [*found, intake.share]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", LINES),
        ("a.json", LINES),
        ("a.json", json.dumps(TRIALS).encode()),
        ("a.json", json.dumps({"studies": TRIALS}).encode()),
        ("a.csv", b"id,criteria\n" + b"".join(b"%d,age over 18\n" % at for at in range(100, 200))),
        ("a.xml", XML),
    ],
)
def test_the_share_grows_with_the_records(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert shares(tmp_path / name) == pytest.approx([*(at / 100 for at in range(1, 101)), 1], abs=0.01)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress])
def test_files_count_by_their_size_on_the_disk(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    large = tmp_path / "large.jsonl"
    records = ({"id": os.urandom(40).hex(), "criteria": "x"} for _ in range(9000))
    large.write_bytes(pack("".join(json.dumps(record) + "\n" for record in records).encode()))
    pages = [tmp_path / f"{number}.txt" for number in range(2)]
    for page in pages:
        page.write_bytes(b"Inclusion criteria\n- adults\n" + b"." * large.stat().st_size)
    found = shares(pages[0], large, pages[1])
    assert [found[0], found[4501], found[-2], found[-1]] == pytest.approx([1 / 3, 1 / 2, 1, 1], abs=0.02)
    assert found == sorted(share for share in found if share is not None)


def test_what_is_refused_or_not_there_is_behind_too(tmp_path: Path) -> None:
    damaged, good = tmp_path / "a.txt", tmp_path / "b.jsonl"
    damaged.write_bytes(gzip.compress(os.urandom(len(LINES)))[:-5])
    good.write_bytes(LINES)
    found = shares(damaged, tmp_path / "missing.txt", tmp_path / "*.nothing", good)
    assert found[0] is not None
    assert found[0] > 0.5
    assert found[-1] == 1


def test_a_file_that_grew_is_never_more_than_everything(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES[:100])
    intake = Intake(path)
    path.write_bytes(LINES)
    assert max(intake.share or 0 for _ in read(path, intake=intake)) == 1


def test_without_a_size_there_is_no_share(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES)
    os.mkfifo(tmp_path / "pipe.jsonl")
    for unknown in ("-", str(tmp_path / "pipe.jsonl")):
        intake = Intake([str(tmp_path / "a.jsonl"), unknown])
        with (tmp_path / "a.jsonl").open("rb") as file:
            intake.begin(Stream(file, "x"))
            assert intake.share is None
    (tmp_path / "empty.txt").touch()
    assert Intake(tmp_path / "empty.txt").share is None
