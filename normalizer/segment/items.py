"""One item of a list with its sub-items, and what its own words say of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from normalizer.model.finding import Finding
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.segment.markers import Marker

#: Deeper lists than this are read as if they stood at this depth.
DEEPEST: Final = 8
_LEAD: Final = re.compile(
    r"(?:[:：]|\bdefined\s+(?:as|by)|\b(?:the\s+following|as\s+follows|listed\s+below|described\s+below)"
    r"(?:\s+\w+){0,5}\s*\)?\.?)\s*\Z|[:：]\s*\([^()]{0,80}\)\Z",
    re.IGNORECASE,
)


_LEAD_HINTS: Final = (":", "：", "ollow", "efined", "elow")


@dataclass(slots=True, eq=False)
class Node:
    """One item: marker, body start, own end (children not counted), children, and what was noticed."""

    marker: Marker | None
    start: int
    body: int
    end: int
    indent: int
    children: list[Node] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    #: A numbered list began again here although nothing announces it.
    restarts: bool = False
    note: bool = False
    #: The children stand inside the item's own line.
    inline: bool = False
    #: How often items under it were moved down.
    height: int = 0

    def last(self) -> int:
        """Return where the item with all its children ends."""
        node, end = self, self.end
        while node.children:
            node = node.children[-1]
            end = max(end, node.end)
        return end


def is_lead(text: str, node: Node) -> bool:
    """Say whether the item's own words announce sub-items."""
    start = max(node.body, node.end - 90)
    for hint in _LEAD_HINTS:
        if text.find(hint, start, node.end) >= 0:
            return _LEAD.search(text, start, node.end) is not None
    return False


def adopt(nodes: list[Node], lead: int, stop: int) -> None:
    """Move ``nodes[lead + 1:stop]`` under ``nodes[lead]``: they were printed one level too high."""
    parent = nodes[lead]
    children = nodes[lead + 1 : stop]
    height = 1 + max((child.height for child in children), default=DEEPEST)
    if height > DEEPEST:
        return
    parent.height = height
    parent.findings.append(
        Finding(
            code="level_promoted",
            message=f"{len(children)} sub-items are printed at the level of their lead-in",
            span=Span(parent.body, parent.end),
        )
    )
    parent.children.extend(children)
    del nodes[lead + 1 : stop]


def number_missing(text: str, node: Node) -> None:
    """Note on ``node`` that the item before its printed number is not printed."""
    if node.marker is None:
        return
    printed = text[node.marker.start : node.marker.end]
    span = Span(node.marker.start, node.marker.end)
    message = f"the item before {printed} is not printed"
    node.findings.append(Finding(code="list_number_missing", message=message, span=span, got=printed))


def last_number(roots: list[Node]) -> int:
    """Return the number of the last marked item, 0 when it has none."""
    for node in reversed(roots):
        if node.marker is not None:
            return node.marker.value
    return 0
