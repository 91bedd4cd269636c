"""The event that a time is measured from: its words, its direction, its class."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from normalizer.model.draft import Anchor, Direction

_BEFORE: Final = (
    r"before|prior\s+to|previous\s+to|preceding|in\s+advance\s+of|ahead\s+of|leading\s+(?:up\s+)?to|pre-"
    r"|prior(?=\s+(?:the\s|study|inclusion|enrol|screen|random|treat|first|start|surg|entry|dos|sign|trial"
    r"|informed|consent|baseline|day|visit|infusion|registration|entering|to)))"
)
#: What may stand between a time and its anchor, then the preposition that says on which side.
_SIDE: Final = re.compile(
    r"(?:\s*(?:\([^()\n]{0,140}\)|,|or\s+(?:more|longer|less|greater|earlier)|immediately|duration|just"
    r"|directly|in\s+duration|at\s+least|period|interval|window|inclusive|old|apart|time|and|either"
    r"|immediate(?:ly)?|of\s+age|shortly|,?\s*whichever\s+[a-z ]{4,24},?|wash-?out(?:\s+period)?"
    r"|has\s+elapsed|have\s+elapsed|must\s+have\s+elapsed|must\s+elapse))*\s*"
    rf"(?:(?P<either>before\s+(?:or|and|to|/)\s+after|prior\s+to\s+(?:or|and)\s+(?:after|following)"
    rf"|on\s+either\s+side\s+of|of\s+(?:before|after)\s+or)|(?P<before>{_BEFORE}"
    r"|(?P<after>after|following|post|subsequent\s+to|since|beyond|from(?!\s+(?:a|an|any)\s)|past(?=\s+(?:the"
    r"|last|end|study)))"
    r"|(?P<during>during|throughout)|(?P<null>of(?!\s+(?:age|life|treat(?:ment|ing)\s+with|stable|continuous"
    r"|persist))|at(?=\s+(?:screening|baseline|the\s+time\s+of))|to(?=\s+(?:screening|baseline|enrol|random"
    r"|inclusion|study|first|the\s+(?:first|start|study|date)))))(?![a-z])"
)
#: A bracket that opens with the event: "7 years (from the first symptom to screening)".
_OPENED: Final = re.compile(
    r"\s?\(\s?(?:(?P<before>before|prior\s+to|preceding)|after|following|from|since)\s+(?!\d|(?:a|an|any)\s)"
)
#: A second time on its other side, before the event that both share: "4 weeks before or 2 weeks after dosing".
_SHARED: Final = re.compile(
    r"\s*,?\s*(?:and|or|to|through|until)\s+(?:through|until|for|up\s+to|at\s+least|within|\s)*"
    r"(?:\d{1,3}|[a-z]{3,6})[\s-](?:hours?|days?|weeks?|months?|years?)\s+(?:after|following|before|prior\s+to)(?=\s)"
)
_LEAD: Final = re.compile(
    r"\s*(?:the\s+(?:date|day|time)\s+of\s+(?!the\s+last\s+menstr)(?:the\s+)?|the\s+|an?\s+(?!prior|previous)"
    r"|his/her\s+|their\s+|any\s+(?=study))?"
)
#: Where the words of an anchor end.
_STOP: Final = re.compile(
    r"[,;:()\n]|\.(?=\s|$|\))|\s+(?:and|unless|if|with|who|that|which|is|are|was|were|must|will|should|shall"
    r"|may|can|has|have|had|but|except|for|in|on|as|"
    r"until|through|throughout|when|where|while|due|because|requiring|without|by|using|not|other|including"
    r"|provided|whichever|indicates?|shows?|demonstrat\w+|within|confirmed|to(?=\s+(?:be|have|the\s+(?:end"
    r"|completion|last)|avoid))|"
    r"or(?!\s+(?:baseline|screening|enrol|random|inclusion|consent|start|first|study|assent|planned|day"
    r"|dosing|registration|registry|treatment|infusion|visit|trial|surgery|during|apheresis|leuk|lympho|cycle"
    r"|administration)))(?![a-z])|<|>|≥|≤|\d+\.\s+[a-z]"
)
_LONGEST: Final = 90
_DURING_AND: Final = re.compile(
    r"\s+and\s+(?:(?P<after>after|following)(?![a-z])|(?=for\s|at\s+least|up\s+to|\d|until))"
)
_FAR: Final = re.compile(r"\s+of\s[^.;:,()\d\n]{3,60}?\s(?:before|prior\s+to|preceding)(?![a-z])")
_PROMISE: Final = re.compile(
    r"contracept|birth\s+control|abstinen|abstain|barrier|condom|donat|conceiv|become\s+pregnant"
    r"|breast-?\s?feed|until\s+(?:at\s+least\s+)?$|through\s*$"
)
_BEGINNING: Final = re.compile(r"first|start|initia|begin|day|c1|1st|^dosing$")
#: "from the last 4 weeks": no event.
_LAST_PERIOD: Final = re.compile(r"last\s+(?:\d|two|three|four|five|six|few|year|month|week)")
_LEFT: Final = re.compile(
    rf"(?<![a-z])(?:(?P<before>{_BEFORE}|(?P<after>after"
    rf"|following))(?![a-z])\s+(?P<text>[^.;,()\n<>≥≤]{{3,50}}?)\s*[(,]\s*(?:i\.?e\.?,?\s*)?$"
)


@dataclass(frozen=True, slots=True)
class Event:
    """An anchor in the text: class, offsets of its words, the printed direction, and whether "since" prints it."""

    anchor: Anchor | None
    start: int
    end: int
    direction: Direction | None
    passed: bool = False


@cache
def _classes() -> tuple[re.Pattern[str], tuple[str, ...]]:
    """One pattern of all anchor words, and the anchor that each of its groups stands for."""
    with (files("normalizer.quantities") / "data" / "anchors.tsv").open(encoding="utf-8") as file:
        rows = [(row["anchor"], row["pattern"]) for row in csv.DictReader(file, delimiter="\t")]
    body = "|".join(f"({pattern})" for _, pattern in rows).replace(" ", r"[\s-]+")
    return re.compile(rf"(?<![a-z])(?:{body})"), tuple(anchor for anchor, _ in rows)


def classify(words: str, direction: Direction | None) -> Anchor:
    """Return the anchor class of an event's words, in lower case ("other" when none is listed)."""
    pattern, anchors = _classes()
    found = pattern.search(words)
    if found is None or found.lastindex is None:
        return "other"
    anchor = cast("Anchor", anchors[found.lastindex - 1])
    if anchor == "first_dose" and direction == "after" and not _BEGINNING.search(words):
        return "treatment_end"
    return anchor


def anchor_after(lower: str, end: int) -> Event | None:
    """Find direction and event behind a time that ends at ``end``; an Event without anchor when only "ago" follows."""
    if opened := _OPENED.match(lower, end, end + 30):
        return event_at(lower, opened.end(), "before" if opened["before"] else "after")
    side = _SIDE.match(lower, end, end + 240)
    if side is None:
        return None
    direction = cast("Direction | None", None if side.lastgroup == "null" else side.lastgroup)
    if direction == "during" and (both := _DURING_AND.match(lower, side.end(), side.end() + 30)):
        if both["after"] is None:
            return Event(None, side.start(), side.start(), direction)
        return event_at(lower, both.end(), "after")
    if direction in {"before", "after"}:
        at = side.end()
        if lower[at : at + 1] in " ," and (shared := _SHARED.match(lower, at, at + 70)):
            at = shared.end()
        return event_at(lower, at, direction, passed=side[0].endswith("since"))
    return event_at(lower, side.end(), direction)


def anchor_far(lower: str, end: int) -> Event | None:
    """Find "before" and its event behind what lasted: "6 months of stable treatment prior to screening"."""
    found = _FAR.match(lower, end, end + 90)
    return event_at(lower, found.end(), "before") if found else None


def promised(lower: str, start: int) -> bool:
    """Say whether the sentence up to ``start`` is about contraception or donation, which last, or prints "until"."""
    left = max(
        0,
        start - 260,
        lower.rfind("\n", max(0, start - 260), start),
        lower.rfind(". ", max(0, start - 260), start),
        lower.rfind(";", max(0, start - 260), start),
    )
    return _PROMISE.search(lower, left, start) is not None


def event_at(lower: str, at: int, direction: Direction | None, *, passed: bool = False) -> Event | None:
    """Read the event whose words start at ``at``."""
    lead = _LEAD.match(lower, at)
    assert lead is not None
    start = lead.end()
    if _LAST_PERIOD.match(lower, start):
        return None
    stop = _STOP.search(lower, start, start + _LONGEST)
    end = stop.start() if stop else min(len(lower), start + _LONGEST)
    if stop is None and end < len(lower) and lower[end].isalnum():
        end = max(lower.rfind(" ", start, end), start)
    while end > start and lower[end - 1] in " .\\*":
        end -= 1
    if end <= start:
        return None
    words = lower[start:end]
    if direction == "after":
        words = words.partition(" to ")[0]  # "from the first symptom to screening": counted from the first event
    return Event(classify(words, direction), start, end, direction, passed)


def anchor_before(lower: str, floor: int, start: int) -> Event | None:
    """Find an event printed before its time: "prior to screening (within 4 weeks)"."""
    found = _LEFT.search(lower, max(floor, start - 80), start)
    if found is None:
        return None
    direction: Direction = "before" if found["before"] else "after"
    return Event(classify(found["text"], direction), found.start("text"), found.end("text"), direction)
