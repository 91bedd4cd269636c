"""Reference limits that no number precedes: "> ULN", "ULN x 2", "<= ULN + 5 s"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from normalizer.model.mention import Mention
from normalizer.model.span import Span
from normalizer.quantities import references
from normalizer.quantities.comparators import MIRROR, before
from normalizer.quantities.numbers import read_digits
from normalizer.quantities.parts import DIGITS

if TYPE_CHECKING:
    from normalizer.model.draft import Comparator, Reference
    from normalizer.quantities.compose import Builder

_OFFSET: Final = re.compile(
    r"\s?(?:\+|plus)\s?(?P<offset>\d+(?:\.\d+)?\s?(?:seconds?|secs?|s|mg/dl|µmol/l|u/l|ms))(?![a-z])"
)
_LEAD: Final = re.compile(
    r"(?<![a-z])(?:(?:the|an?|institution(?:al)?(?:'?s)?|laborator(?:y|ies)(?:'s)?|lab|local|normal|central"
    r"|age-adjusted"
    r"|reference|of|respective|site|assay|test|range|x|times|i)[\s-]+|\()+$"
)
#: What lies above or below a normal range lies beyond its upper or lower limit.
_BEYOND: Final[dict[Comparator, Reference]] = {">": "uln", "<": "lln"}
_TIMES: Final = re.compile(r"\s?(?:x|\*|times|by)\s?(?=\d)")
_DIFFERENCE_LEFT: Final = re.compile(
    r"(?P<offset>\d+(?:\.\d+)?\s?(?:seconds?|secs?|s))\s+(?:above|over|beyond|longer\s+than|greater\s+than"
    r"|more\s+than)\s+$"
)


def add_limit(build: Builder, start: int) -> int | None:
    """Add the limit whose words start at ``start``; None when no limit does, its end when it bounds nothing."""
    text, lower = build.text, build.lower
    ref = references.limit_at(lower, start)
    if ref is None:
        return None
    lead = _LEAD.search(lower, max(build.floor, start - 60), start)
    sign = before(lower, build.floor, lead.start() if lead else start)
    comparator = cast("Comparator", sign.sign) if sign is not None and sign.sign in MIRROR else None
    if trail := _TIMES.match(lower, ref.end):
        number = read_digits(lower, trail.end()).number(text)
        upper = comparator in {"<", "<="}
        build.add_shared(
            Mention(
                kind="amount", span=Span(sign.start if sign and comparator else start, number.span.end),
                numerals=(number.span,), comparator=comparator, reference=ref.reference,
                comparator_span=Span(sign.start, sign.start + 1) if sign and comparator else None,
                low=None if upper else number, high=number if upper else None,
            ),
            sign,
        )  # fmt: skip
        return number.span.end
    if sign is None or comparator is None:
        return ref.end
    reference = _BEYOND.get(comparator, ref.reference) if ref.reference == "other" else ref.reference
    offset = _OFFSET.match(lower, ref.end)
    end = offset.end() if offset else ref.end
    build.add_shared(
        Mention(
            kind="amount", span=Span(sign.start, end), comparator=comparator, reference=reference,
            numerals=tuple(Span(found.start(), found.end()) for found in DIGITS.finditer(lower, start, end)),
            comparator_span=Span(sign.start, sign.start + max(1, len(sign.words))),
            offset=text[offset.start("offset") : offset.end("offset")] if offset else None,
        ),
        sign,
    )  # fmt: skip
    return end
