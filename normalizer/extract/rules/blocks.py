"""A block into one tree: its own text, its items below their lead-in, and the neighbours that printed logic joins."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from normalizer.extract.rules.leadins import counted_heading, under_lead_in
from normalizer.extract.rules.sentences import read_sentences
from normalizer.extract.rules.sketch import Branch, Tree, join
from normalizer.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.rules.material import Material
    from normalizer.model.block import Block, Item

_DEEPEST: Final = 6  # deeper lists are read as running text
_LINK_ONLY: Final = " ;,.*-\n\t•"
#: An item that ends in "or" joins the next one.
_OR_BEHIND: Final = re.compile(r"\bor\s*$", re.IGNORECASE)
#: A line that is nothing but the joiner.
_OR_ALONE: Final = re.compile(r"[\s*•.;,-]*\b(?:and/or|or)\b[\s*•.:;,-]*", re.IGNORECASE)
#: "it is sufficient if one of items 6 and 7 is met": a note that joins printed items by number.
_JOINING_NOTE: Final = re.compile(
    r"\bof\s+(?:the\s+)?(?:items?|articles?|criteria|conditions?|points?|numbers?|nos?\.?)\s*#?\d", re.IGNORECASE
)


class ViewMap:
    """Maps spans of the document to spans of a block's view."""

    def __init__(self, block_start: int, starts: tuple[int, ...] | None) -> None:
        self._block, self._starts = block_start, starts

    def __call__(self, span: Span) -> Span:
        """Return the span of the view that stands for a span of the document."""
        start, end = span.start - self._block, span.end - self._block
        if self._starts is None:
            return Span(start, end)
        return Span(bisect_left(self._starts, start), bisect_left(self._starts, end))


def read_block(material: Material, block: Block, to_view: ViewMap) -> Tree | None:
    """Return the tree of a block, None when it names nothing."""
    describe = material.kind == "exclusion"
    if not block.joined:
        return _region(material, 0, len(material.text), block.items, to_view, describe=describe, depth=0)
    places = [to_view(item.span) for item in block.joined]
    begins = [to_view(item.marker_span or item.span).start for item in block.joined]
    own = _region(material, 0, begins[0], block.items, to_view, describe=describe, depth=0)
    trees = [own] if own is not None else []
    note: Span | None = None
    own_text = material.text[: begins[0]].rstrip(_LINK_ONLY)
    alternatives = _OR_BEHIND.search(own_text) is not None
    for index, (item, place) in enumerate(zip(block.joined, places, strict=True)):
        following = begins[index + 1] if index + 1 < len(begins) else len(material.text)
        if _JOINING_NOTE.search(material.text, place.start, place.end):
            note = place
            continue
        behind = material.text[place.start : following].rstrip(_LINK_ONLY)
        alternatives = alternatives or (index + 1 < len(begins) and _OR_BEHIND.search(behind) is not None)
        tree = _region(material, place.start, place.end, item.items, to_view, describe=describe, depth=1)
        if tree is not None:
            trees.append(tree)
    if note is not None and len(trees) > 1:
        count = next((m for m in material.mentions_in(note.start, note.end) if m.kind == "count"), None)
        named = _JOINING_NOTE.search(material.text, note.start, note.end)
        if count is not None and named is not None:
            heading = counted_heading(material, count, Span(count.span.start, max(count.span.end, named.end())))
            return Branch("atleast", [heading, *trees])
    return join("any" if describe or alternatives else "all", trees)


def _region(
    material: Material, start: int, end: int, items: Sequence[Item], to_view: ViewMap, *, describe: bool, depth: int
) -> Tree | None:
    if not items or depth > _DEEPEST:
        return read_sentences(material, start, end, describe=describe)
    first = to_view(items[0].marker_span or items[0].span).start
    children: list[Tree] = []
    joined_or = False
    for index, item in enumerate(items):
        span = to_view(item.span)
        tree = _region(material, span.start, span.end, item.items, to_view, describe=describe, depth=depth + 1)
        if tree is not None:
            children.append(tree)
        last = index + 1 == len(items)
        following = end if last else to_view(items[index + 1].marker_span or items[index + 1].span).start
        between = material.text[span.end : following]
        if not last and _OR_BEHIND.search(material.text[span.start : following].rstrip(_LINK_ONLY)):
            joined_or = True
        elif between.strip(_LINK_ONLY) and (tree := read_sentences(material, span.end, following, describe=describe)):
            children.append(tree)
    return under_lead_in(material, start, first, children, joined_or=joined_or, describe=describe)
