"""A checked reading as a published criterion: typed numbers, UCUM, canonical bounds, statuses, repairs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from normalizer.model.criterion import Criterion, PublishedAtom, PublishedBound
from normalizer.model.draft import Grade, Time
from normalizer.reconcile.case import shifted
from normalizer.reconcile.status import bound_status, criterion_status
from normalizer.reconcile.value import canonical_of, ends, unit_of
from normalizer.text import repairs as text_repairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.criterion import Status
    from normalizer.model.finding import Finding, Repair
    from normalizer.model.span import Span
    from normalizer.reconcile.agreement import Agreement
    from normalizer.reconcile.case import Case, Entry, Note


def _repairs(case: Case) -> tuple[Repair, ...]:
    """Return all repairs of the block, spans as offsets into its text: of characters, of quantities, of names."""
    view = case.context.view
    found = [*text_repairs(case.context.text, view), *case.names] if view.starts is not None else [*case.names]
    at = len(found) - len(case.names)
    for mention, _ in case.quantities:
        for repair in mention.repairs:
            found.insert(at, replace(repair, span=view.original(repair.span)))
            at += 1
    found += case.mends
    return tuple(dict.fromkeys(found)) if found else ()


def _bound(entry: Entry, base: int, status: Status, findings: tuple[Finding, ...]) -> PublishedBound:
    bound, span = entry.bound, entry.placed.span
    place = span.shift(base) if span is not None else None
    if isinstance(bound, Grade):
        return PublishedBound(
            role="grade", quote=bound.quote, span=place, comparator=bound.comparator, scale=bound.scale,
            values=bound.values, status=status, findings=findings,
        )  # fmt: skip
    low, high, implied = ends(bound)
    canonical = canonical_of(bound, entry.atom.atom.subject, low, high)
    code = unit_of(bound.unit)
    if isinstance(bound, Time):
        return PublishedBound(
            role=bound.slot, quote=bound.quote, span=place, comparator=bound.comparator, low_printed=bound.low,
            high_printed=bound.high, low=low, high=high, unit_printed=bound.unit, unit=code, anchor=bound.anchor,
            anchor_text=bound.anchor_text, direction=bound.direction, combine=bound.combine, canonical=canonical,
            status=status, findings=findings,
        )  # fmt: skip
    if code is None and bound.reference in ("uln", "lln"):
        code = "1"
    return PublishedBound(
        role=bound.slot, quote=bound.quote, span=place, comparator=bound.comparator, low_printed=bound.low,
        high_printed=bound.high, low=low, high=high, implied=implied, unit_printed=bound.unit, unit=code,
        reference=bound.reference, change=bound.change, offset=bound.offset, restates=bound.restates,
        canonical=canonical, status=status, findings=findings,
    )  # fmt: skip


def _addressed(case: Case, notes: Sequence[Note]) -> dict[tuple[int | None, int | None], list[Finding]]:
    """Return the findings by address, spans in the document; one without a place stands at its atom or its block."""
    found: dict[tuple[int | None, int | None], list[Finding]] = {}
    block = case.context.block.span
    for note in notes:
        finding = shifted(note.finding, block.start)
        if finding.span is None:
            own = case.placed.atoms[note.atom].span if note.atom is not None else None
            finding = replace(finding, span=own.shift(block.start) if own is not None else block)
        found.setdefault((note.atom, note.bound), []).append(finding)
    return found


def _touches(repairs: Sequence[Repair], span: Span | None) -> bool:
    return span is not None and any(repair.span.overlaps(span) for repair in repairs)


def publish(case: Case, notes: tuple[Note, ...], agreement: Agreement, trial_id: str) -> Criterion:
    """Return the criterion of a case.

    Arguments:
        case: the standing reading of a block.
        notes: what the checks and the second reading said about it.
        agreement: what the second reading confirms.
        trial_id: prefix of the criterion's id.

    """
    block = case.context.block
    base = block.span.start
    repairs = _repairs(case)
    said = _addressed(case, notes) if notes else {}
    own = list(said.get((None, None), ()))
    bounds: dict[int, list[PublishedBound]] = {}
    statuses = []
    for entry in case.entries:
        about = (*said.get((entry.at, entry.nth), ()), *said.get((entry.at, None), ())) if said else ()
        status = bound_status(
            about, agreed=(entry.at, entry.nth) in agreement.bounds,
            repaired=bool(repairs) and _touches(repairs, entry.placed.span),
        )  # fmt: skip
        statuses.append(status)
        bound = _bound(entry, base, status, tuple(dict.fromkeys(about)) if about else ())
        bounds.setdefault(entry.at, []).append(bound)
    atoms = []
    for at, placed in enumerate(case.placed.atoms):
        atom, span = placed.atom, placed.span
        if said and not placed.bounds:
            own += said.get((at, None), ())
        atoms.append(
            PublishedAtom(
                id=atom.id,
                type=atom.type,
                subject=atom.subject,
                code=None,
                quote=atom.quote,
                span=span.shift(base) if span is not None else None,
                modifiers=atom.modifiers,
                bounds=tuple(bounds[at]) if at in bounds else (),
            )
        )
    findings = tuple(dict.fromkeys(own)) if own else ()
    status = criterion_status(
        case, statuses, findings, agreed=agreement.whole,
        repaired=any(_touches(repairs, placed.span) for placed in case.placed.atoms) if repairs else False,
    )  # fmt: skip
    others = tuple(other.provenance for other in case.others) if case.others else ()
    return Criterion(
        id=f"{trial_id}/{block.id}", block_id=block.id, kind=block.kind, cohorts=block.cohorts, path=block.path,
        heading=block.heading, span=block.span, text=case.context.text, field=None, atoms=tuple(atoms),
        logic=case.reading.draft.logic, status=status, findings=findings,
        repairs=tuple([replace(repair, span=repair.span.shift(base)) for repair in repairs]) if repairs else (),
        provenance=(case.reading.provenance, *others),
    )  # fmt: skip
