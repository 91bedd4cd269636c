"""A run's failed gates as annotations that GitHub shows beside the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_commands(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield a workflow command for every failed gate, and a notice with the silent errors of every reader.

    Args:
        record: what ``report.json`` holds.

    """
    for verdict in record["gates"]:
        if verdict["held"] is False:
            gate, measured = verdict["gate"], verdict["measured"]
            got = "nothing" if measured is None else f"{measured:.3f}"
            text = f"{gate['set']} {gate['metric']} is {got}, {gate['side']} {gate['value']:g}"
            yield f"::error file=evals/gates.toml,title=evaluation gate::{_escaped(text)}"
    for report in record["reports"]:
        silent, review = (report["scores"].get(name) for name in ("silent_errors", "review_rate"))
        if silent and review and silent["f1"] is not None and review["f1"] is not None:
            text = f"{report['set']}: silent errors {silent['f1']:.3f} at a review rate of {review['f1']:.3f}"
            yield f"::notice title=evaluation::{_escaped(text)}"
