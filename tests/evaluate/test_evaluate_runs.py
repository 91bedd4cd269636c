"""What a run leaves for readers and machines, and two runs laid side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from normalizer.cli import app
from normalizer.evaluate.baseline import read_baseline, written
from normalizer.evaluate.diff import difference, printed
from normalizer.evaluate.gates import Gate, judge, read_gates
from normalizer.evaluate.record import recorded, verdicts_recorded
from normalizer.evaluate.report import evaluate
from normalizer.evaluate.reports import junit, markdown, workflow_commands
from normalizer.evaluate.runs import record_of
from normalizer.model import GoldError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from normalizer.evaluate.gold import Gold
    from normalizer.evaluate.report import Report
    from normalizer.model.criterion import NormalizedTrial

    Perfect = Callable[[Gold], NormalizedTrial]

FLOOR = Gate(side="floor", metric="number_found", set="seeds", value=0.999)
FLIPS = Gate(side="regression", metric="worse", set="seeds", value=0)


def without_first_bound(trial: NormalizedTrial) -> NormalizedTrial:
    first, *others = trial.criteria
    atom, *atoms = first.atoms
    return replace(trial, criteria=(replace(first, atoms=(replace(atom, bounds=atom.bounds[1:]), *atoms)), *others))


@pytest.fixture
def right(gold: Gold, perfect: Perfect) -> Report:
    return evaluate([gold], {gold.trial: perfect(gold)}, name="seeds")


@pytest.fixture
def wrong(gold: Gold, perfect: Perfect) -> Report:
    return evaluate([gold], {gold.trial: without_first_bound(perfect(gold))}, name="seeds")


def record(report: Report, *gates: Gate) -> dict[str, Any]:
    verdicts = judge(gates, {"seeds": report})
    return json.loads(json.dumps({"reports": [recorded(report)], "gates": verdicts_recorded(verdicts)}))  # type: ignore[no-any-return]


def test_every_gold_bound_has_a_named_outcome(right: Report, wrong: Report) -> None:
    assert set(right.outcomes.values()) == {""}
    assert len(right.outcomes) == right.scores["number_found"].total.gold
    assert [name for name, outcome in wrong.outcomes.items() if outcome == "missing"] == [next(iter(wrong.outcomes))]


def test_flips_are_named_both_ways(right: Report, wrong: Report) -> None:
    name = next(iter(wrong.outcomes))
    worse = difference(record(right)["reports"][0], record(wrong)["reports"][0])
    assert (worse.better, worse.worse) == ((), ((name, "missing"),))
    better = difference(record(wrong)["reports"][0], record(right)["reports"][0])
    assert (better.better, better.worse) == (((name, "missing"),), ())
    shown = printed(better, "a", "b")
    assert f"right now: 1 bounds\n  {name}  [missing]" in shown
    assert "wrong now: 0 bounds" in shown


def test_tokens_stand_beside_accuracy(right: Report) -> None:
    used = replace(right, usage={"requests": 2, "input_tokens": 900, "output_tokens": 30})
    shown = printed(difference(record(right)["reports"][0], record(used)["reports"][0]), "a", "b")
    assert [line.split() for line in shown.splitlines() if line.startswith("input")] == [
        ["input_tokens", "0", "900", "+900"]
    ]


@pytest.mark.parametrize("changed", [{"gold_hash": "other"}, {"scorer_version": "0"}])
def test_other_labels_or_scorers_are_not_compared(right: Report, changed: dict[str, str]) -> None:
    one = record(right)["reports"][0]
    with pytest.raises(GoldError, match="were scored by"):
        difference(one, {**one, **changed})


def test_a_regression_gate_names_what_went_wrong(tmp_path: Path, right: Report, wrong: Report) -> None:
    path = tmp_path / "bounds.json"
    path.write_text(written({"seeds": right}), encoding="utf-8")
    baselines = read_baseline(path)
    (held,) = judge([FLIPS], {"seeds": right}, baselines)
    (failed,) = judge([FLIPS], {"seeds": wrong}, baselines)
    assert (held.held, held.measured) == (True, 0)
    assert (failed.held, failed.measured, failed.named) == (False, 1, (next(iter(wrong.outcomes)),))


@pytest.mark.parametrize("change", [{"gold_hash": "other"}, {"scorer_version": "0"}])
def test_a_baseline_of_other_labels_does_not_hold(right: Report, change: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "bounds.json"
    path.write_text(written({"seeds": right}), encoding="utf-8")
    (verdict,) = judge([FLIPS], {"seeds": replace(right, **change)}, read_baseline(path))  # type: ignore[arg-type]
    assert (verdict.held, verdict.measured) == (False, None)
    (missing,) = judge([FLIPS], {"seeds": right}, read_baseline(tmp_path / "none.json"))
    assert missing.held is False


def test_a_malformed_baseline_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bounds.json"
    path.write_text('{"seeds": {"wrong": []}}', encoding="utf-8")
    with pytest.raises(GoldError, match=r"bounds\.json"):
        read_baseline(path)


def test_a_regression_gate_has_a_set_and_a_value(tmp_path: Path) -> None:
    path = tmp_path / "gates.toml"
    path.write_text('[[regression]]\nset = "seeds"\nvalue = 2\n', encoding="utf-8")
    assert read_gates(path) == (Gate(side="regression", metric="worse", set="seeds", value=2.0),)
    path.write_text('[[regression]]\nset = "seeds"\nmetric = "worse"\nvalue = 2\n', encoding="utf-8")
    with pytest.raises(GoldError, match="regression"):
        read_gates(path)


def test_junit_has_a_case_for_every_gate(wrong: Report) -> None:
    unrun = replace(FLOOR, set="lct")
    suite = ET.fromstring(junit(record(wrong, FLOOR, replace(FLOOR, value=0.1), unrun)))  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "measured 0." in (failure.get("message") or "")


def test_markdown_shows_failed_gates_and_escapes_what_pages_say(wrong: Report) -> None:
    shown = markdown(record(wrong, FLOOR))
    assert shown.startswith("# Evaluation\n\n0 gates held, 1 failed.")
    assert "| seeds number_found | floor | 0.999 |" in shown
    hostile = replace(wrong.mistakes[0], source="<b>|x|</b> `y` [z](w)", status="checked")
    hybrid = replace(wrong, name="seeds.hybrid", mistakes=(hostile,))
    assert "\\<b\\>\\|x\\|\\</b\\> \\`y\\` \\[z\\](w)" in markdown(record(hybrid))


def test_annotations_are_one_line_each(wrong: Report) -> None:
    lines = list(workflow_commands(record(wrong, FLOOR)))
    assert lines[0].startswith("::error file=evals/gates.toml,title=evaluation gate::seeds number_found is 0.")
    assert all("\n" not in line for line in lines)
    assert lines[1].startswith("::notice title=evaluation::seeds: silent errors")


def test_the_command_compares_reports_and_says_what_it_cannot_read(
    tmp_path: Path, right: Report, wrong: Report
) -> None:
    for name, report in (("a", right), ("b", wrong)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_text(json.dumps(record(report)), encoding="utf-8")
    done = CliRunner().invoke(app, ["diff", str(tmp_path / "a"), f"{tmp_path / 'b'}#seeds"])
    assert done.exit_code == 0
    assert "wrong now: 1 bounds" in done.stdout
    done = CliRunner().invoke(app, ["diff", str(tmp_path / "a"), str(tmp_path / "none")])
    assert (done.exit_code, "is no report" in done.stderr) == (2, True)
    with pytest.raises(GoldError, match="it has seeds"):
        record_of(f"{tmp_path / 'a'}#stress")
