"""Amounts and counts: a number with its unit, reference and change, and pressure pairs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.model.finding import Finding
from normalizer.model.mention import Mention, MentionKind, UnitText
from normalizer.model.span import Span
from normalizer.quantities import counts, references
from normalizer.quantities.spelled import DOSE_CODES, interrupted
from normalizer.quantities.times import TIME_CODES
from normalizer.units import code_of, match

if TYPE_CHECKING:
    from normalizer.model.draft import Change
    from normalizer.quantities.parts import Parts

_RATE: Final = re.compile(r"(?:/|\b(?:per|each|every|an?)\b).*$|\b\w+ly$", re.IGNORECASE)
#: Units of things that are counted, and units whose number may be a difference ("weight loss of 5 kg").
_COUNT_CODES: Final = frozenset(
    {
        "{lines}",
        "{cycle}",
        "{dose}",
        "{tablets}",
        "{steps}",
        "{fraction}",
        "{drinks}/wk",
        "{drinks}/d",
        "{drinks}/mo",
        "{cigarettes}/d",
    }
)
#: What prints a level as it is: "of 5", "at 20", "is 3", "equals".
_DESCRIBED: Final = re.compile(r"(?<![a-z])(?:of|at|is|are|was|a|an|each|per|by|x|=)\s+$")
#: Days of a longer time are counted; what is counted by the minute is a vital sign.
_DAYS_PER: Final = frozenset({"d/wk", "d/mo", "d/a"})
_COUNTING_TIMES: Final = TIME_CODES - {"min"}
_CHANGE_CODES: Final = frozenset(
    {
        None,
        "%",
        "{score}",
        "kg",
        "[lb_av]",
        "L",
        "mL",
        "{letters}",
        "g/dL",
        "mm[Hg]",
        "mm",
        "mL/min/{1.73_m2}",
        "mL/min/{1.73_m2}/a",
    }
)
_WEIGHTS: Final = frozenset({"kg", "[lb_av]"})
_VERBLESS: Final = frozenset({"%", "{score}"})
_ORDINAL: Final = re.compile(r"st|nd|rd|th")
#: Prepositions that belong to times only.
_OF_TIMES: Final = frozenset({"in", "for", "every", "during", "since", "last"})


def add_amount(parts: Parts, right: int) -> int:
    """Add the amount or count; ``right`` is the end of a sign behind it ("18 <"). Returns the end of the quote."""
    lower, numeral, sign = parts.lower, parts.low, parts.sign
    code = parts.unit.code if parts.unit else None
    if sign is not None:
        if sign.sign in _OF_TIMES:
            parts.drop_sign()
        elif parts.high is None and sign.sign == "from" and code is not None:
            parts.comparator = parts.comparator or ">="
        elif parts.high is None and sign.sign in {"from", "between", "outside"} and parts.comparator is None:
            parts.drop_sign()
    end = _reference(parts, code)
    rate = (
        interrupted(parts.text, lower, parts.unit, parts.behind[1] if parts.behind else end)
        if code in DOSE_CODES
        else None
    )
    unit = parts.unit_text(parts.unit) if parts.reference not in {"uln", "lln"} else None
    if rate is not None and unit is not None:
        unit, end = rate, rate.span.end
    change: Change | None = None
    if parts.reference == "absolute" and code in _CHANGE_CODES:
        found = references.change(
            lower,
            parts.build.floor,
            parts.start,
            end,
            verbless=code in _VERBLESS,
            kilos=code in _WEIGHTS,
            bare=code is None,
        )
        if found is not None:
            change, start, end = found
            parts.start, parts.reference = min(parts.start, start), "baseline"
    kind: MentionKind = "amount"
    if parts.reference == "absolute" and parts.pair is None and numeral.value == numeral.value.to_integral_value():
        tail = parts.behind[1] if parts.behind else end
        if "." not in lower[numeral.start : numeral.end] and (counted := _counted(parts, unit, tail)):
            kind, unit, far = counted
            end = max(end, far)
            if sign is not None and sign.sign == "only" and parts.comparator is None:
                parts.comparator = "<="
    end = max(end, right, parts.behind[1] if parts.behind else end)
    while end > parts.start and lower[end - 1] in " \n":
        end -= 1
    parts.note()
    if kind == "amount" and parts.comparator is None and parts.reference not in {"uln", "lln"}:
        _lost(parts, end)
    low, high = parts.numbers()
    mention = Mention(
        kind=kind, span=Span(parts.start, end), numerals=parts.numerals(parts.start, end), low=low, high=high,
        comparator=parts.comparator, comparator_span=parts.comparator_span(), unit=unit, reference=parts.reference,
        change=change, pair="first" if parts.pair else None, findings=tuple(parts.findings),
        repairs=tuple(parts.repairs),
    )  # fmt: skip
    parts.add(mention)
    if parts.pair is not None:
        _add_pair(parts, mention)
    return max(parts.end, end)


def _reference(parts: Parts, code: str | None) -> int:
    """Find "predicted", percentiles and the like around the unit; returns the end of the quote."""
    lower, end = parts.lower, parts.end
    if code == "%":
        if predicted := references.predicted(lower, end):
            parts.reference = "predicted"
            return predicted
        if references.predicted_before(lower, parts.build.bounded_until(), parts.start):
            parts.reference = "predicted"
            return end
    if parts.reference == "absolute" and (other := references.other_reference(lower, end)):
        parts.reference = "other"
        if code is None:
            parts.unit = match(parts.text, parts.low.end + (2 if _ORDINAL.match(lower, parts.low.end) else 0))
        return other
    return end


def _lost(parts: Parts, end: int) -> None:
    """Record that no comparator is printed, unless a neighbour lends one or the number only describes."""
    if any(finding.code == "comparator_damaged" for finding in parts.findings):
        return
    if parts.unit is None and _DESCRIBED.search(parts.lower, max(0, parts.start - 24), parts.start):
        return
    message = "no comparator is printed"
    parts.findings.append(Finding(code="comparator_missing", message=message, span=Span(parts.start, end)))


def _counted(parts: Parts, unit: UnitText | None, tail: int) -> tuple[MentionKind, UnitText | None, int] | None:
    """Say that a whole number counts things, with the per-time part as its unit; None when it is an amount."""
    lower, code = parts.lower, unit.code if unit else None
    if unit is not None:
        if code in _COUNT_CODES:
            return "count", unit, tail
        if code in _DAYS_PER:
            start = lower.find(" ", unit.span.start) + 1
            if start and lower.startswith(("a ", "per ", "each ", "every "), start):
                return "count", UnitText(Span(start, unit.span.end), parts.text[start : unit.span.end], code[1:]), tail
        if code is not None and code.startswith("/") and code[1:] in _COUNTING_TIMES:
            rate = _RATE.search(unit.printed)
            start = unit.span.start + (rate.start() if rate else 0)
            return "count", UnitText(Span(start, unit.span.end), parts.text[start : unit.span.end], code), tail
        return None
    if per := counts.per_time(lower, tail):
        printed = parts.text[per[0] : per[1]]
        return "count", UnitText(Span(*per), printed, code_of(printed)), per[1]
    if parts.low.word or counts.of_list(lower, tail):
        return "count", None, tail
    if not parts.extra and (
        counts.counted_noun(parts.text, lower, tail)
        or (parts.behind and counts.counted_noun(parts.text, lower, parts.end))
    ):
        return "count", None, tail
    return None


def _add_pair(parts: Parts, mention: Mention) -> None:
    """Add the second number of a pressure pair, with all that is printed once."""
    assert parts.pair is not None
    second, upper = parts.pair.number(parts.text), parts.comparator in {"<", "<="}
    parts.build.add(
        Mention(
            kind="amount", span=mention.span, numerals=(second.span,), comparator=parts.comparator,
            comparator_span=mention.comparator_span, low=None if upper else second, high=second if upper else None,
            unit=mention.unit, pair="second",
        )
    )  # fmt: skip
