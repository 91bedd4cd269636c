"""Brackets of a text: which are left open at its end, and where a text stands inside one."""

from __future__ import annotations

import re
from typing import Final

_BRACKET: Final = re.compile(r"[()\[\]（）]")
_OPEN: Final = {"(": ")", "[": "]", "（": "）"}
#: A bracket that is not closed within so many characters was never meant to be.
_REACH: Final = 600
_LIST_NUMBER: Final = re.compile(r"(?:^|[\s;:.,])[\dA-Za-z]{1,3}\Z")


def open_bracket(text: str, start: int, end: int) -> bool:
    """Say whether a bracket opened in ``[start, end)`` is still open at its end (list markers "a)" close nothing)."""
    start = max(start, end - _REACH)
    if text.find("(", start, end) < 0 and text.find("[", start, end) < 0 and text.find("（", start, end) < 0:
        return False
    depth = 0
    for match in _BRACKET.finditer(text, start, end):
        if match[0] in _OPEN:
            depth += 1
        elif depth:
            depth -= 1
    return depth > 0


def enclosed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the outermost bracketed stretches of ``[start, end)``; brackets without a partner enclose nothing."""
    stack: list[int] = []
    pairs: list[tuple[int, int]] = []
    for match in _BRACKET.finditer(text, start, end):
        if match[0] in _OPEN:
            stack.append(match.start())
        elif stack:
            left = stack.pop()
            while pairs and pairs[-1][0] > left:
                pairs.pop()
            pairs.append((left, match.end()))
    return pairs


def unbalanced(text: str, start: int, end: int) -> int | None:
    """Return the offset of the first bracket without a partner in ``[start, end)``, None when all have one."""
    stack: list[int] = []
    for match in _BRACKET.finditer(text, start, end):
        if match[0] in _OPEN:
            stack.append(match.start())
        elif stack:
            stack.pop()
        elif not _LIST_NUMBER.search(text, max(start, match.start() - 5), match.start()):
            return match.start()
    return stack[0] if stack else None
