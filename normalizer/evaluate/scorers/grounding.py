"""Whether the numbers of the text and those of the output account for each other.

=======================  =============================================================================================
``ledger_coverage``      numerals of the eligibility sections that a bound or a listed reason claims
``tiled``                characters of the sections that a tile covers
``ungrounded``           predicted bounds with a number that does not stand at their characters (lower is better)
``lost_to_reason``       numerals of gold's bounds that a ledger reason claims instead (lower is better)
=======================  =============================================================================================
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from normalizer.align.numbers import numbers, worth
from normalizer.evaluate.form import stands_in, tokens
from normalizer.evaluate.tally import Tally, share

if TYPE_CHECKING:
    from normalizer.evaluate.compare import Comparison
    from normalizer.model.criterion import NormalizedTrial


def score(comparison: Comparison) -> dict[str, Tally]:
    """Return the tallies of grounding; all empty when nothing was predicted."""
    trial = comparison.trial
    if trial is None:
        return {name: Tally() for name in ("ledger_coverage", "tiled", "ungrounded", "lost_to_reason")}
    coverage = trial.coverage
    return {
        "ledger_coverage": share(len(coverage.numerals) - coverage.numerals_unclaimed, len(coverage.numerals)),
        "tiled": share(coverage.tiled_characters, coverage.section_characters),
        "ungrounded": _ungrounded(comparison),
        "lost_to_reason": _lost(comparison, trial),
    }


def _ungrounded(comparison: Comparison) -> Tally:
    text = comparison.gold.text
    bad = total = 0
    for _, atom in comparison.right_atoms:
        for placed in atom.bounds:
            printed = [token for _, token in tokens(placed.bound)]
            if printed:
                total += 1
                at = "" if placed.span is None else placed.span.of(text)
                bad += not all(stands_in(token, at) for token in printed)
    return share(bad, total)


def _lost(comparison: Comparison, trial: NormalizedTrial) -> Tally:
    claims = sorted(trial.coverage.numerals, key=lambda claim: claim.span)
    starts = [claim.span.start for claim in claims]
    asked: dict[int, bool] = {}
    for _, atom in comparison.left_atoms:
        for placed in atom.bounds:
            if placed.span is None:
                continue
            wanted = numbers(placed.bound)
            for at in range(bisect_left(starts, placed.span.start), bisect_left(starts, placed.span.end)):
                if worth(claims[at].printed) in wanted:
                    asked[at] = claims[at].reason is not None
    return share(sum(asked.values()), len(asked))
