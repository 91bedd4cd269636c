"""Bounds printed twice: one limit in two units ("8.8 g/dL (88 g/L)"), one time in two units ("13 weeks (3 months)")."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from normalizer.model.mention import Mention
from normalizer.units import comparable

_TWO_ENDED: Final = frozenset({"between", "outside"})
_RESTATED: Final = re.compile(
    r"\s*(?:[(/=]|or|,\s?or|i\.e\.)\s*\(?\s*(?:i\.e\.?,?|or|=|~|≈|approximately|equivalent\s+to|equals|about"
    r"|approx\.?|equal\s+to)?\s*"
)
#: Lengths of time units in days; a year has 365.25 days, a month a twelfth of it (UCUM, table of units).
_DAYS: Final = {"a": 365.25, "mo": 30.4375, "wk": 7.0, "d": 1.0, "h": 1 / 24, "min": 1 / 1440}
#: A month is often counted as four weeks, which makes it this share too short.
_ABOUT: Final = 0.1
#: Hemoglobin A1c is printed in per cent (NGSP) and in mmol/mol (IFCC).
_HEMOGLOBIN_A1C: Final = frozenset({"%", "mmol/mol"})


def restates(last: Mention, mention: Mention, gap: str) -> bool:
    """Say whether both print one limit in two units: ">= 8.8 g/dL (88 g/L)"."""
    if not _RESTATED.fullmatch(gap) or last.restates:
        return False
    if mention.comparator not in {None, last.comparator} and (last.comparator or not _behind(mention)):
        return False
    if last.unit is None or mention.unit is None:
        return False
    if last.comparator in _TWO_ENDED and "or" in gap:
        return False
    one, two = last.unit.code, mention.unit.code
    if one is None or two is None or one == two:
        return False
    if last.kind == "time":
        return "{half_life}" not in {one, two}
    first, second = last.low or last.high, mention.low or mention.high
    if first is not None and second is not None and first.value == second.value:
        return False
    return comparable(one, two) or _mass_and_amount(one, two) or {one, two} == _HEMOGLOBIN_A1C


def _behind(mention: Mention) -> bool:
    """Say whether the comparator is printed behind the number ("(88 g/L) or higher")."""
    number = mention.low or mention.high
    return (
        number is not None and mention.comparator_span is not None and number.span.end <= mention.comparator_span.start
    )


def led_from_behind(last: Mention, mention: Mention) -> Mention:
    """Give ``last`` the comparator that is printed behind its repetition."""
    number, upper = last.low or last.high, mention.comparator in {"<", "<="}
    return replace(
        last, comparator=mention.comparator, comparator_span=mention.comparator_span, low=None if upper else number,
        high=number if upper else None, span=last.span.cover(mention.span),
    )  # fmt: skip


def one_length(last: Mention, mention: Mention) -> bool:
    """Say whether both times are about equally long, so that the second only repeats the first in another unit."""
    if last.comparator in _TWO_ENDED or last.unit is None or mention.unit is None:
        return False
    one, two = _DAYS.get(last.unit.code or ""), _DAYS.get(mention.unit.code or "")
    first, second = last.low or last.high, mention.low or mention.high
    if one is None or two is None or first is None or second is None or not second.value:
        return False
    return abs(float(first.value) * one / (float(second.value) * two) - 1) <= _ABOUT


def repeated(mention: Mention) -> Mention:
    """Return the numeral of ``mention`` as a mere repetition."""
    span = mention.numerals[0].cover(mention.numerals[-1])
    return Mention(kind="inert", span=span, numerals=mention.numerals, reason="repeated_text")


def _mass_and_amount(one: str, two: str) -> bool:
    """Say whether one unit counts mass and the other amount in one volume ("mg/dL" and "mmol/L")."""
    pair = [one, two]
    return (
        any("mol" in u for u in pair)
        and any(u.split("/")[0].endswith("g") for u in pair)
        and all("/" in u for u in pair)
    )
