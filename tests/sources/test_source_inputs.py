"""Files, folders, globs, limits, ids - and bytes of any kind."""

from __future__ import annotations

import gzip
import io
import json
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from normalizer.model.errors import SourceError
from normalizer.sources import document_from_bytes, document_from_text, load, read, safe_name, unique_ids
from normalizer.sources.containers import read_csv, read_json, read_jsonl, read_xml
from normalizer.sources.seen import Seen
from normalizer.sources.streams import Stream

if TYPE_CHECKING:
    from pathlib import Path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = "A trial\nInclusion criteria\n- adults\n"


def test_folder_glob_and_list(tmp_path: Path) -> None:
    for name in ("b.txt", "a.html", "c.md", "d.jsonl.gz", "README", "e.CSV", "g.tar.zst"):
        (tmp_path / name).write_text(PAGE)
    (tmp_path / "f.TXT.zst").write_bytes(zstd.compress(PAGE.encode()))
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(b'{"id": "D", "criteria": "adults"}'))
    (tmp_path / "e.CSV").write_text("id,criteria\nE,adults\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "f.txt").write_text(PAGE)
    assert [d.trial_id for d in load(tmp_path)] == ["a", "b", "D", "E", "f"]
    assert [d.trial_id for d in load(str(tmp_path / "*.txt"))] == ["b"]
    assert [d.trial_id for d in load(str(tmp_path / "**" / "*.txt"))] == ["b", "f"]
    assert [d.trial_id for d in load([tmp_path / "c.md", str(tmp_path / "b.txt"), tmp_path / "b.txt"])] == [
        "c",
        "b",
        "b#2",
    ]
    assert next(load(tmp_path)).source == (tmp_path / "a.html").as_posix()


def test_a_name_with_brackets_is_a_file_first(tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text(PAGE)
    assert [d.trial_id for d in load(tmp_path / "a[1].txt")] == ["a[1]"]


@pytest.mark.parametrize("name", ["missing.txt", "*.nothing", "empty", "nul\0byte", "x" * 5_000])
def test_missing_inputs(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    errors: list[SourceError] = []
    assert list(read(str(tmp_path / name), on_error=errors.append)) == []
    assert len(errors) == 1
    with pytest.raises(SourceError, match=r"cannot be|matches no|without|no file name"):
        list(load(str(tmp_path / name)))


def test_gzip_bomb_is_refused_early(tmp_path: Path) -> None:
    block = gzip.compress((b" " * 999 + b"\n") * 2**13)
    for name in ("bomb.jsonl.gz", "bomb.txt.gz", "bomb.csv.gz", "bomb.json.gz", "bomb.xml.gz"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(b"id,criteria\n") + block * 8 if "csv" in name else block * 8)
        with pytest.raises(SourceError, match=rf"{name}.*(unpacks to more than|larger than)"):
            list(load(path))


def test_an_oversized_line_is_passed_over() -> None:
    data = b"a\n" + b"b" * 5_000 + b"\nc\n" + b"d" * 5_000
    lines = list(Stream(io.BytesIO(data), "x").lines(limit=1_000))
    assert [(n, x if isinstance(x, bytes) else x.place) for n, x in lines] == [
        (1, b"a\n"), (2, "line 2"), (3, b"c\n"), (4, "line 4"),
    ]  # fmt: skip
    with pytest.raises(SourceError, match="x: is larger than"):
        Stream(io.BytesIO(data), "x").whole(limit=1_000)


def test_jsonl_streams(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "criteria": "adults"}\n' * 2 + "{broken\n")
    documents = load(path)
    assert [next(documents).trial_id, next(documents).trial_id] == ["1", "1#2"]
    with pytest.raises(SourceError):
        next(documents)


def test_unique_ids() -> None:
    one = document_from_text("adults", trial_id="T", criteria_only=True)
    documents = [one, one, replace(one, trial_id="T#2"), one, replace(one, trial_id="U")]
    found = list(unique_ids(documents))
    assert [d.trial_id for d in found] == ["T", "T#2", "T#2#2", "T#3", "U"]
    assert [[f.code for f in d.findings] for d in found] == [
        [], ["duplicate_trial_id"], ["duplicate_trial_id"], ["duplicate_trial_id"], [],
    ]  # fmt: skip


@given(st.lists(st.text(st.characters(), max_size=3)))
def test_seen_is_a_set(texts: list[str]) -> None:
    seen = Seen()
    assert [seen.add(text) for text in texts] == [text not in texts[:at] for at, text in enumerate(texts)]


def test_seen_grows_and_takes_few_bytes() -> None:
    seen = Seen()
    texts = [f"NCT{number:08d}" for number in range(20_000)]
    assert all(seen.add(text) for text in texts)
    assert not any(seen.add(text) for text in texts)
    assert all(seen.add(f"{text}#2") for text in texts[:100])
    assert len(seen._table) <= 36 * 20_100


@pytest.mark.parametrize("name", ["NCT01234567", "2022-500244-37-00", "003_39c6d21b323f0970", "a.b"])
def test_safe_name_keeps_harmless_ids(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../../etc/passwd",
        "CTRI/2020/05/1",
        "a\\b",
        "NUL",
        "com1.txt",
        "a\0b",
        "x" * 300,
        "é",
        "T#2",
        "-rf",
    ],
)
def test_safe_name_is_one_harmless_path_part(name: str, tmp_path: Path) -> None:
    safe = safe_name(name)
    (tmp_path / safe).write_text("x")
    assert (tmp_path / safe).resolve().parent == tmp_path.resolve()
    assert safe != name


@given(st.text(max_size=60), st.text(max_size=60))
def test_safe_name_tells_ids_apart(one: str, two: str) -> None:
    for name in (safe_name(one), safe_name(two)):
        assert name
        assert len(name) <= 100
        assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
        assert name[0] not in ".-"
    assert (safe_name(one) == safe_name(two)) == (one == two)


_PIECES = st.sampled_from(
    [
        b"Inclusion criteria", b"Exclusion Criteria:\n", b"\r\n", b"\n", b"18 Years", b"NCT ID: NCT01234567",
        b"<html>", b"<li>", b"<!--", b"<script>", b"\xff\xfe", b"\x00",
        b"\xed\xa0\x80", b"Conditions\n", b"Ages", b"id,criteria\n",
        b"\nQuick facts\nWho should consider this trial\n",
        b"ClinicalTrials.Veeva\nVeeva Systems\n",
        b'"', b"{", b"[",
        b'{"studies":[', b'{"id":1,"criteria":"', b"<clinical_study>", b"\x1f\x8b\x08", b"\xef\xbb\xbf",
        b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18", zstd.compress(b"id,criteria\n1,x\n"),
        b"\xa0", b"\x85",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.lists(st.one_of(_PIECES, st.binary(max_size=6)), max_size=20).map(b"".join))
)
@example(b"Inclusion criteria: \xed\xa0\x80")
def test_any_bytes_make_a_document_or_a_source_error(data: bytes) -> None:
    with suppress(SourceError):
        document = document_from_bytes(data, "x")
        document.text.encode()
        end = 0
        for section in document.sections:
            assert end <= section.start < section.end <= len(document.text)
            end = section.end
        registry = document.registry
        for field in (registry.minimum_age, registry.maximum_age, registry.sex, registry.healthy_volunteers):
            if field is not None and field.span is not None:
                field.span.verify(document.text, field.printed)
    for reader in (read_json, read_jsonl, read_csv, read_xml):
        try:
            outcomes = list(reader(Stream(io.BytesIO(data), "x"), ("id", "criteria")))
        except SourceError as error:
            outcomes = [error]
        for outcome in outcomes:
            if not isinstance(outcome, SourceError):
                outcome.text.encode()
                json.dumps(outcome.trial_id).encode()


@pytest.mark.slow
@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "data",
    [
        b"ANC >= 1.0 x 10^9/L; " * 500_000,
        b"1" * 1_000_000,
        b"(" * 1_000_000,
        b"Inclusion criteria:\n" + b"\n" * 1_000_000 + b"x",
        b"Inclusion criteria\n" * 100_000,
        b"<html>adults" + b"<script>" * 200_000 + b"<!--" * 200_000,
        b"<html>" + b"<a" * 1_000_000,
        b"\nPowered by AI\nFAQs\n" + b"18 years " * 300_000,
        b"\nQuick facts\nWho should consider this trial\nAges " + b"a  " * 1_000_000,
        b"ClinicalTrials.Veeva\nVeeva Systems\n" + b"Identifiers\n" * 50_000 + b"Conditions\n" * 50_000,
    ],
    ids=range(10),
)
def test_large_and_odd_texts_are_read_in_linear_time(data: bytes) -> None:
    assert document_from_bytes(data, "x").text


@pytest.mark.parametrize("data", [b"[" * 1_000_000, b'{"a":' * 100_000, b'"' * 100_001, b"1" * 1_000_000])
def test_deep_json_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "deep.json"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=r"deep\.json"):
        list(load(path))
