"""The card that a README shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from normalizer.evaluate import scorecard

if TYPE_CHECKING:
    from pathlib import Path


def _report(name: str, **f1: float | None) -> dict[str, Any]:
    scores = {key: {"f1": value, "gold": 7, "interval": [0.5, 1.0] if value else None} for key, value in f1.items()}
    return {"set": name, "scores": scores}


def test_readers_are_columns_and_corpora_rows() -> None:
    reports = [
        _report("seeds", number_found=0.75, logic=None),
        _report("seeds.hybrid", number_found=1.0),
        _report("seeds.catch", unit=0.25),
        _report("lct", **{"op+values": 0.5}),
    ]
    lines = scorecard.scorecard({"reports": reports}).splitlines()
    assert lines[0] == "| seeds, 7 bounds: F1 or share (95 % interval) | rules | hybrid |"
    assert "| number, at its characters | 0.750 (0.50 - 1.00) | 1.000 (0.50 - 1.00) |" in lines
    assert "| requirement tree | - | - |" in lines
    assert "| unit | 0.250 of 7 |" in lines
    assert "| LCT | operator and values | 0.500 (0.50 - 1.00) |" in lines
    assert not any(line.startswith("| Chia") for line in lines)


def test_only_what_stands_between_the_marks_changes(tmp_path: Path) -> None:
    report, page = tmp_path / "report.json", tmp_path / "page.md"
    report.write_text(json.dumps({"reports": [_report("seeds", number_found=0.75)]}), encoding="utf-8")
    opening, closing = scorecard.MARKS
    page.write_text(f"before\n{opening}old\n{closing}after\n", encoding="utf-8")
    assert scorecard.main([str(report), str(page)]) == 0
    written = page.read_text(encoding="utf-8")
    assert written.startswith(f"before\n{opening}| seeds, 7 bounds")
    assert written.endswith(f" |\n{closing}after\n")
    assert "old" not in written


def test_a_text_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="no <!-- scorecard -->"):
        scorecard.replaced("text", "card")
