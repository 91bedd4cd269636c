"""What may be believed: silent errors, and how much is sent to review to be rid of them.

A bound is in error when it is missing, invented, or wrong in the kind of its criterion, slot, comparator, number, unit
or reference (with its change and offset). The error is *silent* when the criterion is neither in review nor failed; a
missing bound belongs to the criterion that its characters fall into, and is silent when they fall into none.

=======================  =============================================================================================
``silent_errors``        silent errors over gold's bounds (lower is better)
``errors``               all errors over gold's bounds, silent or not
``review_rate``          criteria in review or failed, of all (lower is better)
``review_precision``     of the criteria in review or failed, those that hold an error
``review_recall``        of the criteria that hold an error, those in review or failed
``status/<status>``      of the predicted bounds in criteria of this status, those without error
``right_in_review``      of the bounds that are right in all deciding fields, anchor, direction and subject, those
                         that are themselves in review (lower is better)
``false_alarms``         the same, not counting those whose print itself is at fault: no comparator printed, a damaged
                         or implausible value, a limit printed twice
``verified_wrong``       of the predicted bounds that say ``verified``, those invented, or wrong in a deciding field,
                         the kind of the criterion, anchor, direction or subject (lower is better)
=======================  =============================================================================================
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from normalizer.evaluate.tally import Tally, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.align import BoundPair, Field
    from normalizer.evaluate.compare import Comparison
    from normalizer.evaluate.sides import SideBlock
    from normalizer.model.span import Span

_SILENT: Final[frozenset[Field]] = frozenset({"slot", "comparator", "number", "unit", "reference", "change", "offset"})
_SEEN: Final = frozenset({"review", "failed"})
_RIGHT: Final[frozenset[Field]] = _SILENT | {"anchor", "direction", "subject"}
#: Findings that say what is wrong with the print, and would be there for a perfect reading too.
_OF_PRINT: Final = frozenset(
    {"comparator_missing", "comparator_damaged", "number_ambiguous", "unit_unknown", "unit_missing",
     "implausible_value", "implausible_pair", "repeated_bound", "range_reversed"}
)  # fmt: skip


def holder(blocks: Sequence[SideBlock], span: Span | None) -> int | None:
    """Return the index of the block that holds the start of the span, None when there is none.

    Args:
        blocks: in document order.
        span: offsets into the document.

    """
    if span is None:
        return None
    at = bisect_right(blocks, span.start, key=lambda block: block.span.start) - 1
    return at if at >= 0 and span.start < blocks[at].span.end else None


def in_error(comparison: Comparison, pair: BoundPair) -> bool:
    """Say whether a pair of bounds is an error of the prediction."""
    ours, theirs = comparison.left_atoms[pair.left.atom][0], comparison.right_atoms[pair.right.atom][0]
    return bool(pair.differs & _SILENT) or ours.kind != theirs.kind


def score(comparison: Comparison) -> dict[str, Tally]:
    """Return the tallies of silent errors and of review."""
    blocks = sorted(comparison.right.blocks, key=lambda block: block.span)
    index = {block.id: at for at, block in enumerate(blocks)}
    rights = comparison.right_atoms
    places: list[int | None] = []
    statuses: dict[str, Tally] = {}
    for pair in comparison.alignment.bounds:
        wrong = in_error(comparison, pair)
        block = rights[pair.right.atom][0]
        if wrong:
            places.append(index[block.id])
        _add(statuses, block, right=not wrong)
    for one in comparison.alignment.right_only:
        block = rights[one.atom][0]
        places.append(index[block.id])
        _add(statuses, block, right=False)
    places += [holder(blocks, one.span) for one in comparison.alignment.left_only]
    silent = sum(at is None or blocks[at].status not in _SEEN for at in places)
    bounds = len(comparison.alignment.bounds) + len(comparison.alignment.left_only)
    reviewed = {at for at, block in enumerate(blocks) if block.status in _SEEN}
    bad = {at for at in places if at is not None}
    return {
        "silent_errors": Tally(silent, bounds, bounds),
        "errors": Tally(len(places), bounds, bounds),
        "review_rate": share(len(reviewed), len(blocks)),
        "review_precision": share(len(reviewed & bad), len(reviewed)),
        "review_recall": share(len(reviewed & bad), len(bad)),
        **_alarms(comparison),
        "verified_wrong": _verified_wrong(comparison),
        **statuses,
    }


def _alarms(comparison: Comparison) -> dict[str, Tally]:
    right = reviewed = alarms = 0
    for pair in comparison.alignment.bounds:
        if pair.differs & _RIGHT or in_error(comparison, pair):
            continue
        right += 1
        bound = comparison.published[pair.right.atom].bounds[pair.right.nth]
        if bound.status == "review":
            reviewed += 1
            alarms += not {f.code for f in bound.findings if f.severity == "open"} <= _OF_PRINT
    return {"right_in_review": share(reviewed, right), "false_alarms": share(alarms, right)}


def _verified_wrong(comparison: Comparison) -> Tally:
    published = comparison.published
    said = wrong = 0
    for pair in comparison.alignment.bounds:
        if published[pair.right.atom].bounds[pair.right.nth].status == "verified":
            said += 1
            wrong += bool(pair.differs & _RIGHT) or in_error(comparison, pair)
    invented = sum(
        published[one.atom].bounds[one.nth].status == "verified" for one in comparison.alignment.right_only
    )  # fmt: skip
    return share(wrong + invented, said + invented)


def _add(statuses: dict[str, Tally], block: SideBlock, *, right: bool) -> None:
    name = f"status/{block.status}"
    statuses[name] = statuses.get(name, Tally()) + share(int(right), 1)
