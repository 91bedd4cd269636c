"""The Mentions of one text under construction: sharing between neighbours, then the finished tuple."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from normalizer.model.mention import Mention
from normalizer.model.span import Span
from normalizer.quantities.comparators import Sign, before
from normalizer.quantities.restate import led_from_behind, one_length, repeated, restates
from normalizer.quantities.times import combine_after, combine_before

if TYPE_CHECKING:
    from normalizer.model.draft import Combine, TimeSlot
    from normalizer.model.mention import Number
    from normalizer.quantities.grades import GradeText

_TOKENS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_JOINED: Final = re.compile(
    r"\s*(?:(?:\([^()\n]{1,40}\)|(?:in|for)\s+(?:an?\s+)?[a-z]+)\s*)?,?\s*(?:or|and|and/or|,|/|to"
    r"|\()?\s*(?:at\s+least\s+)?(?:(?:in|for)\s+(?:an?\s+)?[a-z]+\s*[,:]?\s*)?(?:\([^()\n]{1,25}\)\s*)?"
)
_TO: Final = re.compile(r"\s*,?\s*(?:to|and|-|but|but\s+not|up\s+to)?\s*\(?")
_ELLIPSIS: Final = re.compile(r"\s*[(,;]?\s*(?:or|and)?\s*(?:a\s+score\s+of\s+)?")
_JOINING: Final = re.compile(r"or|and|[/(,]")
_HIGHEST_GRADE: Final = 5
_NEAR: Final = 70  # characters between neighbours that may share something
_TWO_ENDED: Final = frozenset({"between", "outside"})
_LOWER: Final = frozenset({">", ">="})
_UPPER: Final = frozenset({"<", "<="})
_OR: Final = re.compile(r"\s*,?\s*(?:or|and/or|and|/|,)\s*(?:is\s+)?")
_OR_GRADED: Final = re.compile(r"\s*(?:\([^()]{1,40}\)\s*)?(?:,\s*)?(?:or|and|and/or)\s*")
#: Between two bounds of two groups: "over 14 drinks for women and over 21 for men", "≥ 22 mmHg (or of ≥ 11 diastolic)".
_GROUP_GAP: Final = re.compile(
    r"\s*(?:(?:for|in)\s+(?:[a-z]+\s+)?[a-z]+\s*|\([^()\d]{1,25}\)\s*)?[,;(]?\s*(?:and|or)\s+(?:(?:of|for|in)\s+(?:[a-z]+\s+)?)?"
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
        """Return the comparator before ``start``; found once for each number."""
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
        numerals = tuple(Span(m.start(), m.end()) for m in _TOKENS.finditer(text, whole.start, whole.end))
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
        if last is None or mention.span.start - last.span.end > _NEAR or last.pair == "first":
            self._mentions.append(mention)
            return
        gap = self.lower[last.span.end : mention.span.start]
        if last.kind == "grade":
            self._mentions.append(
                self._graded(last, mention) if self._elliptical(mention, gap) else self._again(mention, gap)
            )
        elif last.kind != mention.kind:
            self._mentions.append(self._of_group(last, mention, gap))
        elif mention.kind == "time" and (pair := self._combined(last, mention, gap)):
            self._mentions[-1:] = pair
        elif merged := self._merged(last, mention, gap):
            self._mentions[-1] = merged
        elif mention.kind != "count" and restates(last, mention, gap):
            if last.comparator is None and mention.comparator is not None:
                self._mentions[-1] = last = led_from_behind(last, mention)
            if one_length(last, mention):
                self._mentions.append(repeated(mention))
            elif mention.comparator in _TWO_ENDED:
                self._mentions.append(replace(mention, restates=True, span=last.span.cover(mention.span)))
            else:
                self._mentions.append(replace(self._with_comparator(mention, last), restates=True, slot=last.slot))
        elif sign is None and self._shares(last, mention, gap):
            self._lend_unit(last, mention)
            self._mentions.append(self._with_comparator(mention, last))
        else:
            self._mentions.append(self._beside(last, mention, gap, sign))

    def _beside(self, last: Mention, mention: Mention, gap: str, sign: Sign | None) -> Mention:
        """Share unit and change between two bounds that print comparators of their own, or both behind the second."""
        if last.comparator in _LOWER and mention.comparator in _UPPER and _TO.fullmatch(gap):
            self._lend_unit(last, mention)
            if mention.change is not None and self._mentions[-1].change is None and last.kind == "amount":
                self._mentions[-1] = replace(self._mentions[-1], change=mention.change, reference=mention.reference)
        elif last.comparator in _UPPER and mention.comparator in _LOWER and _OR.fullmatch(gap):
            self._lend_unit(last, mention)
        elif last.comparator is None and sign is None and _OR.fullmatch(gap) and self._respective(mention):
            return self._led(last, mention)
        return self._of_group(last, mention, gap)

    @staticmethod
    def _of_group(last: Mention, mention: Mention, gap: str) -> Mention:
        """Give a bare bound of another group the unit that is printed once, before it."""
        if mention.unit is not None or last.unit is None or mention.kind == "time" or last.kind == "time":
            return mention
        if mention.comparator is None or last.comparator != mention.comparator or mention.reference != "absolute":
            return mention
        if not _GROUP_GAP.fullmatch(gap):
            return mention
        return replace(
            mention, unit=last.unit, kind=last.kind, span=last.span.cover(mention.span), change=last.change,
            reference=last.reference,
        )  # fmt: skip

    def _respective(self, mention: Mention) -> bool:
        """Say whether "respectively" follows, so that what is printed once holds for both numbers."""
        return "respectively" in self.lower[mention.span.end : mention.span.end + 40]

    def _led(self, last: Mention, mention: Mention) -> Mention:
        """Give ``last`` comparator and unit of ``mention``; both quotes cover both."""
        self._mentions[-1] = replace(led_from_behind(last, mention), unit=last.unit or mention.unit, kind=mention.kind)
        return replace(mention, span=last.span.cover(mention.span))

    def _again(self, mention: Mention, gap: str) -> Mention:
        """Read "at least one category A or two category B": both counts of graded things have the comparator."""
        counted = next((m for m in reversed(self._mentions[:-1]) if m.kind not in {"grade", "inert"}), None)
        if (
            counted is None
            or {counted.kind, mention.kind} != {"count"}
            or mention.comparator
            or not _OR_GRADED.fullmatch(gap)
        ):
            return mention
        return self._with_comparator(mention, counted)

    def _lend_unit(self, last: Mention, mention: Mention) -> None:
        """Give the last Mention the unit that is printed once, behind the next one."""
        if last.unit is None and mention.unit is not None and last.reference == "absolute" and last.kind == "amount":
            self._mentions[-1] = replace(last, unit=mention.unit, span=last.span.cover(mention.unit.span))

    @staticmethod
    def _elliptical(mention: Mention, gap: str) -> bool:
        """Say whether a bare number goes on with the grades before it: "ECOG 0-1 (0-2 if ...)"."""
        number = mention.low or mention.high
        if mention.kind != "amount" or mention.unit is not None or mention.reference != "absolute" or number is None:
            return False
        return number.value <= _HIGHEST_GRADE and number.printed.isdigit() and _ELLIPSIS.fullmatch(gap) is not None

    def _merged(self, last: Mention, mention: Mention, gap: str) -> Mention | None:
        """Merge "< 52 or > 104" and "> 104 or < 52" of one subject into one bound."""
        if last.reference != mention.reference or not self._one_unit(last, mention) or not _OR.fullmatch(gap):
            return None
        if last.comparator == "<" and mention.comparator == ">":
            return self._outside(last, mention, last.high, mention.low)
        if last.comparator == ">" and mention.comparator == "<" and "or" in gap:
            low, high = mention.high, last.low
            if low is not None and high is not None and low.value < high.value:
                return self._outside(last, mention, low, high)
        return None

    def _shares(self, last: Mention, mention: Mention, gap: str) -> bool:
        """Say whether the last comparator holds for the next number too: ">= 12 (girls) or 13 (boys)"."""
        if mention.comparator is not None or last.comparator is None or last.comparator in _TWO_ENDED:
            return False
        if last.reference != mention.reference or not _JOINED.fullmatch(gap) or not _JOINING.search(gap):
            return False
        return last.unit is None or self._one_unit(last, mention)

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
        if last.unit.code is not None:
            return last.unit.code == mention.unit.code
        return mention.unit.code is None and last.unit.printed.lower() == mention.unit.printed.lower()

    @staticmethod
    def _outside(last: Mention, mention: Mention, low: Number | None, high: Number | None) -> Mention:
        """Merge "< 52 or > 104" into one bound."""
        return replace(
            mention, span=last.span.cover(mention.span), numerals=(*last.numerals, *mention.numerals), low=low,
            high=high, comparator="outside", comparator_span=last.comparator_span, unit=mention.unit or last.unit,
            findings=(*last.findings, *mention.findings), repairs=(*last.repairs, *mention.repairs),
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

    def _combined(self, last: Mention, mention: Mention, gap: str) -> tuple[Mention, Mention] | None:
        """Join "4 weeks or 5 half-lives (whichever is longer)": shared comparator, anchor and direction on both."""
        if not _OR_TIME.fullmatch(gap):
            return None
        end = max(mention.span.end, mention.anchor_span.end if mention.anchor_span else 0)
        number = last.low or last.high
        half = any(m.unit is not None and m.unit.code == "{half_life}" for m in (last, mention))
        combine = (
            combine_after(self.lower, mention.span.end)
            or combine_after(self.lower, end)
            or combine_before(
                self.lower, max(0, last.span.start - 40), number.span.start if number else last.span.start
            )
        )
        if combine is None and not half:
            return None
        one, two = last, mention
        if two.comparator is None and one.comparator is not None and one.comparator not in _TWO_ENDED:
            two = self._with_comparator(two, one)
        source = two if two.anchor_text or two.direction else one
        slot = one.slot if one.comparator_span or one.slot == "window" else two.slot
        return self._timed(one, source, combine, slot), self._timed(two, source, combine, slot)

    @staticmethod
    def _timed(mention: Mention, source: Mention, combine: Combine | None, slot: TimeSlot | None) -> Mention:
        """Give ``mention`` the anchor and direction of ``source``."""
        return replace(
            mention, anchor=source.anchor, anchor_text=source.anchor_text, anchor_span=source.anchor_span,
            direction=source.direction, combine=combine, slot=slot,
        )  # fmt: skip

    def bounded_until(self) -> int:
        """Return where the last quantity ends; what has a reason for being none does not count."""
        for mention in reversed(self._mentions):
            if mention.kind != "inert":
                return mention.span.end
        return 0

    def finish(self) -> tuple[Mention, ...]:
        """Return the Mentions in order of their numbers."""
        return tuple(self._mentions)


_WORDS: Final = frozenset({"zero", "one", "two", "three", "four", "five"})
