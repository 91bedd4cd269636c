"""Alignment: pairs the atoms and bounds of two placed drafts and says which fields differ."""

from normalizer.align.fields import FIELDS, Field, differences, is_time, role, same_name, same_unit
from normalizer.align.numbers import numbers
from normalizer.align.pairing import Alignment, BoundPair, Stated, align, overlapping, share, stated

__all__ = [
    "FIELDS",
    "Alignment",
    "BoundPair",
    "Field",
    "Stated",
    "align",
    "differences",
    "is_time",
    "numbers",
    "overlapping",
    "role",
    "same_name",
    "same_unit",
    "share",
    "stated",
]
