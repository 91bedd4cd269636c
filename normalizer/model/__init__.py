"""The data that all rooms speak: document, blocks, drafts, logic, mentions, published criteria, findings, errors."""

from __future__ import annotations

from normalizer.model.block import Block, BlockContext, Cohort, Item, Segmentation, Tile
from normalizer.model.criterion import (
    SCHEMA_VERSION,
    STATUS_ORDER,
    Canonical,
    Coverage,
    Criterion,
    DocumentRecord,
    NormalizedTrial,
    PublishedAtom,
    PublishedBound,
    PublishedTile,
    Role,
    Status,
)
from normalizer.model.document import (
    Kind,
    Registry,
    RegistryAge,
    RegistryHealthy,
    RegistrySex,
    TrialDocument,
)
from normalizer.model.draft import Atom, Bound, Draft, Grade, Limit, Modifier, Provenance, Reading, Time
from normalizer.model.errors import GoldError, LogicError, NormalizerError, SourceError, SpanError, UnitError
from normalizer.model.finding import SEVERITY, Finding, Repair, Severity
from normalizer.model.ledger import LedgerReason, NumeralClaim
from normalizer.model.mention import Mention, Number, UnitText
from normalizer.model.span import Span
from normalizer.model.view import View

__all__ = [
    "SCHEMA_VERSION",
    "SEVERITY",
    "STATUS_ORDER",
    "Atom",
    "Block",
    "BlockContext",
    "Bound",
    "Canonical",
    "Cohort",
    "Coverage",
    "Criterion",
    "DocumentRecord",
    "Draft",
    "Finding",
    "GoldError",
    "Grade",
    "Item",
    "Kind",
    "LedgerReason",
    "Limit",
    "LogicError",
    "Mention",
    "Modifier",
    "NormalizedTrial",
    "NormalizerError",
    "Number",
    "NumeralClaim",
    "Provenance",
    "PublishedAtom",
    "PublishedBound",
    "PublishedTile",
    "Reading",
    "Registry",
    "RegistryAge",
    "RegistryHealthy",
    "RegistrySex",
    "Repair",
    "Role",
    "Segmentation",
    "Severity",
    "SourceError",
    "Span",
    "SpanError",
    "Status",
    "Tile",
    "Time",
    "TrialDocument",
    "UnitError",
    "UnitText",
    "View",
]
