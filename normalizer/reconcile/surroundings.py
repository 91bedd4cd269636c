"""Do the characters around a bound belong to it: words of comparison left over, a unit that goes on, restated times."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from normalizer.model.draft import Grade, Time
from normalizer.reconcile.case import about, note
from normalizer.reconcile.value import canonical_of, number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.draft import Limit
    from normalizer.model.span import Span
    from normalizer.reconcile.case import Case, Entry, Note

_REACH: Final = 28
#: A comparator right before the bound that is not part of it, and one right after it; a lone ³ or £ was ≥ or ≤ in the
#: Symbol font (Adobe Symbol encoding vector, 0xB3 and 0xA3).
_BEFORE: Final = re.compile(
    r"(?:\b(?:greater|less(?:er)?|more|fewer|higher|lower|larger|smaller|older|younger|above|below|over|under|exceed\w*|"
    r"minimum|maximum|at (?:least|most)|up to|not)\b|[<>≤≥]|(?<!\S)[³£])"
    r"[\s,]*(?:(?:than|or|to|of|equal|and|a|the|is|be|by)\b[\s,]*)*$",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(
    r"\s*,?\s*(?:(?:or|and)\s+(?:more|less|fewer|above|below|older|younger|greater|higher|lower|over|under|later|longer|"
    r"beyond|earlier|up)\b(?!\s+(?:of|than)\b)|\(?(?:inclusive|minimum|maximum|min\.?|max\.?)\b)",
    re.IGNORECASE,
)
_LEAST: Final = re.compile(
    r"\b(?:at least|minimum|more than|no less|not less|greater|over|exceed\w*)\b|[>≥]", re.IGNORECASE
)
_MOST: Final = re.compile(
    r"\b(?:within|at most|maximum|up to|no more|not more|less than|fewer|under|below)\b|[<≤]", re.IGNORECASE
)
_NEGATED: Final = re.compile(r"\b(?:no|not|n't|never)\b", re.IGNORECASE)
_GOES_ON: Final = re.compile(r"(?:[./·*^][^\W\d_]{1,4}(?![^\W_])|[²³⁻])")
#: A unit below a line right after a number without one.
_DENOMINATOR: Final = re.compile(r"\s?[/⁄∕／]\s?[^\W\d_]")
_BRACKET: Final = re.compile(r"\s?[(\[=]")
#: "3 months (90 days)" is one length printed twice when the two differ by no more than this share of the longer.
_NEARLY: Final = 0.13


def check_surroundings(case: Case) -> Iterator[Note]:
    """Yield doubts that the characters beside a bound raise."""
    text = case.context.text
    for entry in case.entries:
        span = entry.placed.span
        if span is None:
            continue
        bound = entry.bound
        if isinstance(bound, Grade) or bound.comparator in (None, "="):
            before = text[max(_end_before(case, span), span.start - _REACH) : span.start]
            if _BEFORE.search(before) or _AFTER.match(text, span.end):
                yield about(entry, "comparator_damaged", "a word of comparison beside the number is not read")
        elif bound.comparator not in ("between", "outside", "in") and _both_ways(bound.quote):
            yield about(entry, "comparator_damaged", "the words compare both ways")
        if isinstance(bound, Grade):
            continue
        if (_GOES_ON if bound.unit is not None else _DENOMINATOR).match(text, span.end):
            yield about(entry, "unit_unknown", "the unit goes on after the quote")
        if bound.comparator == "=" and "=" in bound.quote and _continuous(bound):
            yield about(entry, "comparator_damaged", "nobody asks for exactly this much; the sign may have been ≥ or ≤")
    if len(case.entries) > 1:
        yield from _restated(case)
    yield from _passed_over(case)


def _continuous(bound: Limit | Time) -> bool:
    """Say whether a bound is on a scale on which nothing is ever equal: a time, a level with a unit, a multiple."""
    if isinstance(bound, Time):
        return True
    return bound.slot != "count" and (bound.unit is not None or bound.reference not in ("absolute", "other"))


@lru_cache(maxsize=2048)
def _both_ways(quote: str) -> bool:
    return _LEAST.search(quote) is not None and _MOST.search(quote) is not None and _NEGATED.search(quote) is None


def _end_before(case: Case, span: Span) -> int:
    return max([one.span.end for one in case.quantities if one.span.end <= span.start], default=0)


def _restated(case: Case) -> Iterator[Note]:
    """Yield ``restated_time`` for a time that a bracket repeats in another unit: the model has no second form of it."""
    times = [e for e in case.entries if isinstance(e.bound, Time) and e.placed.span is not None and not e.bound.combine]
    for one, other in itertools.pairwise(times):
        if one.at != other.at or one.placed.span is None or other.placed.span is None:
            continue
        gap = other.placed.span.start - one.placed.span.end
        if (
            gap <= _REACH
            and _BRACKET.match(case.context.text, one.placed.span.end)
            and _nearly(_days(one), _days(other))
        ):
            yield about(other, "restated_time", f"{other.bound.quote!r} only restates {one.bound.quote!r}")


def _days(entry: Entry) -> float | None:
    bound = entry.bound
    if not isinstance(bound, Time):
        return None
    canonical = canonical_of(bound, "", number_of(bound.low), number_of(bound.high))
    found = canonical.low if canonical.low is not None else canonical.high
    return float(found) if found is not None and canonical.unit == "d" else None


def _nearly(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= _NEARLY * max(one, other)


def _passed_over(case: Case) -> Iterator[Note]:
    """Yield ``numeral_unclaimed`` for a numeral with a comparator that a ledger reason claims as no quantity."""
    view = case.context.view
    for mention in case.context.mentions:
        if mention.kind != "inert" or mention.reason in ("list_number", "cross_reference", "list_size"):
            continue
        start, end = mention.span.start, mention.span.end
        if _AFTER.match(view.text, end) or _BEFORE.search(view.text[max(0, start - _REACH) : start]):
            span = view.original(mention.span)
            message = f"a comparator stands beside {mention.span.of(view.text)!r}, which is claimed as {mention.reason}"
            yield note("numeral_unclaimed", message, span=span)
