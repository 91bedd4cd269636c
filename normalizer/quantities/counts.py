"""Counts: numbers of things, events and list members, and the sizes of lists."""

from __future__ import annotations

import re
from typing import Final

_NOT_A_NOUN: Final = frozenset({
    "and", "or", "at", "on", "for", "if", "with", "in", "by", "who", "that", "which", "is", "are", "was", "were",
    "be", "to", "than", "from", "as", "per", "but", "not", "no", "unless", "except", "when", "while", "before",
    "after", "prior", "during", "within", "since", "until", "due", "based", "according", "using", "measured",
    "determined", "defined", "despite", "including", "the", "a", "an", "of", "this", "must", "should", "will",
    "may", "can", "has", "have", "had", "x", "times", "both", "mean", "median", "average", "between", "upon", "via",
    "without", "under", "above", "below", "because", "points", "point", "score", "scores", "inclusive", "units",
    "unit", "nor", "so", "then", "them", "it", "they", "he", "she", "following", "ie", "eg", "vs", "versus", "plus",
    "minus", "otherwise", "upwards", "upward", "diastolic", "systolic", "guideline", "guidelines", "later", "earlier",
    "respectively", "each",
})  # fmt: skip
#: Capitals that stand for a unit which the unit table does not know.
_UNIT_LIKE: Final = frozenset({
    "MME", "MMEs", "AU", "RU", "CFU", "MET", "METs", "METS", "OD", "BAU", "HU", "SI", "NRS", "VAS", "mRS", "PASI",
    "BSA",
})  # fmt: skip
_NOUN: Final = re.compile(r"\s{1,2}(?:\((?:[a-z0-9]+)\)\s)?(?:(?:prior|previous|additional)\s)?(?P<word>[a-z][a-z/-]+)")
_OF_LIST: Final = re.compile(
    r"\s*(?:or\s+more\s+|or\s+both\s+|additional\s+)?(?:of(?:\s*:)|of\s+(?:the\s+|these\s+|those\s+|any\s+|following"
    r"|above|below|its|their)|out\s+of|(?:or|of)\s+\d|from\s+the\s+following|(?:abnormal\w*|positive|criteria"
    r"|items?|symptoms?|signs?|features)\b)"
)
_PER: Final = re.compile(
    r"[^.;,:\d()\n]{0,40}?\s?(?P<per>(?:/|per|each|every)\s?-?(?:day|week|month|year|night|hour|h|d|wk|hr"
    r"|24\s?h(?:ours)?|cycle|visit|occasion)(?![a-z0-9])|(?<= )an?\s(?:day|week|month|year|night|hour)(?![a-z])"
    r"|(?<= )(?:daily|weekly|monthly|yearly|annually|nightly)(?![a-z]|\s+(?:measure|visit|assess|sampl|reading|test"
    r"|value|determin|recording)))"
)
_LIST_SIZE: Final = re.compile(
    r"(?:of|out\s+of|from|in|meet|with)\s+(?:the|these|those|all)\s+(?:of\s+the\s+)?(?:following\s+|last\s+|listed\s+"
    r"|above\s+|below\s+)?$|(?:the\s+following|these|all|below)\s+$"
    r"|(?<![a-z])(?:\d|one|two|three|four|five|six|most|any)\s+(?:or\s+more\s+)?(?:out\s+)?of\s+$"
)
#: Last letters of the words that may stand before the size of a list, so that other numbers leave at once.
_LIST_ENDS: Final = frozenset({"of", "ng", "ed", "he", "se", "ll", "ve", "ow"})
_TIME_AHEAD: Final = re.compile(r"[\w.,]+[\s-]?(?:years?|months?|weeks?|days?|hours?)(?![a-z])")
_ONE_BEFORE: Final = re.compile(
    r"(?<![a-z])(?:(?:this|that|which|other|another|each|every|new|same|first|last|the|no|previous|current)\s+"
    r"|an?\s+[a-z-]{4,}\s+)$"
)
_ONCE_AFTER: Final = re.compile(
    r"\s+(?:the|they|he|she|it|all|an?(?=\s+(?:patient|subject|participant))|patients?|subjects?"
    r"|participants?|this|that|these|enrolled|treated|been|informed|consent\w*|eligib\w*)(?![a-z])"
)
_ONE_AFTER: Final = re.compile(
    r"-(?!year|month|week|day|hour|minute)[a-z]|\s+another|'s|\s+(?:or\s+)?other\s+than"
    r"|\s+(?:scheduled|planned|whose|who)(?![a-z])"
)
#: "one of the hospitals": no count, unless a comparator or a list makes it one.
_ONE_OF: Final = re.compile(
    r"\s+of\s+(?:our|its|their|the)\s+(?!follow|above|below|list|criteri|condition|item|next|these|symptom|sign|two|three"
    r"|four|five|six|\d)[a-z-]+"
)
#: The name of a regimen with its abbreviation: "once-weekly (QW)", "once every four weeks (Q4W)".
_REGIMEN: Final = re.compile(
    r"[\s-]+(?:daily|weekly|monthly|yearly|every\s+(?:[a-z]+|\d+)\s+(?:days|weeks|months))\s+\(\s?(?:q\w{1,3}|od|bid|tid)\s?\)"
    r"|-(?:daily|weekly|monthly)(?=\s+(?:dos|treat|inject|regimen|schedul|administ|formulat|(?:\(\w+\)\s+)?treat|oral|subcut))"
)
#: A dash and a word behind a number word ("two-vessel"): part of a name, unless the word is a unit of time or a factor.
_HYPHENED: Final = re.compile(r"-(?!year|month|week|day|hour|minute|fold|half|quarter|third|time|drug|line)[a-z]{2}")


def counted_noun(text: str, lower: str, end: int) -> bool:
    """Say whether a noun that may be counted follows the number that ends at ``end``."""
    found = _NOUN.match(lower, end, end + 40)
    if found is None:
        return False
    word = found["word"]
    if word.partition("/")[0] in _NOT_A_NOUN or not word.strip("ivx") or len(word) < 3:  # noqa: PLR2004 - "of", "mm"
        return False
    return text[found.start("word") : found.end("word")] not in _UNIT_LIKE


def of_list(lower: str, end: int) -> bool:
    """Say whether "of the following" or the like follows."""
    return _OF_LIST.match(lower, end, end + 40) is not None


def per_time(lower: str, end: int) -> tuple[int, int] | None:
    """Return the offsets of the per-time part ("per month") that follows a number and its noun."""
    found = _PER.match(lower, end, end + 60)
    return found.span("per") if found else None


def list_size(lower: str, start: int) -> bool:
    """Say whether the number at ``start`` tells how long a list is ("of the following five")."""
    if lower[start - 3 : start - 1] not in _LIST_ENDS:
        return False
    return _LIST_SIZE.search(lower, max(0, start - 30), start) is not None and _TIME_AHEAD.match(lower, start) is None


def pronoun(lower: str, start: int, end: int, *, compared: bool) -> bool:
    """Say whether the "one" or "once" from ``start`` to ``end`` is no number ("this one", "once enrolled").

    ``compared`` says that a comparator stands before it.
    """
    if end - start == len("once"):
        return _ONCE_AFTER.match(lower, end, end + 20) is not None
    return (
        _ONE_AFTER.match(lower, end, end + 20) is not None
        or (not compared and _ONE_OF.match(lower, end, end + 40) is not None)
        or _ONE_BEFORE.search(lower, max(0, start - 24), start) is not None
    )


def regimen(lower: str, end: int) -> bool:
    """Say whether "once" or the like begins the name of a regimen ("once-weekly (QW)")."""
    return _REGIMEN.match(lower, end, end + 50) is not None


def hyphened(lower: str, end: int) -> bool:
    """Say whether a hyphen ties the number word to a noun, as in "two-vessel disease"."""
    return _HYPHENED.match(lower, end) is not None
