"""How far each bound and criterion may be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.model.criterion import STATUS_ORDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.criterion import Status
    from normalizer.model.finding import Finding
    from normalizer.reconcile.case import Case

#: Atoms that no measurement decides; a criterion of these alone, without quantities, is ``text_only``.
_TEXT_ONLY: Final = frozenset({"consent", "judgement", "logistics", "other"})


def bound_status(findings: Sequence[Finding], *, agreed: bool, repaired: bool) -> Status:
    """Return the status of a bound: an open finding counts before a repair, a repair before agreement."""
    if findings and _open(findings):
        return "review"
    if repaired:
        return "repaired"
    return "verified" if agreed else "checked"


def _open(findings: Sequence[Finding]) -> bool:
    return any(finding.severity == "open" for finding in findings)


def criterion_status(
    case: Case, bounds: Sequence[Status], findings: Sequence[Finding], *, agreed: bool, repaired: bool
) -> Status:
    """Return a criterion's status: the worst of its bounds, or what its own findings demand.

    Arguments:
        case: the standing reading.
        bounds: the statuses of its bounds.
        findings: those that are about no single bound.
        agreed: a second reading without bounds has the same atoms and logic.
        repaired: a name that an atom uses was mended; counts only without bounds.

    """
    if case.reading.failure is not None:
        return "failed"
    if bounds:
        own: tuple[Status, ...] = ("review",) if findings and _open(findings) else ()
        return max((*bounds, *own), key=STATUS_ORDER.index)
    if case.quantities:
        return "review"
    if not (findings and _open(findings)) and _TEXT_ONLY.issuperset([atom.type for atom in case.reading.draft.atoms]):
        return "text_only"
    return bound_status(findings, agreed=agreed, repaired=repaired)
