"""Offsets for a Draft, computed from its quotes by the rules of the data model.

Atoms come in text order and take the next unclaimed occurrence of their quote; an elliptical repeat shares the span of
the atom it repeats. A bound takes the occurrence nearest its atom, for an elliptical repeat the one in its place among
its neighbours; bounds of one quote take their occurrences in order, and share them only when there are too few.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from normalizer.model.span import Span
from normalizer.text.assign import assign
from normalizer.text.quote import QuoteIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from normalizer.model.draft import Atom, Bound, Draft

#: A printed break between an atom and a bound counts as so many characters of distance; a bound in front as so many.
_BREAK: Final = 30
_IN_FRONT: Final = 5
_BREAKS: Final = re.compile(r"[;\n•]|[.,:](?!\d)")


@dataclass(frozen=True, slots=True)
class PlacedBound:
    """A bound at its characters; ``span`` is None when it was not found, ``ambiguous`` when another place fits too."""

    bound: Bound
    span: Span | None
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class PlacedAtom:
    """An atom at its characters, bounds as in ``Atom.bounds``; ``repeats`` marks an elliptical repeat."""

    atom: Atom
    span: Span | None
    bounds: tuple[PlacedBound, ...]
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class PlacedDraft:
    """A Draft at its characters: spans are offsets into the text that was given to :func:`place`."""

    atoms: tuple[PlacedAtom, ...]


class _Board:
    """What is found where, and which characters are taken, for one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._index = QuoteIndex.of(text)
        self._found: dict[str, list[Span]] = {}

    def find(self, quote: str) -> list[Span]:
        spans = self._found.get(quote)
        if spans is None:
            spans = self._found[quote] = self._index.occurrences(quote)
        return spans

    def distance(self, atom: Span, bound: Span) -> int:
        """Return the characters between the two, printed breaks counted as more."""
        if bound.start >= atom.end:
            start, end, extra = atom.end, bound.start, 0
        elif bound.end <= atom.start:
            start, end, extra = bound.end, atom.start, _IN_FRONT
        else:
            return 0
        return end - start + extra + _BREAK * sum(1 for _ in _BREAKS.finditer(self.text, start, end))


def _overlaps(taken: bytearray, span: Span) -> bool:
    return taken.find(1, span.start, span.end) >= 0


def _take(taken: bytearray, span: Span) -> None:
    taken[span.start : span.end] = b"\x01" * (span.end - span.start)


def _places(board: _Board, atoms: Sequence[Atom]) -> tuple[list[Span | None], list[bool]]:
    """Return each atom's span and whether it is an elliptical repeat."""
    taken = bytearray(len(board.text))
    used: dict[str, list[Span]] = {}
    places: list[Span | None] = []
    repeats: list[bool] = []
    cursor = 0
    for atom in atoms:
        found = board.find(atom.quote)
        mine = used.setdefault(atom.quote, [])
        free = [span for span in found if span not in mine] if mine else found
        later = [span for span in free if span.start >= cursor]
        choice = next((span for span in later if not _overlaps(taken, span)), None)
        if choice is None:
            choice = next(iter(later or free), None)
        repeat = bool(mine) and (choice is None or _nearer(board, atom, mine[-1], choice))
        if repeat:
            choice = mine[-1]
        places.append(choice)
        repeats.append(repeat)
        if choice is not None:
            cursor = max(cursor, choice.start)
            if not repeat:
                mine.append(choice)
                _take(taken, choice)
    return places, repeats


def _nearer(board: _Board, atom: Atom, old: Span, new: Span) -> bool:
    """Say whether all bounds of an atom stand before the next occurrence of its quote and nearer the last one."""
    spans = [board.find(bound.quote) for bound in atom.bounds]
    return bool(spans) and all(
        found
        and min(board.distance(old, span) for span in found if span.start >= old.start or span is found[0])
        < min(board.distance(new, span) for span in found)
        for found in spans
    )


def _among_neighbours(places: list[Span | None], repeats: list[bool], at: int, length: int) -> Span:
    """Return the room that an elliptical repeat has: from the last atom that stands by itself to the next."""
    before = next((s.end for i in range(at - 1, -1, -1) if (s := places[i]) is not None and not repeats[i]), 0)
    after = next(
        (s.start for i in range(at + 1, len(places)) if (s := places[i]) is not None and not repeats[i]), length
    )
    return Span(before, max(before, after))


def _costs(board: _Board, places: list[Span | None], repeats: list[bool], at: int) -> Callable[[Span], int]:
    """Return how far an occurrence is from where the bounds of atom ``at`` are expected."""
    place = places[at]
    if place is None or repeats[at]:
        room = _among_neighbours(places, repeats, at, len(board.text))
        return lambda span: max(0, room.start - span.start, span.end - room.end)
    return lambda span: board.distance(place, span)


def place(text: str, draft: Draft) -> PlacedDraft:
    """Compute the offsets of a Draft's atoms and bounds from their quotes.

    Args:
        text: the text the Draft was read from; quotes are matched exactly, else folded and cleaned.
        draft: atoms in text order.

    """
    board = _Board(text)
    places, repeats = _places(board, draft.atoms)
    users: dict[str, list[tuple[int, int]]] = {}
    for at, atom in enumerate(draft.atoms):
        for nth, bound in enumerate(atom.bounds):
            users.setdefault(bound.quote, []).append((at, nth))
    taken = bytearray(len(text))
    placed: dict[tuple[int, int], tuple[Span, bool]] = {}
    for quote in sorted(users, key=len, reverse=True):
        found = board.find(quote)
        found = [span for span in found if not _overlaps(taken, span)] or found
        if not found:
            continue
        costs = [_costs(board, places, repeats, at) for at, _ in users[quote]]
        for user, choice in zip(users[quote], assign(costs, found), strict=True):
            placed[user] = (found[choice.occurrence], choice.ambiguous)
            _take(taken, found[choice.occurrence])
    return PlacedDraft(
        tuple(
            PlacedAtom(
                atom,
                places[at],
                tuple(
                    PlacedBound(bound, *placed.get((at, nth), (None, False))) for nth, bound in enumerate(atom.bounds)
                ),
                repeats[at],
            )
            for at, atom in enumerate(draft.atoms)
        )
    )
