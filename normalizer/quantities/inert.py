"""Numerals that are no quantity, each with its ledger reason."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from normalizer.model.ledger import LedgerReason

Claim = tuple["LedgerReason", int]

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_DATE: Final = re.compile(
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[/.]\d{{1,2}}[/.](?:19|20)\d\d|\d{{1,2}}(?:st|nd|rd"
    rf"|th)?\s?(?:of\s)?-?\s?{_MONTH}(?:[-,]?\s?(?:19|20)\d\d)?)(?![\d])"
)
_CLOCK: Final = re.compile(
    r"\d{1,2}:\d\d(?::\d\d)?\s?(?:[ap]\.?m\.?|h(?:ou)?rs?|h)(?![a-z])|\d{1,2}\s?(?:a\.?m|p\.?m)\.?(?![a-z])"
)
#: What follows the first digits of a date or time: its next part, or (behind a blank) a month, "of" or "a.m.".
_DATE_NEXT: Final = frozenset("-/.:snrtadjfmoph")
_MONTH_NEXT: Final = frozenset("jfmasondph-")
_DATE_PRIOR: Final = frozenset(" .\nbynrhleglptvc")
#: Last letters of "P450", "(CYP" and a bracket behind them.
_ENZYME_ENDS: Final = frozenset("0p)")
_VOLUME_LEFT: Final = re.compile(r"(?:expiratory|expired)\s+volume\s+(?:in|at|over|of)\s+(?:the\s+first\s+)?$")
_SECOND: Final = re.compile(r"\s?-?s(?:ec(?:ond)?s?)?(?![a-z])")
_MONTH_LEFT: Final = re.compile(rf"(?<![a-z]){_MONTH}\s{{0,2}}$")
_MONTH_REST: Final = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d(?!\d)|(?:19|20)\d\d(?!\d)|\d{1,2}(?:st|nd|rd|th)?(?![\d.]|\s?(?:mg|%))"
)
_LIST_NUMBER: Final = re.compile(
    r"\d{1,2}\s?\\?[.)](?:(?=\s)|(?=[^\W\d])|$)|\d{1,2}\\?\)\.?|\d{1,2}\s?-\s?(?=[^\W\d]{3}|\s[^\W\d])|\d{1,2}、"
)
_MARKERS: Final = " \t\r*•·○●▪◦-#>("
_INLINE_LEFT: Final = re.compile(r"(?:[.;:)、。；]\s*|\n\s*|(?:[;,:]|and|or|either)\s+\()$")
_YEAR: Final = re.compile(
    r"(?:19|20)\d\d(?:[-/](?:(?:19|20)?\d\d)(?!\d))?(?![\d.,]\d|\d|\s?(?:/|%|x|(?:mg|ml|g|cells|kcal|iu|ng|µg"
    r"|steps|m|copies|u/l)(?![a-z])))"
)
_DATE_LEFT: Final = re.compile(
    r"(?:(?:in|since|after|before|until|by|from|between|to|year|during|prior\s+to)\s+(?:the\s+year\s+)?|/)$"
)
_ORDINAL: Final = re.compile(
    r"\d+\s?(?:st|nd|rd|th)(?![a-z])(?!\s+(?:and\s+\d+(?:st|nd|rd|th)\s+)?(?:percentile|centile|%))"
)
_GLUED_NEXT: Final = re.compile(r"(?:\.\d+)*(?:-?[a-z][\w-]*|/\d\w*|:\d\w*)*")
_NAME_NEXT: Final = re.compile(
    r"(?:-(?:fu|ht\w*|asa|oh|hydroxy\w*|alpha|beta|methyl\w*|amino\w*|fluoro\w*|dimensional|point|item|items"
    r"|step|channel|phase|layer|level|arm|drug|gene|d|kda|mer|deoxy\w*|azacyt\w*|mercapto\w*|oxo\w*|keto\w*"
    r"|hiaa|lipoxy\w*|hole|pack\b(?!-?\s?year)|joint|[a-z]\d\w*|[a-z]{1,3}(?=[\s,.;)]))"
    r"|(?:p|q|k)(?:\d+(?:\.\d+)?)?(?:[- ]?(?:del\w*|/|loss|gain|;|\)))|del(?![a-z])|ins(?![a-z])"
    r"|d(?=[\s-](?:echo|ultra|imag|mri|ct))|f-|m?tc(?![a-z])|i-|c(?=\))|c-)(?:[\w-]*)"
)
#: Chromosomes and bands of a translocation behind "t(".
#: One of a family of targets, in front of what acts on it: "cotransporter 2 inhibitor".
_TARGET: Final = re.compile(
    r"\s(?:inhibitor|agonist|antagonist|receptor|blocker|blockade|polymerase|deficiency)(?![a-z])"
)
#: A first version that will do: "version 14 or later"; of classifications every printed version is a name.
_OR_LATER: Final = re.compile(r"(?:\.\d+)?\s(?:or|and)\s(?:later|above|higher|newer|up)(?![a-z])")
_CLASSIFIED: Final = re.compile(r"ctc|recist|meddra|criteria|dsm|icd|terminology|nci")
_BAND: Final = re.compile(r"\d{1,2}[;,:]\s?\d{1,2}(?:[;,]\s?\d{1,2})?\)(?:\s?\([pq][\d.;pq ]*\))?")
_TEST: Final = re.compile(
    r"\s?-?(?:lead|min(?:ute)?s?\s+walk|mwt|mwd|minute\s+walk|meter\s+walk|m\s+walk|item\b"
    r"|point\b(?=\s+(?:scale|likert|pain|numeric|vas))|joint\s+count|h(?:ou)?rs?\.?\s+(?:urine|urinary|holter"
    r"|ambulatory|abpm|ecg|recall|creatinine|total\s+urin|protein|collection|ph\b|post-?\s?(?:dose|prandial))|"
    r"g(?:rams?)?\s+(?:of\s+)?(?:oral\s+)?(?:glucose|ogtt|anhydrous)|-?\s?g\s+ogtt|h(?:ou)?r?\s+(?:ogtt"
    r"|plasma|post|glucose|oral|2h)|mg\s+dexamethasone\s+suppression|(?:second|sec)\s+(?:chair|sit)"
    r"|times?\s+sit|tesla|t\s+mri|chair|(?<=-)meter\b|radio(?:active)?)"
)
_RANGE_LEFT: Final = re.compile(
    r"(?:(?<![a-z])(?:(?:score\s+)?rang(?:es?|ing)|scales?|scored|scoring|total\s+scores?|maxim(?:um"
    r"|al)\s+(?:possible\s+)?scores?|max\s+score|out\s+of(?:\s+a\s+(?:total|maximum)(?:\s+score)?\s+of)?"
    r"|possible\s+scores?|vas|nrs|rated|scored)(?:\s*\(?(?:of|is|are|from|:|=|,|between|a|on|goes"
    r"|total|possible|the|in)(?![a-z]))*\s*)$"
)
_SCALE_RIGHT: Final = re.compile(
    r"(?:\s?(?:-|to|through|/)\s?\d+)?\s*-?(?:points?|mm|cm)?[\s-]*(?:(?:visual|vas|nrs|numeric\w*|likert"
    r"|rating|analog\w*|pain|numerical|scale)(?![a-z])\s*)+"
)
#: "Rankin scale 0-2" prints the level behind the instrument's name; "(scale 0-6)" and "scale of 0-6" its range.
_SCALE_WORD: Final = ("scale", "scales")
_RANGE_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)?(?:\s?(?:-|to|through|–)\s?\d+(?:[.,]\d+)?)?(?![\d])")
_FORMULA: Final = re.compile(
    r"\d+(?:\.\d+)?\s?[-−*x×/]\s?(?:\(?(?:age|weight|serum|height|scr|creat|\[)"
    r"|\d+(?:\.\d+)?\s?[-*x×]\s?\(?(?:age|weight|scr))"
)
_FORMULA_LEFT: Final = re.compile(
    r"(?:\)\s?[x×*/]\s?|age\)?\s?[x×*/(]+\s?|scr\s?[x×*]\s?|creatinine\s?[x×*]\s?|if\s+female[^.;]{0,10}|=\s?\(\s?)$"
)
_QUOTA: Final = re.compile(
    r"\s(?:\w+\s){0,3}(?:will\s+be\s+(?:enrolled|included|recruited|randomi[sz]ed)|are\s+(?:planned"
    r"|to\s+be\s+enrolled))"
)
_IDENTIFIER: Final = re.compile(
    r"(?:nct|isrctn|eudract|chictr|euctr|umin|irct|ctri|actrn|drks|jprn|kct)[\s:#-]*(?:[\d-])*$"
)
_LIST_TAIL: Final = re.compile(
    r"[a-z]?(?:(?:\s?(?:-|/|,|&|to|and|or|through|or/and|and/or)\s?)\(?#?\d{1,4}(?:\.\d+)*[a-z]?(?![\w%.]\d|\d"
    r"|\s?(?:x|%|weeks?|months?|days?|years?|hours?|mg|mm|cm|times)(?![a-z])|[a-z]{2}))+"
)
_WORD_LEFT: Final = re.compile(r"(?P<word>[a-z][a-z'-]*)(?:\)\s|[\s.#:,(-]{0,3})$")
_GLUE: Final = frozenset({
    "on", "of", "to", "than", "from", "and", "or", "age", "aged", "ages", "within", "least", "is", "at", "for",
    "between", "most", "the", "under", "over", "above", "below", "in", "no",
})  # fmt: skip
_NOT_VISIT: Final = re.compile(
    r"(?:(?<!cycle )\d|per|a|every|each|one|two|three|last|past|the\s+same|/|or|four|five|six)\s+\w*\W*$"
)
_UNIT_AHEAD: Final = re.compile(
    r"\s?-?(?:%|x\s|years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|mg|g/|ml|mm|cm|kg|times|half)(?![a-z])(?!\s\d)"
)
_CRITERIA: Final = re.compile(r"\s+[a-z/-]*\s?(?:criteria|acr|eular|revis|classif|who|esc|aha|consensus|definition)")
_NO_RANGE: Final = re.compile(r"\s?(?:%|years?|mg|kg|mmhg|months?)")
#: Words after which a lone number is the level itself, while a range is the instrument's ("VAS 0-10").
_LEVEL_LEFT: Final = re.compile(r"(?:vas|nrs|score\s+is|scored)\W*$")
_SUFFIX: Final = re.compile(r"[a-z]{1,2}(?![a-z0-9])")
_ABBREVIATED: Final = frozenset({"no", "nos", "point", "points"})
_BRACKET_WORD: Final = re.compile(r"(?:[a-z]{3,}|\d)\s?\($")
_BRACKET_JOIN: Final = re.compile(r"(?:either|and|or|following|criteria|:|;)\s?\($")
_CYCLE_DAY: Final = re.compile(r"(?<=c)\d{1,2}\s?d")
_PLAIN_PRIOR: Final = frozenset({"", " ", "\n", "≥", "≤", ">", "<", "=", ".", ","})
#: Instruments whose hyphened number is a version.
_VERSIONED: Final = frozenset({
    "dsm", "icd", "recist", "ichd", "sledai", "mmt", "pasi", "acr", "phq", "gad", "bilag", "bdi", "panss", "ham",
    "hamd", "madrs", "moca", "sf", "eq", "das", "2000",
})  # fmt: skip
#: Words that a hyphen ties to a number which is still a quantity ("grade-3", "age-18").
_TIED: Final = _GLUE | frozenset({
    "grade", "stage", "class", "score", "scores", "day", "days", "years", "age", "minimum", "months", "weeks",
})  # fmt: skip
_LONGEST_VISIT: Final = 2  # digits of a visit's number ("D28", "V10")
_LETTER: Final = re.compile(r"[a-zα-ω]")


@cache
def _reasons() -> dict[str, LedgerReason]:
    """Words whose following number is no quantity, with the reason."""
    with (files("normalizer.quantities") / "data" / "ledger.tsv").open(encoding="utf-8") as file:
        return {row["word"]: cast("LedgerReason", row["reason"]) for row in csv.DictReader(file, delimiter="\t")}


def glued(lower: str, start: int) -> bool:
    """Say whether a blank was lost between a function word and the number at ``start`` ("of12", "age18")."""
    at = start
    while at > 0 and lower[at - 1].isalpha():
        at -= 1
    return lower[at:start] in _GLUE and (at == 0 or lower[at - 1] not in "-_")


def name(lower: str, start: int, end: int) -> Claim | None:
    """Return the claim when the digits are part of a name: "CD19", "IL-2", "5-FU", "HER2", "T790M", "12-lead".

    Only the neighbouring characters count, so that it holds whatever stands before.
    """
    prior = lower[start - 1 : start]
    if prior not in _PLAIN_PRIOR:
        if prior == "(" and lower[start - 2 : start - 1] == "t" and (band := _BAND.match(lower, start)):
            return "name", band.end()
        if (prior.isalpha() or prior == "_") and not glued(lower, start):
            return _letters_before(lower, start, end)
        if prior in {"-", "/"} and lower[start - 2 : start - 1].isalpha() and start > 1:
            word = last_alnum(lower, start - 1)
            left = lower[word : start - 1]
            if prior == "-" and left not in _TIED:
                return "version" if left in _VERSIONED else "name", _name_end(lower, end)
    following = lower[end : end + 1]
    if following == "-" or following.isalpha():
        found = _NAME_NEXT.match(lower, end, end + 30)
        if found:
            return "name", found.end()
    elif following != " ":
        return None
    test = _TEST.match(lower, end, end + 40)
    if test is not None:
        return "test_load", test.end()
    if end - start == 1 and lower[start - 2 : start - 1].isalpha() and _TARGET.match(lower, end):
        return "name", end
    return None


def _letters_before(lower: str, start: int, end: int) -> Claim | None:
    """Claim digits that letters precede without a blank; None for the sign of a multiplication."""
    if lower[start - 1] == "x" and not lower[start - 2 : start - 1].isalpha():
        return None
    if _IDENTIFIER.search(lower, max(0, start - 12), start):
        return "identifier", _name_end(lower, end)
    letter = lower[max(0, start - 2) : start]
    if letter[-1] == "v" and lower[end : end + 1] == ".":
        return "version", _name_end(lower, end)
    visit = (
        end - start <= _LONGEST_VISIT
        and (letter[-1] in "dvw" or _CYCLE_DAY.match(lower, start))
        and not letter[:-1].isalpha()
    )
    return "visit" if visit else "name", _name_end(lower, end)


def _name_end(lower: str, end: int) -> int:
    """Return where a name goes on to behind its digits ("3A4", "19-targeted")."""
    rest = _GLUED_NEXT.match(lower, end, end + 30)
    return rest.end() if rest else end


def last_alnum(lower: str, end: int) -> int:
    """Return where the run of letters and digits that ends at ``end`` starts."""
    while end > 0 and lower[end - 1].isalnum():
        end -= 1
    return end


def list_number(text: str, lower: str, start: int, expected: int) -> int | None:
    """Return the end of a list number ("7.", "(2)", "4)") that starts an item or stands inline.

    ``expected`` is the number that would go on with the list so far; it may follow a sentence without full stop.
    """
    found = _LIST_NUMBER.match(lower, start)
    if found is None:
        return None
    if found[0].endswith(".") and lower[start - 1 : start] == " ":
        capital = text[found.end() : found.end() + 2].lstrip()[:1].isupper()
        if capital and (lower[start : found.end() - 1].rstrip(chr(92)) == str(expected) or text[found.end()].isupper()):
            return found.end()
    left = max(0, start - 12)
    if not lower[max(lower.rfind("\n", max(0, start - 260), start) + 1, start - 200) : start].strip(_MARKERS):
        return None if found[0].endswith("-") and _UNIT_AHEAD.match(lower, found.end() - 1) else found.end()
    if found[0].endswith("-") and lower[start : found.end() - 1] != str(expected):
        return None
    closes = found[0].endswith((")", ")."))
    if lower[start - 1] == "(":
        if not closes or (_BRACKET_WORD.search(lower, left, start) and not _BRACKET_JOIN.search(lower, left, start)):
            return None
        return None if _UNIT_AHEAD.match(lower, found.end()) else found.end()
    if _INLINE_LEFT.search(lower, left, start):
        return found.end()
    near = max(0, start - 80)
    if closes and lower[start - 1] == " " and lower.rfind("(", near, start) <= lower.rfind(")", near, start):
        return found.end()
    return None


def measured_name(lower: str, start: int, end: int) -> bool:
    """Say whether the number is part of a measurement's or an enzyme's name ("volume in one second", "P450 3A4")."""
    if (
        lower[end : end + 2].lstrip(" -").startswith("s")
        and _SECOND.match(lower, end) is not None
        and _VOLUME_LEFT.search(lower, max(0, start - 40), start) is not None
    ):
        return True
    if lower[start - 2 : start - 1] not in _ENZYME_ENDS:
        return False
    return lower[max(0, start - 8) : start].rstrip(" -)").endswith(("p450", "p-450", "(cyp"))


def sample_size(lower: str, start: int) -> bool:
    """Say whether "n =" stands before the number."""
    left = lower[max(0, start - 5) : start].replace(" ", "")
    return left.endswith("n=") and not left[:-2][-1:].isalpha()


def date(lower: str, start: int, end: int) -> int | None:
    """Return the end of a calendar date, a clock time, or the numbers behind a month's name.

    ``end`` is that of the run of digits at ``start``.
    """
    if lower[end : end + 1] in _DATE_NEXT or lower[end + 1 : end + 2] in _MONTH_NEXT:
        if clock := _CLOCK.match(lower, start):
            return clock.end()
        if found := _DATE.match(lower, start):
            return found.end()
    if (
        lower[start - 1 : start] in _DATE_PRIOR
        and _MONTH_LEFT.search(lower, max(0, start - 12), start)
        and (rest := _MONTH_REST.match(lower, start))
    ):
        return rest.end()
    return None


def by_words(lower: str, start: int, end: int) -> Claim | None:
    """Return the claim of a number without comparator that its surroundings explain."""
    if ordinal := _ORDINAL.match(lower, start):
        return "identifier", ordinal.end()
    if year := _YEAR.match(lower, start):
        dated = _DATE_LEFT.search(lower, max(0, start - 18), start) and not _CRITERIA.match(lower, year.end())
        return "date" if dated else "version", year.end()
    if claim := _after_word(lower, start, end):
        return claim
    ranged = _RANGE_LEFT.search(lower, max(0, start - 56), start)
    if ranged is not None and ranged[0].rstrip() in _SCALE_WORD and lower[ranged.start() - 1 : ranged.start()] == " ":
        ranged = None
    if ranged is not None and not _NO_RANGE.match(lower, end):
        token = _RANGE_TOKEN.match(lower, start)
        if token and (token.end() > end or not _LEVEL_LEFT.search(lower, max(0, start - 26), start)):
            return "explanatory_range", token.end()
    if scale := _SCALE_RIGHT.match(lower, end, end + 50):
        return "explanatory_range", scale.end()
    if _FORMULA.match(lower, start, start + 30) or _FORMULA_LEFT.search(lower, max(0, start - 14), start):
        return "formula", end
    return None


def quota(lower: str, end: int) -> bool:
    """Say whether the number that ends at ``end`` counts the people who will be enrolled."""
    return lower[end : end + 1] == " " and _QUOTA.match(lower, end, end + 60) is not None


def _after_word(lower: str, start: int, end: int) -> Claim | None:
    """Return the claim of a number that a word of the ledger's list precedes ("exon 19", "Day 1", "section 5.2")."""
    left = max(0, start - 26)
    found = _WORD_LEFT.search(lower, left, start)
    if found is None:
        return None
    word = found["word"]
    reason = _reasons().get(word) or _reasons().get(word.rsplit("-", 1)[-1])
    if reason is None or (reason != "name" and _UNIT_AHEAD.match(lower, end)):
        return None
    if reason == "visit" and _NOT_VISIT.search(lower, max(0, left - 6), found.start() + 1):
        return None
    if word == "version" and _OR_LATER.match(lower, end) and not _CLASSIFIED.search(lower, max(0, start - 50), start):
        return None
    if word in _ABBREVIATED and lower[start - 1] not in ".#":
        return None
    opened = "(" if reason in {"cross_reference", "version"} else ""
    if lower[found.end("word") : start].strip(" .#-" + opened) and not (reason == "version" and word in _VERSIONED):
        return None
    tail = _LIST_TAIL.match(lower, end, end + 40) or _SUFFIX.match(lower, end)
    return reason, tail.end() if tail else end
