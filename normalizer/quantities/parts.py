"""The parts of one quantity, as they are found, and what every Mention takes from them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from normalizer.model.finding import Finding, Repair
from normalizer.model.mention import Mention, Number, UnitText
from normalizer.model.span import Span
from normalizer.quantities.times import TIME_CODES

if TYPE_CHECKING:
    from normalizer.model.draft import Comparator, Reference
    from normalizer.quantities.comparators import Sign
    from normalizer.quantities.compose import Builder
    from normalizer.quantities.numbers import Numeral
    from normalizer.units import UnitMatch

DIGITS: Final = re.compile(r"[0-9]+")
_ORDINAL_ENDINGS: Final = ("th", "st", "nd", "rd")
_OLD: Final = frozenset({"old", "of age"})


class Parts:
    """One quantity: ``low`` and ``high`` ends, units, reference, and ``start`` and ``end`` of its quote so far.

    ``extra`` are numerals that only repeat or explain ("18 (eighteen)", the 10 of "4/10"); ``pair`` is the second
    number of "140/90"; ``behind`` the comparator after the number, with its end and words; ``plus`` says "18+ years".
    """

    __slots__ = (
        "behind", "build", "comparator", "end", "extra", "findings", "first_unit", "high", "low", "lower", "pair",
        "plus", "reference", "repairs", "sign", "start", "text", "unit",
    )  # fmt: skip

    def __init__(self, build: Builder, numeral: Numeral, end: int) -> None:
        self.build, self.text, self.lower = build, build.text, build.lower
        self.sign: Sign | None = build.sign_before(numeral.start)
        self.low, self.high, self.pair = numeral, _NOTHING, _NOTHING
        self.unit: UnitMatch | None = None
        self.first_unit: UnitMatch | None = None
        self.reference: Reference = "absolute"
        self.comparator: Comparator | None = None
        self.behind: tuple[Comparator, int, str] | None = None
        self.plus = False
        self.extra: list[Span] = []
        self.findings: list[Finding] = []
        self.repairs: list[Repair] = []
        self.start = self.sign.start if self.sign and self.sign.sign != "since" else numeral.start
        self.end = end

    @property
    def two_units(self) -> bool:
        """Say whether the ends of a range have different units ("6 months to 4 years")."""
        return self.first_unit is not None and self.unit is not None and self.first_unit.code != self.unit.code

    def take_rest(self, start: int, end: int, to: int) -> None:
        """Take the smaller unit of "37 weeks 6 days" into the quote; the value stays that of the larger one."""
        self.extra.append(Span(start, end))
        message = f"the number goes on in a smaller unit: {self.text[self.low.start : to]!r}"
        self.findings.append(Finding(code="number_ambiguous", message=message, span=Span(self.low.start, to)))
        self.end = to

    def drop_sign(self) -> None:
        """Forget a preposition that is no comparator of this quantity."""
        self.sign, self.start = None, self.low.start

    def numbers(self) -> tuple[Number | None, Number | None]:
        """Return the low and high number that the comparator asks for."""
        low = self.low.number(self.text)
        if self.high is not None:
            return low, self.high.number(self.text)
        if self.comparator == "between":
            return Number(low.span, f"-{low.printed}", -low.value), low
        return (None, low) if self.comparator in {"<", "<="} else (low, None)

    def numerals(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the number's own spans and every other run of digits between ``start`` and ``end``."""
        low = self.low
        own = [Span(low.start, low.end), *self.extra]
        if self.high is not None:
            own.append(Span(self.high.start, self.high.end))
        known = [*own, Span(self.pair.start, self.pair.end)] if self.pair is not None else own
        if DIGITS.search(self.lower, low.end, end):
            own += [
                Span(found.start(), found.end())
                for found in DIGITS.finditer(self.lower, low.end, end)
                if not any(span.start <= found.start() < span.end for span in known)
            ]
        if start < low.start and DIGITS.search(self.lower, start, low.start):
            own += [Span(found.start(), found.end()) for found in DIGITS.finditer(self.lower, start, low.start)]
        return tuple(sorted(own)) if len(own) > 1 else (own[0],)

    def unit_text(self, unit: UnitMatch | None) -> UnitText | None:
        """Return the unit as printed, without "old" or "of age"; notes a lost superscript."""
        if unit is None:
            return None
        end = unit.end
        if unit.damaged == "lost superscript":
            span, printed = Span(unit.start, end), self.text[unit.start : end]
            message = "the superscript of a power of ten is lost"
            self.findings.append(Finding(code="exponent_damaged", message=message, span=span, got=printed))
            self.repairs.append(Repair(rule="exponent", span=span, before=printed, after=unit.code or printed))
        if unit.code in TIME_CODES:
            blank = self.text.find(" ", unit.start, end)
            if blank > 0 and self.lower[blank + 1 : end] in _OLD:
                end = blank
        start = unit.start
        if unit.code == "{percentile}" and self.lower.startswith(_ORDINAL_ENDINGS, start):
            start = self.lower.find("centile", start, end)
            start -= len("per") * self.lower.startswith("per", start - len("per"))
        return UnitText(Span(start, end), self.text[start:end], unit.code)

    def note(self) -> None:
        """Record what is odd about the number and its comparator."""
        low, sign = self.low, self.sign
        if sign is not None and sign.sign == "?":
            message = "a question mark stands in the comparator's place"
            self.findings.append(Finding(code="comparator_damaged", message=message, span=Span(sign.start, low.start)))
        if self.high is not None and low.value > self.high.value:
            message, span = "the low end exceeds the high end", Span(low.start, self.high.end)
            self.findings.append(Finding(code="range_reversed", message=message, span=span))
        for number in (low, self.high):
            if number is not None and number.alternatives:
                span, others = Span(number.start, number.end), ", ".join(str(n) for n in number.alternatives)
                message = f"the number may also mean {others}"
                self.findings.append(Finding(code="number_ambiguous", message=message, span=span))
        if self.unit is not None and self.unit.code is None:
            span = Span(self.unit.start, self.unit.end)
            self.findings.append(
                Finding(code="unit_unknown", message="the unit table does not know the unit", span=span)
            )
        if not low.word and low.start and self.lower[low.start - 1].isalpha():
            span = Span(low.start, low.end)
            self.findings.append(Finding(code="number_glued", message="no blank before the number", span=span))

    def comparator_span(self) -> Span | None:
        """Return where the comparator is printed, before or behind the number."""
        sign = self.sign
        if sign is not None and sign.sign not in {"last", "since"}:
            end = max(sign.start + 1, min(self.low.start, sign.start + len(sign.words)))
            if self.low.start - end <= _NEGATION:
                end = sign.start + len(self.lower[sign.start : self.low.start].rstrip())
            return Span(sign.start, max(end, sign.start + 1))
        return Span(self.end, self.behind[1]) if self.behind else None

    def add(self, mention: Mention) -> None:
        """Add the finished Mention, as two bounds when the ends have different units."""
        low, high = mention.low, mention.high
        if not self.two_units or low is None or high is None:
            self.build.add_shared(mention, self.sign)
            return
        first = self.unit_text(self.first_unit)
        assert first is not None
        inside = tuple(span for span in mention.numerals if span.start < high.span.start)
        rest = mention.numerals[len(inside) :]
        at = first.span.end
        while self.lower[at].isspace():
            at += 1
        one = Span(mention.span.start, first.span.end)
        self.build.add(replace(mention, span=one, numerals=inside, comparator=">=", high=None, unit=first))
        two = Span(at, mention.span.end)
        self.build.add(replace(mention, span=two, numerals=rest, comparator="<=", low=None))


#: A comparator's words are recorded without their negation ("not exceeding"), which is so many characters at most.
_NEGATION: Final = 14
_NOTHING: Final[Numeral | None] = None
