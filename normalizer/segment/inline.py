"""Markers of items that stand inside a line; consecutive numbers decide, never years, decimals or grades."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from normalizer.model.quick import quick_init
from normalizer.segment.brackets import enclosed
from normalizer.segment.markers import HINT, Marker, markers_inside

#: A number after one of these words is a quantity or a reference, not a marker.
_QUANTITY_WORD: Final = re.compile(
    r"(?:\b(?:of|to|or|and|than|grade|stage|class|type|phase|version|criteri\w+|items?|least|least|most|score|category|day|"
    r"week|month|level|factor|vitamin|hepatitis|articles?|numbers?|no|points?|groups?|cohorts?|arms?|parts?|visit|"
    r"section|table|appendix|is|was|by|between|from|within|under|over|above|below|until|every|figure|line|lines)"
    r"|[<>≥≤=±×+/–-])\s*\(?\Z",
    re.IGNORECASE,
)
#: Dashes set off items only in a long line that has several of them before capitals or behind stops.
_DASH: Final = re.compile(r"(?<=\s)[-–*](?=\s+(?:[A-Z(≥≤<>]|\d))|(?<=[.;:]\s)[-–*](?=\s)")
_DASHED_LINE: Final = 120
_STOP: Final = ".;:。；：!?"


@quick_init
@dataclass(frozen=True, slots=True)
class Cut:
    """A marker inside a line: where the text before it ends, where its own text starts, how sure the break is."""

    marker: Marker
    start: int
    body: int
    #: Sentence punctuation stands before it.
    strong: bool
    #: At least a comma or a blank before and a capital or blank behind.
    fair: bool
    first: bool


def cuts_inside(text: str, start: int, end: int) -> list[Cut]:
    """Return the places of ``[start, end)`` where the sequence of markers may cut the line."""
    if end - start > _DASHED_LINE and (dashes := _dashes(text, start, end)):
        return dashes
    if HINT.search(text, start, end) is None:
        return []
    brackets: list[tuple[int, int]] | None = None
    at = 0
    cuts: list[Cut] = []
    for marker in markers_inside(text, start, end):
        stop = marker.start
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        body = marker.end
        while body < end and text[body].isspace():
            body += 1
        if body >= end:
            continue
        before = text[stop - 1] if stop > start else ":"
        strong = before in _STOP
        first = marker.value == 1
        if not strong and marker.style.startswith("digit") and _QUANTITY_WORD.search(text, max(start, stop - 14), stop):
            continue
        if brackets is None:
            brackets = enclosed(text, start, end)
        while at < len(brackets) and brackets[at][1] <= marker.start:
            at += 1
        inside = at < len(brackets) and brackets[at][0] < marker.start < brackets[at][1]
        fair = (
            not marker.counts
            or before in ",)）]"
            or text[body].isupper()
            or marker.style[0] in "clr("
            or marker.style.endswith(")")
            or not text[body].isascii()
        )
        if not strong and not fair:
            continue
        cuts.append(Cut(marker, stop, body, strong and not inside, fair and not inside, first))
    return cuts


def _dashes(text: str, start: int, end: int) -> list[Cut]:
    if text.find(" - ", start, end) < 0 and text.find(" – ", start, end) < 0 and text.find(" * ", start, end) < 0:
        return []
    found = [match.start() for match in _DASH.finditer(text, start, end)]
    if len(found) < 2 or len({text[at] for at in found}) > 1:  # noqa: PLR2004
        return []
    stopped = sum(1 for at in found if text[at - 2 : at - 1] in tuple(_STOP))
    marked = start > 1 and text[start - 2 : start].strip() == text[found[0]]
    if not marked and (len(found) < 3 or stopped * 2 < len(found)):  # noqa: PLR2004
        return []
    cuts: list[Cut] = []
    for at in found:
        stop = at
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        body = at + 1
        while body < end and text[body].isspace():
            body += 1
        if body < end:
            cuts.append(
                Cut(Marker("bullet" + text[at], 0, at, at + 1), stop, body, strong=True, fair=True, first=False)
            )
    return cuts
