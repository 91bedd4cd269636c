"""Units whose print is torn or fused: "milli liter", "1.73 meter square", "㎎"; and brackets that repeat a unit."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from normalizer.model.mention import UnitText
from normalizer.model.span import Span
from normalizer.units import UnitMatch, code_of, match

_TORN: Final = re.compile(
    r"(?<![a-z])(?P<prefix>milli|micro|nano|pico|kilo|centi|deci)[ -](?=lit|gram|met|mol|unit|international|equiv|sec)",
    re.IGNORECASE,
)
#: Squared units of the CJK compatibility block, "㎎" to "㏟" (Unicode 15, U+3380 to U+33DF).
_FUSED: Final = re.compile("[㎀-㏟]")
_AREA: Final = re.compile(r"(?:square\s?)?met(?:er|re)s?(?:[\s-]?squared?)?(?![a-z])")
_CREATININE: Final = re.compile(r"\.\s?cr(?:ea(?:t(?:inine)?)?)?(?![a-z])\.?")
_PER_FIELD: Final = re.compile(r"\s(?:[a-z]+\s){1,4}(?P<unit>per\s(?:microscopic(?:al)?\s|visual\s)?field)(?![a-z])")
_FIELD: Final = re.compile(r"(?:/|per|under|in|at)\W*(?:an?\s|the\s|each\s)?(?:high|low|hpf|lpf)", re.IGNORECASE)
_FIELDS: Final = frozenset({"/[HPF]", "/[LPF]"})
#: Cells or parasites with an adjective before a volume: the unit is the part from the slash on.
_COUNTED: Final = re.compile(
    r"\s(?:[a-z-]{3,}\s){1,2}[a-z-]{3,}\s?(?P<unit>/\s?(?:[µu]l|ml|l|mm3|mm³|hpf))(?![a-z0-9])"
)
#: Units of doses that are printed with the drug's name before their "per day".
DOSE_CODES: Final = frozenset({"mg", "g", "ug", "[IU]", "U", "m[IU]", "10*6.[IU]", "mg/kg", "ug/kg"})
_RATE: Final = re.compile(
    r"\s(?:of\s)?(?!per\s|a\s|and\s)(?:(?!(?:for|within|in|or(?!\sequiv)|and|to|if|than|before|after|during|at|every|with|once"
    r"|twice|is|was|on|by|then|until|per|from|the)\s)[a-z-]+\s){1,4}?"
    r"(?P<rate>(?:per|each|a|every)\s(?:day|week|month|year)|/\s?(?:day|d|week|wk|month)|daily|weekly|monthly)(?![a-z])"
)
_OPEN: Final = re.compile(r"\s?\(\s?(?=[a-zµ/]|10)")
_LONGEST: Final = 70
_REACH: Final = 24  # characters between the bracket and a numeral of the unit in it


def torn_unit(text: str, lower: str, at: int) -> UnitMatch | None:
    """Read a unit with a blank behind its prefix, or printed as one sign, behind the number that ends at ``at``."""
    fused = _FUSED.match(text, at + (lower[at : at + 1] == " "))
    torn = None if fused else _TORN.match(text, at + (lower[at : at + 1] in {" ", "-"}))
    if fused is None and torn is None:
        return _counted(text, lower, at)
    tidy: list[str] = []
    offsets: list[int] = []
    place = at
    while place < min(len(text), at + _LONGEST):
        if cut := _TORN.match(text, place):
            piece, past = cut["prefix"], cut.end()
        elif _FUSED.match(text, place):
            piece, past = unicodedata.normalize("NFKC", text[place]), place + 1
        else:
            piece, past = text[place], place + 1
        tidy.append(piece)
        offsets += [min(place + i + 1, past) for i in range(len(piece) - 1)] + [past]
        place = past
    found = match("1" + "".join(tidy), 1)
    if found is None:
        return None
    start, end = (at if found.start == 1 else offsets[found.start - 2]), offsets[found.end - 2]
    return whole(text, lower, UnitMatch(start, end, found.code, found.damaged, found.power))


def _counted(text: str, lower: str, at: int) -> UnitMatch | None:
    """Read the unit of things counted in a field or volume: "5 cells per field", "asexual parasites/µL"."""
    if lower[at : at + 1] != " ":
        return None
    if field := _PER_FIELD.match(lower, at, at + 60):
        return UnitMatch(*field.span("unit"), None, None, None)
    if "/" in lower[at : at + 40] and (found := _COUNTED.match(lower, at, at + 60)):
        inner = match(text, found.start("unit"))
        return UnitMatch(*found.span("unit"), inner.code if inner else None, None, None)
    return None


def whole(text: str, lower: str, unit: UnitMatch) -> UnitMatch:
    """Return ``unit`` with the rest of its print: "1.73 meter square", "mg/g.cr."; without the things counted."""
    if unit.code in _FIELDS and (field := _FIELD.search(text, unit.start, unit.end)):
        return UnitMatch(field.start(), unit.end, unit.code, unit.damaged, unit.power)
    rest = None
    if unit.damaged == "1.73 m2 incomplete":
        rest = _AREA.match(lower, unit.end + (lower[unit.end : unit.end + 1] == " "))
    elif unit.code == "mg/g":
        rest = _CREATININE.match(lower, unit.end)
    return UnitMatch(unit.start, rest.end(), unit.code, None, unit.power) if rest else unit


def interrupted(text: str, lower: str, unit: UnitMatch | None, end: int) -> UnitText | None:
    """Read "mg ... per day", a dose whose unit other words interrupt; printed are its parts, joined by a blank."""
    if unit is None or (found := _RATE.match(lower, end, end + 60)) is None:
        return None
    printed = f"{text[unit.start : unit.end]} {text[found.start('rate') : found.end('rate')]}"
    return UnitText(Span(unit.start, found.end("rate")), printed, code_of(printed))


def unit_bracket(text: str, lower: str, at: int) -> int | None:
    """Return the end of a bracket at ``at`` that holds nothing but a unit ("(kg/m^2)"), None when there is none."""
    opened = _OPEN.match(lower, at)
    if opened is None:
        return None
    unit = match(text, opened.end())
    if unit is None:
        return None
    end = whole(text, lower, unit).end
    return end + 1 if lower[end : end + 1] == ")" else None


def in_unit(text: str, lower: str, start: int) -> int | None:
    """Return the end of a unit without number that the digits at ``start`` are part of, None when they are not.

    Units stand alone in a bracket ("eGFR (mL/min/1.73 m2)"), or are a body surface that no number precedes.
    """
    opened = lower.rfind("(", max(0, start - _REACH), start)
    if (
        opened >= 0
        and lower.find(")", opened, start) < 0
        and (end := unit_bracket(text, lower, opened))
        and end > start
    ):
        return end - 1
    if lower.startswith(("1.73", "1,73"), start) and (area := match(text, start + len("1.73"))) and area.code == "m2":
        return area.end
    return None
