"""Which fields of two bounds differ, each compared in the way that its meaning asks for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from normalizer.align.numbers import numbers
from normalizer.concepts import same_subject, scale_of
from normalizer.model.draft import Grade, Limit, Time
from normalizer.units import code_of

if TYPE_CHECKING:
    from normalizer.model.criterion import Role
    from normalizer.model.draft import Bound

Field = Literal[
    "number", "comparator", "unit", "reference", "change", "offset", "slot",
    "anchor", "direction", "subject", "combine", "restates", "scale",
]  # fmt: skip
FIELDS: Final[tuple[Field, ...]] = (
    "number", "comparator", "unit", "reference", "change", "offset", "slot",
    "anchor", "direction", "subject", "combine", "restates", "scale",
)  # fmt: skip


def role(bound: Bound) -> Role:
    """Return the slot of a bound, or ``grade``."""
    return "grade" if isinstance(bound, Grade) else bound.slot


@lru_cache(maxsize=8192)
def same_unit(one: str | None, other: str | None) -> bool:
    """Say whether two printed units are one: equal UCUM codes when both have one, else equal print without blanks."""
    if one == other:
        return True
    if one is None or other is None:
        return False
    codes = code_of(one), code_of(other)
    if None not in codes:
        return codes[0] == codes[1]
    return "".join(one.split()).lower() == "".join(other.split()).lower()


@lru_cache(maxsize=16384)
def same_name(one: str, other: str) -> bool:
    """Say whether two subjects are the same: equal but for case and blanks, or one thing for the vocabulary."""
    return " ".join(one.lower().split()) == " ".join(other.lower().split()) or same_subject(one, other)


@lru_cache(maxsize=1024)
def _same_scale(one: str, other: str) -> bool:
    if " ".join(one.lower().split()) == " ".join(other.lower().split()):
        return True
    known = scale_of(one)
    return known is not None and known == scale_of(other)


def _squeezed(text: str | None) -> str | None:
    return None if text is None else "".join(text.split()).lower()


@lru_cache(maxsize=16384)
def differences(one: Bound, other: Bound, subject: str, other_subject: str) -> frozenset[Field]:
    """Return the fields in which two bounds of two atoms differ.

    Fields that a bound's form does not have (the unit of a grade, the anchor of a limit) count as not printed.
    ``combine``, ``restates``, ``change``, ``offset``, ``anchor`` and ``direction`` are compared as they stand.

    Args:
        one: a bound.
        other: the bound it is compared with.
        subject: the subject of the atom of ``one``.
        other_subject: the subject of the atom of ``other``.

    """
    found: set[Field] = set()
    if numbers(one) != numbers(other):
        found.add("number")
    if one.comparator != other.comparator:
        found.add("comparator")
    if not same_unit(_of(one, "unit"), _of(other, "unit")):
        found.add("unit")
    if _reference(one) != _reference(other):
        found.add("reference")
    if _squeezed(_of(one, "offset")) != _squeezed(_of(other, "offset")):
        found.add("offset")
    if role(one) != role(other):
        found.add("slot")
    plain: tuple[Field, ...] = ("change", "anchor", "direction", "combine")
    found.update(name for name in plain if _of(one, name) != _of(other, name))
    if _restates(one) != _restates(other):
        found.add("restates")
    if isinstance(one, Grade) and isinstance(other, Grade) and not _same_scale(one.scale, other.scale):
        found.add("scale")
    if not same_name(subject, other_subject):
        found.add("subject")
    return frozenset(found)


def _of(bound: Bound, name: str) -> str | None:
    value: str | None = getattr(bound, name, None)
    return value


def _reference(bound: Bound) -> str:
    return bound.reference if isinstance(bound, Limit) else "absolute"


def _restates(bound: Bound) -> bool:
    return isinstance(bound, Limit) and bound.restates


def is_time(bound: Bound) -> bool:
    """Say whether a bound is one in time."""
    return isinstance(bound, Time)
