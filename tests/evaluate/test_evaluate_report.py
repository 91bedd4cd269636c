from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest

from normalizer.evaluate.gates import Gate, judge, read_gates
from normalizer.evaluate.interval import interval
from normalizer.evaluate.mistakes import listed
from normalizer.evaluate.record import recorded
from normalizer.evaluate.report import evaluate
from normalizer.evaluate.tables import printed
from normalizer.evaluate.tally import Tally
from normalizer.model.errors import GoldError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from normalizer.evaluate.gold import Gold
    from normalizer.evaluate.report import Report
    from normalizer.model.criterion import NormalizedTrial


@pytest.fixture
def report(gold: Gold, perfect: Callable[[Gold], NormalizedTrial]) -> Report:
    right = perfect(gold)
    first = right.criteria[0]
    bound = replace(first.atoms[0].bounds[0], unit_printed="mg/mL", comparator=">")
    atoms = (replace(first.atoms[0], bounds=(bound,)), *first.atoms[1:])
    return evaluate(
        [gold], {"T1": replace(right, criteria=(replace(first, atoms=atoms), *right.criteria[1:]))}, name="seeds"
    )


def test_unscored_is_neither_zero_nor_one() -> None:
    empty = Tally()
    assert (empty.precision, empty.recall, empty.f1) == (None, None, None)
    assert (Tally(0, 0, 3).precision, Tally(0, 0, 3).recall, Tally(0, 0, 3).f1) == (None, 0.0, 0.0)


def test_intervals_resample_documents() -> None:
    assert interval([Tally(9, 10, 10)]) is None
    assert interval([Tally(), Tally()]) is None
    assert interval([Tally(9, 10, 10)] * 5) == pytest.approx((0.9, 0.9))
    low, high = interval([Tally(10, 10, 10)] * 15 + [Tally(0, 10, 10)] * 15) or (0.0, 0.0)
    assert (0.25 < low < 0.4, 0.6 < high < 0.75) == (True, True)
    assert interval([Tally(1, 1, 1), Tally(0, 1, 1)]) == interval([Tally(1, 1, 1), Tally(0, 1, 1)])


def test_mistakes_show_text_gold_and_prediction(report: Report) -> None:
    assert listed(report.mistakes) == (
        "== comparator: 1\n"
        "T1 I01 (checked)  SILENT\n"
        "    text  Ferritin «at least 40 ng/mL», and albumin > 2.9 g/dL unless uveitis is present.\n"
        "    gold  ferritin | value >= 40 ng/mL\n"
        "    got   ferritin | value > 40 mg/mL   [also unit]"
    )


def test_tables_show_split_unscored_and_caveat(report: Report) -> None:
    text = printed(report)
    assert text.startswith("# seeds: 1 documents (1 unlisted)")
    assert "too narrow" in text
    assert next(line for line in text.splitlines() if line.startswith("combine")).split()[1] == "-"


def test_a_report_is_json(report: Report) -> None:
    data = json.loads(json.dumps(recorded(report)))
    assert data["scores"]["number_found"]["right"] == 10
    assert data["scores"]["combine"]["f1"] is None
    assert data["mistakes"][0]["kind"] == "comparator"


@pytest.mark.parametrize(
    ("gate", "held"),
    [
        (("floor", "number_found", "seeds", 1.0), True),
        (("floor", "number_unit", "seeds", 0.91), False),
        (("floor", "number_unit.precision", "seeds", 0.9), True),
        (("ceiling", "silent_errors", "seeds", 0.1), True),
        (("ceiling", "silent_errors", "seeds", 0.05), False),
        (("floor", "combine", "seeds", 0.5), False),
        (("floor", "no_such_score", "seeds", 0.5), False),
        (("floor", "number_found", "lct", 0.5), None),
    ],
)
def test_gates(report: Report, gate: tuple[Literal["floor", "ceiling"], str, str, float], held: bool | None) -> None:
    side, metric, name, value = gate
    (verdict,) = judge([Gate(side=side, metric=metric, set=name, value=value)], {"seeds": report})
    assert verdict.held is held


@pytest.mark.parametrize(
    "text",
    [
        "[[roof]]\nmetric='m'\nset='s'\nvalue=1\n",
        "[[floor]]\nmetric='m'\nset='s'\n",
        "[[floor]]\nvalue='1'\nset='s'\nmetric='m'\n",
        "floor",
    ],
)
def test_malformed_gates_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GoldError, match=r"gates\.toml"):
        read_gates(path)
