"""One key for all writings of a unit in the LCT corpus, where numerator and denominators are annotated apart.

A unit that our table knows has its UCUM code as key, any other its words without blanks. Words that name what is
counted or graded (stage, score, times) are no units: a comparison that has only such accepts "no unit".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from normalizer.units import code_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_UNITS: Final = frozenset(
    (
        "stage", "stages", "grade", "grades", "class", "classes", "score", "scores", "status", "group", "type", "axis",
        "classification", "staging", "category", "level", "times", "time", "fold", "normal", "range", "z-score",
        "point", "points", "one", "sites", "site", "cell", "cells",
    )
)  # fmt: skip
_UPPER: Final = re.compile(
    r"upper (?:normal )?limits?(?: of)?(?: the)?(?: \w+)? ?(?:normal(?: range)?)?|\bunl\b|\buln\b"
)
_LOWER: Final = re.compile(r"lower (?:normal )?limits?(?: of)?(?: the)? ?(?:normal(?: range)?)?|\blln\b")
_TIMES: Final = re.compile(r"^(?:x|times|\*|×)\s*(?=uln|lln)")
_IDLE: Final = re.compile(r"-?\b(?:of age|old|the|an?)\b")
_SLASHES: Final = re.compile(r"/\s*/")


@lru_cache(maxsize=8192)
def unit_key(printed: str) -> str:
    """Return the key of a printed unit, empty when there is none."""
    printed = _IDLE.sub(" ", _SLASHES.sub("/", printed))
    words = printed.lower()
    words = _TIMES.sub("", " ".join(_LOWER.sub("lln", _UPPER.sub("uln", words)).split()).strip(" .,;:()"))
    if words in ("uln", "lln", ""):
        return words
    code = code_of(" ".join(printed.split()))
    return code if code is not None else words.replace(" ", "")


def unit_keys(row: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of every unit that an annotated comparison accepts.

    Args:
        row: a comparison with ``unit``, ``per``, ``unit_ref_range`` and its temporal units.

    """
    unit, per = row["unit"], row["per"]
    tail = "".join(f"/{part}" for part in per)
    times = (row["temporal_unit_norm"] or row["temporal_unit"])[:1]
    if not unit:
        if times:
            return frozenset({unit_key(times[0] + tail), unit_key(times[0])})
        return frozenset({"", unit_key(tail), unit_key(tail.strip("/"))})
    heads = (" ".join(unit), unit[0], unit[-1])
    keys = {unit_key(head + tail) for head in heads} | {unit_key(f"{unit[0]}/{time}") for time in times}
    if all(word.lower() in _NO_UNITS for word in unit):
        keys.add("")
    marks = row["unit_ref_range"]
    keys |= {key for mark, key in (("ref-range-high", "uln"), ("ref-range-low", "lln")) if mark in marks}
    return frozenset(keys)
