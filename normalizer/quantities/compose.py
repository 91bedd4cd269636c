"""The Mentions of one text under construction: sharing between neighbours, then the finished tuple."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from normalizer.model.finding import Finding, Repair
from normalizer.model.mention import Mention
from normalizer.model.span import Span
from normalizer.quantities.comparators import Sign, before
from normalizer.quantities.times import combine_after, combine_before
from normalizer.units import comparable

if TYPE_CHECKING:
    from normalizer.quantities.grades import GradeText

_DIGITS: Final = re.compile(r"[0-9]+")
_JOINED: Final = re.compile(
    r"\s*(?:(?:\([^()\n]{1,40}\)|(?:in|for)\s+(?:an?\s+)?[a-z]+)\s*)?,?\s*(?:or|and|and/or|,|/|to|\()?\s*(?:at\s+least\s+)?(?:(?:in|for)\s+(?:an?\s+)?[a-z]+\s*[,:]?\s*)?(?:\([^()\n]{1,25}\)\s*)?"
)
_TO: Final = re.compile(r"\s*,?\s*(?:to|and|-|but|but\s+not|up\s+to)?\s*\(?")
_ELLIPSIS: Final = re.compile(r"\s*[(,;]?\s*(?:or|and)?\s*(?:a\s+score\s+of\s+)?")
_HIGHEST_GRADE: Final = 5
_OR: Final = re.compile(r"\s*,?\s*(?:or|and/or|and|/|,)\s*(?:is\s+)?")
_RESTATED: Final = re.compile(
    r"\s*(?:[(/=]|or|,\s?or|i\.e\.)\s*\(?\s*(?:i\.e\.?,?|or|=|~|≈|approximately|equivalent\s+to|equals|about|approx\.?|equal\s+to)?\s*"
)
_OR_TIME: Final = re.compile(
    r"\s*[,(]?\s*(?:or|and|plus|,|/)\s*(?:at\s+least\s+|for\s+|within\s+|the\s+)*\s*(?:\w+\s+){0,4}?"
)


class Builder:
    """Collects Mentions left to right; ``floor`` is where the last one ended, nothing looks left beyond it.

    ``next_item`` is the list number that would go on with the list so far.
    """

    def __init__(self, text: str, lower: str) -> None:
        self.text = text
        self.lower = lower
        self.floor = 0
        self.next_item = 2
        self._mentions: list[Mention] = []
        self._sign: tuple[int, Sign | None] = (-1, None)

    @property
    def last(self) -> Mention | None:
        """The Mention added last."""
        return self._mentions[-1] if self._mentions else None

    def sign_before(self, start: int) -> Sign | None:
        """The comparator before ``start``; found once for each number."""
        if self._sign[0] != start:
            self._sign = (start, before(self.lower, self.floor, start))
        return self._sign[1]

    def add(self, mention: Mention) -> None:
        """Append a Mention that shares nothing."""
        self._mentions.append(mention)

    def add_grade(self, grade: GradeText) -> int:
        """Append a grade; returns its end."""
        text = self.text
        span = Span(grade.start, grade.end)
        whole = Span(min(grade.start, grade.scale_start), max(grade.end, grade.scale_end))
        numerals = tuple(Span(m.start(), m.end()) for m in _DIGITS.finditer(text, whole.start, whole.end))
        words = tuple(
            Span(*v) for v in grade.values if not text[v[0]].isdigit() and text[v[0] : v[1]].lower() in _WORDS
        )
        inside = tuple(Span(*v) for v in grade.values)
        claimed = tuple(n for n in numerals if any(v.overlaps(n) for v in inside))
        for other in numerals:
            if other not in claimed:
                self.add(Mention(kind="inert", span=other, numerals=(other,), reason="version"))
        self._mentions.append(
            Mention(
                kind="grade", span=span, numerals=tuple(sorted((*claimed, *words))), comparator=grade.comparator,
                comparator_span=Span(grade.sign.start, grade.sign.start + 1) if grade.sign else None,
                scale=grade.scale, scale_span=Span(grade.scale_start, grade.scale_end),
                values=tuple(text[a:b] for a, b in grade.values),
            )
        )  # fmt: skip
        return whole.end

    def add_shared(self, mention: Mention, sign: Sign | None) -> None:
        """Append an amount, count or time, first letting it share with its left neighbour what is printed once."""
        last = self.last
        if (
            last is not None
            and last.kind == "grade"
            and mention.kind == "amount"
            and mention.unit is None
            and mention.reference == "absolute"
        ):
            gap = self.lower[last.span.end : mention.span.start]
            number = mention.low or mention.high
            if (
                _ELLIPSIS.fullmatch(gap)
                and number is not None
                and number.value <= _HIGHEST_GRADE
                and number.printed.isdigit()
            ):
                self._mentions.append(self._graded(last, mention))
                return
        if (
            last is None
            or last.kind not in {"amount", "count", "time"}
            or mention.span.start - last.span.end > 70
            or last.pair == "first"
        ):
            self._mentions.append(self._completed(mention))
            return
        gap = self.lower[last.span.end : mention.span.start]
        if mention.kind == "time" and last.kind == "time" and (pair := self._combined(last, mention, gap)):
            self._mentions[-1:] = pair
            return
        if (
            last.kind == mention.kind
            and last.low is None
            and mention.high is None
            and last.comparator == "<"
            and mention.comparator == ">"
            and _OR.fullmatch(gap)
            and last.reference == mention.reference
            and self._one_unit(last, mention)
        ):
            self._mentions[-1] = self._outside(last, mention, low=last.high, high=mention.low)
            return
        if (
            last.kind == mention.kind
            and last.comparator == ">"
            and mention.comparator == "<"
            and _OR.fullmatch(gap)
            and "or" in gap
            and self._one_unit(last, mention)
            and last.low
            and mention.high
            and last.low.value > mention.high.value
            and last.reference == mention.reference
        ):
            self._mentions[-1] = self._outside(last, mention, low=mention.high, high=last.low)
            return
        if (
            last.unit is None
            and mention.unit is not None
            and last.kind == mention.kind == "amount"
            and last.comparator in {">", ">="}
            and mention.comparator in {"<", "<="}
            and last.reference == "absolute"
            and _TO.fullmatch(gap)
        ):
            self._mentions[-1] = replace(last, unit=mention.unit, span=last.span.cover(mention.unit.span))
            self._mentions.append(mention)
            return
        if (
            _RESTATED.fullmatch(gap)
            and mention.comparator in {None, last.comparator}
            and last.comparator != "between"
            and mention.kind != "count"
            and self._restates(last, mention)
        ):
            shared = self._with_comparator(mention, last)
            self._mentions.append(replace(shared, restates=True, slot=last.slot or mention.slot))
            return
        if (
            mention.comparator is None
            and sign is None
            and last.comparator not in {None, "between", "outside"}
            and last.kind == mention.kind
            and last.reference == mention.reference
            and ("or" in gap or "/" in gap or "(" in gap or "," in gap or "and" in gap)
            and _JOINED.fullmatch(gap)
            and (last.unit is None or self._one_unit(last, mention))
        ):
            if last.unit is None and mention.unit is not None and last.reference == "absolute":
                self._mentions[-1] = replace(last, unit=mention.unit, span=last.span.cover(mention.unit.span))
            self._mentions.append(self._with_comparator(mention, last))
            return
        self._mentions.append(self._completed(mention))

    @staticmethod
    def _graded(last: Mention, mention: Mention) -> Mention:
        """Read "ECOG 0-1 (0-2 if ...)": the second number is a grade of the same scale."""
        values = tuple(n.printed for n in (mention.low, mention.high) if n is not None)
        return Mention(
            kind="grade", span=mention.span, numerals=mention.numerals, comparator=mention.comparator or "in",
            comparator_span=mention.comparator_span, scale=last.scale, scale_span=last.scale_span, values=values,
        )  # fmt: skip

    @staticmethod
    def _one_unit(last: Mention, mention: Mention) -> bool:
        if last.unit is None or mention.unit is None:
            return True
        return last.unit.code == mention.unit.code and last.unit.printed.lower() == mention.unit.printed.lower()

    @staticmethod
    def _outside(last: Mention, mention: Mention, **ends: object) -> Mention:
        """Merge "< 52 or > 104" into one bound."""
        return replace(
            mention, span=last.span.cover(mention.span), numerals=(*last.numerals, *mention.numerals), comparator="outside",
            comparator_span=last.comparator_span, unit=mention.unit or last.unit, findings=(*last.findings, *mention.findings),
            repairs=(*last.repairs, *mention.repairs), **ends,  # type: ignore[arg-type] - low and high
        )  # fmt: skip

    @staticmethod
    def _with_comparator(mention: Mention, last: Mention) -> Mention:
        """Give ``mention`` the comparator printed before ``last``; the quote then starts there."""
        if last.comparator is None:
            return mention
        number = mention.low or mention.high
        upper = last.comparator in {"<", "<="}
        findings = tuple(f for f in mention.findings if f.code != "comparator_missing")
        return replace(
            mention, comparator=last.comparator, comparator_span=last.comparator_span, low=None if upper else number,
            high=number if upper else None, span=last.span.cover(mention.span), findings=findings,
            change=mention.change or last.change,
        )  # fmt: skip

    @staticmethod
    def _restates(last: Mention, mention: Mention) -> bool:
        """Say whether both print one limit in two units."""
        if last.unit is None or mention.unit is None or last.unit.code is None or mention.unit.code is None:
            return False
        if last.unit.code == mention.unit.code or last.kind != mention.kind or last.restates:
            return False
        if last.kind == "time":
            return "{half_life}" not in {last.unit.code, mention.unit.code}
        one, two = last.low or last.high, mention.low or mention.high
        if one is not None and two is not None and one.value == two.value:
            return False
        return comparable(last.unit.code, mention.unit.code) or _mass_and_amount(last.unit.code, mention.unit.code)

    def _combined(self, last: Mention, mention: Mention, gap: str) -> list[Mention] | None:
        """Join "4 weeks or 5 half-lives (whichever is longer)": shared comparator, anchor and direction on both."""
        if not _OR_TIME.fullmatch(gap):
            return None
        end = max(mention.span.end, mention.anchor_span.end if mention.anchor_span else 0)
        half = any(m.unit is not None and m.unit.code == "{half_life}" for m in (last, mention))
        combine = (
            combine_after(self.lower, mention.span.end)
            or combine_after(self.lower, end)
            or combine_before(
                self.lower,
                max(0, last.span.start - 40),
                last.span.start + 30
                if False
                else (last.low or last.high).span.start
                if (last.low or last.high)
                else last.span.start,
            )
        )  # type: ignore[union-attr]
        if combine is None and not half:
            return None
        one, two = last, mention
        if two.comparator is None and one.comparator is not None and one.comparator not in {"between", "outside"}:
            two = self._with_comparator(two, one)
        source = two if two.anchor_text or two.direction else one
        slot = one.slot if one.comparator_span or one.slot == "window" else two.slot
        shared = {
            "anchor": source.anchor,
            "anchor_text": source.anchor_text,
            "anchor_span": source.anchor_span,
            "direction": source.direction,
            "combine": combine,
            "slot": slot,
        }
        return [replace(one, **shared), replace(two, **shared)]  # type: ignore[arg-type] - copied fields

    def _completed(self, mention: Mention) -> Mention:
        return mention

    def finish(self) -> tuple[Mention, ...]:
        """Return the Mentions in order of their numbers."""
        return tuple(self._mentions)


def _mass_and_amount(one: str, two: str) -> bool:
    """Say whether one unit counts mass and the other amount in one volume ("mg/dL" and "mmol/L")."""
    pair = [one, two]
    return (
        any("mol" in u for u in pair)
        and any(u.split("/")[0].endswith("g") for u in pair)
        and all("/" in u for u in pair)
    )


_WORDS: Final = frozenset({"zero", "one", "two", "three", "four", "five"})
_ = (Finding, Repair)
