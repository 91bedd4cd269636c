"""Criteria as the labelling guide reads them; one file of cases an idea."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_criterion_is_read_as_the_guide_demands(case: tuple[Any, ...], read_told: Callable[..., Any]) -> None:
    kind, text, expected = case
    got = read_told(kind, text)
    assert (got.logic, got.bounds) == (expected.logic, expected.bounds)
    if expected.modifiers:
        assert got.modifiers == expected.modifiers


def test_a_known_shortfall_is_still_one(shortfall: tuple[Any, ...], read_told: Callable[..., Any]) -> None:
    """A mended one fails here: move it into the file of its idea."""
    kind, text, expected = shortfall
    assert all(f"{expected.logic},".find(line.partition(":")[0]) >= 0 for line in expected.bounds)
    got = read_told(kind, text)
    assert (got.logic, got.bounds) != (expected.logic, expected.bounds) or (
        expected.modifiers and got.modifiers != expected.modifiers
    )
