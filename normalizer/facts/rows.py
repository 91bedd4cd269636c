"""Normalized criteria as a table: one row for each bound and grade."""
# ruff: noqa: TC001, TC003 - the JSON Schema is generated from the annotations, so their names are real imports

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from normalizer.facts.governing import printed
from normalizer.model.criterion import Role, Status
from normalizer.model.document import Kind
from normalizer.model.draft import Change, Combine, Comparator, Direction, Reference
from normalizer.model.errors import LogicError
from normalizer.model.logic import Branch, BranchName, branches, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from normalizer.model.criterion import Criterion, NormalizedTrial, PublishedAtom, PublishedBound

#: A titre as printed; its number is the dilution (1:80 is 80) and its UCUM unit ``{titer}``.
_TITRE: Final = re.compile(r"\s*1\s*[:∶：]\s*\d")

#: What puts an atom elsewhere than in the main branch; `all` and `any` alone say nothing about a row.
_GOVERNING: Final = re.compile(r"\b(?:not|when|unless|permit|under|atleast)\s*\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One bound or grade of one criterion; the fields are the columns of the facts view, in order.

    ``low`` and ``high`` are numbers in ``unit`` (UCUM; multiples of ULN and LLN in ``1``), ``canonical_low`` and
    ``canonical_high`` the same in ``canonical_unit``. ``outside`` becomes two rows, ``<`` its low end and ``>`` its
    high end, of which either one holds. ``combine_id`` is shared by the two times of a "whichever is longer".
    ``negated``: an odd number of ``not`` stands above the atom. ``condition`` and ``exception`` are the printed text
    that governs the row. ``start`` and ``end`` are code-point offsets of ``quote`` in the document's text, null like
    the quote for a registry field outside the text. ``findings`` are the codes of the bound, then of its criterion.
    """

    trial_id: str
    criterion_id: str
    atom_id: str
    kind: Kind
    cohorts: tuple[str, ...]
    role: Role
    subject: str
    code: str | None
    comparator: Comparator | None
    low: Decimal | None
    high: Decimal | None
    values: tuple[str, ...]
    scale: str | None
    unit: str | None
    reference: Reference | None
    change: Change | None
    offset: str | None
    restates: bool
    canonical_low: Decimal | None
    canonical_high: Decimal | None
    canonical_unit: str | None
    anchor: str | None
    direction: Direction | None
    combine: Combine | None
    combine_id: str | None
    negated: bool
    group: str | None
    branch: BranchName
    condition: str | None
    exception: str | None
    quote: str | None
    start: int | None
    end: int | None
    status: Status
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Governed:
    """What the logic says about every bound of an atom."""

    place: Branch
    group: str | None
    condition: str | None
    exception: str | None


COLUMNS: Final[tuple[str, ...]] = tuple(Row.__slots__)


def rows(trial: NormalizedTrial) -> Iterator[Row]:
    """Yield the facts of a trial: criteria, their atoms and the atoms' bounds in their order.

    Args:
        trial: a normalized trial.

    """
    for criterion in trial.criteria:
        yield from _criterion(trial, criterion)


def _criterion(trial: NormalizedTrial, criterion: Criterion) -> Iterator[Row]:
    if not any(atom.bounds for atom in criterion.atoms):
        return
    places = _places(criterion.logic)
    subjects = {atom.id: atom.subject for atom in criterion.atoms}
    for atom in criterion.atoms:
        if not atom.bounds:
            continue
        place = places.get(atom.id, Branch())
        governed = _Governed(
            place,
            subjects.get(place.heading) if place.heading is not None else None,
            printed(place.conditions, criterion, trial.document.text),
            printed(place.exceptions, criterion, trial.document.text),
        )
        for bound in atom.bounds:
            yield from _both_ends(_row(trial.trial_id, criterion, atom, bound, governed))


def _places(logic: str) -> Mapping[str, Branch]:
    if _GOVERNING.search(logic) is None:
        return {}
    try:
        return branches(parse(logic))
    except LogicError:  # the criterion carries the finding `logic_error`
        return {}


def _row(trial_id: str, criterion: Criterion, atom: PublishedAtom, bound: PublishedBound, governed: _Governed) -> Row:
    canonical = bound.canonical
    codes = (finding.code for finding in (*bound.findings, *criterion.findings))
    return Row(
        trial_id=trial_id,
        criterion_id=criterion.id,
        atom_id=atom.id,
        kind=criterion.kind,
        cohorts=criterion.cohorts,
        role=bound.role,
        subject=atom.subject,
        code=atom.code,
        comparator=bound.comparator,
        low=bound.low,
        high=bound.high,
        values=bound.values,
        scale=bound.scale,
        unit=_unit(bound),
        reference=bound.reference,
        change=bound.change,
        offset=bound.offset,
        restates=bound.restates,
        canonical_low=canonical.low if canonical is not None else None,
        canonical_high=canonical.high if canonical is not None else None,
        canonical_unit=canonical.unit if canonical is not None else None,
        anchor=f"other: {bound.anchor_text}" if bound.anchor == "other" and bound.anchor_text else bound.anchor,
        direction=bound.direction,
        combine=bound.combine,
        combine_id=f"{criterion.id}/{atom.id}" if bound.combine is not None else None,
        negated=governed.place.negated,
        group=governed.group,
        branch=governed.place.branch,
        condition=governed.condition,
        exception=governed.exception,
        quote=bound.quote if bound.span is not None or bound.quote else None,
        start=bound.span.start if bound.span is not None else None,
        end=bound.span.end if bound.span is not None else None,
        status=bound.status,
        findings=tuple(dict.fromkeys(codes)),
    )


def _unit(bound: PublishedBound) -> str | None:
    if bound.unit is None and any(end and _TITRE.match(end) for end in (bound.low_printed, bound.high_printed)):
        return "{titer}"
    if bound.unit is None and bound.reference in ("uln", "lln"):
        return "1"
    return bound.unit


def _both_ends(row: Row) -> Iterator[Row]:
    if row.comparator != "outside":
        yield row
        return
    yield replace(row, comparator="<", low=None, high=row.low, canonical_low=None, canonical_high=row.canonical_low)
    yield replace(row, comparator=">", low=row.high, high=None, canonical_low=row.canonical_high, canonical_high=None)
