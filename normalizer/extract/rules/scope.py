"""A stretch of text with its top-level brackets masked, so that words outside and inside them are read apart."""

from __future__ import annotations

import re
from typing import NamedTuple

MASK = "\x01"
_BRACKET = re.compile(r"[()\[\]{}]")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_MAX_DEPTH = 12


class Scope(NamedTuple):
    """``flat`` has the length of the whole text; inside ``[start, end)`` bracketed stretches are masked.

    ``brackets`` are the masked stretches including their signs, left to right. A bracket without a partner is text.
    """

    flat: str
    start: int
    end: int
    brackets: tuple[tuple[int, int], ...]
    depth: int = 0

    def narrow(self, start: int, end: int) -> Scope:
        """Return the part ``[start, end)`` of this scope with the brackets that lie wholly inside it."""
        if start == self.start and end == self.end:
            return self
        inside = tuple([pair for pair in self.brackets if start <= pair[0] and pair[1] <= end])
        return Scope(self.flat, start, end, inside, self.depth)


def scope(text: str, start: int, end: int, depth: int = 0) -> Scope:
    """Return the scope of ``text[start:end]``; beyond a depth of 12 brackets are no longer read apart."""
    if "(" not in text and "[" not in text and "{" not in text:
        return Scope(text, start, end, (), depth)
    pairs: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    waiting = {"(": 0, "[": 0, "{": 0}
    for match in _BRACKET.finditer(text, start, end) if depth < _MAX_DEPTH else ():
        sign = match.group()
        if sign in waiting:
            waiting[sign] += 1
            stack.append((sign, match.start()))
        elif waiting[_CLOSES[sign]]:
            opened, begun = stack.pop()
            waiting[opened] -= 1
            while opened != _CLOSES[sign]:
                opened, begun = stack.pop()
                waiting[opened] -= 1
            pairs.append((begun, match.end()))
    outer: list[tuple[int, int]] = []
    for pair in sorted(pairs):
        if not outer or pair[0] >= outer[-1][1]:
            outer.append(pair)
    if not outer:
        return Scope(text, start, end, (), depth)
    pieces: list[str] = []
    done = 0
    for left, right in outer:
        pieces += [text[done:left], MASK * (right - left)]
        done = right
    pieces.append(text[done:])
    return Scope("".join(pieces), start, end, tuple(outer), depth)
