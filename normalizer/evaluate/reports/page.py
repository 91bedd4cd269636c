"""A run as one static page: scores, gates, and every criterion with gold and readers side by side."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Where the template takes its data.
_RUN: Final = "{{ run }}"
_ITEMS: Final = "{{ items }}"
#: Characters that could end a script element or begin markup in it, as JSON may write them too.
_ESCAPES: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def _embedded(data: object) -> str:
    """Return data as JSON in ASCII (so U+2028 and lone surrogates are escaped) that is inert in a script element."""
    return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)


def _shown(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows of a report: scores over the whole set, and tokens."""
    scores = {
        name: {"f1": score["f1"], "interval": score["interval"], "gold": score["gold"]}
        for name, score in report["scores"].items()
        if "/" not in name
    }
    return {"set": report["set"], "scores": scores, "usage": report.get("usage") or {}}


def page(record: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> str:
    """Return a run as an HTML page that needs nothing else: no network, no other file; equal input, equal page.

    Args:
        record: what ``report.json`` holds.
        items: what ``items.json`` holds; spans are offsets into a criterion's text, in code points.

    """
    template = (files(__package__) / "data" / "page.html").read_text("utf-8")
    before, _, rest = template.partition(_RUN)
    between, _, after = rest.partition(_ITEMS)
    run = {"reports": [_shown(report) for report in record["reports"]], "gates": record["gates"]}
    return "".join((before, _embedded(run), between, _embedded(items), after))
