"""Counts from which every score is made; a score that nothing was asked of is unscored, never zero or one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were right, of how many predicted and how many in gold; for a share both denominators are equal."""

    right: int = 0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.right + other.right, self.predicted + other.predicted, self.gold + other.gold)

    @property
    def precision(self) -> float | None:
        """Right of predicted; None (unscored) when nothing was predicted."""
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Right of gold; None (unscored) when gold has none."""
        return self.right / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both, for a share the share itself; None (unscored) when neither side has anything."""
        both = self.predicted + self.gold
        return 2 * self.right / both if both else None


def share(right: int, of: int) -> Tally:
    """Return the tally of a share."""
    return Tally(right, of, of)
