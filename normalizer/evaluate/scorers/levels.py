"""Bounds found, at cumulative levels: each asks for everything the one before asks for, and more.

=====================  ====================================================================================
``number_found``       a bound at the same characters with the same number (or the same values of a grade)
``number_unit``        + comparator, unit, reference, change and offset
``role``               + slot (value, dose, count, window, duration, interval), or grade
``anchored``           + anchor and direction; for other bounds than times there is nothing more to get right
``subject``            + the atom's subject
``full_bound``         + combine, restates and the scale of a grade: everything right at once
=====================  ====================================================================================

A bound is counted once for every atom that states it, so one printed bound that serves two atoms is two.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from normalizer.align import role
from normalizer.evaluate.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from normalizer.align import BoundPair, Field
    from normalizer.evaluate.compare import Comparison

#: Level -> the fields that it adds.
ADDED: Final[Mapping[str, tuple[Field, ...]]] = MappingProxyType(
    {
        "number_found": ("number",),
        "number_unit": ("comparator", "unit", "reference", "change", "offset"),
        "role": ("slot",),
        "anchored": ("anchor", "direction"),
        "subject": ("subject",),
        "full_bound": ("combine", "restates", "scale"),
    }
)
LEVELS: Final = tuple(ADDED)


def _required() -> dict[str, frozenset[Field]]:
    required: dict[str, frozenset[Field]] = {}
    fields: frozenset[Field] = frozenset()
    for level, added in ADDED.items():
        fields = required[level] = fields | frozenset(added)
    return required


#: Level -> all fields that must be equal.
REQUIRED: Final[Mapping[str, frozenset[Field]]] = MappingProxyType(_required())


def meets(pair: BoundPair, level: str) -> bool:
    """Say whether a pair is right at a level."""
    return not pair.differs & REQUIRED[level]


def score(comparison: Comparison) -> dict[str, Tally]:
    """Return a tally for every level, and for every level and role under ``<level>/<role>``.

    Of a role, recall asks how many of gold's bounds of this role were right, precision how many of the predicted ones.
    """
    alignment = comparison.alignment
    found = dict.fromkeys(LEVELS, Tally())
    for pair in alignment.bounds:
        mine, theirs = role(pair.left.bound), role(pair.right.bound)
        for level in LEVELS:
            right = int(meets(pair, level))
            _add(found, level, Tally(right, 1, 1))
            if mine == theirs:
                _add(found, f"{level}/{mine}", Tally(right, 1, 1))
            else:
                _add(found, f"{level}/{mine}", Tally(0, 0, 1))
                _add(found, f"{level}/{theirs}", Tally(0, 1, 0))
    for level in LEVELS:
        for one in alignment.left_only:
            for name in (level, f"{level}/{role(one.bound)}"):
                _add(found, name, Tally(0, 0, 1))
        for one in alignment.right_only:
            for name in (level, f"{level}/{role(one.bound)}"):
                _add(found, name, Tally(0, 1, 0))
    return found


def _add(found: dict[str, Tally], name: str, tally: Tally) -> None:
    found[name] = found.get(name, Tally()) + tally
