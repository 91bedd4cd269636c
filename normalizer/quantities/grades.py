"""Grades: values of an ordinal scale printed with the scale's words."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from normalizer.quantities.comparators import Sign, after, before
from normalizer.quantities.fold import fold

if TYPE_CHECKING:
    from normalizer.model.draft import Comparator

#: Words between a scale's name and its value.
_BETWEEN: Final = re.compile(
    r"(?:[\s:,()=\"'/-]*(?:(?<=\()[^()\d\n<>≥≤]{2,24}(?:19|20)\d\d(?=\))|performance|status|score|scores|scale|ps|of|is|are|an?(?=\s+(?:class|score|grade|status|performance|level|stage|value|category|who|ecog|nyha))|the|must|be|functional|function|heart|failure|association|class|classes|"
    r"classification|classified|classifications|grade|grades|grading|level|levels|stage|stages|category|categories|index|type|types|skin|value|risk|toxicity|"
    r"physical|system|at|as|group|american|society|anesthesiologists|anesthesiology|anaesthesiologists|eastern|cooperative|oncology|cirrhosis|liver|disease|"
    r"behaviou?r|nci|ctcae|ctc|common|terminology|criteria|for|adverse|events|ecog|who|nyha|asa|zubrod|national|cancer|institute|with|pugh|child|hepatic|impairment|dyspnea|"
    r"tnm|staging|equal|ajcc|figo|fc|either|(?:version|ver\.?|v\.?)\s?\d+(?:\.\d+)?|\d\.\d(?=[\s,)]))(?![a-z0-9]))*[\s:,()=\"/-]*"
)
_VALUE: Final = r"(?:\d(?!\d|[.]\d|\s?%)[a-d]?|(?:iv|vi{0,2}|i{1,3}|ⅰ|ⅱ|ⅲ|ⅳ|ⅴ)[a-e]?\d?|zero|one|two|three|four|five)(?![a-z0-9%]|-[a-z]{3})"
_LETTER: Final = r"(?:[a-d]\d?)(?![a-z0-9'])"
_DIGIT_LIST: Final = re.compile(_VALUE)
_LETTER_LIST: Final = re.compile(rf"\"?{_LETTER}\"?|{_VALUE}")
_SEPARATOR: Final = re.compile(
    r"\s?(?:(?P<range>-|to|through|~)|(?P<list>,?\s?(?:and/or|or|and|&|/|,)|/))\s?"
    r"(?:(?:nyha|ecog|asa|stage|grade|class|type|category|child-pugh|ps)\s+)?(?:(?:class|grade|stage)\s+)?\"?"
)
_PLUS: Final = re.compile(r"(?:\d\+{0,2}|\+{1,4})(?![\d.%])(?!\s?%)")
_PERFORMANCE: Final = frozenset({"ECOG", "WHO", "Zubrod", "performance status", "SWOG", "GOG"})
_LETTERED: Final = frozenset({"Child-Pugh", "BILAG", "Binet", "BCLC", "GOLD", "category"})
_DRUG_CLASS: Final = re.compile(
    r"\s*(?:-|\()?\s*(?:anti-?\s?arrhythmi\w*|aad|drug|medication|agent|mhc|hla|antigen|switch|molecul|obes|malocclusion|ph )"
)
_NOT_BEFORE: Final = re.compile(r"(?:hla|mhc|drug|dna|social|business)[\s-]*$")
_CONTEXT: Final = re.compile(
    r"ctcae|nyha|ecog|who|\basa\b|new york heart|common terminology|kellgren|fitzpatrick|tanner|child[- ]pugh|ann arbor|hoehn|bilag|common toxicity|\bctc\b|ajcc|figo"
)
_UNIT_AFTER: Final = re.compile(
    r"\s?-?(?:%|years?|months?|weeks?|days?|mg|points|lines|prior|cm|mm|of\s+the\s+following|or\s+more\s+(?:of|prior))(?![a-z])"
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


_LINE: Final = re.compile(r"\n")
_SIGN_AHEAD: Final = re.compile(
    r"(?:(?:less|greater|more|lower|higher|better|worse)\s+than\s+(?:or\s+equal\s+to\s+)?|at\s+(?:least|most)\s+|above\s+|below\s+|over\s+|under\s+|up\s+to\s+|"
    r"(?:equal\s+to\s+or\s+|no\s+|not\s+)?(?:less|greater|more|lower|higher|worse)\s+than\s+|equal\s+to\s+|between\s+|from\s+|(?:not\s+)?exceed(?:ing|s)?\s+|"
    r"\\?[<>]\s?(?:/|or)?\s?=?\s?|\\?=\s?<\s?|\\?=\s?>\s?|[≥≤=]\s?=?\s?|\?\s?)+(?:(?:stage|grade|class|nyha|ctcae|a|score|of)\s+)*"
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
    elif is_class or scale in {"CTCAE"}:
        sign = before(lower, floor, start)
        if sign and sign.sign in {"in", "for", "during", "since", "every", "last", "from"}:
            sign = None
    values, range_, last = _values(text, lower, at, scale, filler[0])
    if not values or (
        scale == "WHO"
        and "performance" not in filler[0]
        and not re.search(r"class|status|score|ps|grade|fc|=|:", filler[0])
        and sign is None
        and len(values) < 2
    ):
        return None
    if is_class and (
        _DRUG_CLASS.match(lower, last) or (scale == "category" and lower[values[0][0]].isdigit() and sign is None)
    ):
        return None
    unit = _UNIT_AFTER.match(lower, last)
    if (unit and not (scale in _PERFORMANCE and unit[0].strip() == "points")) or (
        lower[last : last + 1] == "-" and lower[last + 1 : last + 2].isdigit()
    ):
        return None
    first = values[0][0]
    comparator: Comparator
    behind = after(lower, last)
    quote_start = sign.start if sign else (start if is_class else _class_start(lower, end, first))
    if range_ and len(values) == 2:
        comparator = "between"
    elif sign and sign.sign in {">=", ">", "<=", "<"}:
        comparator = sign.sign  # type: ignore[assignment] - narrowed by the set
    elif behind is not None:
        comparator, last = behind[0], behind[1]
    elif sign and sign.sign == "=" and len(values) == 1 and "=" not in lower[sign.start : first]:
        comparator = "="
    else:
        comparator = "in"
    if (is_class and scale != "skin type") or scale == "performance status":
        near = _CONTEXT.search(
            lower,
            max(
                0 if scale == "category" else floor,
                start - (90 if scale == "category" else 70),
                lower.rfind(";", 0, start) + 1,
            ),
            start,
        ) or re.compile(
            r"\s*\(?(?:according\s+to\s+)?(?:the\s+)?(?P<name>nyha|who|nci[- ]ctcae|ctcae|nci|new york heart|ecog)"
        ).match(lower, last)
        if near:
            scale = _named(near[0], scale)
    if sign and sign.sign in {"between", "from"} and not range_:
        range_ = False
    return GradeText(scale, start, end, comparator, sign, tuple(values), min(quote_start, first), last)


def _named(printed: str, scale: str) -> str:
    """Return the scale that a name near a class word stands for."""
    name = printed.strip(" (").removeprefix("according to ").removeprefix("the ")
    return {
        "common toxicity": "CTCAE",
        "common terminology": "CTCAE",
        "nci": "CTCAE",
        "nci-ctcae": "CTCAE",
        "nci ctcae": "CTCAE",
        "kellgren": "Kellgren-Lawrence",
        "hoehn": "Hoehn and Yahr",
    }.get(name, scales().get(name, (scale, True))[0])


def _class_start(lower: str, scale_end: int, first: int) -> int:
    """Return where a class word ("class", "grade") starts that stands right before the first value, else the value."""
    found = re.compile(r"(?:class|grade|stage|type|level|category)(?:es|s)?\s+(?:of\s+)?$").search(
        lower, max(scale_end, first - 14), first
    )
    return found.start() if found else first


def _values(text: str, lower: str, at: int, scale: str, filler: str) -> tuple[list[tuple[int, int]], bool, int]:
    """Read the list or range of values at ``at``; returns their offsets, whether a range, and the end."""
    lettered = scale in _LETTERED or "category" in filler or scale in {"ACR"}
    if scale in {"IHC", "dipstick"}:
        return _pluses(lower, at)
    pattern = _LETTER_LIST if lettered else _DIGIT_LIST
    values: list[tuple[int, int]] = []
    ranged = False
    end = at
    while len(values) < 8:
        found = pattern.match(lower, at)
        if found is None:
            break
        start, stop = found.span()
        if lower[start] == '"':
            start += 1
        if lower[stop - 1] == '"':
            stop -= 1
        printed = text[start:stop]
        if printed[0].isalpha() and printed[0].islower() and not (len(printed) > 2 or printed[0] in "ivzotf"):
            break
        if values and not _same_kind(lower[values[0][0]], lower[start]):
            break
        if values and _UNIT_AFTER.match(lower, stop):
            break
        values.append((start, stop))
        end = at = found.end()
        separator = _SEPARATOR.match(lower, at, at + 30)
        if separator is None:
            break
        if len(values) == 1:
            ranged = separator["range"] is not None
        at = separator.end()
    return values, ranged and len(values) == 2, end


def _pluses(lower: str, at: int) -> tuple[list[tuple[int, int]], bool, int]:
    """Read "0, 1+ or 2+"."""
    values: list[tuple[int, int]] = []
    ranged, end = False, at
    while len(values) < 6 and (found := _PLUS.match(lower, at)):
        values.append(found.span())
        end = found.end()
        separator = _SEPARATOR.match(lower, end, end + 20)
        if separator is None:
            break
        ranged = separator["range"] is not None
        at = separator.end()
    return values, ranged and len(values) == 2, end


def _same_kind(a: str, b: str) -> bool:
    return a.isdigit() == b.isdigit()


_ = (fold, _LINE)
