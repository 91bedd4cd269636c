"""The number ledger: every numeral of the criteria is claimed once, by a bound or by a listed reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from normalizer.model.quick import quick_init
from normalizer.model.span import Span

LedgerReason = Literal[
    "list_number", "cross_reference", "version", "name", "explanatory_range", "list_size", "unit_part",
    "identifier", "date", "formula", "visit", "quota", "example", "test_load", "repeated_text", "synthetic",
]  # fmt: skip


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class NumeralClaim:
    """Who claims one numeral: a bound (``claimed_by`` names criterion and atom), a reason, or nobody."""

    span: Span
    printed: str
    claimed_by: str | None = None
    reason: LedgerReason | None = None
