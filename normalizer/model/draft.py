"""The Draft: what every extractor returns, what gold holds, what a model is asked for.

All strings are as printed in the block; a Draft holds no offsets. Field meanings are those of ``evals/LABELLING.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from normalizer.model.finding import Finding
from normalizer.model.quick import quick_init

AtomType = Literal[
    "measurement", "condition", "treatment", "procedure", "demographic", "reproductive",
    "consent", "logistics", "judgement", "heading", "other",
]  # fmt: skip
ModifierKind = Literal[
    "member", "result", "severity", "status", "method", "route", "site",
    "basis", "cause", "person", "time", "since", "other",
]  # fmt: skip
Comparator = Literal[">=", ">", "<=", "<", "=", "between", "outside", "in"]
Reference = Literal["absolute", "uln", "lln", "predicted", "baseline", "detection_limit", "other"]
Change = Literal["increase", "decrease", "either"]
LimitSlot = Literal["value", "dose", "count"]
TimeSlot = Literal["window", "duration", "interval"]
Anchor = Literal[
    "screening", "consent", "enrollment", "randomization", "baseline", "first_dose", "infusion", "apheresis",
    "lymphodepletion", "treatment_end", "test", "diagnosis", "birth", "visit", "date", "other",
]  # fmt: skip
Direction = Literal["before", "after", "during", "either"]
Combine = Literal["longer", "shorter"]


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """A printed word group that qualifies an atom."""

    kind: ModifierKind
    text: str


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bound on a level (``value``), an amount of treatment (``dose``) or a number of things (``count``)."""

    slot: LimitSlot
    quote: str
    comparator: Comparator | None = None
    low: str | None = None
    high: str | None = None
    unit: str | None = None
    reference: Reference = "absolute"
    change: Change | None = None
    offset: str | None = None
    restates: bool = False


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A bound in time: distance from an anchor (``window``), length (``duration``) or spacing (``interval``)."""

    slot: TimeSlot
    quote: str
    comparator: Comparator | None = None
    low: str | None = None
    high: str | None = None
    unit: str | None = None
    anchor: Anchor | None = None
    anchor_text: str | None = None
    direction: Direction | None = None
    combine: Combine | None = None


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A bound on an ordinal scale; ``values`` as printed without the scale's words."""

    scale: str
    quote: str
    comparator: Comparator | None = None
    values: tuple[str, ...] = ()


Bound: TypeAlias = Limit | Time | Grade


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One independently testable statement; all its bounds hold together."""

    id: str
    type: AtomType
    subject: str
    quote: str
    modifiers: tuple[Modifier, ...] = ()
    limits: tuple[Limit, ...] = ()
    times: tuple[Time, ...] = ()
    grades: tuple[Grade, ...] = ()

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """Limits, times and grades, in this order."""
        return (*self.limits, *self.times, *self.grades)


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One extractor's reading of one block: atoms in text order and the logic over their ids."""

    atoms: tuple[Atom, ...] = ()
    logic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What determines a reading: the extractor; for a model its name, prompt and schema hash, this answer's tokens."""

    extractor: str
    version: str
    model: str | None = None
    prompt_hash: str | None = None
    schema_hash: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One extractor's Draft for one block; ``failure`` says why there is none (the Draft is then empty).

    ``findings`` are the extractor's own doubts; a finding's ``atom`` names the atom it is about.
    """

    block_id: str
    draft: Draft
    provenance: Provenance
    failure: str | None = None
    findings: tuple[Finding, ...] = ()
