"""The wire form of a reading: what a model is asked to return, compact, mapped one to one to Drafts.

Every variant of a bound begins with a key of its own that holds its quote, so that the words stand before the values
and a strict schema can tell the variants apart at their first key. The short forms (``limit``, ``relative``,
``bare_time``) leave out what is seldom printed; nothing is written as null that can be left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Tag

from normalizer.model.draft import (
    Anchor,
    AtomType,
    Change,
    Combine,
    Direction,
    LimitSlot,
    ModifierKind,
    Reference,
    TimeSlot,
)

NumberComparator = Literal[">=", ">", "<=", "<", "=", "between", "outside"]
GradeComparator = Literal[">=", ">", "<=", "<", "=", "between", "in"]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class WireModifier(_Wire):
    """A printed word group that qualifies an atom."""

    kind: ModifierKind
    text: str


class WireLimit(_Wire):
    """A plain absolute limit; ``numbers`` are the printed tokens, two for ``between`` and ``outside``."""

    limit: str
    slot: LimitSlot
    comparator: NumberComparator | None
    numbers: tuple[str, ...]
    unit: str | None


class WireRelative(_Wire):
    """A level against a reference: a multiple of a limit of normal, a percentage of the predicted value."""

    relative: str
    slot: LimitSlot
    comparator: NumberComparator | None
    numbers: tuple[str, ...]
    unit: str | None
    reference: Reference


class WireFullLimit(_Wire):
    """A limit with a change or an offset, or one that restates another."""

    full_limit: str
    slot: LimitSlot
    comparator: NumberComparator | None
    numbers: tuple[str, ...]
    unit: str | None
    reference: Reference
    change: Change | None
    offset: str | None
    restates: bool


class WireBareTime(_Wire):
    """A bound in time for which neither an event nor a direction is printed."""

    bare_time: str
    slot: TimeSlot
    comparator: NumberComparator | None
    numbers: tuple[str, ...]
    unit: str | None


class WireTime(_Wire):
    """A bound in time with what it is counted from."""

    time: str
    slot: TimeSlot
    comparator: NumberComparator | None
    numbers: tuple[str, ...]
    unit: str | None
    anchor: Anchor | None
    anchor_text: str | None
    direction: Direction | None


class WirePairedTime(_Wire):
    """One of two times of which the longer or the shorter counts."""

    paired_time: str
    slot: TimeSlot
    comparator: NumberComparator | None
    numbers: tuple[str, ...]
    unit: str | None
    anchor: Anchor | None
    anchor_text: str | None
    direction: Direction | None
    combine: Combine


class WireGrade(_Wire):
    """A bound on an ordinal scale."""

    grade: str
    scale: str
    comparator: GradeComparator | None
    values: tuple[str, ...]


_VARIANTS: Final = ("limit", "relative", "full_limit", "bare_time", "time", "paired_time", "grade")


def _variant(data: Any) -> str | None:  # noqa: ANN401 - whatever a model sent
    if isinstance(data, dict):
        return next((key for key in _VARIANTS if key in data), None)
    return next((key for key in _VARIANTS if hasattr(data, key)), None)


WireBound: TypeAlias = Annotated[
    Annotated[WireLimit, Tag("limit")]
    | Annotated[WireRelative, Tag("relative")]
    | Annotated[WireFullLimit, Tag("full_limit")]
    | Annotated[WireBareTime, Tag("bare_time")]
    | Annotated[WireTime, Tag("time")]
    | Annotated[WirePairedTime, Tag("paired_time")]
    | Annotated[WireGrade, Tag("grade")],
    Discriminator(
        _variant,
        custom_error_type="bound_variant",
        custom_error_message=f"a bound begins with one of the keys {', '.join(_VARIANTS)}, which holds its quote",
    ),
]


class WireAtom(_Wire):
    """An atom; its bounds in the order in which they are printed."""

    id: str
    quote: str
    subject: str
    type: AtomType
    modifiers: tuple[WireModifier, ...]
    bounds: tuple[WireBound, ...]


class WireBlock(_Wire):
    """The reading of one block; ``block`` is its name in the request."""

    block: str
    atoms: tuple[WireAtom, ...]
    logic: str


class WireAnswer(_Wire):
    """What a model returns: one reading for each block of the request."""

    blocks: tuple[WireBlock, ...]
