"""Times: the number with a time unit put together with its slot, anchor and direction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.model.mention import Mention
from normalizer.model.span import Span
from normalizer.quantities.amounts import add_amount
from normalizer.quantities.anchors import Event, anchor_after, anchor_before, anchor_far, promised
from normalizer.quantities.comparators import MIRROR
from normalizer.quantities.times import is_age, slot_of, washout

if TYPE_CHECKING:
    from normalizer.model.draft import Comparator, Direction, TimeSlot
    from normalizer.quantities.comparators import Sign
    from normalizer.quantities.parts import Parts

_INCLUSIVE: Final = re.compile(r"\s*,?\s*\(?\s*(?:both\s+)?(?:inclusive(?:ly)?|included|both)\)?(?![a-z])")
_AGO: Final = re.compile(
    r"\s*(?:or\s+(?:more|longer|greater|less)\s+)?(?:\([^()\n]{1,30}\)\s*)?"
    r"(?:ago|earlier|previously|prior(?=\s*(?:[.,;)]|$|\n))|before(?=\s*(?:[.,;)]|$|\n))|beforehand)(?![a-z])"
)
_SENTENCE: Final = re.compile(r"[.;]\s|\n|;")
_NEAR: Final = re.compile(r"[^.;,:()\d\n]{0,40}")
#: A smaller unit that goes on with the time: "37 weeks 6 days".
_REST: Final = re.compile(r"\s(?P<number>\d{1,2})[\s-]?(?:days?|months?)(?![a-z])")
_COARSE: Final = frozenset({"wk", "a"})
_AGE_CODES: Final = frozenset({"a", "mo", "d", "wk", "h"})
_OLDER: Final = frozenset({"older", "younger", "elder", "over"})
_OF_INTERVALS: Final = frozenset({"in", "every", "during"})
_REVERSED: Final = ("later", "earlier", "sooner")
_FAR: Final = 60  # characters between a change and the period in which it happens
_CLOSE: Final = 20  # characters between two times joined by "and"


def add_time(parts: Parts) -> int:
    """Add the time, or an amount when it is an age; returns the end of the quote."""
    if parts.unit is not None and parts.unit.code in _COARSE and (rest := _REST.match(parts.lower, parts.end)):
        parts.take_rest(rest.start("number"), rest.end("number"), rest.end())
    if _aged(parts):
        return add_amount(parts, parts.end)
    lower, sign, end = parts.lower, parts.sign, parts.end
    tail = parts.behind[1] if parts.behind else end
    if parts.high is not None and (inclusive := _INCLUSIVE.match(lower, tail, tail + 60)):
        tail = inclusive.end()
    ago = _AGO.match(lower, tail) is not None or (tail > end and lower.startswith("ago", end + 1))
    event, far = (None, False) if ago else _event(parts, tail)
    direction: Direction | None = "before" if ago else event.direction if event else None
    if direction is None and sign is not None and (sign.past or sign.coming):
        direction = "before" if sign.past else "after"
    if sign is not None and sign.sign == "±":
        direction = direction or "either"
    slot: TimeSlot = slot_of(
        lower,
        parts.build.floor,
        parts.start,
        end,
        sign,
        anchored=event is not None and not far,
        ago=ago,
        changed=_changed(parts),
    )
    if slot == "window":
        slot = _window(parts, event, direction)
        if event is not None and event.passed and not _distance(sign):
            event, direction = None, "before"  # "5 weeks since X" says how long X is past
        if direction is None and event is None and washout(lower, parts.start):
            direction = "before"
    parts.comparator = _comparator(parts, slot, direction)
    if slot == "interval" and sign is not None and sign.sign in _OF_INTERVALS and not sign.past:
        parts.drop_sign()
    low, high = parts.numbers()
    parts.note()
    stop = max(end, parts.behind[1] if parts.behind else end)
    anchored = event if event is not None and event.anchor else None
    mention = Mention(
        kind="time", span=Span(parts.start, stop), numerals=parts.numerals(parts.start, stop),
        comparator=parts.comparator,
        comparator_span=parts.comparator_span(), low=low, high=high,
        unit=parts.unit_text(parts.unit), slot=slot,
        anchor=anchored.anchor if anchored else None,
        anchor_text=parts.text[anchored.start : anchored.end] if anchored else None,
        anchor_span=Span(anchored.start, anchored.end) if anchored else None,
        direction=direction, findings=tuple(parts.findings), repairs=tuple(parts.repairs),
    )  # fmt: skip
    parts.add(mention)
    return stop


def _distance(sign: Sign | None) -> bool:
    """Say whether the words before the time ask how far after an event: "within 5 weeks since"."""
    return sign is not None and (sign.words.startswith("within") or sign.sign in {"in", "during", "±"})


def _aged(parts: Parts) -> bool:
    """Say whether the time is somebody's age."""
    unit = parts.unit
    if unit is None or unit.code not in _AGE_CODES:
        return False
    if parts.behind and parts.behind[2] in _OLDER:
        return True
    if parts.lower.endswith(("old", "of age"), unit.start, unit.end):
        return True
    last = parts.build.last
    aged = last is not None and last.kind == "amount" and last.unit is not None and last.unit.code in _AGE_CODES
    if aged and last is not None and parts.lower[last.span.end : parts.start].strip() == "(":
        return True
    if unit.code != "a" and (event := anchor_after(parts.lower, parts.end)) is not None and event.direction is not None:
        return False
    years: tuple[float | None, float | None] | None = None
    if unit.code == "a":
        value = float(parts.low.value)
        if parts.high is not None:
            years = (value, float(parts.high.value))
        else:
            years = (None, value) if parts.comparator in {"<", "<="} else (value, None)
    return is_age(parts.lower, max(0, parts.start - 60), parts.start, parts.end, parts.sign, years=years)


def _event(parts: Parts, tail: int) -> tuple[Event | None, bool]:
    """Find the anchor behind, before or farther off; the flag says that it stands farther off."""
    event = anchor_after(parts.lower, tail) or anchor_before(parts.lower, max(0, parts.start - 80), parts.start)
    within = parts.sign is not None and (parts.sign.words.startswith("within") or parts.sign.sign == "±")
    if event is not None and (event.direction is not None or within):
        return event, False
    event = anchor_far(parts.lower, tail)
    return event, event is not None


def _changed(parts: Parts) -> bool:
    """Say whether a change with its number stands right before in the same clause."""
    last = parts.build.last
    if last is None or last.change is None or parts.start - last.span.end > _FAR:
        return False
    return _SENTENCE.search(parts.lower, last.span.end, parts.start) is None


def _window(parts: Parts, event: Event | None, direction: Direction | None) -> TimeSlot:
    """Find the windows that are none: the period of a rate, and what is promised until after an event."""
    last, sign = parts.build.last, parts.sign
    near = last is not None and _NEAR.fullmatch(parts.lower, last.span.end, parts.start) is not None
    if (
        sign is not None
        and sign.sign == "in"
        and not sign.past
        and event is None
        and near
        and last
        and last.kind == "count"
    ):
        return "interval"
    if direction != "after":
        return "window"
    if promised(parts.lower, parts.start):
        return "duration"
    if last is not None and last.slot == "duration" and parts.start - last.span.end < _CLOSE:
        return "duration" if "and" in parts.lower[last.span.end : parts.start] else "window"
    return "window"


def _comparator(parts: Parts, slot: TimeSlot, direction: Direction | None) -> Comparator | None:
    """Return the comparator, where words like "in the last" and "no later than" hang on slot and direction."""
    comparator, sign = parts.comparator, parts.sign
    if sign is None or parts.high is not None:
        return comparator
    if direction == "before" and comparator in MIRROR and any(word in sign.words for word in _REVERSED):
        return MIRROR[comparator]
    if sign.words == "over":
        if slot == "interval":
            return None
        if sign.past or sign.coming or (direction == "before" and parts.lower.startswith("over the", sign.start)):
            return "<=" if slot == "window" else None
        return comparator
    if comparator is None and slot == "window":
        if sign.sign in {"in", "during"} and (sign.past or sign.coming or direction == "before"):
            return "<="
        if sign.sign == "last":
            return "<="
    return comparator
