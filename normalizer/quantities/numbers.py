"""Numerals: digits in all their printed forms, number words, powers of ten."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Final, NamedTuple

from normalizer.model.mention import Number
from normalizer.model.span import Span

_ONES: Final = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORD_VALUES: Final[dict[str, int]] = (
    {word: i for i, word in enumerate(_ONES)}
    | {word: 10 * i for i, word in enumerate(_TENS, 2)}
    | {"hundred": 100, "once": 1, "twice": 2, "thrice": 3}
)
_UNIT_WORD = "one|two|three|four|five|six|seven|eight|nine"
#: A number word or compound; the caller has checked that it starts a word.
WORD: Final = re.compile(
    rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{_UNIT_WORD}))?|{'|'.join(sorted(_ONES, key=len, reverse=True))}"
    r"|once|twice|thrice)(?:[- ]hundred(?![a-z])(?: (?:and )?(?:fifty|twenty|thirty))?)?(?: thousand(?![a-z])"
    r"| million(?![a-z]))?(?: and a half(?![a-z]))?(?![a-z])"
)
_DIGITS: Final = re.compile(
    r"\d+(?:\.\d+){2,}|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d{1,3}(?: \d{3})+(?![\d.,]?\d)|\d+(?:[.,]\d+)?|\.\d+"
)
#: A small whole number that nothing goes on: the commonest numeral, read at once.
_PLAIN: Final = re.compile(r"\d{1,3}(?:(?=\s[a-z(≤≥<>])(?!\s[tmb])|(?=[a-su-z%/);:](?!\d))(?![tmbe]))")
_POINT_GROUPS: Final = re.compile(r"\d{1,3}(?:\.\d{3})+")
#: A fraction behind a whole number; sevenths are days of weeks ("36 6/7 weeks").
_MIXED: Final = re.compile(r"\s(?:([1-3])/([2-4])|([0-6])/(7))(?![\d/])")
_PRECISION: Final = Context(prec=12)  # digits of what has no end
_POWER: Final = re.compile(
    r"\s{0,2}(?:[x*´]\s{0,2}10\s{0,2}(?:\\?\^\s?\(?(?P<caret>[-+]?\d{1,2})(?!\d)\)?|e(?P<ee>[-+]?\d{1,2})(?!\d)"
    r"|(?P<sup>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))"
    r"|e(?P<e>[-+]?\d{1,2})(?![\w]))"
)
_SELF_POWER: Final = re.compile(r"10\s?(?:\\?\^\s?\(?(?P<caret>-?\d{1,2})(?!\d)\)?|(?P<sup>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))")
_SCALE: Final = re.compile(r"\s?-?(?P<word>thousand|million|billion)(?![a-z])")
_SCALES: Final = {"thousand": Decimal(1000), "million": Decimal(1000000), "billion": Decimal(1000000000)}
_SUPERSCRIPT: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_FRACTIONS: Final = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_LONGEST: Final = 30  # characters; a longer token is no quantity
_GROUP: Final = 3  # digits between thousands separators


class Numeral(NamedTuple):  # three times as fast to make as a frozen dataclass; one is made for every number
    """A numeral in the text: offsets, value, other values the characters may mean, and whether words print it."""

    start: int
    end: int
    value: Decimal
    alternatives: tuple[Decimal, ...] = ()
    word: bool = False
    odd: bool = False  # too long or with several points: no quantity

    def number(self, text: str) -> Number:
        """Return the printed number of ``text``."""
        return Number(Span(self.start, self.end), text[self.start : self.end], self.value, self.alternatives)


def read_word(lower: str, start: int) -> Numeral | None:
    """Read the number word or compound that starts at ``start``."""
    found = WORD.match(lower, start)
    if found is None:
        return None
    value = Decimal(0)
    for word in re.split(r"[- ]", found[0]):
        if word == "hundred":
            value *= 100
        elif word in _SCALES:
            value *= _SCALES[word]
        elif word == "half":
            value += Decimal("0.5")
        else:
            value += WORD_VALUES.get(word, 0)
    return Numeral(start, found.end(), value, word=True)


def _plain(token: str) -> tuple[Decimal, tuple[Decimal, ...]]:
    """Value and alternatives of a token of digits, commas, points and blanks."""
    if " " in token:
        return Decimal(token.replace(" ", "")), ()
    whole, comma, part = token.partition(",")
    if comma:
        if len(part) != _GROUP or whole.startswith("0"):  # a decimal comma, or groups
            return (Decimal(token.replace(",", "")), ()) if len(part) > _GROUP else (Decimal(f"{whole}.{part}"), ())
        grouped = Decimal(whole + part)
        return grouped, () if part == "000" else (Decimal(f"{whole}.{part}"),)
    whole, point, part = token.partition(".")
    if point and len(part) == _GROUP and 1 <= len(whole) <= _GROUP and not whole.startswith("0"):
        decimal, grouped = Decimal(token), Decimal(whole + part)
        return (grouped, (decimal,)) if part == "000" and len(whole) > 1 else (decimal, (grouped,))
    return Decimal(token), ()


def read_digits(lower: str, start: int) -> Numeral:
    """Read the digits at ``start`` (a digit, or a point before one): grouping, decimals, no power of ten.

    A single comma or point group of three ("1,500", "1.500") keeps its other reading as an alternative.
    """
    if plain := _PLAIN.match(lower, start):
        return Numeral(start, plain.end(), Decimal(plain[0]))
    if lower[start] in _FRACTIONS:
        return Numeral(start, start + 1, _FRACTIONS[lower[start]])
    found = _DIGITS.match(lower, start)
    assert found is not None
    token, end = found[0], found.end()
    if len(token) > _LONGEST:
        return Numeral(start, end, Decimal(0), odd=True)
    if token.count(".") > 1:
        if _POINT_GROUPS.fullmatch(token):
            return Numeral(start, end, Decimal(token.replace(".", "")))
        return Numeral(start, end, Decimal(0), odd=True)
    value, alternatives = _plain(token)
    half = lower[end : end + 2].lstrip()[:1]
    if half and half in _FRACTIONS:
        return Numeral(start, lower.index(half, end) + 1, value + _FRACTIONS[half])
    if fraction := _MIXED.match(lower, end) if token.isdigit() else None:
        part = Decimal(fraction[1] or fraction[3]) / Decimal(fraction[2] or fraction[4])
        return Numeral(start, fraction.end(), _PRECISION.add(value, part))
    own = _SELF_POWER.match(lower, start) if lower.startswith("10", start) and end == start + len("10") else None
    if own:
        return Numeral(start, own.end(), Decimal(1).scaleb(_exponent(own)))
    scale = _SCALE.match(lower, end)
    if scale:
        return Numeral(start, scale.end(), value * _SCALES[scale["word"]])
    return Numeral(start, end, value, alternatives)


def _exponent(found: re.Match[str]) -> int:
    groups = found.groupdict()
    printed = groups.get("caret") or groups.get("ee") or groups.get("e") or groups["sup"]
    return int(printed.translate(_SUPERSCRIPT))


def with_power(lower: str, numeral: Numeral) -> Numeral | None:
    """Return ``numeral`` with the power of ten that follows it ("x10^3", "e4"), None when none follows."""
    found = _POWER.match(lower, numeral.end)
    if found is None:
        return None
    return Numeral(numeral.start, found.end(), numeral.value.scaleb(_exponent(found)))
