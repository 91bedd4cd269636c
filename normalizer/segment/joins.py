"""Printed logic that makes one criterion of neighbours: an OR line, a trailing "or", "one of items 4 and 5"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.segment.headings import is_note
from normalizer.segment.items import Node, adopt, is_lead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.document import Kind

_TRAILING_OR: Final = re.compile(r"(?:[;,.\s]|\A)(?:and\s*/\s*or|or)\s*[:;,.]?\Z", re.IGNORECASE)
_REFERENCE: Final = re.compile(
    r"\b(?:one|either|any|two|three|at\s+least\s+\w+|\d)\b(?:\s+or\s+more)?\s*(?:of|from|among)?\s*(?:the\s+)?(?:above\s+)?"
    r"(?:items?|articles?|criteria|criterion|points?|conditions?|numbers?|nos?\.?|requirements?)\s*(?:no\.?\s*|#\s*)?"
    r"(?P<refs>\(?\d{1,2}\)?(?:\s*(?:,|and|or|to|-|–|/|&)\s*\(?(?:or\s+)?\d{1,2}\)?){1,8})",
    re.IGNORECASE,
)
#: References reach back over at most so many items.
_FAR: Final = 60
_NUMBERS: Final = re.compile(r"\d\)?\s*(?:,|and|or|to|-|–|/|&)\s*\(?(?:or\s+)?\d")
_NUMBER: Final = re.compile(r"\d+")
_LABORATORY: Final = re.compile(
    r"\b(?:function|laborator\w+|organ|hemato\w+|haemato\w+|marrow|hepatic|liver|renal|kidney|blood|coagulation|cardiac)\b",
    re.IGNORECASE,
)
_MEASURED: Final = re.compile(r"[<>≥≤=]|\bULN\b|\d\s?(?:[x×]|g/|mg|mm|/)|\b(?:function|coagulation)\b")
#: Criteria that stand at the outermost level of nearly every list: no lead-in before them can own them.
_GENERAL: Final = re.compile(
    r"\b(?:consent|contracept\w+|pregnan\w+|childbearing|aged?|years\s+old|participat\w+|life\s+expectancy)\b",
    re.IGNORECASE,
)
_DEFINES: Final = re.compile(r"\b(?:definition|defined|following|criteria|follows)\b", re.IGNORECASE)


def restore_levels(text: str, roots: list[Node], *, depth: int = 0) -> None:
    """Put sub-items that were printed at the level of their lead-in back under it, at every level."""
    index = 0
    while index < len(roots) - 1:
        node = roots[index]
        if node.marker is not None and not node.children and is_lead(text, node):
            stop = _reach(text, roots, index)
            if stop > index + 1:
                adopt(roots, index, stop)
        index += 1
    if depth < 8:  # noqa: PLR2004
        for node in roots:
            if node.children:
                restore_levels(text, node.children, depth=depth + 1)


def _reach(text: str, roots: list[Node], lead: int) -> int:
    """Return the place after the last sibling that belongs under the lead-in at ``lead``."""
    head = text[roots[lead].body : roots[lead].end]
    marker = roots[lead].marker
    style = marker.style if marker is not None else ""
    stop = lead + 1
    if _LABORATORY.search(head):
        while (
            stop < len(roots)
            and _same(roots[stop], style)
            and _MEASURED.search(text, roots[stop].body, min(roots[stop].end, roots[stop].body + 120))
        ):
            stop += 1
        return stop if stop > lead + 2 else lead + 1
    lower = text[roots[lead].body].isupper()
    while stop < len(roots) and _same(roots[stop], style) and lower and text[roots[stop].body].islower():
        stop += 1
    if stop > lead + 1:
        return stop
    if style.startswith("digit") and _DEFINES.search(head):
        stop = _same_run(roots, lead, style)
        if not any(_GENERAL.search(text, node.body, min(node.end, node.body + 200)) for node in roots[lead + 1 : stop]):
            return stop
    return lead + 1


def _same(node: Node, style: str) -> bool:
    return node.marker is not None and node.marker.style == style and not node.restarts


def _same_run(roots: list[Node], lead: int, style: str) -> int:
    stop = lead + 1
    while stop < len(roots) and _same(roots[stop], style):
        stop += 1
    return stop


def joined_runs(text: str, roots: Sequence[Node], joins: Sequence[int], kind: Kind) -> list[tuple[int, int]]:
    """Return the half-open runs of ``roots`` that make one block each, in order and covering all."""
    bound = [False] * (len(roots) + 1)
    for place in joins:
        if 0 < place < len(roots):
            bound[place] = True
    for index in range(1, len(roots)):
        before, node = roots[index - 1], roots[index]
        if node.restarts:
            continue
        end = before.last()
        if (
            kind == "inclusion"
            and text[end - 1] in "rR;:,."
            and _TRAILING_OR.search(text, max(before.body, end - 8), end)
        ):
            bound[index] = True
        if is_note(text[node.body : node.body + 12]) or (node.marker is None and node.note):
            bound[index] = True
    start = 0
    for index, node in enumerate(roots):
        if node.restarts:
            start = index
        stop = min(node.end, node.body + 300)
        match = _REFERENCE.search(text, node.body, stop) if _NUMBERS.search(text, node.body, stop) else None
        if match is None:
            continue
        places = _places(roots, start, index, [int(number) for number in _NUMBER.findall(match["refs"])], match["refs"])
        if places is not None:
            first, last = places
            for place in range(first + 1, last + 1):
                bound[place] = True
            if last == index - 1 and node.end - node.body < 200:  # noqa: PLR2004
                bound[index] = True
    runs: list[tuple[int, int]] = []
    begin = 0
    for index in range(1, len(roots) + 1):
        if index == len(roots) or not bound[index]:
            runs.append((begin, index))
            begin = index
    return runs


def _places(roots: Sequence[Node], start: int, note: int, numbers: list[int], printed: str) -> tuple[int, int] | None:
    """Return the places of the items that ``numbers`` refer to, None unless they stand side by side before the note."""
    if re.search(r"\d\s*(?:to|-|–)\s*\d", printed):
        numbers = list(range(numbers[0], min(numbers[-1], numbers[0] + 40) + 1))
    by_number: dict[int, int] = {}
    for index in range(max(start, note - _FAR), min(len(roots), note + _FAR)):
        marker = roots[index].marker
        if marker is not None and marker.counts:
            by_number[marker.value] = index
    if by_number:
        found = [by_number.get(number) for number in numbers]
    else:
        found = [start + number - 1 if start + number - 1 < note else None for number in numbers]
    places = sorted(place for place in found if place is not None)
    if len(places) != len(numbers) or not places or places != list(range(places[0], places[-1] + 1)):
        return None
    return places[0], places[-1]
