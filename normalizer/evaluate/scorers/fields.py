"""Single fields, each on the bounds whose number was found; a field that neither side prints is not asked for.

=================================  =====================================================================================
``comparator``                     on every found bound
``unit`` ``reference`` ``change``  where either side prints one (a reference other than absolute)
``offset`` ``restates``            the same
``slot``                           on every found bound; grade is a slot here
``anchor`` ``direction``           where gold's bound is a time
``combine``                        where either side prints one
``scale``                          where both sides are grades
``bound_subject``                  on every found bound
``window_value``                   gold's windows whose number was found, and predicted windows that are so found
``window_unit`` ``window_anchor``  on found bounds that gold calls windows
``window_direction``               the same
=================================  =====================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.align import is_time, role
from normalizer.evaluate.scorers.levels import meets
from normalizer.evaluate.tally import Tally, share
from normalizer.model.draft import Grade

if TYPE_CHECKING:
    from normalizer.align import BoundPair, Field
    from normalizer.evaluate.compare import Comparison

_WINDOW: Final[tuple[Field, ...]] = ("unit", "anchor", "direction")


def _asked(pair: BoundPair, field: Field) -> bool:
    mine, theirs = pair.left.bound, pair.right.bound
    if field in ("comparator", "slot", "subject"):
        return True
    if field in ("anchor", "direction"):
        return is_time(mine)
    if field == "scale":
        return isinstance(mine, Grade) and isinstance(theirs, Grade)
    return any(getattr(bound, field, None) not in (None, False, "absolute") for bound in (mine, theirs))


def score(comparison: Comparison) -> dict[str, Tally]:
    """Return a tally for each single field; fields of which nothing was asked are empty tallies."""
    fields: tuple[Field, ...] = (
        "comparator", "unit", "reference", "change", "offset", "restates", "slot", "anchor", "direction", "combine",
        "scale", "subject",
    )  # fmt: skip
    found = [pair for pair in comparison.alignment.bounds if meets(pair, "number_found")]
    scores: dict[str, Tally] = {}
    for field in fields:
        asked = [pair for pair in found if _asked(pair, field)]
        name = "bound_subject" if field == "subject" else field
        scores[name] = share(sum(field not in pair.differs for pair in asked), len(asked))
    windows = [pair for pair in found if role(pair.left.bound) == "window"]
    for field in _WINDOW:
        scores[f"window_{field}"] = share(sum(field not in pair.differs for pair in windows), len(windows))
    scores["window_value"] = _window_value(comparison)
    return scores


def _window_value(comparison: Comparison) -> Tally:
    alignment = comparison.alignment
    right = predicted = gold = 0
    for pair in alignment.bounds:
        mine, theirs = role(pair.left.bound) == "window", role(pair.right.bound) == "window"
        gold += mine
        predicted += theirs
        right += mine and theirs and meets(pair, "number_found")
    gold += sum(role(one.bound) == "window" for one in alignment.left_only)
    predicted += sum(role(one.bound) == "window" for one in alignment.right_only)
    return Tally(right, predicted, gold)
