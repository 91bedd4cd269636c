"""From a quote to the characters it was taken from: exact, then by folded white space and cleaned characters."""

from __future__ import annotations

import re
from typing import Final

from normalizer.model.span import Span
from normalizer.model.view import View
from normalizer.text.clean import clean

#: White space that is no single blank.
_RUN: Final = re.compile(r"\s{2,}|[^\S ]")
_POINTS: Final = ".,"


def fold(text: str) -> str:
    """Return ``text`` with each run of white space as one blank and none at the ends."""
    return " ".join(text.split())


def _is_regular(text: str) -> bool:
    """Say whether all white space of ``text`` is single blanks."""
    return "  " not in text and (text.isprintable() or _RUN.search(text) is None)


def _folded(text: str, view: View) -> View:
    """Return the cleaned view of ``text`` with runs of white space folded to one blank, not stripped."""
    if _is_regular(view.text):
        return view
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    old_starts = view.starts or range(len(text))
    old_ends = view.ends or range(1, len(text) + 1)
    at = 0
    for run in _RUN.finditer(view.text):
        start, end = run.span()
        pieces.append(view.text[at:start])
        starts.extend(old_starts[at : start + 1])
        ends.extend(old_ends[at:start])
        ends.append(old_ends[end - 1])
        at = end
    starts.extend(old_starts[at:])
    ends.extend(old_ends[at:])
    pieces.append(view.text[at:])
    return View(" ".join(pieces), tuple(starts), tuple(ends))


def _glued(text: str, start: int, end: int) -> bool:
    """Say whether ``[start, end)`` cuts a word or a numeral: "age" in "dosage", "≥1" in "≥1.5"."""
    if start:
        first, before = text[start], text[start - 1]
        if (first.isalpha() and before.isalpha()) or (first.isdigit() and before.isdigit()):
            return True
        if first.isdigit() and before in _POINTS and start > 1 and text[start - 2].isdigit():
            return True
    if end < len(text):
        last, after = text[end - 1], text[end]
        if (last.isalpha() and after.isalpha()) or (last.isdigit() and after.isdigit()):
            return True
        if last.isdigit() and after in _POINTS and end + 1 < len(text) and text[end + 1].isdigit():
            return True
    return False


def _all(text: str, quote: str, start: int = 0) -> list[Span]:
    """Return the occurrences that cut no word or numeral, or when there are none, all of them."""
    size = len(quote)
    at = text.find(quote, start)
    if at < 0:
        return []
    if text.find(quote, at + size) < 0:
        return [Span(at, at + size)]
    whole: list[Span] = []
    cut: list[Span] = []
    while at >= 0:
        (cut if _glued(text, at, at + size) else whole).append(Span(at, at + size))
        at = text.find(quote, at + size)
    return whole or cut


class QuoteIndex:
    """A text prepared for many look-ups of quotes; the map of a folded text is made when a look-up needs it."""

    __slots__ = ("_cleaned", "_flat", "_plain", "_view", "text")

    def __init__(self, text: str, cleaned: View) -> None:
        self.text = text
        self._cleaned = cleaned
        self._view: View | None = None
        #: Nothing was cleaned or folded: the text reads as it stands.
        self._plain = cleaned.starts is None and _is_regular(text)
        #: What the text reads when nothing was cleaned, else blank.
        self._flat = text if self._plain else fold(text) if cleaned.starts is None else ""

    @classmethod
    def of(cls, text: str, cleaned: View | None = None) -> QuoteIndex:
        """Prepare ``text``; ``cleaned`` is its cleaned view when that is known."""
        return cls(text, clean(text) if cleaned is None else cleaned)

    def only(self, quote: str) -> Span | None:
        """Return the one place where ``quote`` stands as printed; None says that it takes :meth:`occurrences`."""
        flat = self._flat
        at = flat.find(quote) if flat else -1
        if at < 0 or flat.find(quote, at + 1) >= 0 or quote.strip() != quote or not quote:
            return None
        if not self._plain and (at := self.text.find(quote)) < 0:
            return None
        return Span(at, at + len(quote))

    def occurrences(self, quote: str) -> list[Span]:
        """Return the spans of ``text`` that read ``quote`` after folding and cleaning, in order, not overlapping."""
        text, flat = self.text, self._flat
        wanted = quote if flat and quote in flat and quote.strip() == quote else fold(clean(quote).text)
        if not wanted:
            return []
        if flat and (self._plain or " " not in wanted):  # no line can be broken inside the quote
            return _all(text, wanted)
        if (only := self.only(wanted)) is not None:
            return [only]
        view = self._view
        if view is None:
            view = self._view = _folded(text, self._cleaned)
        spans = _all(view.text, wanted)
        return spans if view.starts is None else [view.original(span) for span in spans]


def occurrences(text: str, quote: str) -> list[Span]:
    """Return every span of ``text`` that reads ``quote`` after white-space folding and cleaning of both.

    Occurrences that cut a word or a numeral ("≥1" in "≥1.5") count only when there are no others.
    """
    return QuoteIndex.of(text).occurrences(quote)


def find_quote(text: str, quote: str, start: int = 0) -> Span | None:
    """Return the first span at or after ``start`` that reads ``quote``: exact, else folded and cleaned; never fuzzy.

    Args:
        text: the text that was quoted.
        quote: the words as printed; an empty or blank quote is found nowhere.
        start: code-point offset into ``text``.

    """
    if not quote.strip():
        return None
    exact = _all(text, quote, start)
    if exact:
        return exact[0]
    return next((span for span in occurrences(text, quote) if span.start >= start), None)
