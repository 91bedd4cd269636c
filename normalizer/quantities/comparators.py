"""Comparators: signs and words before a number, words after it, their negation."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from normalizer.model.draft import Comparator

FLIP: Final[dict[str, Comparator]] = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
MIRROR: Final[dict[str, Comparator]] = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "="}
_SIGNS: Final = frozenset("<>=≤≥±;_?")
_SIGN: Final = re.compile(
    r"(?:(?P<ge>≥\s?=?|(?:>|&gt;)\s?(?:/|or|and|-)?\s?=|=\s?(?:/|or\s)?\s?(?:>|&gt;)|>\s?_|&ge;)"
    r"|(?P<le>≤\s?=?|(?:<|&lt;)\s?(?:/|or|and|-)?\s?=|=\s?(?:/|or\s)?\s?(?:<|&lt;)|<\s?_|&le;)"
    r"|(?P<pm>±|\+\s?/\s?-)|(?P<gt>>|&gt;)|(?P<lt><|&lt;)|(?P<eq>=)|(?P<lost>\?))\s*$"
)
_NAMES: Final[dict[str, str]] = {"ge": ">=", "le": "<=", "gt": ">", "lt": "<", "eq": "=", "pm": "±", "lost": "?"}
#: Words that may stand between a comparator and its number; the second set says that the time is a past one.
_FILLERS: Final = frozenset({
    "the", "a", "an", "about", "approximately", "approx", "around", "roughly", "estimated", "of", "age", "total",
    "first", "period", "score", "level", "value", "any", "their", "his", "her", "its", "another", "additional",
    "other", "grade", "stage", "ages", "aged", "equivalent", "duration", "weight", "body", "bmi", "up", "to", "than",
})  # fmt: skip
_PREPOSITIONS: Final = frozenset({"between", "from", "betwen", "in", "during", "for", "every", "since"})
PAST: Final = frozenset(["last", "past", "former", "previous", "prior", "preceding", "recent", "most", "immediately"])
COMING: Final = frozenset(["next", "coming", "following", "subsequent"])
_NEGATION: Final = re.compile(
    r"(?:\b(?:no|not|never|cannot|nor)|n't)(?:\s+(?:be|to\s+be|been|have\s+been|have|to|is|are|ever|any))?\s*$"
)
#: "minimum disease duration of", where a noun parts the comparator from its number.
_LAST: Final = re.compile(r"[ /]")
_EXTREME: Final = re.compile(r"(?<![a-z])(minimum|minimal|maximum|maximal)\s+(?:[a-z-]+\s+){1,4}$")
#: What an "equal" makes inclusive, whatever is lost or turned round between: "greater than to or equal (to)",
#: "> or equal to"; and an "equal" that stands first: "equal to or greater than".
_GLUE_WORDS: Final = r"(?:[\s/,]+(?:th[ae]n|to|or|and|is))*[\s/]+$"
_UNEQUAL_LEFT: Final = re.compile(
    r"(?:(?P<ge>(?<![a-z])(?:greater|more|higher|larger|bigger|older|elder|longer|above|over|superior|better|at\s+least)|[>≥])"
    r"|(?P<le>(?<![a-z])(?:less|lesser|lower|fewer|smaller|younger|shorter|below|under|inferior|at\s+most)|[<≤]))"
    + _GLUE_WORDS
)
_EQUAL_LEFT: Final = re.compile(r"(?<![a-z])equals?" + _GLUE_WORDS)
#: "within at least 30 days": a distance all the same.
_WITHIN_LEFT: Final = re.compile(r"(?<![a-z])within\s+(?:a\s+|an\s+|the\s+)?$")
_AFTER: Final = re.compile(
    r"(?:\s*(?:'s\s+)?\(?(?:of\s+age|old|in\s+age|duration|in\s+duration)?\)?)?\s*,?\s*\(?\s*(?:"
    r"(?:or|and|&|/)\s*(?:equal\s+(?:to\s+)?or\s+)?(?:is\s+|are\s+)?"
    r"(?:(?P<ge>older|more|greater|higher|above|over|longer|beyond|better|worse|up|upper|upwards?|later|newer|larger|elder|equal)"
    r"|(?P<le>less|fewer|younger|lower|below|under|shorter|earlier|smaller"
    r"|downwards?))(?![a-z])(?!\s+th[ae]n)(?! *(?:or equal|the age|age|[<>≥≤])? *(?:of )?\d)"
    r"|(?P<min>at\s+(?:a\s+|the\s+)?(?:minimum|least)|minimum|upwards?)(?![a-z])(?!\s+(?:age|(?:of\s+)?\d))"
    r"|(?P<max>at\s+(?:a\s+|the\s+)?(?:maximum|most)|maximum|max)(?![a-z])(?!\s+(?:age|(?:of\s+)?\d)))"
)


#: First characters of what :data:`_AFTER` reads.
_BEHIND: Final = frozenset("'(),oid&/amu\n")
#: Behind the thing that is counted: "3 prior therapies or more", "8 years of schooling or fewer".
_AFTER_NOUN: Final = re.compile(
    r"\s(?:of\s)?(?:[a-z-]+\s){1,2}or\s(?:(?P<ge>more|greater|longer)|(?P<le>less|fewer|shorter))(?=\s?(?:[.,;)\n]|$)"
    r"|\s(?:in|at|for|with|within|per|during|before|prior|on)\s)"
)


class Sign(NamedTuple):  # a tuple for speed: one is made for most numbers
    """A comparator before a number: its sign ("±", "between", "from" and "?" too), offset, and what stood in between.

    ``past`` and ``coming`` say that "last", "next" or the like stand between the comparator and the number;
    ``later`` marks "later than" and "earlier than", whose meaning hangs on the direction that follows.
    """

    sign: str
    start: int
    past: bool = False
    coming: bool = False
    words: str = ""
    negated: bool = False


@cache
def _phrases() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the comparator words of the data file, with their signs, by their last word, longest first."""
    with (files("normalizer.quantities") / "data" / "comparators.tsv").open(encoding="utf-8") as file:
        rows = [(row["phrase"], row["sign"]) for row in csv.DictReader(file, delimiter="\t")]
    found: dict[str, list[tuple[str, str]]] = {}
    for phrase, sign in sorted(rows, key=lambda row: -len(row[0])):
        found.setdefault(_LAST.split(phrase)[-1], []).append((phrase, sign))
    return {word: tuple(pairs) for word, pairs in found.items()}


def _phrase(lower: str, floor: int, start: int, end: int) -> tuple[str, int] | None:
    """Return sign and offset of the comparator words that end at ``end`` with the word from ``start``."""
    phrases = _phrases().get(lower[start:end])
    if phrases is None:
        return None
    begin = max(floor, start - 26)
    left = lower[begin:end]
    words = left.split()
    tidy = " ".join(words)
    for phrase, sign in phrases:
        if tidy.endswith(phrase):
            at = len(tidy) - len(phrase)
            if at and tidy[at - 1].isalpha():
                continue
            if len(tidy) == len(left):
                return sign, end - len(phrase)
            first = left.rfind(words[-len(phrase.split())][-len(phrase.split()[0]) :])
            return sign, begin + max(first, 0)
    return None


def last_word(lower: str, floor: int, end: int) -> int:
    """Return where the run of letters that ends at ``end`` starts, not before ``floor``."""
    while end > floor and lower[end - 1].isalpha():
        end -= 1
    return end


def before(lower: str, floor: int, end: int) -> Sign | None:
    """Find the comparator that leads to the number at ``end``, looking back no further than ``floor``."""
    floor = max(floor, end - 60)
    past = coming = False
    for _ in range(7):
        while end > floor and lower[end - 1] in " \n\\":
            end -= 1
        if end <= floor:
            break
        char = lower[end - 1]
        if char in _SIGNS or (char == "-" and lower[max(end - 3, 0) : end].replace(" ", "").endswith("+/-")):
            found = _SIGN.search(lower[max(floor, end - 9) : end])
            if found is None or not found.lastgroup:
                return None
            start = max(floor, end - 9) + found.start()
            while start > floor and lower[start - 1] == "\\":
                start -= 1
            return Sign(_NAMES[found.lastgroup], start, past, coming)
        if char == ")" and lower[end - 2 : end - 1] in {"≥", "≤", ">", "<"}:
            end -= 1
            continue
        if char in "~≈:":
            end -= 1
            continue
        if not char.isalpha():
            break
        start = last_word(lower, floor, end)
        word = lower[start:end]
        if word in _PREPOSITIONS:
            sign = "between" if word.startswith("betw") else word
            return Sign(sign, start, past, coming, word)
        if phrase := _phrase(lower, floor, start, end):
            return _completed(lower, floor, Sign(phrase[0], phrase[1], past, coming, lower[phrase[1] : end]))
        if word == "of" and (far := _EXTREME.search(lower, floor, start)):
            return Sign(">=" if far[1].startswith("min") else "<=", far.start(), past, coming, far[1])
        if word in PAST:
            past = True
        elif word in COMING:
            coming = True
        elif word not in _FILLERS:
            break
        end = start
    return Sign("last", end, past, coming) if past or coming else None


def _completed(lower: str, floor: int, sign: Sign) -> Sign:
    """Take in what stands before the comparator's last words: "equal", a negation, "within"."""
    left, end = max(floor, sign.start - 40), sign.start + len(sign.words)
    if sign.sign == "=" and (found := _UNEQUAL_LEFT.search(lower, left, sign.start)):
        sign = sign._replace(sign=">=" if found["ge"] else "<=", start=found.start(), words=lower[found.start() : end])
    elif sign.sign in "<>" and (found := _EQUAL_LEFT.search(lower, left, sign.start)):
        sign = sign._replace(sign=f"{sign.sign}=", start=found.start(), words=lower[found.start() : end])
    if "within" in lower[left : sign.start] and (found := _WITHIN_LEFT.search(lower, left, sign.start)):
        return sign._replace(
            sign="<" if sign.sign == "<" else "<=", start=found.start(), words=lower[found.start() : end]
        )
    return _negated(lower, floor, sign)


def _negated(lower: str, floor: int, sign: Sign) -> Sign:
    """Turn "no more than" and "must not exceed" into one comparator."""
    inclusive = sign.sign in {">=", "<="} and "equal" in sign.words
    if sign.sign not in "<>" and not inclusive:
        return sign
    found = _NEGATION.search(lower, max(floor, sign.start - 16), sign.start)
    if found is None:
        return sign
    return Sign(FLIP[sign.sign[0]], found.start(), sign.past, sign.coming, sign.words, negated=True)


def after_noun(lower: str, end: int) -> tuple[Comparator, int, str] | None:
    """Find the comparator behind the noun that follows a number; as :func:`after`."""
    if " or " not in lower[end : end + 50]:
        return None
    found = _AFTER_NOUN.match(lower, end, end + 70)
    if found is None:
        return None
    return (">=" if found["ge"] else "<="), found.end(), found["ge"] or found["le"]


def after(lower: str, end: int) -> tuple[Comparator, int, str] | None:
    """Find the comparator behind a number and its unit ("or older", "+"); return it, its end and its words."""
    if lower[end : end + 1] == "+" and lower[end + 1 : end + 2] not in {"+", "/"}:
        return ">=", end + 1, "+"
    if lower[end : end + 5].lstrip()[:1] not in _BEHIND:
        return None
    found = _AFTER.match(lower, end, end + 60)
    if found is None or found.lastgroup is None:
        return None
    sign: Comparator = ">=" if found.lastgroup in {"ge", "min"} else "<="
    return sign, found.end(), found[found.lastgroup]
