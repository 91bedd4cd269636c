"""A cleaned reading of a text with a map back to the original characters."""

from __future__ import annotations

from dataclasses import dataclass

from normalizer.model.quick import quick_init
from normalizer.model.span import Span


@quick_init
@dataclass(frozen=True, slots=True)
class View:
    """Cleaned ``text``; ``starts[i]`` and ``ends[i]`` are the original offsets of cleaned character ``i``.

    Both maps are None when nothing was changed (the common case): offsets are then equal.
    """

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def original(self, span: Span) -> Span:
        """Return the span of the original text that the cleaned span stands for."""
        if self.starts is None or self.ends is None:
            return span
        if span.start >= span.end:
            at = self.starts[span.start] if span.start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return Span(at, at)
        return Span(self.starts[span.start], self.ends[span.end - 1])
