"""Blocks: cut at the right characters, of the right kind, for the right cohorts.

``segmentation_exact`` asks for equal spans but for white space at the ends, ``segmentation_tolerant`` for a common part
of at least four fifths of the union. ``kind`` and ``cohorts`` are asked of gold's blocks that have a partner; two
cohorts are the same when their labels are, else when they share most blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.align import share as common
from normalizer.evaluate.tally import Tally, share
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.evaluate.compare import Comparison
    from normalizer.evaluate.sides import SideBlock

#: Least common part of two spans, over their union, to count as one block.
TOLERANCE: Final = 0.8


def trimmed(text: str, span: Span) -> Span:
    """Return the span without white space at its ends."""
    words = span.of(text)
    return Span(span.start + len(words) - len(words.lstrip()), span.end - len(words) + len(words.rstrip()))


def same_cohorts(comparison: Comparison, mine: SideBlock, theirs: SideBlock) -> bool:
    """Say whether two blocks are for the same cohorts."""
    return mine.cohorts == {comparison.cohorts.get(cohort, f"?{cohort}") for cohort in theirs.cohorts}


def score(comparison: Comparison) -> dict[str, Tally]:
    """Return the tallies of segmentation, kind and cohorts."""
    text = comparison.gold.text
    lefts, rights = comparison.left.blocks, comparison.right.blocks
    pairs = [(lefts[a], rights[b]) for a, b in comparison.blocks]
    exact = sum(trimmed(text, mine.span) == trimmed(text, theirs.span) for mine, theirs in pairs)
    tolerant = sum(common(mine.span, theirs.span) >= TOLERANCE for mine, theirs in pairs)
    return {
        "segmentation_exact": Tally(exact, len(rights), len(lefts)),
        "segmentation_tolerant": Tally(tolerant, len(rights), len(lefts)),
        "kind": share(sum(mine.kind == theirs.kind for mine, theirs in pairs), len(pairs)),
        "cohorts": share(sum(same_cohorts(comparison, mine, theirs) for mine, theirs in pairs), len(pairs)),
    }
