"""Offsets for a Draft, computed from its quotes by the rules of the data model.

Atoms come in text order and take the next unclaimed occurrence of their quote; an elliptical repeat shares the span of
the atom it repeats. A bound takes the occurrence nearest its atom, for an elliptical repeat the one in its place among
its neighbours; bounds of one quote take their occurrences in order, and share them only when there are too few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from normalizer.model.quick import quick_init
from normalizer.model.span import Span
from normalizer.text.assign import Expected, assign
from normalizer.text.board import Board, Claims, is_free, mark
from normalizer.text.quote import QuoteIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.draft import Atom, Bound, Draft
    from normalizer.model.view import View


@quick_init
@dataclass(frozen=True, slots=True)
class PlacedBound:
    """A bound at its characters; ``span`` is None when it was not found, ``ambiguous`` when another place fits too."""

    bound: Bound
    span: Span | None
    ambiguous: bool


@quick_init
@dataclass(frozen=True, slots=True)
class PlacedAtom:
    """An atom at its characters, bounds as in ``Atom.bounds``; ``repeats`` marks an elliptical repeat."""

    atom: Atom
    span: Span | None
    bounds: tuple[PlacedBound, ...]
    repeats: bool = False


@quick_init
@dataclass(frozen=True, slots=True)
class PlacedDraft:
    """A Draft at its characters: spans are offsets into the text that was given to :func:`place`."""

    atoms: tuple[PlacedAtom, ...]


def _places(board: Board, atoms: Sequence[Atom]) -> tuple[list[Span | None], list[bool]]:
    """Return each atom's span and whether it is an elliptical repeat."""
    places: list[Span | None] = []
    repeats: list[bool] = []
    claims: dict[str, Claims] = {}
    taken = board.mask()
    cursor = 0
    single: set[str] = set()
    for atom in atoms:
        spans = board.find(atom.quote)
        if len(spans) == 1:
            repeats.append(atom.quote in single)
            single.add(atom.quote)
            places.append(spans[0])
            mark(taken, spans[0])
            cursor = max(cursor, spans[0].start)
            continue
        claim = claims.get(atom.quote)
        if claim is None:
            claim = claims[atom.quote] = Claims(spans)
        last = claim.last
        choice = claim.next(cursor, taken)
        repeat = last is not None and (choice is None or _nearer(board, atom, last, claim.spans[choice]))
        if repeat:
            places.append(last)
        elif choice is None:
            places.append(None)
        else:
            span = claim.take(choice, taken)
            cursor = max(cursor, span.start)
            places.append(span)
        repeats.append(repeat)
    return places, repeats


def _nearer(board: Board, atom: Atom, last: Span, following: Span) -> bool:
    """Say whether every bound of an atom is nearer the last place of its quote than the next one that is free."""
    for bound in atom.bounds:
        here, there = board.nearest(bound.quote, last), board.nearest(bound.quote, following)
        if here is None or there is None or here >= there:
            return False
    return bool(atom.bounds)


def _expected(board: Board, places: list[Span | None], repeats: list[bool]) -> list[Expected]:
    """Return where each atom's bounds are expected: near its span, or for an elliptical repeat among its neighbours.

    The room of a repeat reaches from the end of the last atom that stands by itself to the start of the next.
    """
    size = len(board.text)
    after: list[int] = []
    start = size
    for place, repeat in zip(reversed(places), reversed(repeats), strict=True):
        after.append(start)
        start = start if place is None or repeat else place.start
    expected: list[Expected] = []
    end = 0
    for place, repeat, room_end in zip(places, repeats, reversed(after), strict=True):
        if place is None or repeat:
            expected.append(Expected(Span(end, max(end, room_end)), board.outside))
        else:
            end = place.end
            expected.append(Expected(place, board.distance))
    return expected


def _unmistakable(board: Board, atoms: Sequence[Atom]) -> tuple[PlacedAtom, ...] | None:
    """Return the atoms at their places when every quote stands once, else None."""
    placed = []
    seen: set[str] = set()
    only = board.index.only
    for atom in atoms:
        span = only(atom.quote) or board.only(atom.quote)
        if span is None:
            return None
        bounds = []
        for bound in atom.bounds:
            where = only(bound.quote) or board.only(bound.quote)
            if where is None:
                return None
            bounds.append(PlacedBound(bound, where, False))  # noqa: FBT003 - a field
        placed.append(PlacedAtom(atom, span, tuple(bounds), atom.quote in seen))
        seen.add(atom.quote)
    return tuple(placed)


def place(text: str, draft: Draft, cleaned: View | None = None) -> PlacedDraft:
    """Compute the offsets of a Draft's atoms and bounds from their quotes.

    Args:
        text: the text the Draft was read from; quotes are matched exactly, else folded and cleaned.
        draft: atoms in text order.
        cleaned: the text's cleaned view when it is known; it is made otherwise.

    """
    if not draft.atoms:
        return PlacedDraft(())
    board = Board(text, QuoteIndex.of(text, cleaned))
    once = _unmistakable(board, draft.atoms)
    if once is not None:
        return PlacedDraft(once)
    places, repeats = _places(board, draft.atoms)
    expected: list[Expected] = []
    users: dict[str, list[tuple[int, int]]] = {}
    for at, atom in enumerate(draft.atoms):
        for nth, bound in enumerate(atom.bounds):
            users.setdefault(bound.quote, []).append((at, nth))
    taken = board.mask()
    placed: dict[tuple[int, int], tuple[Span, bool]] = {}
    for quote in sorted(users, key=len, reverse=True) if len(users) > 1 else users:
        found = board.find(quote)
        if not found:
            continue
        if len(found) == 1:
            mark(taken, found[0])
            placed.update((user, (found[0], False)) for user in users[quote])
            continue
        found = [span for span in found if is_free(taken, span)] or found
        expected = expected or _expected(board, places, repeats)
        choices = assign([expected[at] for at, _ in users[quote]], found)
        for user, choice in zip(users[quote], choices, strict=True):
            span = found[choice.occurrence]
            placed[user] = (span, choice.ambiguous)
            mark(taken, span)
    atoms = []
    for at, atom in enumerate(draft.atoms):
        bounds = tuple(
            [PlacedBound(bound, *placed.get((at, nth), (None, False))) for nth, bound in enumerate(atom.bounds)]
        )
        atoms.append(PlacedAtom(atom, places[at], bounds, repeats[at]))
    return PlacedDraft(tuple(atoms))
