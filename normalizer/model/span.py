"""Where something stands in a text: half-open code-point offsets that check themselves."""

from __future__ import annotations

from dataclasses import dataclass

from normalizer.model.errors import SpanError
from normalizer.model.quick import quick_init


@quick_init
@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range ``[start, end)`` of code-point offsets into one text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters of ``text`` that the span covers."""
        return text[self.start : self.end]

    def shift(self, by: int) -> Span:
        """Return the span moved by ``by`` characters."""
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: Span) -> bool:
        """Say whether the two spans share at least one character."""
        return max(self.start, other.start) < min(self.end, other.end)

    def contains(self, other: Span) -> bool:
        """Say whether ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

    def cover(self, other: Span) -> Span:
        """Return the smallest span that contains both."""
        return Span(min(self.start, other.start), max(self.end, other.end))

    def verify(self, text: str, quote: str) -> Span:
        """Return the span itself when ``text`` reads ``quote`` there.

        Raises:
            SpanError: when the characters differ or the span leaves the text.

        """
        if not 0 <= self.start <= self.end <= len(text) or text[self.start : self.end] != quote:
            raise SpanError(self.start, self.end, quote, text[self.start : self.end])
        return self
