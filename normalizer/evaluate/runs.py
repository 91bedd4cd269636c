"""Run directories scored on gold, and the reports that runs of the evaluation left."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from normalizer.evaluate.gold import read_folder
from normalizer.evaluate.pages import located_in
from normalizer.evaluate.readers import used
from normalizer.evaluate.record import recorded
from normalizer.evaluate.report import evaluate
from normalizer.facts import from_json
from normalizer.model.errors import GoldError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from normalizer.evaluate.report import Report
    from normalizer.model.criterion import NormalizedTrial

GOLD: Final = Path(__file__).resolve().parents[2] / "evals" / "gold"


def _trials(folder: Path) -> Iterator[NormalizedTrial]:
    path = folder / "trials.jsonl"
    if not path.is_file():
        raise GoldError(str(folder), 0, "trials.jsonl", "is missing: no finished run")
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield from_json(line)
            except ValueError as error:
                raise GoldError(str(path), number, "trial", str(error)) from error


def report_of(folder: Path, gold: Path | None = None) -> Report:
    """Return the scores of a run directory.

    Args:
        folder: what ``normalizer run`` wrote.
        gold: folder of gold files, by default the checkout's.

    Raises:
        GoldError: when there is no finished run, a gold file is malformed, or none of its pages was run.

    """
    labelled = {labels.source: labels for labels in read_folder(gold or GOLD).values()}
    found, predictions = [], {}
    for trial in _trials(folder):
        if labels := labelled.get(Path(trial.document.source).name):
            found.append(located_in(labels, trial))
            predictions[labels.trial] = trial
    if not found:
        raise GoldError(str(folder), 0, "trials.jsonl", f"holds no page that {gold or GOLD} labels")
    return replace(evaluate(found, predictions, name=str(folder)), usage=used(predictions.values()))


def record_of(name: str, gold: Path | None = None) -> Mapping[str, Any]:
    """Return the record of one set.

    Args:
        name: a ``report.json`` or a folder with one, behind ``#`` the set (``seeds`` without); or a run directory.
        gold: for run directories.

    Raises:
        GoldError: when there is none.

    """
    place, _, wanted = name.partition("#")
    path = Path(place)
    if path.is_dir() and (path / "run.json").is_file():
        return recorded(report_of(path, gold))
    file = path / "report.json" if path.is_dir() else path
    try:
        reports = {one["set"]: one for one in json.loads(file.read_text(encoding="utf-8"))["reports"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GoldError(str(file), 0, "reports", f"is no report: {error}") from error
    chosen: Mapping[str, Any] | None = reports.get(wanted or "seeds")
    if chosen is None or not chosen.get("outcomes"):
        known = ", ".join(key for key, one in reports.items() if one.get("outcomes"))
        raise GoldError(str(file), 0, wanted or "seeds", f"is no set with named bounds; it has {known or 'none'}")
    return chosen
