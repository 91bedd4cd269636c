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


_LEAD: Final = re.compile(
    r"\+?[^\S\n]{0,3}(?:[-‐‑–−⁃](?=[^\W\d])|\n[^\S\n]*(?=[a-z/]))?"
    r"(?:(?:consecutive|calendar|full|complete|completed|continuous|continued|successive|whole|entire|gestational"
    r"|additional|further|previous|prior|past|last|preceding)[\s-](?=[dwmyhc]))?"
)
_POWER: Final = re.compile(
    r"(?P<times>[x×✕✖*·∙•Xх´]\s?)?10(?:"
    r"\s?(?:\\?[\^ˆ∧˄'′]|\*\*|\\?\*|[eE]\+?)\s?\(?\+?(?P<e1>1[0-2]|[1-9])\)?\^?"
    r"|<sup>(?P<e2>1[0-2]|[1-9])</sup>|\s?\((?P<e3>1[0-2]|[1-9])\)|\s?(?P<e4>¹?[⁰¹²³⁴⁵⁶⁷⁸⁹])"
    r"|[-–\s]?(?P<lost>1[0-2]|[2-9])(?=\s?(?:/|per\b|cells?\b|[a-z]+\s?/)))\s?(?![\d.])"
)
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_OVER: Final = re.compile(
    r"[^\S\n]?[/⁄∕／][^\S\n]?[(\[]?[^\S\n]?|(?:\s{1,12}|-|\b)per(?:\s{1,12}|-)(?:each\s)?"
    r"|\s(?:under|in|at)\s(?:an?\s|the\s|each\s)?(?=(?i:high|low|hpf|lpf))"
    r"|(?P<each>[^\S\n]?\b(?:a|an|each|every|in a)\s(?=[dwmyh]))"
    r"|[^\S\n]?\b(?:once\s)?(?P<adverb>daily|weekly|monthly|yearly|annually|hourly|QD|qd|q\.d\.)(?!\w)"
)
_TIMES: Final = re.compile(r"[^\S\n]?(?:[·*•∙⋅×][^\S\n]?|\.)(?=[^\W\d]|1[.,]73)|[^\S\n]?(?=\(?1[.,·]73)", re.IGNORECASE)
_BSA: Final = re.compile(
    r"(\()?1[.,·]73\s?(?P<m2>m\s?\\?[\^ˆ]?[-−–⁻]?\s?[2²]|m\s?\*\s?m|sq\.?\s?m|m\s?sq|square met(?:er|re)s?)?"
    r"(?:m(?!\w))?(?(1)\)?)"
)
_NUMBERED: Final = re.compile(r"(100|24|1)[\s-]?(?=[^\W\d])|(\d{1,4})[\s-]?(?=[^\W\d])")
_MINUS: Final = re.compile(r"\\?\^?[-−–⁻]([123¹²³])(?!\d)")
_SIGNS: Final = frozenset("-−–⁻^")
_PER_ONE: Final = re.compile(
    r"\^?[-−–⁻][1¹](?!\d|[.,]\d|[\s-]?(?:h|hrs?|hours?|min|minutes?|s|d|days?|wks?|weeks?|months?|yrs?|years?)\b)"
)
_RAISABLE: Final = re.compile(r"[ ·.*⋅∙\xa0]?[^\W\d]{1,6}\\?\^?[-−–⁻][123¹²³]")
_SUFFIX: Final = re.compile(r"[^\S\n]?(\()?(?P<word>[A-Z]{3})\b(?(1)\))")
_TAIL: Final = re.compile(r"\s(?:of\s)?(?:body[\s-]?(?:weight|mass)|BW|bw)\b")
_BLANK_POWER: Final = re.compile(r"(mm|m)\s\^?([23])(?![\w.])", re.IGNORECASE)
_ADVERB: Final = {"d": "d", "w": "wk", "m": "mo", "y": "a", "a": "a", "h": "h", "q": "d"}
_TIME: Final = frozenset({"s", "min", "h", "d", "wk", "mo", "a", "(24.h)"})
_BARE: Final = frozenset({"", "{cells}", "{events}"})
_DEPTH: Final = 3
_UNKNOWN: Final = re.compile(r"[A-Za-zµμ][\w+]{0,19}\s?/\s?(?:m?[lL]|d[lL]|[uµμ][lL]|mm3|mm³|kg|min)(?!\w)")
_WORD: Final = (
    r"(?!(?:and|are|after|before|but|day|each|every|for|from|had|has|have|hour|into|last|less|more|must|month|not|once"
    r"|one|over|past|prior|than|that|the|then|times|until|week|were|who|will|with|within|year)s?\b)[a-z]{3,}"
)
_EVENTS: Final = re.compile(
    rf"{_WORD}(?:[ -]{_WORD})?(?:\s?/\s?|\s(?:per|a|each)\s)(?P<time>hour|day|week|month|year)(?!\w)"
)
_SPAN: Final = {"hour": "/h", "day": "/d", "week": "/wk", "month": "/mo", "year": "/a"}


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
    if text[at : at + 1] in {"1", "("} and (area := _BSA.match(text, at)):
        if not area["m2"]:
            damages.append("1.73 m2 incomplete")
        return area.end(), "{1.73_m2}"
    if text[at : at + 1] in {"m", "M"} and (blank := _BLANK_POWER.match(text, at)):
        damages.append("raised digit on the line after a blank")
        return blank.end(), blank[1].lower() + blank[2]
    number = _NUMBERED.match(text, at) if text[at : at + 1].isdigit() else None
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
    power = _POWER.match(text, start) if char in "x×✕✖*·∙•Xх´1" else None
    if power and (found := _counted(text, start, power)):
        return found
    if char.isdigit():
        return None
    head = read(text, start)
    if head is None:
        if char in "/⁄∕／p aoeidhmwqy" and (found := _parts(text, start, start, "", [])):
            return found
        if events := _EVENTS.match(text, start):
            return UnitMatch(start, events.end(), _SPAN[events["time"]], None, None)
        unknown = _UNKNOWN.match(text, start)
        return UnitMatch(start, unknown.end(), None, None, None) if unknown else None
    end, spelling = head
    damages = [spelling.damage] if spelling.damage else []
    if spelling.code.startswith("10*"):
        return _parts(text, start, _noun(text, end), spelling.code, damages, power=None)
    per = "/" + spelling.code
    if text[end : end + 1] in _SIGNS and per in table() and (minus := _PER_ONE.match(text, end)):
        return UnitMatch(start, minus.end(), per, damages[0] if damages else None, None)
    return _parts(text, start, end, spelling.code, damages)


def _noun(text: str, at: int) -> int:
    """Return the end of a counted noun that follows a multiplier ("million cells"), else ``at``."""
    space = at + 1 if text[at : at + 1] in {" ", "\xa0"} else at
    found = read(text, space)
    return found[0] if found and found[1].code == "{cells}" else at


def _counted(text: str, start: int, power: re.Match[str]) -> UnitMatch | None:
    """Read a cell count with its power of ten; None when what follows is no cell count."""
    digits = power["e1"] or power["e2"] or power["e3"] or power["e4"] or power["lost"]
    exponent = int(digits.translate(_RAISED))
    damages = ["lost superscript"] if power["lost"] else []
    at = power.end()
    end = _noun(text, at) if text[at : at + 1] != "/" else at
    if power["lost"] and not power["times"] and end == at and text[at : at + 1] != "/":
        return None
    found = _parts(text, start, end, f"10*{exponent}", damages, power=exponent)
    if found is None and end > at and not power["lost"]:
        return UnitMatch(start, end, f"10*{exponent}" + "{cells}", None, exponent)
    return found


def _step(text: str, end: int, below: list[str], damages: list[str]) -> tuple[int, str, bool] | None:
    """Read one further denominator behind ``end``: its end, its code, and whether only a known whole makes it one."""
    over = _OVER.match(text, end)
    if over is None and _RAISABLE.match(text, end) and (raised := _raised(text, end)):
        return (*raised, True)
    over = over or (_TIMES.match(text, end) if below else None)
    if over is None:
        return None
    if over.re is _OVER and over["adverb"]:
        return over.end(), _ADVERB[over["adverb"][0].lower()], True
    found = _denominator(text, over.end(), damages)
    if found is None:
        return None
    at, part = found
    loose = over.re is _OVER and over["each"] is not None
    if loose and part not in _TIME:
        return None
    return at, part, loose


def _raised(text: str, end: int) -> tuple[int, str] | None:
    """Read a denominator printed as a negative power behind ``end`` ("min-1", "m^-2"): its end and code."""
    gap = 1 if text[end : end + 1] in {" ", "·", ".", "*", "⋅", "∙", "\xa0"} else 0
    found = _denominator(text, end + gap, [])
    minus = _MINUS.match(text, found[0]) if found else None
    if found is None or minus is None:
        return None
    degree = minus[1].translate(_RAISED)
    return minus.end(), found[1] if degree == "1" else found[1] + degree


def _restated(top: str, part: str) -> bool:
    """Say whether ``part``, a numbered unit below the line, is the same quantity again ("70 kg/154 lb")."""
    if not part.startswith("("):
        return False
    below = table().get(part.strip("()").partition(".")[2])
    above = table().get(top)
    return below is None or below.kind not in {"time", "volume"} or (above is not None and above.kind == below.kind)


def _parts(
    text: str, start: int, end: int, head: str, damages: list[str], *, power: int | None = None
) -> UnitMatch | None:
    """Read denominators behind ``head`` as long as they are units, and name the whole by the table."""
    index = _index()
    top, *below = head.split("/")
    if top in _BARE:
        top = ""
    code = index.get((top, *sorted(below))) if top else None
    reached = end if code else None
    opened = False
    while len(below) < _DEPTH:
        step = _step(text, end, below, damages)
        if step is None:
            break
        at, part, needs_whole = step
        opened = opened or "(" in text[end : end + 4] or "[" in text[end : end + 4]
        if opened and text[at : at + 1] in {")", "]"}:
            at, opened = at + 1, False
        whole = index.get((top, *sorted((*below, part))))
        if whole is None and (needs_whole or not top or top.startswith("10*") or _restated(top, part)):
            break
        below.append(part)
        end = reached = at
        code = whole
    if reached is None:
        return None
    suffix = _SUFFIX.match(text, reached) if code else None
    if suffix and (kind := heads().suffixes.get(suffix["word"])) and (code or "") + kind in table():
        return UnitMatch(start, suffix.end(), (code or "") + kind, damages[0] if damages else None, power)
    return UnitMatch(start, reached, code, damages[0] if damages else None, power)


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
