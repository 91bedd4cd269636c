"""Lines to a forest of items: nested by indent, by change of marker, by restart of numbers, after a lead-in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from normalizer.model.finding import Finding
from normalizer.model.span import Span
from normalizer.segment.brackets import open_bracket
from normalizer.segment.headings import is_note
from normalizer.segment.inline import Cut, cuts_inside
from normalizer.segment.items import DEEPEST, Node, adopt, is_lead, number_missing

if TYPE_CHECKING:
    from normalizer.segment.lines import Line
    from normalizer.segment.markers import Marker

_RANK: Final = {"m": 0, "d": 0, "p": 0, "r": 2, "l": 1, "c": 3, "b": 4, "(": 1}
_CONTINUES: Final = re.compile(
    r"(?:,|\b(?:and|or|and/or|of|the|with|to|in|by|for|a|an|than|from|at|on|is|are))\Z", re.IGNORECASE
)


@dataclass(slots=True, eq=False)
class _Level:
    indent: int
    nodes: list[Node]
    #: The last number printed in each style of marker at this level.
    styles: dict[str, int] = field(default_factory=dict)
    #: The last number that stood at the start of a line.
    printed: int = 0


class Nesting:
    """Places the lines of one group of a section one after the other; ``roots`` is the forest so far."""

    __slots__ = ("_after", "_inner", "_levels", "_open", "_text", "roots")

    def __init__(self, text: str, after: int = 0) -> None:
        self._text = text
        self._after = after
        self.roots: list[Node] = []
        self._levels: list[_Level] = []
        #: The list that ended the last line from inside; the next line may carry it on.
        self._inner: _Level | None = None
        self._open = False

    def add(self, line: Line) -> None:
        """Place ``line``, cut at the markers of further items that stand inside it."""
        node = self._place(line.marker, line.start, line.body, line.end, line)
        self._open = open_bracket(self._text, node.body, node.end)
        cuts = cuts_inside(self._text, line.body, line.end)
        if cuts:
            self._split(node, cuts, line)

    def _split(self, node: Node, cuts: list[Cut], line: Line) -> None:
        inner: list[_Level] = []
        for index, cut in enumerate(cuts):
            if cut.start < node.body:
                continue
            following = cuts[index + 1] if index + 1 < len(cuts) else None
            if (target := self._continued(cut, following, inner)) is not None:
                del self._levels[target + 1 :]
                inner = [one for one in inner if any(one is level for level in self._levels)]
                level = self._levels[target]
                fresh = self._new(cut, line)
                nested = any(level is one for one in inner)
                if not nested:
                    fresh.findings.append(
                        Finding(
                            code="inline_items_split",
                            message=f"item {self._text[cut.marker.start : cut.marker.end]} stands inside a line",
                            span=Span(cut.marker.start, cut.marker.end),
                        )
                    )
                self._shorten(node, cut)
                if not nested and target == 0 and cut.marker.value != level.styles.get(cut.marker.style, 0) + 1:
                    self._promoted(level, cut.marker)
                if node.end <= node.body and not node.children and level.nodes[-1:] == [node]:
                    level.nodes.pop()
                level.nodes.append(fresh)
                if level.styles:
                    level.styles[cut.marker.style] = cut.marker.value
                node = fresh
            elif len(self._levels) < DEEPEST and (
                not cut.marker.counts or (cut.first and following is not None and self._pairs(cut, cuts, index))
            ):
                self._shorten(node, cut)
                node.inline = True
                fresh = self._new(cut, line)
                level = _Level(line.indent, node.children, {cut.marker.style: cut.marker.value})
                self._levels.append(level)
                inner.append(level)
                node.children.append(fresh)
                node = fresh
        self._inner = inner[-1] if inner else None
        if inner:
            self._levels = [level for level in self._levels if not any(level is one for one in inner)]

    def _pairs(self, cut: Cut, cuts: list[Cut], index: int) -> bool:
        for other in cuts[index + 1 : index + 12]:
            if other.marker.style == cut.marker.style and other.marker.value == 2:  # noqa: PLR2004
                return True
        return False

    def _new(self, cut: Cut, line: Line) -> Node:
        return Node(cut.marker, cut.marker.start, cut.body, line.end, line.indent)

    def _shorten(self, node: Node, cut: Cut) -> None:
        node.end = max(node.body, cut.start)

    def _continued(self, cut: Cut, following: Cut | None, inner: list[_Level]) -> int | None:
        """Return the level whose list the inline marker carries on, None when there is none."""
        marker = cut.marker
        if not marker.counts:
            for depth in range(len(self._levels) - 1, -1, -1):
                if marker.style in self._levels[depth].styles and any(self._levels[depth] is one for one in inner):
                    return depth
            return None
        run = (
            following is not None
            and following.marker.style == marker.style
            and following.marker.value == marker.value + 1
        )
        for depth in range(len(self._levels) - 1, -1, -1):
            level = self._levels[depth]
            last = level.styles.get(marker.style)
            if last is not None and marker.value == last + 1:
                if cut.strong or any(level is one for one in inner):
                    return depth
                if cut.fair and (run or level.nodes[-1].end > cut.start):
                    return depth
            if (
                last is None
                and cut.strong
                and not level.styles
                and marker.style.startswith("digit")
                and marker.value == len(level.nodes) + 1
                and depth > 0
            ):
                return depth
        if cut.strong and self._levels and marker.style in self._levels[0].styles and marker.value > 1:
            level = self._levels[0]
            if marker.value <= level.styles[marker.style] and self._lead_of(level, marker) is not None:
                return 0
        return None

    def _lead_of(self, level: _Level, marker: Marker) -> int | None:
        """Return the place of the lead-in whose sub-items were printed at its own level, numbers running on."""
        for index in range(len(level.nodes) - 2, -1, -1):
            node = level.nodes[index]
            if node.marker is not None and node.marker.style == marker.style and node.marker.value == marker.value - 1:
                return index if not node.children and is_lead(self._text, node) else None
        return None

    def _promoted(self, level: _Level, marker: Marker) -> bool:
        """Put the items after a lead-in back under it when the outer numbering takes up again behind it."""
        index = self._lead_of(level, marker)
        if index is None:
            return False
        adopt(level.nodes, index, len(level.nodes))
        return True

    def _place(self, marker: Marker | None, start: int, body: int, end: int, line: Line) -> Node:
        node = Node(marker, start, body, end, line.indent)
        if not self._levels:
            self.roots.append(node)
            self._levels.append(_Level(line.indent, self.roots))
            if marker is not None:
                self._levels[0].styles[marker.style] = self._levels[0].printed = marker.value
                if marker.value > 1 and marker.value != self._after + 1:
                    number_missing(self._text, node)
            return node
        return self._place_bare(node, line) if marker is None else self._place_marked(node, marker, line)

    # Lines without a marker

    def _place_bare(self, node: Node, line: Line) -> Node:
        last = (self._inner or self._levels[-1]).nodes[-1]
        first = self._text[node.body]
        near = not line.gap
        if self._open and near:
            return self._extend(last, node)
        if is_note(self._text[node.body : node.body + 12]):
            last.findings.append(
                Finding(
                    code="note_between_items", message="a note stands after the item", span=Span(node.body, node.end)
                )
            )
            return self._extend(self.roots[-1] if line.indent <= self.roots[-1].indent else last, node)
        root_bare = self.roots[-1].marker is None
        if near and (first.islower() or _CONTINUES.search(self._text, max(last.body, last.end - 8), last.end)):
            return self._extend(last, node)
        if not self._levels[-1].styles and len(self._levels) > 1:
            if line.indent + 1 >= self._levels[-1].indent:
                return self._append(self._levels[-1], node)
        elif is_lead(self._text, last) and (
            last.marker is not None or (near and root_bare and line.indent > last.indent)
        ):
            return self._push(last, node, line)
        for depth in range(len(self._levels) - 1, -1, -1):
            level = self._levels[depth]
            if level.styles and level.indent < line.indent:
                del self._levels[depth + 1 :]
                return self._extend(level.nodes[-1], node)
        if first.islower() and self._text[last.end - 1] not in ".;":
            return self._extend(last, node)
        del self._levels[1:]
        return self._append(self._levels[0], node)

    def _extend(self, last: Node, node: Node) -> Node:
        if last.children:
            deepest = last
            while deepest.children:
                deepest = deepest.children[-1]
            tail = Node(None, node.start, node.body, node.end, node.indent)
            last.children.append(tail)
            tail.note = True
            return tail
        last.end = node.end
        return last

    def _append(self, level: _Level, node: Node) -> Node:
        level.nodes.append(node)
        return node

    def _push(self, parent: Node, node: Node, line: Line) -> Node:
        if len(self._levels) >= DEEPEST:
            return self._append(self._levels[-1], node)
        parent.children.append(node)
        level = _Level(line.indent, parent.children)
        if node.marker is not None:
            level.styles[node.marker.style] = node.marker.value
            if node.marker.value > 1:
                number_missing(self._text, node)
        self._levels.append(level)
        return node

    # Lines with a marker

    def _place_marked(self, node: Node, marker: Marker, line: Line) -> Node:
        inner, self._inner = self._inner, None
        if marker.style == "multi2" and not self._subsection(marker):
            return self._place_bare_again(node, line)
        if inner is not None and marker.value > 1 and inner.styles.get(marker.style) == marker.value - 1:
            self._inner = inner
            return self._sibling(inner, node, marker)
        marker = node.marker = self._reading(marker)
        levels = self._levels
        if not levels[-1].styles and len(levels) > 1:
            levels.pop()
        top = levels[-1]
        deeper = line.indent >= top.indent + 2
        continues = marker.counts and marker.value > 1 and top.styles.get(marker.style) == marker.value - 1
        if deeper and not continues:
            return self._push(top.nodes[-1], node, line)
        for depth in range(len(levels) - 1, -1, -1):
            level = levels[depth]
            if line.indent < level.indent - 1 and depth:
                continue
            known = level.styles.get(marker.style)
            if known is not None and (
                (not marker.counts and line.indent <= level.indent + 1) or (marker.counts and marker.value == known + 1)
            ):
                del levels[depth + 1 :]
                return self._sibling(level, node, marker)
        while len(levels) > 1 and line.indent < levels[-1].indent - 1:
            levels.pop()
        level = levels[-1]
        last = level.nodes[-1]
        lead = is_lead(self._text, last)
        known = level.styles.get(marker.style)
        if known is None:
            return self._new_style(level, node, marker, line, lead=lead)
        if marker.value == 1:
            if lead or line.restart:
                return self._push(last, node, line)
            if not line.indent > levels[0].indent + 1:
                del levels[1:]
                node.restarts = levels[0].styles.get(marker.style, 0) > 1 or len(levels[0].nodes) > 1
                return self._sibling(levels[0], node, marker)
            return self._sibling(level, node, marker)
        base = levels[0]
        if marker.style in base.styles and line.indent <= base.indent + 1:
            del levels[1:]
            known = base.styles[marker.style]
            if marker.value <= known:
                if self._promoted(base, marker):
                    return self._sibling(base, node, marker)
                node.restarts = marker.value == 2 and known > 2 and base.printed != 1  # noqa: PLR2004
            elif marker.glued and base.nodes[-1].marker is not None and not base.nodes[-1].marker.glued:
                node.restarts = True
            number_missing(self._text, node)
            return self._sibling(base, node, marker)
        number_missing(self._text, node)
        return self._sibling(level, node, marker)

    def _subsection(self, marker: Marker) -> bool:
        """Say whether "3.1" stands under item 3 of an open list; else it is a decimal number."""
        outer = int(self._text[marker.bullet or marker.start : marker.end].split(".")[0])
        return any(outer in level.styles.values() for level in self._levels)

    def _reading(self, marker: Marker) -> Marker:
        """Settle whether "i.", "v." or "x." is a letter: it is when the letters before it stand in a list."""
        if not marker.letter:
            return marker
        style = "letter" + marker.style[5:]
        for level in reversed(self._levels):
            if level.styles.get(style) == marker.letter - 1:
                return type(marker)(style, marker.letter, marker.start, marker.end, glued=marker.glued)
        return marker

    def _new_style(self, level: _Level, node: Node, marker: Marker, line: Line, *, lead: bool) -> Node:
        last = level.nodes[-1]
        weaker = bool(level.styles) and _RANK.get(marker.style[0], 1) > min(
            _RANK.get(style[0], 1) for style in level.styles
        )
        if marker.style[0] in "lr" and marker.value > 1:
            return self._place_bare_again(node, line)
        if marker.bullet and marker.value == 1 and last.marker is not None and not last.marker.counts:
            return self._push(last, node, line)
        if last.marker is None and not level.styles:
            if lead:
                return self._push(last, node, line)
            return self._sibling(level, node, marker)
        if lead or (weaker and last.marker is not None):
            return self._push(last, node, line)
        return self._sibling(level, node, marker)

    def _place_bare_again(self, node: Node, line: Line) -> Node:
        node.marker, node.body = None, node.start
        return self._place_bare(node, line)

    def _sibling(self, level: _Level, node: Node, marker: Marker) -> Node:
        level.nodes.append(node)
        level.styles[marker.style] = level.printed = marker.value
        return node
