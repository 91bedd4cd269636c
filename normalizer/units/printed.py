"""Reading a printed unit out of a text: a small grammar over single spellings.

``[power of ten] [unit or counted noun] {("/" | "per" | "a" | "·") unit}``. The parts are put together to a UCUM code,
which must stand in the unit table; nothing is guessed from dimensions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from normalizer.units.spelling import heads, read
from normalizer.units.table import table


@dataclass(frozen=True, slots=True)
class UnitMatch:
    """A unit printed at ``text[start:end]``.

    ``code`` is its UCUM code, None when it is clearly a unit that the table does not know. ``damaged`` says what is
    wrong with the print. ``power`` is the exponent of ten that belongs to the unit (cell counts only).
    """

    start: int
    end: int
    code: str | None
    damaged: str | None
    power: int | None


_LEAD: Final = re.compile(r"[^\S\n]{0,3}(?:[-‐‑–−⁃](?=[^\W\d])|\n[^\S\n]*(?=[a-z/]))?")
_POWER: Final = re.compile(
    r"(?P<times>[x×✕✖*·∙•Xх]\s?)?10(?:"
    r"\s?(?:\\?[\^ˆ∧˄'′]|\*\*|\\?\*|[eE]\+?)\s?\(?\+?(?P<e1>1[0-2]|[1-9])\)?\^?"
    r"|<sup>(?P<e2>1[0-2]|[1-9])</sup>|\s?\((?P<e3>1[0-2]|[1-9])\)|\s?(?P<e4>¹?[⁰¹²³⁴⁵⁶⁷⁸⁹])"
    r"|[-–\s]?(?P<lost>1[0-2]|[2-9])(?=\s?(?:/|per\b|cells?\b|[a-z]+\s?/)))\s?(?![\d.])"
)
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_OVER: Final = re.compile(
    r"(?P<per>\s?[/⁄∕／]\s?[(\[]?\s?|\s?-?\bper[\s-]\s?(?:each\s)?)|(?P<each>\s(?:a|an|each|every|in a)\s(?=[dwmyh]))"
    r"|\s(?:once\s)?(?P<adverb>daily|weekly|monthly|yearly|annually|hourly|QD|qd|q\.d\.)(?!\w)"
)
_TIMES: Final = re.compile(r"\s?[·*•∙.⋅×]\s?(?=[^\W\d]|1[.,]73)|\s?\(?(?=1[.,·]73)")
_BSA: Final = re.compile(r"\(?1[.,·]73\s?(?P<m2>m\s?\\?[\^ˆ]?\s?[2²]|sq\.?\s?m|m\s?sq|square met(?:er|re)s?)?(?:m(?!\w))?\)?")
_NUMBERED: Final = re.compile(r"(100|24|1)[\s-]?(?=[^\W\d])|(\d{1,4})[\s-]?(?=[^\W\d])")
_MINUS: Final = re.compile(r"\s?\\?\^?\s?[-−–⁻][1¹](?!\d)")
_TAIL: Final = re.compile(r"\s(?:of\s)?(?:body[\s-]?(?:weight|mass)|BW|bw)\b")
_BLANK_POWER: Final = re.compile(r"(mm|m)\s\^?([23])(?![\w.])", re.IGNORECASE)
_ADVERB: Final = {"d": "d", "w": "wk", "m": "mo", "y": "a", "a": "a", "h": "h", "q": "d"}
_TIME: Final = frozenset({"s", "min", "h", "d", "wk", "mo", "a", "(24.h)"})
_BARE: Final = frozenset({"", "{cells}"})
_UNKNOWN: Final = re.compile(r"[A-Za-zµμ][\w+]{0,19}\s?/\s?(?:m?[lL]|d[lL]|[uµμ][lL]|mm3|mm³|kg|min|hr|day|week|month|year)(?!\w)")


@cache
def _index() -> dict[tuple[str, ...], str]:
    """Return the table's codes by numerator and sorted denominators."""
    found: dict[tuple[str, ...], str] = {}
    for code in table():
        head, *over = code.split("/")
        found.setdefault((head, *sorted(over)), code)
    for spelled, code in heads().whole.items():
        head, *over = spelled.split("/")
        found[head, *sorted(over)] = code
    return found


def _denominator(text: str, at: int, damages: list[str]) -> tuple[int, str] | None:
    """Read one unit below the line; returns its end and code."""
    if text.startswith(("1.73", "1,73", "1·73", "(1.73"), at) and (area := _BSA.match(text, at)):
        if not area["m2"]:
            damages.append("1.73 m2 incomplete")
        return area.end(), "{1.73_m2}"
    if blank := _BLANK_POWER.match(text, at):
        damages.append("raised digit on the line after a blank")
        return blank.end(), blank[1].lower() + blank[2]
    number = _NUMBERED.match(text, at)
    found = read(text, number.end() if number else at)
    if found is None:
        return None
    end, spelling = found
    code = spelling.code
    if spelling.damage:
        damages.append(spelling.damage)
    if number:
        size = number[1] or number[2]
        code = {"24h": "(24.h)", "100mL": "dL", "1" + code: code}.get(size + code, f"({size}.{code})")
    if tail := _TAIL.match(text, end):
        end = tail.end()
    return end, code


def match(text: str, pos: int) -> UnitMatch | None:
    """Return the longest unit printed at ``text[pos:]``, blanks and one hyphen allowed before it.

    ``pos`` is the end of the number. A power of ten is read as part of a cell count ("x10^9/L"); before any other
    unit it belongs to the number, and None is returned at it. Ordinary words are not read.
    """
    lead = _LEAD.match(text, pos)
    start = lead.end() if lead else pos
    char = text[start : start + 1]
    if not char or char in ".,;:)(":
        return None
    power = _POWER.match(text, start) if char in "x×✕✖*·∙•Xх1" else None
    if power and (found := _counted(text, start, power)):
        return found
    if char.isdigit():
        return None
    head = read(text, start)
    if head is None:
        if char in "/⁄∕／p aoeidhmwqy" and (found := _parts(text, start, start, "", [])):
            return found
        unknown = _UNKNOWN.match(text, start)
        return UnitMatch(start, unknown.end(), None, None, None) if unknown else None
    end, spelling = head
    damages = [spelling.damage] if spelling.damage else []
    if spelling.code.startswith("10*"):
        return _parts(text, start, _noun(text, end), spelling.code, damages, power=None)
    return _parts(text, start, end, spelling.code, damages)


def _noun(text: str, at: int) -> int:
    """Return the end of a counted noun that follows a multiplier ("million cells"), else ``at``."""
    space = at + 1 if text[at : at + 1] in {" ", "\xa0"} else at
    found = read(text, space)
    return found[0] if found and found[1].code in {"{cells}"} else at


def _counted(text: str, start: int, power: re.Match[str]) -> UnitMatch | None:
    """Read a cell count with its power of ten; None when what follows is no cell count."""
    digits = power["e1"] or power["e2"] or power["e3"] or power["e4"] or power["lost"]
    exponent = int(digits.translate(_RAISED))
    damages = ["lost superscript"] if power["lost"] else []
    at = power.end()
    end = _noun(text, at) if text[at : at + 1] not in "/" else at
    if power["lost"] and not power["times"] and end == at and text[at : at + 1] != "/":
        return None
    found = _parts(text, start, end, f"10*{exponent}", damages, power=exponent)
    if found is None and end > at and not power["lost"]:
        return UnitMatch(start, end, f"10*{exponent}" + "{cells}", None, exponent)
    return found


def _parts(
    text: str, start: int, end: int, head: str, damages: list[str], *, power: int | None = None
) -> UnitMatch | None:
    """Read denominators behind ``head`` as long as they are units; the longest reading with a known code wins."""
    head, *below = head.split("/")
    best: UnitMatch | None = None
    index = _index()
    if head in _BARE or head == "{events}":
        head = ""
    elif code := index.get((head, *sorted(below))):
        best = UnitMatch(start, end, code, damages[0] if damages else None, power)
    top, raised = head, False
    while len(below) < 3:
        over = _OVER.match(text, end)
        minus = None
        if over is None and below and end > start:
            over = _TIMES.match(text, end)
        if over is not None and over.re is _OVER and over["adverb"]:
            at, part = over.end(), _ADVERB[over["adverb"][0].lower()]
        elif over is not None and (step := _denominator(text, over.end(), damages)):
            at, part = step
            if over.re is _OVER and over["each"] and part not in _TIME:
                break
        else:
            gap = 1 if text[end : end + 1] in {" ", "·", ".", "*", "⋅", "∙", "\xa0"} else 0
            raised_step = _denominator(text, end + gap, []) if top else None
            minus = _MINUS.match(text, raised_step[0]) if raised_step else None
            if raised_step is None or minus is None:
                break
            at, part = minus.end(), raised_step[1]
        opened = over is not None and minus is None and over[0].rstrip().endswith(("(", "["))
        raised = raised or opened
        if raised and text[at : at + 1] in {")", "]"}:
            at, raised = at + 1, False
        below.append(part)
        end = at
        code = index.get((top, *sorted(below)))
        if code or (top and not top.startswith("10*")):
            best = UnitMatch(start, end, code, damages[0] if damages else None, power)
    return best


def code_of(printed: str) -> str | None:
    """Return the UCUM code of a whole printed unit ("x10^9/L", "mg per day"), else None."""
    stripped = printed.strip()
    if stripped in table():
        return stripped
    for text, pos in ((stripped, 0), ("1" + stripped, 1), ("1.0 " + stripped, 4), ("37 " + stripped, 3)):
        found = match(text, pos)
        if found and found.end == len(text) and found.code:
            return found.code
    return None
