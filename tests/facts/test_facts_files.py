from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]
import pytest
from facts_trial import TRIAL
from hypothesis import given
from hypothesis import strategies as st

from normalizer.facts import (
    COLUMNS,
    WRITERS,
    MissingExtraError,
    Row,
    from_json,
    row_from_json,
    row_to_json,
    rows,
    to_json,
    write_csv,
    write_jsonl,
    write_parquet,
)
from normalizer.facts.schema import FOLDER, row_schema, write

if TYPE_CHECKING:
    from pathlib import Path


#: What a double keeps exactly: 15 significant digits (IEEE 754 binary64).
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6)
ROW = Row(
    trial_id="T", criterion_id="T/I01", atom_id="a1", kind="inclusion", cohorts=(), role="value", subject="inr",
    code=None, comparator="<=", low=None, high=None, values=(), scale=None, unit=None, reference=None, change=None,
    offset=None, restates=False, canonical_low=None, canonical_high=None, canonical_unit=None, anchor=None,
    direction=None,
    combine=None, combine_id=None, negated=False, group=None, branch="main", condition=None, exception=None, quote=None,
    start=None, end=None, status="checked", findings=(),
)  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
ROWS = st.builds(
    lambda low, high, texts, quote, flag, start: replace(
        ROW, low=low, high=high, values=texts, findings=texts, quote=quote, negated=flag, start=start
    ),
    st.none() | NUMBERS, st.none() | NUMBERS, LISTS, st.none() | TEXTS.filter(bool), st.booleans(),
    st.none() | st.integers(0, 10**9),
)  # fmt: skip


def written(form: str, found: list[Row]) -> bytes:
    out = io.BytesIO()
    WRITERS[form](found, out)
    return out.getvalue()


@given(st.lists(ROWS, max_size=4))
def test_jsonl_gives_the_same_rows_back(found: list[Row]) -> None:
    lines = written("jsonl", found).split(b"\n")
    assert lines.pop() == b""
    assert [row_from_json(line) for line in lines] == found


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_every_digit_survives_in_jsonl(number: Decimal) -> None:
    back = row_from_json(row_to_json(replace(ROW, low=number)))
    assert back.low == number


@given(st.lists(ROWS, max_size=4))
def test_csv_says_the_same_as_jsonl(found: list[Row]) -> None:
    head, *body = csv.reader(io.StringIO(written("csv", found).decode(), newline=""))
    assert tuple(head) == COLUMNS
    for row, cells in zip(found, body, strict=True):
        values = dict(zip(head, cells, strict=True))
        assert values["low"] == ("" if row.low is None else format(row.low, "f"))
        assert tuple(json.loads(values["values"] or "[]")) == row.values
        assert values["quote"] == (row.quote or "")
        assert values["negated"] == str(row.negated).lower()
        assert values["start"] == ("" if row.start is None else str(row.start))


@given(st.lists(ROWS, max_size=4))
def test_parquet_says_the_same_as_jsonl(found: list[Row]) -> None:
    table = pq.read_table(io.BytesIO(written("parquet", found)))
    assert tuple(table.column_names) == COLUMNS
    for row, values in zip(found, table.to_pylist(), strict=True):
        plain = json.loads(row_to_json(row))
        assert values == plain
        assert values["low"] is None or Decimal(repr(values["low"])) == row.low


def test_numbers_are_numbers_not_tokens() -> None:
    lines = written("jsonl", list(rows(TRIAL))).splitlines()
    assert json.loads(lines[0])["high"] == 1.5
    assert json.loads(lines[1])["low"] == 80


def test_parquet_without_pyarrow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"criteria-normalizer\[parquet\]"):
        write_parquet([ROW], io.BytesIO())


def test_writers_stream() -> None:
    one = list(rows(TRIAL))
    for write_form in (write_jsonl, write_csv, write_parquet):
        out = io.BytesIO()
        write_form((row for _ in range(3000) for row in one), out)
        assert len(out.getvalue()) > 1000


@pytest.mark.parametrize("line", [b"{}", b"[]", b"null", b"{", b'{"trial_id":"T"}'])
def test_what_is_no_row_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        row_from_json(line)


def test_schema_is_committed_and_describes_the_rows(tmp_path: Path) -> None:
    assert write(tmp_path).read_bytes() == (FOLDER / "facts.schema.json").read_bytes(), "run make schemas"
    body = row_schema()
    assert tuple(body["properties"]) == COLUMNS
    assert set(body["required"]) == set(COLUMNS)
    assert body["additionalProperties"] is False
    kinds = {int: "number", float: "number", str: "string", bool: "boolean", list: "array", type(None): "null"}
    for row in rows(TRIAL):
        for name, value in json.loads(row_to_json(row)).items():
            text = json.dumps(body["properties"][name])
            assert kinds[type(value)] in text or "integer" in text or "enum" in text, name


def test_a_trial_comes_back_from_its_json() -> None:
    line = to_json(TRIAL)
    assert b"\n" not in line
    assert from_json(line) == TRIAL
    assert to_json(from_json(line)) == line
    assert json.loads(line)["criteria"][0]["atoms"][0]["bounds"][0]["high"] == "1.5"


@pytest.mark.parametrize("line", [b"{}", b"", b'{"trial_id": 3}', b"nonsense"])
def test_what_is_no_trial_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_json(line)
