"""One text, what was found in it, how far things stand apart, and which characters are claimed."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from normalizer.model.span import Span
    from normalizer.text.quote import QuoteIndex

#: A printed break between an atom and a bound counts as so many characters of distance, a bound in front as so many.
_BREAK: Final = 30
_IN_FRONT: Final = 5
_BREAKS: Final = re.compile(r"[;\n•]|[.,:](?!\d)")
#: Breaks further off than this many characters are not counted, nor occurrences looked at beyond this many.
_READ_UP_TO: Final = 1000
_LOOK_AT: Final = 200


@dataclass(frozen=True, slots=True)
class Board:
    """A text with the occurrences of the quotes that were looked up in it."""

    text: str
    index: QuoteIndex
    found: dict[str, list[Span]] = field(default_factory=dict)

    def mask(self) -> bytearray:
        """Return a mask of the text's characters, none of them claimed."""
        return bytearray(len(self.text))

    def find(self, quote: str) -> list[Span]:
        """Return the occurrences of ``quote``, looked up once."""
        spans = self.found.get(quote)
        if spans is None:
            spans = self.found[quote] = self.index.occurrences(quote)
        return spans

    def only(self, quote: str) -> Span | None:
        """Return the one occurrence of ``quote``, None when there are several or none."""
        spans = self.find(quote)
        return spans[0] if len(spans) == 1 else None

    def distance(self, place: Span, other: Span) -> int:
        """Return the characters between two spans; printed breaks count as more, and so does a place in front."""
        if other.start >= place.end:
            start, end, extra = place.end, other.start, 0
        elif other.end <= place.start:
            start, end, extra = other.end, place.start, _IN_FRONT
        else:
            return 0
        breaks = sum(1 for _ in _BREAKS.finditer(self.text, start, min(end, start + _READ_UP_TO)))
        return end - start + extra + _BREAK * breaks

    @staticmethod
    def outside(room: Span, other: Span) -> int:
        """Return how many characters ``other`` stands out of a room."""
        return max(0, room.start - other.start, other.end - room.end)

    def nearest(self, quote: str, place: Span) -> int | None:
        """Return the least distance from a place to an occurrence of ``quote``, None when there is none."""
        spans = self.find(quote)
        at = bisect_left(spans, place)
        return min((self.distance(place, span) for span in spans[max(0, at - 2) : at + 2]), default=None)


@dataclass(slots=True)
class Claims:
    """The occurrences of one quote, in order, and which of them are used; ``last`` is the one used last."""

    spans: list[Span]
    used: set[int] = field(default_factory=set)
    last: Span | None = None

    def next(self, cursor: int, taken: bytearray) -> int | None:
        """Return the next unused occurrence from ``cursor`` on, then any; rather one on characters nobody claims."""
        size = len(self.spans)
        if len(self.used) == size:
            return None
        at = bisect_left(self.spans, cursor, key=lambda span: span.start)
        for free in (self._free(range(at, size), taken), self._free(range(at), taken)):
            if free is not None:
                return free
        return next((i for i in (*range(at, size), *range(at)) if i not in self.used), None)

    def _free(self, among: Iterable[int], taken: bytearray) -> int | None:
        return next((i for i in islice(among, _LOOK_AT) if is_free(taken, self.spans[i])), None)

    def take(self, at: int, taken: bytearray) -> Span:
        """Use an occurrence, claim its characters and return it."""
        self.used.add(at)
        self.last = self.spans[at]
        mark(taken, self.last)
        return self.last


def is_free(taken: bytearray, span: Span) -> bool:
    """Say whether nobody has claimed any of the span's characters."""
    return taken.find(1, span.start, span.end) < 0


def mark(taken: bytearray, span: Span) -> None:
    """Claim the span's characters."""
    taken[span.start : span.end] = b"\x01" * (span.end - span.start)
