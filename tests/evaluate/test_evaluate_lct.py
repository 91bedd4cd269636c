from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from normalizer.evaluate.corpora import chia_report, lct_report
from normalizer.evaluate.corpora.lct import Comparison, Document, documents, predictions
from normalizer.evaluate.corpora.lct_score import LEVELS, tallies
from normalizer.evaluate.corpora.unit_keys import unit_key, unit_keys
from normalizer.evaluate.tally import Tally
from normalizer.model.span import Span

CORPORA = Path(os.environ.get("NORMALIZER_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")


def one(operator: str, *values: float, at: tuple[int, int] = (0, 9), unit: str = "g") -> Comparison:
    return Comparison(
        span=Span(*at),
        operator=operator,
        readings=(values,),
        units=frozenset({unit}),
        written=operator != "EQ",
        text="",
    )


def doc(*gold: Comparison) -> Document:
    return Document(id="d", text=" " * 99, gold=gold, unasked=(Span(50, 60),))


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([one("GT", 4)], [one("GT", 4)], (1, 1, 1)),
        ([one("GT", 4)], [one("GTEQ", 4)], (0, 1, 1)),
        ([one("GT", 4)], [one("GT", 4, at=(9, 12))], (0, 1, 1)),
        ([one("GT", 4)], [one("GT", 4), one("GT", 4)], (1, 2, 1)),
        ([one("BETWEEN", 4, 8)], [one("GTEQ", 4), one("LT", 8)], (1, 1, 1)),
        ([one("GTEQ", 4), one("LTEQ", 8)], [one("BETWEEN", 4, 8)], (2, 2, 2)),
        ([one("GT", 4)], [one("GT", 4), one("LT", 7, at=(52, 55))], (1, 1, 1)),
        ([one("GT", 4)], [one("GT", 4, unit="kg")], (1, 1, 1)),
    ],
)
def test_matching(gold: list[Comparison], predicted: list[Comparison], expected: tuple[int, int, int]) -> None:
    assert tallies(doc(*gold), predicted)["op+values"] == Tally(*expected)


def test_units_are_asked_at_their_own_level() -> None:
    found = tallies(doc(one("GT", 4)), [one("GT", 4, unit="kg")])
    assert [found[level].right for level in LEVELS] == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("text", "operator", "values", "unit"),
    [
        ("ferritin >= 40 ng/mL", "GTEQ", (40.0,), "ng/mL"),
        ("aged 3 to 9 years", "BETWEEN", (3.0, 9.0), "a"),
        ("lipase < 4 x ULN", "LT", (4.0,), "uln"),
        ("surgery within 7 weeks", "LTEQ", (7.0,), "wk"),
    ],
)
def test_mapping(text: str, operator: str, values: tuple[float, ...], unit: str) -> None:
    (found,) = predictions(text)
    assert (found.operator, found.readings[0], found.units) == (operator, values, frozenset({unit}))


def test_unit_keys_join_what_is_annotated_apart() -> None:
    row = {"unit": ["mg"], "per": ["dl"], "temporal_unit": [], "temporal_unit_norm": [], "unit_ref_range": []}
    assert unit_key("mg/dL") in unit_keys(row)
    row |= {"unit": ["stage"], "per": []}
    assert "" in unit_keys(row)
    row |= {"unit": [], "temporal_unit": ["years"], "temporal_unit_norm": ["year"]}
    assert unit_key("years old") in unit_keys(row)


@pytest.mark.skipif(not (CORPORA / "score_lct.py").is_file(), reason="the corpora are not here")
def test_scores_equal_those_of_the_reference_scorer(tmp_path: Path) -> None:
    lines = [
        {
            "doc": document.id, "start": p.span.start, "end": p.span.end, "operator": p.operator,
            "values": p.readings[0], "values_alt": p.readings[1:], "unit": p.unit,
        }
        for document in documents(CORPORA / "lct")
        for p in predictions(document.text)
    ]  # fmt: skip
    predicted, result = tmp_path / "predicted.jsonl", tmp_path / "result.json"
    predicted.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    script = [sys.executable, str(CORPORA / "score_lct.py"), "--gold", str(CORPORA / "lct"), "--pred", str(predicted)]
    subprocess.run([*script, "--json", str(result)], check=True, capture_output=True)  # noqa: S603 - a fixed script
    theirs = json.loads(result.read_text(encoding="utf-8"))
    report = lct_report(CORPORA / "lct")
    for level in LEVELS:
        tolerance = 0.01 if level.endswith("unit") else 0.001  # our unit table knows more spellings than their list
        for side in ("precision", "recall", "f1"):
            assert report.value(f"{level}.{side}") == pytest.approx(theirs[level][side], abs=tolerance), (level, side)


@pytest.mark.skipif(not (CORPORA / "chia").is_dir(), reason="the corpora are not here")
def test_chia_is_read() -> None:
    report = chia_report(CORPORA / "chia")
    for name in ("value_found", "limit_of_normal", "time_found", "anchor_found"):
        value = report.value(name)
        assert value is not None
        assert 0.3 < value <= 1
