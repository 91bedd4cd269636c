"""One number with all that belongs to it: comparator, second end, unit, reference; then an amount or a time."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from normalizer.model.span import Span
from normalizer.quantities import references
from normalizer.quantities.amounts import add_amount
from normalizer.quantities.comparators import MIRROR, after, after_noun
from normalizer.quantities.ends import SLASH, second_end, unit_at
from normalizer.quantities.numbers import Numeral
from normalizer.quantities.parts import Parts
from normalizer.quantities.spelled import unit_bracket
from normalizer.quantities.times import TIME_CODES
from normalizer.quantities.timing import add_time
from normalizer.units import match

if TYPE_CHECKING:
    from normalizer.model.draft import Comparator
    from normalizer.quantities.compose import Builder

_HALF_OPEN: Final = re.compile(
    r"\s?(?:to|-|and|through|up\s+to)\s?\(?\s?(?:\\?[<≤]|(?:no|not)\s+(?:older|more|greater|higher)\s+than"
    r"|less\s+than"
    r"|under|below|younger\s+than|up\s+to\s+but)"
)
_RATIO: Final = re.compile(r"\s?:\s?(\d{1,3}(?:,\d{3})+|\d{1,6})(?!\d|:|\s?[ap]m)")
_SYSTOLIC: Final = re.compile(r"blood\s+pressure|(?<![a-z])bp(?![a-z])|hypertens|systolic|mm\s?hg")
#: "5 times higher than the upper limit": the comparator stands between the multiple and its reference.
_ABOVE: Final = re.compile(r"\b(?:(?:higher|greater|more)\s+than|above|over)\b")
_SIGN_RIGHT: Final = re.compile(r"\s?\\?(?P<sign>≤|≥|<\s?=?|>\s?=?)\s?(?=[a-z(])(?!\s*(?:of|and|or|to|in)\s)")
_VOLUME_UNIT: Final = re.compile(r"\s?(?:mm3|mg|ml|l\b|hpf|[µu]l)")
_LENGTH_UNIT: Final = re.compile(r"\s?(?:mm|mg|ml|l\b|hpf)")
_RIGHT_SIGNS: Final[dict[str, Comparator]] = {"≤": ">=", "<=": ">=", "≥": "<=", ">=": "<=", "<": ">", ">": "<"}
#: Comparators and prepositions that a comparator behind the number may complete or replace.
_OPEN: Final = frozenset({"in", "from", "for", "last", "since", "every", "during", ">", "<", "="})
_STRICT: Final = frozenset({">", "<", "="})
#: Scores are printed "4/10"; pressures have a systolic part of at least 60 and a diastolic one of at least 30 mmHg.
_MAXIMA: Final = frozenset({4, 5, 7, 10, 30, 100})
_ACUITIES: Final = frozenset({6, 20})
_LEAST_SYSTOLIC, _LEAST_DIASTOLIC, _SURE_SYSTOLIC = 60, 30, 110
_LONGEST_FRACTION: Final = 12


def add_quantity(
    build: Builder, numeral: Numeral, *, restated: tuple[int, int] | None = None, resume: int | None = None
) -> int:
    """Read the quantity around ``numeral`` and add its Mention (or two); returns where the search goes on.

    ``restated`` are the offsets of the same number in the other writing ("18 (eighteen)"), ``resume`` its end.
    """
    parts = Parts(build, numeral, resume or numeral.end)
    if restated:
        parts.extra.append(Span(*restated))
    _read_number(parts, numeral if resume is None else Numeral(numeral.start, resume, numeral.value, word=numeral.word))
    sign = parts.sign
    right = None
    if parts.high is None:
        if sign is None:
            right = _SIGN_RIGHT.match(parts.lower, parts.end)
        if sign is None or sign.sign in _OPEN:
            parts.behind = after(parts.lower, parts.end) or _behind_bracket(parts)
    parts.comparator = _comparator(parts, right)
    if parts.reference == "absolute" and parts.unit is not None and parts.unit.code in TIME_CODES:
        return add_time(parts)
    return add_amount(parts, right.end() if right else parts.end)


def _behind_bracket(parts: Parts) -> tuple[Comparator, int, str] | None:
    """Find the comparator behind a bracket that repeats the unit, or behind the noun that is counted."""
    lower, end = parts.lower, parts.end
    if parts.unit is not None and parts.sign is None and lower[end : end + 2].lstrip().startswith("("):
        closed = unit_bracket(parts.text, lower, end)
        return after(lower, closed) if closed else None
    return after_noun(lower, end) if parts.sign is None else None


def _read_number(parts: Parts, tail: Numeral) -> None:
    """Read what is printed behind the number that ends with ``tail``: ratio, pair, multiple, unit, second end."""
    text, lower, at = parts.text, parts.lower, tail.end
    char = lower[at : at + 2].lstrip()[:1]
    if char == ":" and (ratio := _RATIO.match(lower, at)):
        _ratio(parts, ratio)
        return
    if char == "/" and (slash := SLASH.match(lower, at)) and _slash(parts, slash):
        return
    if _referred(lower, at) and (ref := references.multiple(lower, at)):
        parts.reference, parts.end = ref.reference, ref.end
        return
    if char == "+" and lower[at + 1 : at + 2] in {" ", "y", "-"} and (plus := match(text, at + 1)):
        parts.unit, parts.end, parts.plus = plus, plus.end, True
        return
    numeral, unit = unit_at(text, lower, tail)
    if numeral is not tail:
        parts.low = Numeral(parts.low.start, numeral.end, numeral.value)
    parts.unit = unit
    parts.end = unit.end if unit else numeral.end
    second = second_end(text, lower, numeral, unit, parts.sign)
    if second is None:
        return
    parts.first_unit = unit
    parts.high, parts.unit = second
    parts.end = parts.unit.end if parts.unit else second[0].end
    if parts.unit is None:
        parts.unit, parts.first_unit = unit, None
        if (slash := SLASH.match(lower, parts.end)) and Decimal(slash[1]) >= second[0].value:
            parts.end = slash.end()
            parts.extra.append(Span(slash.start(1), slash.end(1)))
        elif _referred(lower, parts.end) and (ref := references.multiple(lower, parts.end)):
            parts.reference, parts.end = ref.reference, ref.end


def _referred(lower: str, at: int) -> bool:
    """Say whether a word of a reference stands near enough behind; most numbers leave here."""
    ahead = lower[at : at + 40]
    return "ln" in ahead or "limit" in ahead or "normal" in ahead or "unl" in ahead or "baseline" in ahead


def _ratio(parts: Parts, ratio: re.Match[str]) -> None:
    """Read a titre ("1:80" is worth 80) or a ratio ("2:1" is worth 2)."""
    first, second = parts.low, Decimal(ratio[1].replace(",", ""))
    value = second if first.value == 1 else first.value / second if second else first.value
    parts.low = Numeral(first.start, ratio.end(), value)
    parts.end = ratio.end()


def _slash(parts: Parts, slash: re.Match[str]) -> bool:
    """Tell a pressure pair, a visual acuity, a score with its maximum and a fraction apart; False for none of them."""
    first, second, lower = parts.low, Decimal(slash[1]), parts.lower
    if first.value >= _LEAST_SYSTOLIC and _LEAST_DIASTOLIC <= second < first.value:
        near = lower[max(0, first.start - 60) : slash.end() + 12]
        if first.value >= _SURE_SYSTOLIC or _SYSTOLIC.search(near):
            parts.pair = Numeral(slash.start(1), slash.end(1), second)
            unit = match(parts.text, slash.end())
            parts.unit = unit if unit and unit.code == "mm[Hg]" else None
            parts.end = parts.unit.end if parts.unit else slash.end()
            return True
    if not second:
        return False
    if second in _MAXIMA and first.value <= second and not _VOLUME_UNIT.match(lower, slash.end()):
        parts.unit = match(parts.text, slash.end())
        parts.end = parts.unit.end if parts.unit else slash.end()
        parts.extra.append(Span(slash.start(1), slash.end(1)))
        return True
    if _LENGTH_UNIT.match(lower, slash.end()):
        return False
    if first.value in _ACUITIES and second >= min(_MAXIMA):
        parts.low, parts.end = Numeral(first.start, slash.end(), first.value / second), slash.end()
        if far := second_end(parts.text, lower, parts.low, None, parts.sign):
            parts.high, parts.end = far[0], far[0].end
        return True
    if (
        first.value < second <= _LONGEST_FRACTION
        and parts.sign is not None
        and "." not in lower[first.start : first.end]
    ):
        parts.low, parts.end = Numeral(first.start, slash.end(), first.value / second), slash.end()
        return True
    return False


def _comparator(parts: Parts, right: re.Match[str] | None) -> Comparator | None:
    """Return the comparator that the signs and words around the number print."""
    if parts.high is not None:
        return "outside" if parts.sign is not None and parts.sign.sign == "outside" else "between"
    sign = parts.sign.sign if parts.sign else None
    if parts.plus:
        return ">="
    if parts.behind is not None and (sign not in _STRICT or (sign == ">" and parts.behind[2] == "equal")):
        return parts.behind[0]
    if right is not None:
        return _RIGHT_SIGNS["".join(right["sign"].split())]
    if sign in MIRROR:
        return cast("Comparator", sign)
    if sign == "±":
        return "between"
    if sign in {None, "from", "between"} and _HALF_OPEN.match(parts.lower, parts.end, parts.end + 30):
        return ">="
    if sign is None and parts.reference != "absolute" and _ABOVE.search(parts.lower, parts.low.end, parts.end):
        return ">"
    return None
