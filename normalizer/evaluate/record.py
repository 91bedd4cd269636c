"""Reports as JSON-ready data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from normalizer.evaluate.gates import Verdict
    from normalizer.evaluate.report import Report, Score
    from normalizer.evaluate.tally import Tally


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "f1": tally.f1, "precision": tally.precision, "recall": tally.recall,
        "right": tally.right, "predicted": tally.predicted, "gold": tally.gold,
    }  # fmt: skip


def _score(score: Score) -> dict[str, Any]:
    documents = {name: [t.right, t.predicted, t.gold] for name, t in score.documents.items() if t.predicted or t.gold}
    return {**_tally(score.total), "interval": score.interval, "documents": documents}


def recorded(report: Report) -> dict[str, Any]:
    """Return a report as data; per document each score is [right, predicted, gold], unscored ones left out."""
    return {
        "set": report.name,
        "scorer_version": report.scorer_version,
        "parts": dict(report.parts),
        "unpredicted": list(report.unpredicted),
        "scores": {name: _score(score) for name, score in report.scores.items()},
        "gold_hash": report.gold_hash,
        "usage": dict(report.usage),
        "outcomes": dict(report.outcomes),
        "mistakes": [asdict(mistake) for mistake in report.mistakes],
    }


def verdicts_recorded(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Return the gates' verdicts as data."""
    return [asdict(verdict) for verdict in verdicts]
