"""Reports as plain text tables; an unscored value is a dash."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, get_args

from normalizer.evaluate.interval import FEW
from normalizer.evaluate.mistakes import KINDS
from normalizer.evaluate.scorecard import LABELLED, READERS
from normalizer.evaluate.scorers import RATES
from normalizer.evaluate.scorers.levels import LEVELS
from normalizer.model.criterion import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from normalizer.evaluate.gates import Verdict
    from normalizer.evaluate.report import Report

#: Most documents listed one by one.
_MOST: Final = 12


def figure(value: float | None) -> str:
    """Return a score with three decimals, a dash when unscored."""
    return "-" if value is None else f"{value:.3f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows in columns, the first to the left, the others to the right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )


def _overall(report: Report) -> str:
    rows = []
    for name, score in report.scores.items():
        if "/" in name and not name.startswith("status/"):
            continue
        total = score.total
        ends = "-" if score.interval is None else f"{score.interval[0]:.3f} - {score.interval[1]:.3f}"
        same = total.predicted == total.gold
        rows.append(
            (
                name + (" (less is better)" if name in RATES else ""), figure(total.f1),
                "" if same else figure(total.precision), "" if same else figure(total.recall), ends,
                str(total.right), str(total.predicted), str(total.gold),
            )
        )  # fmt: skip
    return table(("score", "F1 or share", "P", "R", "95 % interval", "right", "predicted", "gold"), rows)


def _roles(report: Report) -> str:
    rows = []
    for role in get_args(Role):
        scores = [report.scores.get(f"{level}/{role}") for level in LEVELS]
        if scores[0] is not None:
            cells = [figure(None if score is None else score.total.f1) for score in scores]
            rows.append((role, str(scores[0].total.gold), *cells))
    return table(("role", "gold", *LEVELS), rows)


def _documents(report: Report) -> str:
    wanted = (*LEVELS, "criterion_exact", "silent_errors", "review_rate")
    columns = [column for column in wanted if column in report.scores]
    rows = [
        (name, part, *(figure(report.scores[column].documents[name].f1) for column in columns))
        for name, part in report.parts.items()
    ]
    return table(("document", "part", *columns), rows)


def printed(report: Report) -> str:
    """Return a report as text: scores, roles, documents when few, mistakes by kind."""
    parts = Counter(report.parts.values())
    counts = ", ".join(f"{count} {part}" for part, count in sorted(parts.items()))
    lines = [f"# {report.name}: {len(report.parts)} documents ({counts})"]
    if report.unpredicted:
        lines.append(f"without prediction: {', '.join(report.unpredicted[:_MOST])}")
    lines += ["", _overall(report), ""]
    if len(report.parts) < FEW:
        lines += [f"intervals: bootstrap over {len(report.parts)} documents; with so few they are too narrow", ""]
    else:
        lines += ["intervals: bootstrap over documents", ""]
    if "number_found" in report.scores:
        lines += [_roles(report), ""]
        if len(report.parts) <= _MOST:
            lines += [_documents(report), ""]
    if report.mistakes:
        kinds = Counter(mistake.kind for mistake in report.mistakes)
        lines += ["mistakes: " + ", ".join(f"{kind} {kinds[kind]}" for kind in KINDS if kinds[kind]), ""]
    return "\n".join(lines)


def compared(reports: Mapping[str, Report], name: str) -> str:
    """Return the main scores of one set with a column for every reader, empty when only one read it.

    Args:
        reports: by their name.
        name: the set.

    """
    columns = {title: reports[key] for key, title in _readers(name).items() if key in reports}
    if len(columns) == 1 or not columns:
        return ""
    rows = [
        (label, *(figure(report.value(score)) for report in columns.values()))
        for score, label in LABELLED.items()
        if all(score in report.scores for report in columns.values())
    ]
    return table((name, *columns), rows) + "\n"


def _readers(name: str) -> dict[str, str]:
    return {f"{name}{suffix}": title for suffix, title in READERS.items()}


def gates_printed(verdicts: Iterable[Verdict]) -> str:
    """Return the gates as text."""
    words = {True: "held", False: "FAILED", None: "not run"}
    verdicts = tuple(verdicts)
    rows = [
        (f"{v.gate.set} {v.gate.metric}", v.gate.side, figure(v.gate.value), figure(v.measured), words[v.held])
        for v in verdicts
    ]
    lines = [table(("gate", "side", "value", "measured", "verdict"), rows)]
    for verdict in verdicts:
        if verdict.held is False:
            lines += [f"{verdict.gate.set}: wrong now, right in the baseline: {name}" for name in verdict.named]
    return "\n".join(lines)
