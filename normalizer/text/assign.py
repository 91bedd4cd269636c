"""Users of one quote and its occurrences, matched in order at the least total distance."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from normalizer.model.span import Span

#: Above so many user-occurrence pairs the exact matching gives way to pairing in order, so that time stays linear.
_EXACT_PAIRS: Final = 20_000


class Expected(NamedTuple):
    """Where a user expects its occurrence: a place, and how far from it another one is."""

    place: Span
    distance: Callable[[Span, Span], int]


class Choice(NamedTuple):
    """The occurrence a user takes; ``ambiguous`` when one that nobody takes is exactly as near."""

    occurrence: int
    ambiguous: bool


def assign(expected: Sequence[Expected], found: Sequence[Span]) -> list[Choice]:
    """Give each user one occurrence, in order: nobody shares unless there are fewer occurrences than users.

    Args:
        expected: for each user, in text order, where it expects its occurrence.
        found: the occurrences, in text order, at least one.

    """
    many, few = len(found), len(expected)
    if many == 1:
        return [Choice(0, ambiguous=False)] * few
    if many * few > _EXACT_PAIRS:
        return _in_order(expected, found)
    table = [[user.distance(user.place, span) for span in found] for user in expected]
    picks = _injective(table) if many >= few else _shared(table)
    taken = set(picks)
    return [
        Choice(pick, any(row[pick] == cost for at, cost in enumerate(row) if at not in taken))
        for row, pick in zip(table, picks, strict=True)
    ]


def _in_order(expected: Sequence[Expected], found: Sequence[Span]) -> list[Choice]:
    """Give each user the first occurrence after its place that nobody before it has, the last one when none is left."""
    starts = [span.start for span in found]
    last = -1
    choices = []
    for user in expected:
        last = min(max(bisect_left(starts, user.place.start), last + 1), len(found) - 1)
        choices.append(Choice(last, ambiguous=False))
    return choices


def _injective(table: list[list[int]]) -> list[int]:
    """Return strictly increasing columns, one a row, of least total cost (ties: the first)."""
    many = len(table[0])
    infinite = sum(map(sum, table)) + 1
    best = [0] * (many + 1)
    taking: list[list[bool]] = []
    for row in table:
        current = [infinite] * (many + 1)
        takes = [False] * (many + 1)
        for column, cost in enumerate(row):
            with_it = best[column] + cost
            takes[column + 1] = with_it < current[column]
            current[column + 1] = min(with_it, current[column])
        best = current
        taking.append(takes)
    picks: list[int] = []
    column = many
    for takes in reversed(taking):
        while not takes[column]:
            column -= 1
        column -= 1
        picks.append(column)
    return picks[::-1]


def _shared(table: list[list[int]]) -> list[int]:
    """Return never decreasing columns, one a row, each used, of least total cost (fewer columns than rows)."""
    many = len(table[0])
    infinite = sum(map(sum, table)) + 1
    best = [table[0][0]] + [infinite] * (many - 1)
    moved: list[list[bool]] = []
    for row in table[1:]:
        moves = [column > 0 and best[column - 1] < best[column] for column in range(many)]
        best = [min(best[column], best[column - 1] if column else infinite) + row[column] for column in range(many)]
        moved.append(moves)
    column = many - 1
    picks = [column]
    for moves in reversed(moved):
        column -= moves[column]
        picks.append(column)
    return picks[::-1]
