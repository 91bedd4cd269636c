"""95 % intervals by resampling whole documents, because the bounds of one trial resemble each other.

Percentile cluster bootstrap: documents are drawn with replacement, the score is computed from the summed counts, the
2.5th and 97.5th percentile of the draws are the ends. Draws are the same in every run. With few documents (fewer than
20) such intervals are too narrow: their true coverage lies below 95 % (Cameron, Gelbach and Miller, Review of Economics
and Statistics 90:414, 2008). They inform; gates act on point scores.
"""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.evaluate.tally import Tally

DRAWS: Final = 1000
FEW: Final = 20
_SEED: Final = 20240229


@cache
def _draws(documents: int) -> tuple[tuple[int, ...], ...]:
    source = random.Random(_SEED)  # noqa: S311 - statistics, no secret
    return tuple(tuple(source.choices(range(documents), k=documents)) for _ in range(DRAWS))


def interval(tallies: Sequence[Tally]) -> tuple[float, float] | None:
    """Return the ends of the 95 % interval of the F1 (of a share: the share), None when it cannot be said.

    Args:
        tallies: one for each document, in a fixed order.

    """
    if len(tallies) < 2 or not any(tally.predicted + tally.gold for tally in tallies):  # noqa: PLR2004 - one cannot vary
        return None
    right = [2 * tally.right for tally in tallies].__getitem__
    both = [tally.predicted + tally.gold for tally in tallies].__getitem__
    values = sorted(sum(map(right, draw)) / total for draw in _draws(len(tallies)) if (total := sum(map(both, draw))))
    return values[round(0.025 * (len(values) - 1))], values[round(0.975 * (len(values) - 1))]
