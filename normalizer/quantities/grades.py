"""Grades: values of an ordinal scale printed with the scale's words."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, cast

from normalizer.quantities.comparators import MIRROR, Sign, after, before

if TYPE_CHECKING:
    from normalizer.model.draft import Comparator

#: Words between a scale's name and its value.
_BETWEEN: Final = re.compile(
    r"(?:[\s:,()=\"'/-]*(?:(?<=\()[^()\d\n<>≥≤]{2,24}(?:19|20)\d\d(?=\))|performance|status|score|scores"
    r"|scale|standard|scoring|rating|ps|of|is|are|an?(?=\s+(?:class|score|grade|status|performance|level|stage|value|category|who"
    r"|ecog|nyha))|the|must|be|functional|function|heart|failure|association|class|classes|"
    r"classification|classified|classifications|grade|grades|grading|level|levels|stage|stages|category"
    r"|categories|index|type|types|skin|value|risk|toxicity|"
    r"physical|system|at|as|group|american|society|anesthesiologists|anesthesiology|anaesthesiologists"
    r"|eastern|cooperative|oncology|cirrhosis|liver|disease|"
    r"behaviou?r|nci|ctcae|ctc|common|terminology|criteria|for|adverse|events|ecog|who|nyha|asa|zubrod"
    r"|national|cancer|institute|with|pugh|child|hepatic|impairment|dyspnea|"
    r"tnm|staging|equal|ajcc|figo|fc|either|(?:version|ver\.?|v\.?)\s?\d+(?:\.\d+)?"
    r"|\d\.\d(?=[\s,)]))(?![a-z0-9]))*[\s:,()=\"/-]*"
)
_VALUE: Final = (
    r"(?:\d(?!\d|[.]\d|\s?%)[a-d]?|(?:iv|vi{0,2}|i{1,3}|ⅰ|ⅱ|ⅲ|ⅳ|ⅴ)[a-e]?\d?|zero|one|two|three"
    r"|four|five)(?![a-z0-9%]|-(?!i{1,3}(?![a-z]))[a-z]{3})"
)
_LETTER: Final = r"(?:[a-d]\d?)(?![a-z0-9'])"
_DIGIT_LIST: Final = re.compile(_VALUE)
_LETTER_LIST: Final = re.compile(rf"\"?{_LETTER}\"?|{_VALUE}")
_SEPARATOR: Final = re.compile(
    r"\s?(?:(?P<range>-|to|through|~)|(?P<list>,?\s?(?:and/or|or|and|&|/|,)|/))\s?"
    r"(?:(?:nyha|ecog|asa|stage|grade|class|type|category|child-pugh|ps)\s+)?(?:(?:class|grade|stage)\s+)?\"?"
)
_PLUS: Final = re.compile(r"(?:\d\+{0,2}|\+{1,4})(?![\d.%])(?!\s?%)")
_WHO_WORDS: Final = re.compile(r"class|status|score|ps|grade|fc|=|:")
_NO_SIGNS: Final = frozenset({"in", "for", "during", "since", "every", "last", "from"})
_NAME_BEHIND: Final = re.compile(
    r"(?:\s*\(?(?:according\s+to\s+)?(?:the\s+)?|\s[a-z -]{1,40}\()"
    r"(?P<name>nyha|who|nci[- ]ctcae|ctcae|nci|new york heart|ecog)"
)
_CLASS_LEFT: Final = re.compile(r"(?:class|grade|stage|type|level|category)(?:es|s)?\s+(?:of\s+)?$")
_SHORT_NAMES: Final = {
    "common toxicity": "CTCAE",
    "common terminology": "CTCAE",
    "nci": "CTCAE",
    "nci-ctcae": "CTCAE",
    "nci ctcae": "CTCAE",
    "kellgren": "Kellgren-Lawrence",
    "hoehn": "Hoehn and Yahr",
}
_MOST_VALUES: Final = 8
_TWO: Final = 2
_PERFORMANCE: Final = frozenset({"ECOG", "WHO", "Zubrod", "performance status", "SWOG", "GOG"})
_LETTERED: Final = frozenset({"Child-Pugh", "BILAG", "Binet", "BCLC", "GOLD", "category"})
_DRUG_CLASS: Final = re.compile(
    r"\s*(?:-|\()?\s*(?:anti-?\s?arrhythmi\w*|aad|drug|medication|agent|mhc|hla|antigen|switch|molecul|obes"
    r"|malocclusion|ph )"
)
_NOT_BEFORE: Final = re.compile(r"(?:hla|mhc|drug|dna|social|business)[\s-]*$")
_CONTEXT: Final = re.compile(
    r"ctcae|nyha|ecog|who|\basa\b|new york heart|common terminology|kellgren|fitzpatrick|tanner|child[- ]pugh"
    r"|ann arbor|hoehn|bilag|common toxicity|\bctc\b|ajcc|figo"
)
_UNIT_AFTER: Final = re.compile(
    r"\s?-?(?:%|years?|months?|weeks?|days?|mg|points|lines|prior|cm|mm|of\s+the\s+following"
    r"|or\s+more\s+(?:of|prior))(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class GradeText:
    """A grade as found: the scale and where it is printed, the comparator, the values' offsets, the quote's span."""

    scale: str
    scale_start: int
    scale_end: int
    comparator: Comparator
    sign: Sign | None
    values: tuple[tuple[int, int], ...]
    start: int
    end: int


@cache
def scales() -> dict[str, tuple[str, bool]]:
    """Scale words in lower case -> the scale and whether the word is a mere class word ("grade")."""
    with (files("normalizer.quantities") / "data" / "scales.tsv").open(encoding="utf-8") as file:
        return {row["word"]: (row["scale"], row["class_word"] == "1") for row in csv.DictReader(file, delimiter="\t")}


_SIGN_AHEAD: Final = re.compile(
    r"(?:(?:less|greater|more|lower|higher|better|worse)\s+than\s+(?:or\s+equal\s+to\s+)?|at\s+(?:least"
    r"|most)\s+|above\s+|below\s+|over\s+|under\s+|up\s+to\s+|"
    r"(?:equal\s+to\s+or\s+|no\s+|not\s+)?(?:less|greater|more|lower|higher|worse)\s+than\s+|equal\s+to\s+"
    r"|between\s+|from\s+|(?:not\s+)?exceed(?:ing|s)?\s+|"
    r"\\?[<>]\s?(?:/|or)?\s?=?\s?|\\?=\s?<\s?|\\?=\s?>\s?|[≥≤=]\s?=?\s?|\?\s?)+(?:(?:stage|grade|class|nyha"
    r"|ctcae|a|score|of)\s+)*"
)


def grade_at(text: str, lower: str, floor: int, word: str, start: int) -> GradeText | None:
    """Read the grade whose scale word ``word`` stands at ``start``; None when no value of a scale follows."""
    scale, is_class = scales()[word]
    end = start + len(word)
    if is_class and _NOT_BEFORE.search(lower, max(0, start - 9), start):
        return None
    filler = _BETWEEN.match(lower, end, end + 120)
    assert filler is not None
    at = filler.end()
    ahead = _SIGN_AHEAD.match(lower, at, at + 60)
    sign = before(lower, end, ahead.end()) if ahead else None
    if ahead and sign:
        at = ahead.end()
    else:
        sign = before(lower, floor, start)
        if sign and sign.sign in _NO_SIGNS:
            sign = None
    values, ranged, last = _values(text, lower, at, scale, filler[0])
    if not values or not _plausible(lower, scale, filler[0], sign, values=values, last=last):
        return None
    first = values[0][0]
    behind = after(lower, last)
    comparator: Comparator = "in"
    if ranged:
        comparator = "between"
    elif sign and sign.sign in MIRROR and sign.sign != "=":
        comparator = cast("Comparator", sign.sign)
    elif behind is not None:
        comparator, last = behind[0], behind[1]
    elif sign and sign.sign == "=" and len(values) == 1 and "=" not in lower[sign.start : first]:
        comparator = "="
    quote = sign.start if sign else start if is_class else _class_start(lower, end, first)
    if (is_class and scale != "skin type") or scale == "performance status":
        scale = _scale_near(lower, floor, start, last, scale)
    return GradeText(scale, start, end, comparator, sign, tuple(values), min(quote, first), last)


def _plausible(
    lower: str, scale: str, filler: str, sign: Sign | None, *, values: list[tuple[int, int]], last: int
) -> bool:
    """Say whether the values can be grades: no drug class, no unit, no year, no organisation's name."""
    if scale == "WHO" and sign is None and len(values) == 1 and not _WHO_WORDS.search(filler):
        return False
    if scale == "Child-Pugh" and lower[values[0][0]].isdigit():
        return False  # points are a value
    if scale == "category" and sign is None and lower[values[0][0]].isdigit():
        return False
    if _DRUG_CLASS.match(lower, last) or (lower[last : last + 1] == "-" and lower[last + 1 : last + 2].isdigit()):
        return False
    unit = _UNIT_AFTER.match(lower, last)
    return unit is None or (scale in _PERFORMANCE and unit[0].strip() == "points")


def _scale_near(lower: str, floor: int, start: int, last: int, scale: str) -> str:
    """Return the named scale near a class word ("class III or IV (NYHA)"), else the class word itself."""
    far, least = (90, 0) if scale == "category" else (70, floor)
    near = _CONTEXT.search(lower, max(least, start - far, lower.rfind(";", max(0, start - 260), start) + 1), start)
    near = near or _NAME_BEHIND.match(lower, last)
    return _named(near["name"] if near.re is _NAME_BEHIND else near[0], scale) if near else scale


def _named(printed: str, scale: str) -> str:
    """Return the scale that a name near a class word stands for."""
    name = printed.strip(" (").removeprefix("according to ").removeprefix("the ")
    return _SHORT_NAMES.get(name) or scales().get(name, (scale, True))[0]


def _class_start(lower: str, scale_end: int, first: int) -> int:
    """Return where a class word ("class", "grade") starts that stands right before the first value, else the value."""
    found = _CLASS_LEFT.search(lower, max(scale_end, first - 14), first)
    return found.start() if found else first


def _values(text: str, lower: str, at: int, scale: str, filler: str) -> tuple[list[tuple[int, int]], bool, int]:
    """Read the list or range of values at ``at``; returns their offsets, whether a range, and the end."""
    lettered = scale in _LETTERED or "category" in filler
    if scale in {"IHC", "dipstick"}:
        return _pluses(lower, at)
    pattern = _LETTER_LIST if lettered else _DIGIT_LIST
    values: list[tuple[int, int]] = []
    ranged = False
    end = at
    while len(values) < _MOST_VALUES:
        found = pattern.match(lower, at)
        if found is None:
            break
        start, stop = found.span()
        if lower[start] == '"':
            start += 1
        if lower[stop - 1] == '"':
            stop -= 1
        printed = text[start:stop]
        if printed[0].isalpha() and printed[0].islower() and printed[0] not in "ivzotf":
            break
        if values and not _same_kind(lower[values[0][0]], lower[start]):
            break
        unit = _UNIT_AFTER.match(lower, stop) if values else None
        if unit and not (scale in _PERFORMANCE and unit[0].strip() == "points"):
            break
        values.append((start, stop))
        end = at = found.end()
        separator = _SEPARATOR.match(lower, at, at + 30)
        if separator is None:
            break
        if len(values) == 1:
            ranged = separator["range"] is not None
        at = separator.end()
    return values, ranged and len(values) == _TWO, end


def _pluses(lower: str, at: int) -> tuple[list[tuple[int, int]], bool, int]:
    """Read "0, 1+ or 2+"."""
    values: list[tuple[int, int]] = []
    ranged, end = False, at
    while len(values) < _MOST_VALUES and (found := _PLUS.match(lower, at)):
        values.append(found.span())
        end = found.end()
        separator = _SEPARATOR.match(lower, end, end + 20)
        if separator is None:
            break
        ranged = separator["range"] is not None
        at = separator.end()
    return values, ranged and len(values) == _TWO, end


def _same_kind(a: str, b: str) -> bool:
    return a.isdigit() == b.isdigit()
