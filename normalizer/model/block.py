"""Eligibility text cut into criterion blocks, and the tiling that proves nothing was lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from normalizer.model.document import Kind
from normalizer.model.finding import Finding
from normalizer.model.mention import Mention
from normalizer.model.quick import quick_init
from normalizer.model.span import Span
from normalizer.model.view import View

TileKind = Literal["block", "heading", "separator", "boilerplate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A group of participants that a heading names; ``heading`` is None when inferred from block ``inferred_from``."""

    id: str
    label: str
    heading: Span | None
    inferred_from: str | None = None


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A nested item of a block: its printed marker ("a.", "(i)", "①", "" when lost), the marker's span, its own."""

    marker: str
    marker_span: Span | None
    span: Span
    items: tuple[Item, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One top-level criterion with all its sub-items; the span starts after the criterion's own marker.

    ``path`` holds the markers as printed from the outermost list inwards; ``heading`` the printed heading in force.
    ``joined`` holds the spans of the further top-level items that printed logic joined to this block.
    """

    id: str
    kind: Kind
    cohorts: tuple[str, ...]
    path: tuple[str, ...]
    heading: str | None
    span: Span
    items: tuple[Item, ...] = ()
    joined: tuple[Item, ...] = ()
    findings: tuple[Finding, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class Tile:
    """A stretch of the eligibility sections; all tiles in order cover the sections exactly."""

    kind: TileKind
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """What segmentation returns: cohorts, blocks in document order, the tiles, findings about the whole."""

    cohorts: tuple[Cohort, ...]
    blocks: tuple[Block, ...]
    tiles: tuple[Tile, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockContext:
    """What an extractor is given: the block, its text and surroundings, and the quantities already found in it.

    ``text`` is ``document.text`` at the block's span; ``view`` its cleaned form; spans of ``mentions`` refer to it.
    """

    block: Block
    text: str
    view: View
    mentions: tuple[Mention, ...]
    conditions: tuple[str, ...]
    cohort_labels: tuple[str, ...]
    abbreviations: Mapping[str, str] = field(default_factory=dict)
