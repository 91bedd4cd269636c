"""The published form: normalized criteria of one trial, each number at its characters."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from normalizer.model.block import Cohort, TileKind
from normalizer.model.document import Kind, Registry
from normalizer.model.draft import (
    Anchor,
    AtomType,
    Change,
    Combine,
    Comparator,
    Direction,
    Modifier,
    Provenance,
    Reference,
)
from normalizer.model.finding import Finding, Repair
from normalizer.model.ledger import NumeralClaim
from normalizer.model.quick import quick_init
from normalizer.model.span import Span

SCHEMA_VERSION: Final = "1"
Status = Literal["verified", "checked", "repaired", "review", "text_only", "failed"]
#: A criterion has the worst status of its bounds, in this order.
STATUS_ORDER: Final[tuple[Status, ...]] = ("verified", "checked", "repaired", "review", "failed")
Role = Literal["value", "dose", "count", "window", "duration", "interval", "grade"]


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Canonical:
    """A bound in the preferred unit of its concept or kind, exact; or the reason why there is none."""

    low: Decimal | None = None
    high: Decimal | None = None
    unit: str | None = None
    refused: str | None = None


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedBound:
    """A bound at its characters: what was printed (``*_printed``), what it is worth, and how far to trust it."""

    role: Role
    quote: str
    span: Span | None
    comparator: Comparator | None = None
    low_printed: str | None = None
    high_printed: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    implied: bool = False
    unit_printed: str | None = None
    unit: str | None = None
    reference: Reference | None = None
    change: Change | None = None
    offset: str | None = None
    restates: bool = False
    anchor: Anchor | None = None
    anchor_text: str | None = None
    direction: Direction | None = None
    combine: Combine | None = None
    scale: str | None = None
    values: tuple[str, ...] = ()
    canonical: Canonical | None = None
    status: Status = "review"
    findings: tuple[Finding, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAtom:
    """An atom at its characters; ``span`` is None only when its quote was not found (finding ``quote_not_found``)."""

    id: str
    type: AtomType
    subject: str
    code: str | None
    quote: str
    span: Span | None
    modifiers: tuple[Modifier, ...] = ()
    bounds: tuple[PublishedBound, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One normalized criterion. ``field`` names the registry path when the criterion has no characters in the text."""

    id: str
    block_id: str | None
    kind: Kind
    cohorts: tuple[str, ...]
    path: tuple[str, ...]
    heading: str | None
    span: Span | None
    text: str
    field: str | None
    atoms: tuple[PublishedAtom, ...]
    logic: str
    status: Status
    findings: tuple[Finding, ...]
    repairs: tuple[Repair, ...]
    provenance: tuple[Provenance, ...]
    schema_version: str = SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """The document as published."""

    source: str
    locator: str | None
    layout: str
    sha256: str
    title: str | None
    conditions: tuple[str, ...]
    text: str


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTile:
    """A tile of the eligibility sections."""

    kind: TileKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The losslessness record: every numeral with its claim, and the tiling of the sections."""

    numerals: tuple[NumeralClaim, ...]
    numerals_in_bounds: int
    numerals_with_reason: int
    numerals_unclaimed: int
    section_characters: int
    tiled_characters: int
    tiles: tuple[PublishedTile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizedTrial:
    """One trial, normalized: a line of ``trials.jsonl``."""

    trial_id: str
    document: DocumentRecord
    registry: Registry
    cohorts: tuple[Cohort, ...]
    criteria: tuple[Criterion, ...]
    findings: tuple[Finding, ...]
    coverage: Coverage
    input_tokens: int = 0
    output_tokens: int = 0
    schema_version: str = SCHEMA_VERSION
