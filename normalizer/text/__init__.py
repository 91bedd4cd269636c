"""Views of a text with offset maps back to it, named repairs, and the way from a quote to its characters."""

from __future__ import annotations

from normalizer.text.abbreviations import find_abbreviations
from normalizer.text.clean import clean, repairs
from normalizer.text.place import PlacedAtom, PlacedBound, PlacedDraft, place
from normalizer.text.quote import QuoteIndex, find_quote, fold, occurrences

__all__ = [
    "PlacedAtom",
    "PlacedBound",
    "PlacedDraft",
    "QuoteIndex",
    "clean",
    "find_abbreviations",
    "find_quote",
    "fold",
    "occurrences",
    "place",
    "repairs",
]
