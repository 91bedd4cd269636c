"""A Mention: a quantity found in a text, before anything is known about what it measures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from normalizer.model.draft import Anchor, Change, Combine, Comparator, Direction, Reference, TimeSlot
from normalizer.model.finding import Finding, Repair
from normalizer.model.ledger import LedgerReason
from normalizer.model.quick import quick_init
from normalizer.model.span import Span

MentionKind = Literal["amount", "time", "grade", "count", "inert"]


@quick_init
@dataclass(frozen=True, slots=True)
class Number:
    """A numeral as printed ("1.0", "two", "1x10^3", "1:80", "1,5") with its value.

    ``span`` covers the numeral's characters (for number words the words). ``alternatives`` holds the other values
    that the same characters may mean ("1,500": 1500 or 1.5); empty when unambiguous.
    """

    span: Span
    printed: str
    value: Decimal
    alternatives: tuple[Decimal, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class UnitText:
    """A unit as printed ("x10^9/L", "mg/dL", "years") with its UCUM code, None when the table does not know it."""

    span: Span
    printed: str
    code: str | None


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One quantity; every span refers to the text that was read (the cleaned view of a block).

    kind:
        ``amount``  a number with or without unit, reference (``uln`` ...), change; also bare numbers with a comparator
        ``time``    a number with a time unit or half-lives (``slot`` says window, duration or interval)
        ``grade``   values of an ordinal scale printed with its scale's words ("ECOG 0-1", "NYHA class II")
        ``count``   a number of things, events or list members ("at least two of the following", "two occasions")
        ``inert``   a numeral that is no quantity; ``reason`` says why (list number, year, gene name ...)

    ``span`` is the shortest text that carries comparator, number and unit (the bound's quote). ``numerals`` are the
    spans of all digits and number words that the mention claims, including those inside a unit ("1.73 m2").
    """

    kind: MentionKind
    span: Span
    numerals: tuple[Span, ...]
    comparator: Comparator | None = None
    comparator_span: Span | None = None
    low: Number | None = None
    high: Number | None = None
    unit: UnitText | None = None
    reference: Reference = "absolute"
    change: Change | None = None
    offset: str | None = None
    restates: bool = False
    pair: Literal["first", "second"] | None = None
    slot: TimeSlot | None = None
    anchor: Anchor | None = None
    anchor_text: str | None = None
    anchor_span: Span | None = None
    direction: Direction | None = None
    combine: Combine | None = None
    scale: str | None = None
    scale_span: Span | None = None
    values: tuple[str, ...] = ()
    reason: LedgerReason | None = None
    findings: tuple[Finding, ...] = ()
    repairs: tuple[Repair, ...] = ()
