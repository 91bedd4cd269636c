"""Times: is a number with a time unit a window, a duration or an interval; pairs of which the longer counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from normalizer.model.draft import Combine, TimeSlot
    from normalizer.quantities.comparators import Sign

#: UCUM codes of the units that make a number a time.
TIME_CODES: Final = frozenset({"a", "mo", "wk", "d", "h", "min", "{half_life}"})
_INTERVAL_RIGHT: Final = re.compile(
    r"\s*(?:\)|or\s+more|or\s+longer)*\s*-?\s*(?:apart|(?:increase|decrease|decline|change|reduction|loss"
    r"|gain|progression)(?![a-z])|(?:dosing\s+)?intervals?\b|between\s+(?:doses|the|each|measure|sample"
    r"|assess|test|visit|two|screen|read)|elapsed?\s+between)"
)
_INTERVAL_LEFT: Final = re.compile(
    r"(?:(?:every|each)\s*(?:other\s+)?|intervals?\s+(?:of|between[^.;,]{0,30}(?:is|of"
    r"|was)?)\s*(?:at\s+least\s+)?|separated\s+by\s*(?:at\s+least\s+|more\s+than\s+|a\s+minimum\s+of\s+|≥\s?|>\s?)?"
    r"|spaced\s+(?:by\s+)?|(?:change|increase[sd]?|decrease[sd]?|decline[sd]?|gain(?:ed)?|loss|lost|reduction"
    r"|progression|fall|drop)[^.;]{0,40}(?:\d\s?(?:%|percent|kg|lbs?|pounds|points?|mg/dl|l|ml)(?![a-z])"
    r"|(?:of|by|than|least|[<>≤≥=])\s*\d[\d.]*)[^.;,\d]{0,40}"
    r"(?:in|over|within|during)\s+(?:the\s+|a\s+)?(?:last\s+|past\s+|previous\s+|preceding\s+|prior\s+"
    r"|period\s+of\s+)*(?:at\s+least\s+)?"
    r"|\d\s?(?:%|percent|kg|lbs?|pounds|points?)\s+[^.;,\d]{0,40}(?:change|increase|decrease|decline|gain"
    r"|loss|reduction)[^.;,\d]{0,30}(?:in|over|within|during)\s+(?:the\s+|a\s+)?(?:last\s+|past\s+"
    r"|previous\s+|preceding\s+|prior\s+)*)$"
)
_HINT: Final = re.compile(
    r"every|each|interval|separat|spaced|loss|gain|lost|chang|increas|decreas|declin|reduc|progress|fall|drop"
)
_DURATION_LEFT: Final = re.compile(
    r"(?:(?<![a-z])(?:for|lasting|lasts?|lasted|duration|life[- ]?expectancy|life\s+span|survival"
    r"|expected\s+to\s+live|persist\w*|continu\w+|menopaus\w*|postmenopausal|amenorrh\w*|amenorr?h?o?eic|"
    r"disease[- ]free|(?:relapse|symptom|seizure|event|cancer|recurrence|progression|drug|pain|tumou?r"
    r"|treatment)[- ]free|stable|remission|abstinen\w+|abstain\w*|sober|clean|course|history|longstanding"
    r"|maintained|untreated|refrain\w*|follow[- ]?up|sterili[sz]ed|hospitali[sz]ation|stay|anticipated|"
    r"experience|delay\w*|free\s+of\s+[a-z ]{3,30}|length|period|contracepti\w+|washout|wash-out|lifespan"
    r"|live|treated\s+for|practice[sd]?|employ\w*|married|smoked|smoking)"
    r"(?:\s*\(?(?:of|is|was|has\s+been|must\s+be|should\s+be|at|been|greater|the|an?|a\s+period\s+of|period"
    r"|time|estimated|expected|in\s+women|women|with|and|≥|>|:|,|treatment|therapy|symptoms?|disease|since"
    r"|to\s+be|will\s+be|throughout\s+the\s+study|symptom\s+duration|predicted|minimum|study))*\s*\(?)$"
)
_DURATION_RIGHT: Final = re.compile(
    r"\s*-?\s*(?:(?:or|and)\s+(?:more|longer|greater|less)\s*)?(?:of\s+(?:stable|continuous|treatment|therapy"
    r"|use|symptom|disease|menopause|amenorr?h|abstinence|remission|"
    r"follow|standard|at|prior|previous|age\s+and|conventional|conservative|spontaneous|non-?surgical|optimal"
    r"|consecutive|daily|regular|chronic|high|low|dosing|medical|physical|life|survival|experience|washout"
    r"|being|having|"
    r"persistent|ongoing|continued|adequate|active|no\s|pain|medication|immuno|combination|education"
    r"|schooling)|post-?menopaus|postmenopausal|after\s+menopause|in\s+duration|duration|history|course"
    r"|life\s+expectancy|stable|disease[- ]free|treatment|therapy|trial\b|washout|wash-out|"
    r"expected\s+survival|survival|consecutive|continuous|without\s+(?:menses|period|menstr|evidence|recurr"
    r"|relapse|treatment|symptom|disease|progress)|amenorr?h|following\s+menopause|period\s+of\s+(?:stable"
    r"|abstin|treat)|free\s+of|with\s+no|with\s+stable|on\s+(?:a\s+)?stable)"
)
_WINDOW_LEFT: Final = re.compile(r"(?:within|in|during|over|throughout)\s*$")
_WASHOUT: Final = re.compile(r"(?:wash-?\s?out)(?:\s+\w+){0,3}\s*$")
_COMBINE: Final = re.compile(
    r"[^.;\n]{0,90}?whichever\s+(?:time\s+|period\s+|one\s+|duration\s+|of\s+these\s+|was\s+|is\s+|comes\s+"
    r"|occurs\s+|occurred\s+)*(?:the\s+)?(?:(?P<longer>long(?:er|est)|great(?:er|est)|later|latest|more"
    r"|larger|last)|(?P<shorter>short(?:er|est)|less(?:er)?|earl(?:ier|iest)|sooner|first|smaller))"
)
_COMBINE_LEFT: Final = re.compile(
    r"the\s+(?:(?P<longer>longer|greater|longest)|(?P<shorter>shorter|lesser))\s+(?:of|period\s+of)\s*(?:either\s+)?$"
)
_AGE_LEFT: Final = re.compile(
    r"(?<![a-z])(?<!bearing\s)(?:age[ds]?(?:\s+(?:group|range|limit|of|at\s+[a-z ]{3,25}|eligible\s+for\s+study))?"
    r"|years?\s+of\s+age|gestation)(?:\s*\([^()]{0,25}\))?(?:\s*\(?(?:is|are|of|at|must\s+be|should\s+be|between|from"
    r"|range|ranging|:|,|-|was|were|be|at\s+least|in\s+the\s+range|the|equal|to|or|and|limit|years|least"
    r"|greater|older|than|more|"
    r"less|≥|≤|>|<|=|\d{1,2}|above|over|under|from|male|female|men|women|patients|subjects))*\s*$"
)
_AGE_RIGHT: Final = re.compile(
    r"\s*-?\s*(?:\(\s?\d{1,3}\s?(?:years?|months?|weeks?|days?)\s?\)\s*)?"
    r"\(?(?:(?:of\s+)?(?:gestation(?:al\s+age)?|(?:post-?\s?(?:natal|menstrual|conceptional)|corrected|chronological"
    r"|calendar|adjusted)\s+age)\b|old\b|of\s+age|in\s+age|olds?\b|aged?\b|(?:or|and|&)\s+(?:older|younger|elder))"
)
_PEOPLE_LEFT: Final = re.compile(
    r"(?:(?<![a-z])(?:patients?|subjects?|participants?|adults?|men|man|women|woman|males?|females?|children"
    r"|child|volunteers?|individuals?|persons?|people|adolescents?|boys|girls|infants|gender|sex|sexes"
    r"|outpatients?|inpatients?|either|both|who|is|are|be|must|aged?|being|and|or|healthy|adult|"
    r"older|than|between|over|under|below|above|younger|from|at|least|up|to|equal|more|less"
    r"|[≥≤<>=,:/*(-])(?:\s+|$|(?=[≥≤<>=(])))+$|^\W*(?:\d{1,2}[.)]\s*)?(?:from|between|over|under|at\s+least|≥|>"
    r"|<|≤)?\s*$"
)


#: What has no age of its own: "a biopsy not older than 8 months".
_THING_LEFT: Final = re.compile(
    r"(?<![a-z])(?:biops(?:y|ies)|scans?|imag(?:e|es|ing)|mri|ct|x-?rays?|radiographs?|samples?|specimens?|tissues?|blocks?"
    r"|reports?|results?|tests?|echocardiogra\w+|ecg|colonoscop\w+|endoscop\w+|mammogra\w+|documentation|records?"
    r"|measurements?|assessments?)(?:\s+(?:that|which|is|are|must|be|not|no|should))*\s*$"
)
_AGE_SPAN: Final = 10  # years; a range at least so wide, with no word of time before it, is one of ages
_LEAST_AGE: Final = 12  # years; below that a bare number of years is rather a time


def is_age(
    lower: str, floor: int, start: int, end: int, sign: Sign | None, *, years: tuple[float | None, float | None] | None
) -> bool:
    """Say whether the time from ``start`` to ``end`` is an age: "aged 18-65 years", "18 years or older".

    ``start`` is where comparator or number begins; ``years`` holds both ends when the unit is years, else None.
    """
    if _AGE_RIGHT.match(lower, end, end + 36):
        return True
    if sign is not None and sign.words.startswith(("older", "younger", "aged")):
        return _THING_LEFT.search(lower, max(floor, sign.start - 40), sign.start) is None
    if sign is not None and sign.words.endswith(("age", "age of")):
        return True
    if _AGE_LEFT.search(lower, max(floor, start - 60), start):
        return True
    if years is None or (
        sign is not None
        and (sign.past or sign.sign in {"in", "for", "since", "during", "every"} or sign.words.startswith("within"))
    ):
        return False
    low, high = years
    if low is not None and high is not None:
        return high - low >= _AGE_SPAN and not _DURATION_LEFT.search(lower, max(floor, start - 60), start)
    value = low if low is not None else high
    if value is None or value < _LEAST_AGE:
        return False
    line = max(floor, start - 40, lower.rfind("\n", max(0, start - 260), start) + 1)
    return _PEOPLE_LEFT.search(lower[line:start]) is not None


def slot_of(
    lower: str, floor: int, start: int, end: int, sign: Sign | None, *, anchored: bool, ago: bool, changed: bool
) -> TimeSlot:
    """Tell window, duration and interval apart.

    ``anchored`` says that an event with a direction follows; ``ago`` that "ago" does; ``changed`` that a change with
    its own number stands before in the same clause.
    """
    left = max(floor, start - 70)
    word = sign.sign if sign else ""
    if _INTERVAL_RIGHT.match(lower, end, end + 50) or word == "every":
        return "interval"
    if changed or (
        _HINT.search(lower, max(0, start - 110), start)
        and _INTERVAL_LEFT.search(
            lower,
            max(0, start - 110),
            start if word not in {"in", "<=", "during", ">"} else (start + len(sign.words) + 1 if sign else start),
        )
    ):
        return "interval"
    if ago or _WASHOUT.search(lower, left, start):
        return "window"
    if word == "for":
        return "duration"
    if word == "±":
        return "window"
    if sign is not None and sign.words.startswith("within"):
        return "window"
    if sign is not None and (sign.past or sign.coming) and word in {"in", "during", "<=", "last", ">", "from"}:
        return "window"
    if _DURATION_LEFT.search(lower, left, start):
        return "duration"
    if not anchored or _DURATION_RIGHT.match(lower, end, end + 40) is not None:
        if _DURATION_RIGHT.match(lower, end, end + 40):
            return "duration"
        if "-" in lower[start:end] and word in {"in", "during"}:
            return "duration"
        return "window" if word in {"in", "during", "last", "since", "<="} else "duration"
    return "window"


def washout(lower: str, start: int) -> bool:
    """Say whether "washout of" stands before the time."""
    return _WASHOUT.search(lower, max(0, start - 30), start) is not None


def combine_after(lower: str, end: int) -> Combine | None:
    """Find "whichever is longer" behind a time, in the same sentence."""
    found = _COMBINE.match(lower, end, end + 130)
    if found is None:
        return None
    return "longer" if found.lastgroup == "longer" else "shorter"


def combine_before(lower: str, floor: int, start: int) -> Combine | None:
    """Find "the longer of" before a time."""
    found = _COMBINE_LEFT.search(lower, max(floor, start - 40), start)
    if found is None:
        return None
    return "longer" if found["longer"] else "shorter"
