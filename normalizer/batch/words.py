"""A bound in the words of a reader: comparator, number, unit, reference, time and anchor on one line."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from normalizer.facts import digits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from normalizer.model.criterion import PublishedBound

_SIGNS: Final[Mapping[str, str]] = MappingProxyType({">=": "≥", ">": ">", "<=": "≤", "<": "<", "=": "="})
_REFERENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "uln": "× ULN",
        "lln": "× LLN",
        "predicted": "of predicted",
        "baseline": "× baseline",
        "detection_limit": "× detection limit",
        "other": "× another reference",
    }
)
#: UCUM codes whose plain names read better.
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours", "min": "minutes",
        "mm[Hg]": "mmHg", "{half_life}": "half-lives", "{titer}": "(titre)", "{score}": "points",
        "10*9/L": "× 10⁹/L", "10*12/L": "× 10¹²/L",
    }
)  # fmt: skip


def in_words(bound: PublishedBound) -> str:
    """Return what a bound says, number and unit as normalized: ``≤ 1.5 × ULN``, ``window ≤ 2 weeks before test``.

    Args:
        bound: a limit, time or grade.

    """
    words: list[str] = [] if bound.role in ("value", "grade") else [bound.role]
    if bound.role == "grade":
        words += [bound.scale or "grade", _grades(bound)]
    else:
        words += [bound.change or "", _numbers(bound), *_measure(bound)]
    if bound.offset is not None:
        words.append(f"+ {bound.offset}")
    words += _when(bound)
    if bound.combine is not None:
        words.append(f"(whichever is {bound.combine})")
    if bound.comparator is None and bound.role in ("value", "dose", "count"):
        words.append("(no comparator)")
    if bound.restates:
        words.append("(the same limit again)")
    return " ".join(word for word in words if word)


def _grades(bound: PublishedBound) -> str:
    values = bound.values
    if bound.comparator == "in":
        return " or ".join(values)
    if bound.comparator in ("between", "outside"):
        return f"{bound.comparator} {' and '.join(values)}"
    return f"{_SIGNS.get(bound.comparator or '', '')} {', '.join(values)}".strip()


def _numbers(bound: PublishedBound) -> str:
    low = digits(bound.low) if bound.low is not None else bound.low_printed
    high = digits(bound.high) if bound.high is not None else bound.high_printed
    if bound.comparator == "between":
        return f"{low} to {high}"
    if bound.comparator == "outside":
        return f"< {low} or > {high}"
    number = low if low is not None else high
    sign = _SIGNS.get(bound.comparator or "", "")
    return sign if bound.implied else f"{sign} {number if number is not None else '?'}".strip()


def _measure(bound: PublishedBound) -> tuple[str, str]:
    reference = _REFERENCES.get(bound.reference or "", "")
    unit = bound.unit
    if bound.implied:
        return "", reference.removeprefix("× ")
    if unit is None:
        return (f"{bound.unit_printed} (unknown unit)" if bound.unit_printed else ""), reference
    if unit == "1":
        unit = ""
    if bound.reference == "baseline" and (unit or bound.change):
        reference = "from baseline" if bound.change else "of baseline"
    return _UNITS.get(unit, unit), reference


def _when(bound: PublishedBound) -> list[str]:
    if bound.role not in ("window", "duration", "interval"):
        return []
    named = bound.anchor_text if bound.anchor in (None, "other", "date") else bound.anchor.replace("_", " ")
    if named is None:
        return {"before": ["ago"], "after": ["ahead"]}.get(bound.direction or "", [bound.direction or ""])
    toward = {"either": "before or after", None: "from"}.get(bound.direction, bound.direction or "")
    return [toward, named]
