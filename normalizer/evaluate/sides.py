"""Gold and prediction in one form: blocks with placed atoms, all spans in the document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from normalizer.model.draft import Atom, Grade, Limit, Time
from normalizer.model.errors import LogicError
from normalizer.model.logic import parse
from normalizer.text import PlacedAtom, PlacedBound, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from normalizer.evaluate.gold import Gold
    from normalizer.model.criterion import Criterion, NormalizedTrial, PublishedAtom, PublishedBound, Status
    from normalizer.model.document import Kind
    from normalizer.model.draft import Bound
    from normalizer.model.logic import Node
    from normalizer.model.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBlock:
    """A block of one side; ``logic`` is None when it is blank, ``broken`` when it does not parse."""

    id: str
    kind: Kind
    cohorts: frozenset[str]
    span: Span
    atoms: tuple[PlacedAtom, ...]
    logic: Node | None
    broken: bool = False
    status: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """All blocks of a document; ``labels`` are the cohorts' printed names by id."""

    blocks: tuple[SideBlock, ...]
    labels: Mapping[str, str]


def _tree(logic: str) -> tuple[Node | None, bool]:
    try:
        return parse(logic), False
    except LogicError:
        return None, True


def _moved(span: Span | None, by: int) -> Span | None:
    return None if span is None else span.shift(by)


def gold_side(gold: Gold) -> Side:
    """Return the labels as a side."""
    blocks = []
    for block in gold.blocks:
        at = block.span.start
        placed = place(block.span.of(gold.text), block.draft)
        atoms = tuple(
            replace(
                atom,
                span=_moved(atom.span, at),
                bounds=tuple(replace(bound, span=_moved(bound.span, at)) for bound in atom.bounds),
            )
            for atom in placed.atoms
        )
        tree, broken = _tree(block.draft.logic)
        blocks.append(
            SideBlock(
                id=block.id,
                kind=block.kind,
                cohorts=frozenset(block.cohorts),
                span=block.span,
                atoms=atoms,
                logic=tree,
                broken=broken,
            )
        )
    return Side(blocks=tuple(blocks), labels={cohort.id: cohort.label for cohort in gold.cohorts})


def bound_of(published: PublishedBound) -> Bound:
    """Return the bound as it was drafted, from its published form."""
    if published.role == "grade":
        return Grade(
            scale=published.scale or "", quote=published.quote, comparator=published.comparator, values=published.values
        )
    if published.role == "window" or published.role == "duration" or published.role == "interval":  # noqa: PLR1714 - narrows
        return Time(
            slot=published.role, quote=published.quote, comparator=published.comparator, low=published.low_printed,
            high=published.high_printed, unit=published.unit_printed, anchor=published.anchor,
            anchor_text=published.anchor_text, direction=published.direction, combine=published.combine,
        )  # fmt: skip
    return Limit(
        slot=published.role, quote=published.quote, comparator=published.comparator, low=published.low_printed,
        high=published.high_printed, unit=published.unit_printed, reference=published.reference or "absolute",
        change=published.change, offset=published.offset, restates=published.restates,
    )  # fmt: skip


def _placed(atom: PublishedAtom) -> PlacedAtom:
    bounds = tuple(bound_of(bound) for bound in atom.bounds)
    drafted = Atom(
        id=atom.id, type=atom.type, subject=atom.subject, quote=atom.quote, modifiers=atom.modifiers,
        limits=tuple(bound for bound in bounds if isinstance(bound, Limit)),
        times=tuple(bound for bound in bounds if isinstance(bound, Time)),
        grades=tuple(bound for bound in bounds if isinstance(bound, Grade)),
    )  # fmt: skip
    placed = tuple(
        PlacedBound(bound, published.span, ambiguous=False)
        for bound, published in zip(bounds, atom.bounds, strict=True)
    )
    return PlacedAtom(drafted, atom.span, placed)


def predicted(trial: NormalizedTrial) -> tuple[Criterion, ...]:
    """Return the criteria that are scored; those made from registry fields alone are left out."""
    return tuple(c for c in trial.criteria if c.block_id is not None and c.span is not None)


def predicted_side(trial: NormalizedTrial) -> Side:
    """Return the published criteria as a side."""
    return Side(
        blocks=tuple(_predicted(c, c.span) for c in predicted(trial) if c.span is not None),
        labels={cohort.id: cohort.label for cohort in trial.cohorts},
    )


def _predicted(criterion: Criterion, span: Span) -> SideBlock:
    tree, broken = _tree(criterion.logic)
    return SideBlock(
        id=criterion.block_id or criterion.id, kind=criterion.kind, cohorts=frozenset(criterion.cohorts), span=span,
        atoms=tuple(_placed(atom) for atom in criterion.atoms), logic=tree, broken=broken, status=criterion.status,
    )  # fmt: skip
