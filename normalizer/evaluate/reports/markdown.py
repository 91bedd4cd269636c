"""A run as Markdown: what a pull request's summary shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from normalizer.evaluate.scorecard import scorecard

if TYPE_CHECKING:
    from collections.abc import Mapping

#: So many silent errors are listed one by one.
_LISTED: Final = 20
_WORDS: Final = {True: "held", False: "**FAILED**", None: "not run"}


def _cell(text: str) -> str:
    """Return text that cannot end a table cell or begin markup."""
    for sign in "\\`*_{}[]<>|":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _gates(record: Mapping[str, Any]) -> list[str]:
    failed = [verdict for verdict in record["gates"] if verdict["held"] is False]
    held = sum(1 for verdict in record["gates"] if verdict["held"])
    lines = [f"{held} gates held, {len(failed)} failed.", ""]
    if failed:
        lines += ["| gate | side | value | measured | verdict |", "|---|---|---|---|---|"]
        for verdict in failed:
            gate, measured = verdict["gate"], verdict["measured"]
            shown = "-" if measured is None else f"{measured:.3f}"
            lines.append(
                f"| {gate['set']} {gate['metric']} | {gate['side']} | {gate['value']:.3f} | {shown} "
                f"| {_WORDS[verdict['held']]} |"
            )
        lines.append("")
        for verdict in failed:
            lines += [f"- wrong now, right in the baseline: {_cell(name)}" for name in verdict["named"][:_LISTED]]
        lines.append("")
    return lines


def _silent(record: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for report in record["reports"]:
        if report["set"].partition(".")[2] != "hybrid":
            continue
        silent = [m for m in report["mistakes"] if m["status"] not in ("review", "failed", None)]
        if silent:
            lines += [f"<details><summary>{report['set']}: {len(silent)} mistakes outside review</summary>", ""]
            lines += ["| where | kind | source | gold | got |", "|---|---|---|---|---|"]
            lines += [
                f"| {_cell(m['trial'])} {m['block']} | {m['kind']} | {_cell(m['source'])} | {_cell(m['gold'] or '-')} "
                f"| {_cell(m['predicted'] or '-')} |"
                for m in silent[:_LISTED]
            ]
            lines += ["", "</details>", ""]
    return lines


def markdown(record: Mapping[str, Any]) -> str:
    """Return a run as Markdown: gates, score tables, the mistakes of the hybrid that no review would show.

    Args:
        record: what ``report.json`` holds.

    """
    return "\n".join(["# Evaluation", "", *_gates(record), scorecard(record), *_silent(record)]).rstrip() + "\n"
