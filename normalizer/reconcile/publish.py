"""A checked reading as a published criterion: typed numbers, UCUM, canonical bounds, status by status."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from normalizer.model.criterion import STATUS_ORDER, Criterion, PublishedAtom, PublishedBound
from normalizer.model.draft import Grade, Limit, Time
from normalizer.reconcile.source import matching
from normalizer.reconcile.value import canonical_of, number_of, unit_of
from normalizer.units import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from normalizer.model.criterion import Status
    from normalizer.model.draft import Bound
    from normalizer.model.finding import Finding, Repair
    from normalizer.model.span import Span
    from normalizer.reconcile.case import Case, Note
    from normalizer.text import PlacedAtom, PlacedBound

_TEXT_ONLY: Final = frozenset({"consent", "judgement", "logistics", "other"})


def worst(statuses: Iterable[Status]) -> Status:
    """Return the worst of the statuses, ``checked`` for none."""
    return max(statuses, key=STATUS_ORDER.index, default="checked")


def _moved(finding: Finding, by: int, span: Span | None) -> Finding:
    place = finding.span.shift(by) if finding.span is not None else span
    return type(finding)(
        code=finding.code,
        message=finding.message,
        span=place,
        expected=finding.expected,
        got=finding.got,
        atom=finding.atom,
    )


def _bound(
    case: Case, atom: PlacedAtom, placed: PlacedBound, findings: tuple[Finding, ...], *, agreed: bool
) -> tuple[PublishedBound, tuple[Repair, ...]]:
    base = case.context.block.span.start
    bound: Bound = placed.bound
    span = placed.span.shift(base) if placed.span is not None else None
    mention = matching(case, bound, case.mentions_at(placed.span)) if placed.span is not None else None
    repairs = mention.repairs if mention is not None else ()
    status: Status = "verified" if agreed else "checked"
    if any(finding.severity == "open" for finding in findings):
        status = "review"
    elif repairs:
        status = "repaired"
    if isinstance(bound, Grade):
        shown = PublishedBound(
            role="grade", quote=bound.quote, span=span, comparator=bound.comparator, scale=bound.scale,
            values=bound.values, status=status, findings=findings,
        )  # fmt: skip
        return shown, repairs
    low, high = number_of(bound.low), number_of(bound.high)
    code = unit_of(bound.unit)
    if isinstance(bound, Time):
        shown = PublishedBound(
            role=bound.slot, quote=bound.quote, span=span, comparator=bound.comparator, low_printed=bound.low,
            high_printed=bound.high, low=low, high=high, unit_printed=bound.unit, unit=code, anchor=bound.anchor,
            anchor_text=bound.anchor_text, direction=bound.direction, combine=bound.combine,
            canonical=canonical_of(bound, atom.atom.subject), status=status, findings=findings,
        )  # fmt: skip
        return shown, repairs
    implied = low is None and high is None and bound.low is None and bound.high is None
    if implied and bound.reference in ("uln", "lln", "baseline", "detection_limit"):
        low, high = (Decimal(1), None) if bound.comparator in (">=", ">", "=", None) else (None, Decimal(1))
    if code is None and bound.reference in ("uln", "lln"):
        code = "1"
    if code is not None and code != "1" and code not in table():
        code = None
    shown = PublishedBound(
        role=bound.slot, quote=bound.quote, span=span, comparator=bound.comparator, low_printed=bound.low,
        high_printed=bound.high, low=low, high=high, implied=implied, unit_printed=bound.unit, unit=code,
        reference=bound.reference, change=bound.change, offset=bound.offset, restates=bound.restates,
        canonical=canonical_of(bound, atom.atom.subject), status=status, findings=findings,
    )  # fmt: skip
    return shown, repairs


def publish(
    case: Case, notes: tuple[Note, ...], trial_id: str, *, agreed: frozenset[tuple[int, int]] = frozenset()
) -> Criterion:
    """Return the criterion of a case.

    Arguments:
        case: the standing reading of a block.
        notes: what the checks said about it.
        trial_id: prefix of the criterion's id.
        agreed: the bounds (atom index, bound index) that a second reading confirms.
    """
    block = case.context.block
    base = block.span.start
    repairs: list[Repair] = []
    atoms: list[PublishedAtom] = []
    statuses: list[Status] = []
    own: list[Finding] = [_moved(n.finding, base, block.span) for n in notes if n.atom is None]
    for at, placed in enumerate(case.placed.atoms):
        about = [n.finding for n in notes if n.atom == at and n.bound is None]
        bounds: list[PublishedBound] = []
        for number, bound in enumerate(placed.bounds):
            said = [n.finding for n in notes if n.atom == at and n.bound == number] + about
            span = bound.span.shift(base) if bound.span is not None else None
            findings = tuple(dict.fromkeys(_moved(finding, base, span) for finding in said))
            shown, mended = _bound(case, placed, bound, findings, agreed=(at, number) in agreed)
            bounds.append(shown)
            statuses.append(shown.status)
            repairs += mended
        span = placed.span.shift(base) if placed.span is not None else None
        if not placed.bounds:
            own += [_moved(finding, base, span) for finding in about]
        atoms.append(
            PublishedAtom(
                id=placed.atom.id,
                type=placed.atom.type,
                subject=placed.atom.subject,
                code=None,
                quote=placed.atom.quote,
                span=span,
                modifiers=placed.atom.modifiers,
                bounds=tuple(bounds),
            )  # fmt: skip
        )
    view = case.context.view
    moved = tuple(
        dict.fromkeys(
            type(r)(rule=r.rule, span=view.original(r.span).shift(base), before=r.before, after=r.after)
            for r in repairs
        )
    )
    return Criterion(
        id=f"{trial_id}/{block.id}", block_id=block.id, kind=block.kind, cohorts=block.cohorts, path=block.path,
        heading=block.heading, span=block.span, text=case.context.text, field=None, atoms=tuple(atoms),
        logic=case.reading.draft.logic, status=_status(case, statuses, own), findings=tuple(dict.fromkeys(own)),
        repairs=moved, provenance=(case.reading.provenance, *(other.provenance for other in case.others)),
    )  # fmt: skip


def _status(case: Case, statuses: list[Status], own: list[Finding]) -> Status:
    if case.reading.failure is not None:
        return "failed"
    if any(finding.severity == "open" for finding in own):
        return "review"
    if statuses:
        return worst(statuses)
    quantities = any(mention.kind != "inert" for mention in case.context.mentions)
    if not quantities and all(atom.type in _TEXT_ONLY for atom in case.reading.draft.atoms):
        return "text_only"
    return "review" if quantities else "checked"
