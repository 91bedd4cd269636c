"""Behind a number: its unit, the second end of a range, and what a slash means."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from normalizer.quantities.numbers import Numeral, read_digits, read_word, with_power
from normalizer.quantities.spelled import torn_unit, unit_bracket, whole
from normalizer.units import UnitMatch, match

if TYPE_CHECKING:
    from normalizer.quantities.comparators import Sign

_RANGE: Final = re.compile(
    r"\s?(?P<word>[-~]|\s?-\s?|\s(?:up\s)?to\s|\s?(?:through|thru|until|till)\s|-\s?to\s?-?|(?<=\d)to\s?(?=\d)"
    r"|\sto(?=\d))\s?(?:a\s+maximum\s+of\s+|age\s+|and\s+|including\s+|approximately\s+)?(?=[-+]?[0-9.a-z])"
)
#: Between the unit of the first end and the link: "18 years old to", "50 kg (inclusive) and".
_INNER: Final = re.compile(r"(?:\s?(?:years?|yrs?)?\s?(?:old|of\s+age)|\s?\((?:inclusive|included|exclusive)\))?")
_BETWEEN: Final = re.compile(r"\s?(?:,\s?)?(?:and|&|-|to|~|or)\s?(?:age\s+|up\s+to\s+)?(?=[-+]?[0-9.a-z])")
_OR_NEXT: Final = re.compile(r"\s(?:or|to)\s(?=[0-9a-z])")
SLASH: Final = re.compile(r"\s?/\s?(\d{1,4})(?![\d.]*\d?/|\d)")
_MONTHS: Final = re.compile(r"\s?M(?=\s(?:of|before|after|prior|ago|or)|[,;.)]|$)")
_TIMES_HALF: Final = re.compile(
    r"\s?(?:x|times)\s?(?:the\s|its\s|elimination\s|terminal\s|plasma\s|drug's\s"
    r"|of\s)*(?P<unit>half[-\s]?li(?:fe|ves))"
)
#: "465 (women) ms": the unit stands behind the group.
_GROUP: Final = re.compile(r"\s?\((?:for\s|in\s)?(?:(?:wo)?m[ae]n|(?:fe)?males?|boys|girls|m|f)\)(?=\s?[a-zµ%])")
#: What is done so often; the adverb before it is no rate.
_ADJECTIVE: Final = re.compile(r"\s(?:measure|visit|assess|sampl|reading|test|value|determin|recording)")
#: The commonest units, read here because they are half of all; anything compound goes to the unit table's reader.
_COMMON_UNIT: Final = re.compile(
    r"[ -]?(?P<unit>%|(?:years?|months?|weeks?|days?|hours?)(?![a-z]))"
    r"(?!\s?(?:[/(*^.]|of|old|per|an?\s|each|every|daily|weekly)|-)"
)
_COMMON: Final = {"%": "%", "ye": "a", "mo": "mo", "we": "wk", "da": "d", "ho": "h"}
_HIGHEST_ALTERNATIVE: Final = 10  # "1 or 2" is a range only for small neighbours


def number_at(lower: str, at: int) -> Numeral | None:
    """Read the number, in digits or words and perhaps signed, that starts at ``at``."""
    char = lower[at : at + 1]
    if char in {"-", "+"} and lower[at + 1 : at + 2].isdigit():
        numeral = read_digits(lower, at + 1)
        return (
            None if numeral.odd else numeral._replace(start=at, value=-numeral.value if char == "-" else numeral.value)
        )
    if "0" <= char <= "9" or (char == "." and lower[at + 1 : at + 2].isdigit()):
        numeral = read_digits(lower, at)
        return None if numeral.odd else numeral
    return read_word(lower, at)


def unit_at(text: str, lower: str, numeral: Numeral) -> tuple[Numeral, UnitMatch | None]:
    """Read the unit behind a number; a power of ten that is no part of a cell count goes to the number."""
    at = numeral.end
    if common := _COMMON_UNIT.match(lower, at):
        return numeral, UnitMatch(common.start("unit"), common.end(), _COMMON[common["unit"][:2]], None, None)
    unit = match(text, at)
    if unit is None and (group := _GROUP.match(lower, at)):
        unit = match(text, group.end())
    if unit is None:
        if lower[at : at + 2].lstrip()[:1] in {"x", "t"} and (half := _TIMES_HALF.match(lower, at)):
            return numeral, UnitMatch(half.start("unit"), half.end(), "{half_life}", None, None)
        powered = with_power(lower, numeral)
        if powered is not None:
            return powered, match(text, powered.end)
        months = None if numeral.word else _MONTHS.match(text, at)
        if months:
            return numeral, UnitMatch(months.end() - 1, months.end(), "mo", None, None)
        if lower.startswith(".10", at) and (cells := match(text, at + 1)) and cells.power is not None:
            return numeral, UnitMatch(at, cells.end, cells.code, cells.damaged, cells.power)
        return numeral, torn_unit(text, lower, at)
    if text[unit.start : unit.end] == "M" and _MONTHS.match(text, at):
        return numeral, UnitMatch(unit.start, unit.end, "mo", None, None)
    if lower.endswith("ly", unit.start, unit.end) and _ADJECTIVE.match(lower, unit.end):
        return numeral, None  # "two monthly readings"
    return numeral, whole(text, lower, unit)


def second_end(
    text: str, lower: str, first: Numeral, unit: UnitMatch | None, sign: Sign | None
) -> tuple[Numeral, UnitMatch | None] | None:
    """Read the second end of a range, with its unit, behind the first end and the unit of that."""
    at = unit.end if unit else first.end
    if (lower[at : at + 1] or "\n") in ".;\n":
        return None
    inner = _INNER.match(lower, at)
    if inner:
        at = inner.end()
    if unit is not None and lower.startswith((" (", "("), at):
        at = unit_bracket(text, lower, at) or at
    between = sign is not None and sign.sign == "between"
    link = _BETWEEN.match(lower, at, at + 30) if between else _RANGE.match(lower, at, at + 40)
    if link is None:
        return _alternative(text, lower, first, at) if sign is None and unit is None else None
    if sign is not None and sign.sign in {"<", "<="} and link[0].strip().startswith(("until", "till", "thr")):
        return None  # "< 1 % until 5 weeks after": an upper end begins no range
    second = number_at(lower, link.end())
    if second is None:
        return None
    if "/" in text[first.start : first.end] and (acuity := SLASH.match(lower, second.end)):
        return Numeral(second.start, acuity.end(), second.value / (Decimal(acuity[1]) or 1)), None
    if not between and "-" in link[0]:
        chained = lower[second.end : second.end + 1] == "-" and lower[second.end + 1 : second.end + 2].isdigit()
        if second.word or chained:
            return None
    return unit_at(text, lower, second)


def _alternative(text: str, lower: str, first: Numeral, at: int) -> tuple[Numeral, UnitMatch | None] | None:
    """Read "1 or 2" as a range of neighbours."""
    near = _OR_NEXT.match(lower, at)
    if near is None or first.value >= _HIGHEST_ALTERNATIVE:
        return None
    second = number_at(lower, near.end())
    if second and second.value == first.value + 1 and first.value == first.value.to_integral_value():
        return unit_at(text, lower, second)
    return None
