"""Scorers: each a pure function from a document's comparison to named tallies; a name belongs to one scorer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.evaluate.scorers import fields, grounding, levels, segmentation, structure, trust

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from normalizer.evaluate.compare import Comparison
    from normalizer.evaluate.tally import Tally

SCORERS: Final[tuple[Callable[[Comparison], Mapping[str, Tally]], ...]] = (
    levels.score,
    fields.score,
    segmentation.score,
    structure.score,
    trust.score,
    grounding.score,
)
#: Scores of which less is better.
RATES: Final = frozenset(
    {"silent_errors", "errors", "review_rate", "right_in_review", "false_alarms", "verified_wrong", "ungrounded",
     "lost_to_reason", "value_invented"}
)  # fmt: skip


def score(comparison: Comparison) -> dict[str, Tally]:
    """Return every tally of a document by its name."""
    return {name: tally for scorer in SCORERS for name, tally in scorer(comparison).items()}
