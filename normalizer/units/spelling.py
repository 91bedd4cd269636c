"""Printed spellings of single units, composed with their prefixes and grouped by their first word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from normalizer.units.table import rows

#: Prefix as printed to UCUM prefix (UCUM 27; "mc" is the prescriber's micro).
_PREFIX: Final = {
    "milli": "m", "mili": "m", "micro": "u", "nano": "n", "pico": "p", "femto": "f", "kilo": "k", "centi": "c",
    "deci": "d", "mega": "M", "giga": "G", "-": "", "µ": "u", "μ": "u", "mc": "u",
}  # fmt: skip

_FIRST: Final = re.compile(r"[^\W\d_⁰¹²³⁴-⁹½]+|[%％‰°˚℃℉]")
_GAP: Final = r"[^\S\n]?-?[^\S\n]?"


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a printed word or symbol stands for; ``damage`` says what is wrong with the print, else it is empty.

    ``form``: ``fold`` any case, ``word`` any case with plural, ``exact`` as printed, and forms that are read only in
    place: ``glued`` to the number, ``spaced`` from it, after a ``decimal`` or signed number,
    after a ``large`` one, after a body ``temperature``, and
    ``multiplier`` before a denominator or "cells", ``giga`` before "/L".
    """

    code: str
    form: str
    damage: str


@dataclass(frozen=True, slots=True)
class Heads:
    """Spellings by their first word: ``plain`` ones are that word alone, ``longer`` ones go on behind it.

    ``whole`` maps composites put together from the parts to the code they mean in print; ``suffixes`` are words behind
    a unit that change its kind.
    """

    exact: dict[str, tuple[Spelling, ...]]
    fold: dict[str, Spelling]
    longer: dict[str, list[tuple[str, Spelling]]]
    whole: dict[str, str]
    suffixes: dict[str, str]


def _forms(word: str, form: str) -> tuple[str, ...]:
    return (word, word + "s", word + "(s)") if form == "word" else (word,)


@cache
def heads() -> Heads:
    """Return the alias table, composed with prefixes and plurals; built once."""
    built = Heads({}, {}, {}, {}, {})
    for row in rows("aliases.csv"):
        form = row["form"]
        if form == "suffix":
            built.suffixes[row["spelling"]] = row["code"]
            continue
        if form == "whole":
            built.whole[row["spelling"]] = row["code"]
            continue
        for prefix in row["prefixes"].split() or [""]:
            spelling = Spelling(_PREFIX.get(prefix, prefix) + row["code"], form, row["damage"])
            for printed in _forms(prefix.strip("-") + row["spelling"], form):
                _add(built, printed, spelling)
    return built


def _add(built: Heads, printed: str, spelling: Spelling) -> None:
    first = _FIRST.match(printed)
    assert first, printed
    if first.end() < len(printed):
        built.longer.setdefault(first[0].lower(), []).append((printed, spelling))
    elif spelling.form in {"fold", "word"}:
        built.fold.setdefault(printed.lower(), spelling)
    else:
        known = built.exact.get(printed, ())
        built.exact[printed] = (spelling, *known) if spelling.form == "giga" else (*known, spelling)


_LOOSE: Final = {" ": _GAP, "-": _GAP, "2": r"(?:\\?[\^ˆ]?2|²)", "3": r"(?:\\?[\^ˆ]?3|³)"}


@cache
def _continued(first: str) -> tuple[re.Pattern[str], tuple[Spelling, ...]] | None:
    """Return the pattern of the longer spellings that begin with ``first``, longest first, and their meanings."""
    longer = sorted(heads().longer.get(first, ()), key=lambda entry: -len(entry[0]))
    if not longer:
        return None
    branches = []
    for printed, spelling in longer:
        body = "".join(_LOOSE.get(char, re.escape(char)) for char in printed)
        branches.append(f"({body})" if spelling.form == "exact" else f"((?i:{body}))")
    return re.compile(rf"(?:{'|'.join(branches)})(?![^\W_])"), tuple(spelling for _, spelling in longer)


_BODY_C: Final = re.compile(r"(?<![\d.,])(?:3[4-9]|4[0-3])(?:[.,·]\d{1,2})?\s?$")
_BODY_F: Final = re.compile(r"(?<![\d.,])(?:9\d|10\d)(?:[.,·]\d{1,2})?\s?$")
_DECIMAL: Final = re.compile(r"(?:[.,]\d+|(?<!\w)[-−–+]\d{1,2})\s?$")


_SCALED: Final = re.compile(r"\s?(?:[/⁄∕／]|per\b|cells?\b)")
_PER_LITRE: Final = re.compile(r"\s?(?:[/⁄∕／]|per\b)\s?(?:[lL]|liter|litre)(?!\w)")
_LARGE: Final = re.compile(r"(?<![\d.,+-])(?:1[4-9]|[2-9]\d|\d{3})$")


def _sited(spelling: Spelling, text: str, at: int, end: int) -> bool:
    before = text[max(0, at - 8) : at]
    match spelling.form:
        case "multiplier":
            return _SCALED.match(text, end) is not None
        case "giga":
            return _PER_LITRE.match(text, end) is not None
        case "glued":
            return before[-1:].isdigit()
        case "large":
            return _LARGE.search(before) is not None
        case "spaced":
            return before[-1:].isspace()
        case "decimal":
            return _DECIMAL.search(before) is not None
        case "temperature":
            return (_BODY_C if spelling.code == "Cel" else _BODY_F).search(before) is not None
    return True


def read(text: str, at: int) -> tuple[int, Spelling] | None:
    """Return end and meaning of the longest single spelling that stands at ``text[at]``."""
    first = _FIRST.match(text, at)
    if first is None:
        return None
    word, end = first[0], first.end()
    folded = word.lower()
    built = heads()
    if folded in built.longer and (continued := _continued(folded)) and (found := continued[0].match(text, at)):
        assert found.lastindex
        return found.end(), continued[1][found.lastindex - 1]
    for spelling in built.exact.get(word, ()):
        if _sited(spelling, text, at, end) and _ends(text, end, word):
            return end, spelling
    known = built.fold.get(folded)
    if known is not None and _ends(text, end, word):
        return end, known
    return None


def _ends(text: str, end: int, word: str) -> bool:
    """Say whether a unit may end at ``end``: no letter, digit or underscore follows (after a sign anything may)."""
    return end >= len(text) or not (text[end].isalnum() or text[end] == "_") or not word.isalpha()
