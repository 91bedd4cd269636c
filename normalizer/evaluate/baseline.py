"""The baseline: which gold bounds were wrong when it was made, so that a change that makes others wrong is named."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from normalizer.model.errors import GoldError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from normalizer.evaluate.report import Report


@dataclass(frozen=True, slots=True)
class Baseline:
    """The wrong bounds of one set, by name, and what they were scored by."""

    gold_hash: str
    scorer_version: str
    wrong: frozenset[str]

    def comparable(self, report: Report) -> bool:
        """Say whether a report was scored by the same labels and scorers."""
        return (self.gold_hash, self.scorer_version) == (report.gold_hash, report.scorer_version)

    def worse(self, report: Report) -> list[str]:
        """Return the names of the bounds that were right and are wrong."""
        return [name for name, outcome in report.outcomes.items() if outcome and name not in self.wrong]


def read_baseline(path: Path) -> dict[str, Baseline]:
    """Return the baselines of a file by the name of their set; none when there is no such file.

    Args:
        path: what :func:`written` gave.

    Raises:
        GoldError: when the file is malformed.

    """
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Baseline(one["gold_hash"], one["scorer_version"], frozenset(one["wrong"]))
            for name, one in data.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GoldError(path.name, 0, "file", f"is no baseline: {error}") from error


def written(reports: Mapping[str, Report]) -> str:
    """Return the text of a baseline file: every set with named bounds, its wrong ones in order."""
    data: dict[str, Any] = {
        name: {
            "gold_hash": report.gold_hash,
            "scorer_version": report.scorer_version,
            "wrong": sorted(bound for bound, outcome in report.outcomes.items() if outcome),
        }
        for name, report in sorted(reports.items())
        if report.outcomes
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
