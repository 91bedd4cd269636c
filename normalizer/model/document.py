"""A trial as it was read: its text, what is known of it, and where its eligibility criteria stand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from normalizer.model.finding import Finding
from normalizer.model.span import Span

Kind = Literal["inclusion", "exclusion"]
Sex = Literal["all", "female", "male"]
AgeUnit = Literal["a", "mo", "wk", "d", "h", "min"]  # UCUM


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryAge:
    """One age limit of a registry's typed field; ``span`` is None when the field lies outside the text."""

    value: Decimal
    unit: AgeUnit
    printed: str
    field: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySex:
    """The registry's sex field."""

    value: Sex
    printed: str
    field: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryHealthy:
    """The registry's healthy-volunteers field."""

    accepted: bool
    printed: str
    field: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The typed fields that registries print beside the criteria."""

    minimum_age: RegistryAge | None = None
    maximum_age: RegistryAge | None = None
    sex: RegistrySex | None = None
    healthy_volunteers: RegistryHealthy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialDocument:
    """One trial as read from an input.

    ``text`` is the whole decoded page, or for a record its criteria field after container decoding; every span of
    every output is an offset into it. ``sections`` are the eligibility spans, in order and disjoint. ``synthetic``
    are the spans of heading lines that we inserted when a record keeps its criteria in separate fields.
    ``locator`` is the line (CSV, JSONL) or index (arrays) of a record in its source, None for a file with one trial.
    """

    source: str
    locator: str | None
    layout: str
    sha256: str
    text: str
    trial_id: str
    title: str | None
    conditions: tuple[str, ...]
    registry: Registry
    sections: tuple[Span, ...]
    synthetic: tuple[Span, ...] = ()
    findings: tuple[Finding, ...] = ()
