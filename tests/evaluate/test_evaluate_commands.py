from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from normalizer.evaluate import agreement, everything
from normalizer.evaluate.gold import read_gold
from normalizer.evaluate.pages import located_in
from normalizer.evaluate.report import evaluate
from normalizer.model.criterion import Coverage, NormalizedTrial, PublishedTile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from normalizer.evaluate.gold import Gold

STRESS = """criteria:
  - {id: s1, style: plain, kind: inclusion, hard_because: "-", text: "Ferritin at least 40 ng/mL", atoms: [], logic: ""}
"""


@pytest.fixture
def evals(tmp_path: Path, labels_text: str, page_text: str) -> Path:
    (tmp_path / "gold").mkdir()
    (tmp_path / "stress").mkdir()
    (tmp_path / "pages").mkdir()
    (tmp_path / "gold" / "T1.yaml").write_text(labels_text.replace("trial: T1", "trial: t1"), encoding="utf-8")
    (tmp_path / "pages" / "t1.txt").write_text(page_text, encoding="utf-8")
    (tmp_path / "stress" / "s.yaml").write_text(STRESS, encoding="utf-8")
    (tmp_path / "split.toml").write_text('tuning = ["t1"]\n', encoding="utf-8")
    (tmp_path / "gates.toml").write_text("", encoding="utf-8")
    return tmp_path


def _run(evals: Path) -> int:
    return everything.main(
        ["--evals", str(evals), "--pages", str(evals / "pages"), "--corpora", str(evals), "--out", str(evals / "out")]
    )


def _gate(evals: Path, value: float) -> None:
    text = f'[[floor]]\nmetric = "number_found"\nset = "seeds"\nvalue = {value}\n'
    (evals / "gates.toml").write_text(text, encoding="utf-8")


def test_everything_reports_pages_and_stress(evals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _gate(evals, 0.1)
    assert _run(evals) == 0
    shown = capsys.readouterr().out
    assert "# seeds: 1 documents (1 tuning)" in shown
    assert "# stress: 1 documents (1 unlisted)" in shown
    assert f"# lct: skipped, nothing found in {evals / 'lct'}" in shown
    data = json.loads((evals / "out" / "report.json").read_text(encoding="utf-8"))
    assert [report["set"] for report in data["reports"]] == ["seeds", "stress"]
    assert data["gates"][0]["held"] is True
    stress = data["reports"][1]
    assert [mistake["kind"] for mistake in stress["mistakes"]] == ["invented"]


def test_a_failed_gate_is_three(evals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _gate(evals, 1.01)
    assert _run(evals) == 3
    assert "FAILED" in capsys.readouterr().out


def test_a_malformed_label_is_two_and_named(evals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = evals / "gold" / "T1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('low: "40"', 'low: "41"'), encoding="utf-8")
    assert _run(evals) == 2
    assert capsys.readouterr().err.startswith("T1.yaml:12: blocks[0].atoms[0].limits[0].low: '41'")


def test_a_label_without_its_page_is_two(evals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (evals / "pages" / "t1.txt").rename(evals / "pages" / "t2.txt")
    assert _run(evals) == 2
    assert "no page t1.txt" in capsys.readouterr().err


def test_agreement_of_two_labellers(evals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (evals / "other").mkdir()
    text = (evals / "gold" / "T1.yaml").read_text(encoding="utf-8")
    (evals / "other" / "T1.yaml").write_text(text.replace("direction: before, ", ""), encoding="utf-8")
    arguments = [str(evals / "gold"), str(evals / "other"), "--pages", str(evals / "pages"), "--mistakes", "1"]
    assert agreement.main(arguments) == 0
    shown = capsys.readouterr().out
    assert "mistakes: direction 1" in shown
    assert next(line for line in shown.splitlines() if line.startswith("anchored")).split()[1] == "0.900"


def test_labels_fit_a_published_trial(
    tmp_path: Path, labels_text: str, gold: Gold, perfect: Callable[[Gold], NormalizedTrial]
) -> None:
    path = tmp_path / "T1.yaml"
    path.write_text(labels_text, encoding="utf-8")
    trial = perfect(gold)
    start = gold.text.index("Inclusion")
    coverage = Coverage(
        numerals=(), numerals_in_bounds=0, numerals_with_reason=0, numerals_unclaimed=0, section_characters=0,
        tiled_characters=0, tiles=(PublishedTile(kind="heading", start=start, end=len(gold.text)),),
    )  # fmt: skip
    found = located_in(read_gold(path), replace(trial, coverage=coverage))
    assert evaluate([found], {"T1": trial}).value("full_bound") == 1.0
