from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from normalizer.evaluate.gold import Gold, read_gold
from normalizer.evaluate.pages import locate
from normalizer.model.block import Cohort
from normalizer.model.criterion import (
    Coverage,
    Criterion,
    DocumentRecord,
    NormalizedTrial,
    PublishedAtom,
    PublishedBound,
)
from normalizer.model.document import Registry
from normalizer.model.draft import Grade, Limit, Time
from normalizer.text import place

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.draft import Bound
    from normalizer.model.span import Span

TEXT = (Path(__file__).parent / "page.txt").read_text(encoding="utf-8")

LABELS = (Path(__file__).parent / "labels.yaml").read_text(encoding="utf-8")


@pytest.fixture
def labels_text() -> str:
    return LABELS


@pytest.fixture
def page_text() -> str:
    return TEXT


@pytest.fixture(scope="session")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Gold:
    path = tmp_path_factory.mktemp("gold") / "T1.yaml"
    path.write_text(LABELS, encoding="utf-8")
    return locate(read_gold(path), TEXT)


def _published(bound: Bound, span: Span | None) -> PublishedBound:
    if isinstance(bound, Grade):
        return PublishedBound(
            role="grade", quote=bound.quote, span=span, comparator=bound.comparator, scale=bound.scale,
            values=bound.values, status="checked",
        )  # fmt: skip
    shown = PublishedBound(
        role=bound.slot, quote=bound.quote, span=span, comparator=bound.comparator, low_printed=bound.low,
        high_printed=bound.high, low=Decimal(1), unit_printed=bound.unit, status="checked",
    )  # fmt: skip
    if isinstance(bound, Time):
        return replace(
            shown, anchor=bound.anchor, anchor_text=bound.anchor_text, direction=bound.direction, combine=bound.combine
        )
    assert isinstance(bound, Limit)
    return replace(shown, reference=bound.reference, change=bound.change, offset=bound.offset, restates=bound.restates)


def _perfect(gold: Gold) -> NormalizedTrial:
    """Publish the labels themselves."""
    criteria = []
    for block in gold.blocks:
        at = block.span.start
        atoms = tuple(
            PublishedAtom(
                id=placed.atom.id, type=placed.atom.type, subject=placed.atom.subject, code=None,
                quote=placed.atom.quote, span=None if placed.span is None else placed.span.shift(at),
                modifiers=placed.atom.modifiers,
                bounds=tuple(_published(b.bound, None if b.span is None else b.span.shift(at)) for b in placed.bounds),
            )
            for placed in place(block.span.of(gold.text), block.draft).atoms
        )  # fmt: skip
        criteria.append(
            Criterion(
                id=f"{gold.trial}/{block.id}", block_id=block.id, kind=block.kind, cohorts=block.cohorts, path=(),
                heading=None, span=block.span, text=block.span.of(gold.text), field=None, atoms=atoms,
                logic=block.draft.logic, status="checked", findings=(), repairs=(), provenance=(),
            )
        )  # fmt: skip
    return NormalizedTrial(
        trial_id=gold.trial,
        document=DocumentRecord(
            source=gold.source, locator=None, layout="text", sha256="", title=None, conditions=(), text=gold.text
        ),
        registry=Registry(),
        cohorts=tuple(Cohort(id=c.id, label=c.label, heading=None) for c in gold.cohorts),
        criteria=tuple(criteria),
        findings=(),
        coverage=Coverage(
            numerals=(), numerals_in_bounds=0, numerals_with_reason=0, numerals_unclaimed=0, section_characters=0,
            tiled_characters=0, tiles=(),
        ),
    )  # fmt: skip


@pytest.fixture
def perfect() -> Callable[[Gold], NormalizedTrial]:
    return _perfect
