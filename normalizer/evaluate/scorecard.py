"""``python -m normalizer.evaluate.scorecard REPORT FILE``: a report's main scores as tables between FILE's marks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from normalizer.evaluate.corrupt import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MARKS: Final = ("<!-- scorecard -->\n", "<!-- /scorecard -->\n")

#: Score and what the card calls it; the first six each ask for all that the one before asks for.
LABELLED: Final = {
    "number_found": "number, at its characters",
    "number_unit": "+ comparator, unit, reference",
    "role": "+ role",
    "anchored": "+ anchor and direction",
    "subject": "+ subject",
    "full_bound": "everything about a bound",
    "segmentation_exact": "block, exact characters",
    "logic": "requirement tree",
    "criterion_exact": "whole criterion, every field",
    "silent_errors": "silent errors (less is better)",
    "review_rate": "criteria in review",
    "false_alarms": "right bounds in review without fault of the print",
    "ledger_coverage": "numerals accounted for",
}
SETS: Final = ("seeds", "stress")
#: What a reader's report is called behind the name of its set, and what the card calls the reader.
READERS: Final = {"": "rules", ".llm": "model (recorded)", ".hybrid": "hybrid"}
_CORPORA: Final = {"lct": "LCT", "chia": "Chia"}
MIRRORED: Final = {
    "lct": {
        "op+values": "operator and values",
        "op+values+unit": "operator, values and unit",
        "values": "values",
        "written_comparator": "comparator, where one is written",
    },
    "chia": {
        "value_found": "numbers of value phrases, found",
        "value_invented": "numbers without a value phrase (less is better)",
        "limit_of_normal": "limits of normal",
        "time_found": "numbers of times, found",
        "anchor_found": "reference points of times, found",
    },
}


def _shown(score: Mapping[str, Any] | None) -> str:
    if score is None or score["f1"] is None:
        return "-"
    interval = score["interval"]
    return f"{score['f1']:.3f}" + (f" ({interval[0]:.2f} - {interval[1]:.2f})" if interval else "")


def _labelled(reports: Mapping[str, Any], name: str) -> list[str]:
    """Return the table of one labelled set: a column for every reader that was scored."""
    columns = [(title, reports[f"{name}{suffix}"]) for suffix, title in READERS.items() if f"{name}{suffix}" in reports]
    if not columns:
        return []
    bounds = columns[0][1]["scores"]["number_found"]["gold"]
    lines = [
        f"| {name}, {bounds} bounds: F1 or share (95 % interval) | {' | '.join(title for title, _ in columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for key, label in LABELLED.items():
        cells = [_shown(report["scores"].get(key)) for _, report in columns]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return [*lines, ""]


def _caught(reports: Mapping[str, Any]) -> list[str]:
    """Return the table of errors put into trusted readings, and how many of them were noticed."""
    sets = [name for name in SETS if f"{name}.catch" in reports]
    if not sets:
        return []
    lines = [f"| error put into a trusted reading: noticed | {' | '.join(sets)} |", "|---" * (len(sets) + 1) + "|"]
    for kind in KINDS:
        cells = []
        for name in sets:
            score = reports[f"{name}.catch"]["scores"].get(kind)
            cells.append("-" if score is None else f"{score['f1']:.3f} of {score['gold']}")
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return [*lines, ""]


def scorecard(record: Mapping[str, Any]) -> str:
    """Return the Markdown tables of a report.

    Args:
        record: what ``make eval`` writes to ``report.json``; what was not run has no table or column.

    """
    reports = {report["set"]: report for report in record["reports"]}
    lines = [line for name in SETS for line in _labelled(reports, name)] + _caught(reports)
    rows = [
        f"| {_CORPORA[name]} | {label} | {_shown(reports[name]['scores'].get(key))} |"
        for name, labels in MIRRORED.items()
        if name in reports
        for key, label in labels.items()
    ]
    if rows:
        lines += ["| corpus | what (rules) | F1 or share (95 % interval) |", "|---|---|---|", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def replaced(text: str, card: str) -> str:
    """Return the text with the card between its marks.

    Raises:
        ValueError: when the text has no marks.

    """
    before, opening, rest = text.partition(MARKS[0])
    _, closing, after = rest.partition(MARKS[1])
    if not opening or not closing:
        raise ValueError(f"no {MARKS[0].strip()} ... {MARKS[1].strip()} to write between")
    return before + opening + card + closing + after


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the card of a report into a file and return the exit code."""
    report, target = map(Path, arguments or sys.argv[1:])
    card = scorecard(json.loads(report.read_text(encoding="utf-8")))
    target.write_text(replaced(target.read_text(encoding="utf-8"), card), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
