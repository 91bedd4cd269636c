"""One number with all that belongs to it: comparator, second end, unit, reference, change, time."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from normalizer.model.finding import Finding, Repair
from normalizer.model.mention import Mention, Number, UnitText
from normalizer.model.span import Span
from normalizer.quantities import counts, references
from normalizer.quantities.anchors import anchor_after, anchor_before, anchor_far, promised
from normalizer.quantities.comparators import MIRROR, Sign, after, before
from normalizer.quantities.numbers import Numeral, read_digits, read_word, with_power
from normalizer.quantities.times import TIME_CODES, is_age, slot_of
from normalizer.units import UnitMatch, code_of, match

if TYPE_CHECKING:
    from normalizer.model.draft import Anchor, Change, Comparator, Direction, Reference, TimeSlot
    from normalizer.quantities.compose import Builder

_DIGITS: Final = re.compile(r"[0-9]+")
_RANGE: Final = re.compile(
    r"\s?(?P<word>[-~]|\s?-\s?|\s(?:up\s)?to\s|\s?(?:through|thru|until|till)\s|\s-\s?|-\s?to\s?-?|(?<=\d)to\s?(?=\d)|\sto(?=\d))\s?(?:a\s+maximum\s+of\s+|age\s+|and\s+|including\s+|approximately\s+)?(?=[-+]?[0-9.a-z])"
)
_INNER: Final = re.compile(r"(?:\s?(?:years?|yrs?)?\s?(?:old|of\s+age)|\s?\((?:inclusive|included|exclusive)\))?")
_HALF_OPEN: Final = re.compile(r"\s?(?:to|-|and|through|up\s+to)\s?\(?\s?(?:\\?[<≤]|(?:no|not)\s+(?:older|more|greater|higher)\s+than|less\s+than|under|below|younger\s+than|up\s+to\s+but)")
_BETWEEN: Final = re.compile(r"\s?(?:,\s?)?(?:and|&|-|to|~|or)\s?(?:age\s+|up\s+to\s+)?(?=[-+]?[0-9.a-z])")
_OR_NEXT: Final = re.compile(r"\s(?:or|to)\s(?=[0-9a-z])")
_INCLUSIVE: Final = re.compile(r"\s*,?\s*\(?\s*(?:both\s+)?(?:inclusive(?:ly)?|included|including\s+(?:the\s+)?(?:both\s+)?(?:ends?|boundary|threshold|limits?)[a-z ]*|both)\)?(?![a-z])")
_SLASH: Final = re.compile(r"\s?/\s?(\d{1,4})(?![\d.]*\d?/|\d)")
_RATIO: Final = re.compile(r"\s?:\s?(\d{1,3}(?:,\d{3})+|\d{1,6})(?!\d|:|\s?[ap]m)")
_SYSTOLIC: Final = re.compile(r"blood\s+pressure|(?<![a-z])bp(?![a-z])|hypertens|systolic|mm\s?hg")
_SIGN_RIGHT: Final = re.compile(r"\s?\\?(?P<sign>≤|≥|<\s?=?|>\s?=?)\s?(?=[a-z(])(?!\s*(?:of|and|or|to|in)\s)")
#: The commonest units, read here because they are half of all; anything compound goes to the unit table's reader.
_COMMON_UNIT: Final = re.compile(r"[ -]?(?P<unit>%|(?:years?|months?|weeks?|days?|hours?)(?![a-z]))(?!\s?(?:[/(*^.]|of|old|per|an?\s|each|every|daily|weekly)|-)")
_COMMON: Final = {"%": "%", "ye": "a", "mo": "mo", "we": "wk", "da": "d", "ho": "h"}
_TIMES_HALF: Final = re.compile(r"\s?(?:x|times)\s?(?:the\s|its\s|elimination\s|terminal\s|plasma\s|drug's\s|of\s)*(?P<unit>half[-\s]?li(?:fe|ves))")
_NEAR: Final = re.compile(r"[^.;,:()\d\n]{0,40}")
_MONTHS: Final = re.compile(r"\s?M(?=\s(?:of|before|after|prior|ago|or)|[,;.)]|$)")
_AGO: Final = re.compile(r"\s*(?:or\s+(?:more|longer|greater|less)\s+)?(?:\([^()\n]{1,30}\)\s*)?(?:ago|earlier|previously|prior(?=\s*(?:[.,;)]|$|\n))|before(?=\s*(?:[.,;)]|$|\n))|beforehand)(?![a-z])")
_SENTENCE: Final = re.compile(r"[.;]\s|\n|;")
_PLAIN_UNIT: Final = re.compile(r"\s?(?P<unit>%|percent(?!ile))")
_OFFSET: Final = re.compile(r"\s?(?:\+|plus)\s?(?P<offset>\d+(?:\.\d+)?\s?(?:seconds?|secs?|s|mg/dl|µmol/l|u/l|ms))(?![a-z])")
_ABOVE_LIMIT: Final = re.compile(r"\s?(?:above|over|beyond|longer\s+than|greater\s+than|more\s+than|prolonged\s+(?:beyond|over)|prolongation\s+(?:above|over))\s+(?:the\s+)?")
_LIMIT_LEAD: Final = re.compile(
    r"(?<![a-z])(?:(?:the|an?|institution(?:al)?(?:'?s)?|laborator(?:y|ies)(?:'s)?|lab|local|normal|central|age-adjusted|reference|of|respective|site|assay|test|range|x|times|i)[\s-]+|\()+$"
)
_TRAIL_TIMES: Final = re.compile(r"\s?(?:x|\*|times|by)\s?(?=\d)")
_BLANK: Final = re.compile(r"\s*")
_RATE: Final = re.compile(r"(?:/|\b(?:per|each|every|an?)\b).*$|\b\w+ly$", re.IGNORECASE)
_PERCENT: Final = frozenset({"%"})


def _second(lower: str, at: int) -> Numeral | None:
    char = lower[at : at + 1]
    if char in {"-", "+"} and lower[at + 1 : at + 2].isdigit():
        numeral = read_digits(lower, at + 1)
        return None if numeral.odd else replace(numeral, start=at, value=-numeral.value if char == "-" else numeral.value)
    if char.isdigit() or (char == "." and lower[at + 1 : at + 2].isdigit()):
        numeral = read_digits(lower, at)
        return None if numeral.odd else numeral
    return read_word(lower, at)


def _unit_at(text: str, lower: str, numeral: Numeral) -> tuple[Numeral, UnitMatch | None]:
    """Read the unit behind a number; a power of ten that is no part of a cell count goes to the number."""
    if common := _COMMON_UNIT.match(lower, numeral.end):
        return numeral, UnitMatch(common.start("unit"), common.end(), _COMMON[common["unit"][:2]], None, None)
    unit = match(text, numeral.end)
    if unit is None and lower[numeral.end : numeral.end + 2].lstrip()[:1] in {"x", "t"} and (half := _TIMES_HALF.match(lower, numeral.end)):
        return numeral, UnitMatch(half.start("unit"), half.end(), "{half_life}", None, None)
    if unit is None:
        powered = with_power(lower, numeral)
        if powered is not None:
            return powered, match(text, powered.end)
        months = _MONTHS.match(text, numeral.end)
        if months and not numeral.word:
            return numeral, UnitMatch(months.end() - 1, months.end(), "mo", None, None)
    elif unit.code in {"m", "M"} and text[unit.start : unit.end] == "M" and _MONTHS.match(text, numeral.end):
        return numeral, UnitMatch(unit.start, unit.end, "mo", None, None)
    return numeral, unit


def _range(text: str, lower: str, first: Numeral, unit: UnitMatch | None, sign: Sign | None) -> tuple[Numeral, UnitMatch | None] | None:
    """Read the second end behind the first and its own unit."""
    at = unit.end if unit else first.end
    if (lower[at : at + 1] or "\n") in ".;)\n" and lower[at : at + 1] != ")":
        return None
    inner = _INNER.match(lower, at)
    if inner:
        at = inner.end()
    between = sign is not None and sign.sign == "between"
    link = _BETWEEN.match(lower, at, at + 30) if between else _RANGE.match(lower, at, at + 40)
    if link is None and sign is None and (near := _OR_NEXT.match(lower, at)) and first.value == first.value.to_integral_value():
        second = _second(lower, near.end())
        if second and second.value == first.value + 1 and first.value < 10 and unit is None:
            return _unit_at(text, lower, second)
        return None
    if link is None:
        return None
    second = _second(lower, link.end())
    if second is None:
        return None
    if first.value < 2 and "/" in text[first.start : first.end] and (acuity := _SLASH.match(lower, second.end)):
        return Numeral(second.start, acuity.end(), second.value / (Decimal(acuity[1]) or 1)), None
    if not between and "-" in link[0] and (second.word or lower[second.end : second.end + 1] == "-" and lower[second.end + 1 : second.end + 2].isdigit()):
        return None
    return _unit_at(text, lower, second)


def add_quantity(build: Builder, numeral: Numeral, *, restated: tuple[int, int] | None = None, resume: int | None = None) -> int:
    """Read the quantity around ``numeral`` and add its Mention (or two); returns where the search goes on.

    ``restated`` are the offsets of the same number in the other writing ("18 (eighteen)"), ``resume`` its end.
    """
    text, lower = build.text, build.lower
    sign = build.sign_before(numeral.start)
    if resume is not None:
        shifted = Numeral(numeral.start, resume, numeral.value)
        found = _Reading(build, numeral, sign, shifted)
    else:
        found = _Reading(build, numeral, sign, numeral)
    del text, lower
    return found.emit(restated)


class _Reading:
    """The parts of one quantity while they are found."""

    def __init__(self, build: Builder, numeral: Numeral, sign: Sign | None, tail: Numeral) -> None:
        self.build, self.sign = build, sign
        self.text, self.lower = build.text, build.lower
        self.low_numeral, self.high_numeral = numeral, None
        self.findings: list[Finding] = []
        self.repairs: list[Repair] = []
        self.extra: list[Span] = []
        self.reference: Reference = "absolute"
        self.unit: UnitMatch | None = None
        self.first_unit: UnitMatch | None = None
        self.change: Change | None = None
        self.pair: Numeral | None = None
        self.plus = False
        self.end = tail.end
        self.start = sign.start if sign and sign.sign not in {"since", "last", "?"} else numeral.start
        if sign is not None and sign.sign in {"last", "?"}:
            self.start = sign.start
        self._number(tail)

    def _number(self, tail: Numeral) -> None:
        text, lower = self.text, self.lower
        ahead = lower[tail.end : tail.end + 48]
        if ratio := _RATIO.match(lower, tail.end):
            value = Decimal(ratio[1].replace(",", ""))
            first = self.low_numeral
            self.low_numeral = Numeral(first.start, ratio.end(), value if first.value == 1 else (first.value / value if value else first.value))
            self.end = ratio.end()
            self.unit = None
            return
        if slash := _SLASH.match(lower, tail.end):
            self._slash(slash)
            if self.pair is not None or self.end != tail.end:
                return
        if any(word in ahead for word in ("uln", "limit", "normal", "baseline", "lln", "unl", "lo", "range")) and (ref := references.multiple(lower, tail.end)):
            self.reference, self.end = ref.reference, ref.end
            return
        plus = lower[tail.end : tail.end + 1] == "+" and lower[tail.end + 1 : tail.end + 2] in {" ", "y", "-"} and match(text, tail.end + 1)
        if plus:
            self.unit, self.end, self.plus = plus, plus.end, True
            return
        numeral, unit = _unit_at(text, lower, tail)
        if numeral is not tail:
            self.low_numeral = Numeral(self.low_numeral.start, numeral.end, numeral.value)
        self.unit = unit
        self.end = unit.end if unit else numeral.end
        second = _range(text, lower, numeral, unit, self.sign)
        if second is not None:
            self.first_unit = unit
            self.high_numeral, self.unit = second
            self.end = self.unit.end if self.unit else self.high_numeral.end
            if self.unit is None and (slash := _SLASH.match(lower, self.end)) and Decimal(slash[1]) >= self.high_numeral.value:
                self.end = slash.end()
                self.extra.append(Span(slash.start(1), slash.end(1)))
            ahead = lower[self.end : self.end + 48]
            if self.unit is None and any(word in ahead for word in ("uln", "limit", "normal", "baseline", "lln", "unl")) and (ref := references.multiple(lower, self.end)):
                self.reference, self.end = ref.reference, ref.end
        elif unit is None and "x" in ahead[:3] and (ref := references.multiple(lower, self.end)):
            self.reference, self.end = ref.reference, ref.end

    def _slash(self, slash: re.Match[str]) -> None:
        """Tell a pressure pair, a score with its maximum and a visual acuity apart."""
        first, second = self.low_numeral, Decimal(slash[1])
        near = self.lower[max(0, first.start - 60) : slash.end() + 12]
        if first.value >= 60 and 30 <= second < first.value and (_SYSTOLIC.search(near) or first.value >= 110):
            self.pair = Numeral(slash.start(1), slash.end(1), second)
            unit = match(self.text, slash.end())
            self.unit = unit if unit and unit.code == "mm[Hg]" else None
            self.end = self.unit.end if self.unit else slash.end()
        elif first.value in {20, 6} and second >= 5 and not re.match(r"\s?(?:mm|mg)", self.lower[slash.end() : slash.end() + 5]):
            self.low_numeral = Numeral(first.start, slash.end(), (first.value / second) if second else first.value)
            self.end = slash.end()
            if (far := _range(self.text, self.lower, self.low_numeral, None, self.sign)) is not None:
                self.high_numeral = far[0]
                self.end = far[0].end
        elif second in {10, 100, 5, 4, 7, 30} and first.value <= second and not re.match(r"\s?(?:mm3|ml|l\b|hpf)", self.lower[slash.end() : slash.end() + 5]):
            self.end = slash.end()
            self.extra.append(Span(slash.start(1), slash.end(1)))
        elif second and first.value < second and second <= 12 and first.value == first.value.to_integral_value() and len(slash[1]) <= 2 and self.sign is not None:
            self.low_numeral = Numeral(first.start, slash.end(), first.value / second)
            self.end = slash.end()

    # -- after the number ---------------------------------------------------------------------------------------------

    def emit(self, restated: tuple[int, int] | None) -> int:
        """Add what was found; returns the end of the characters it claims."""
        if restated:
            self.extra.append(Span(*restated))
        code = self.unit.code if self.unit else None
        sign = self.sign
        mirrored = _SIGN_RIGHT.match(self.lower, self.end) if sign is None and self.high_numeral is None else None
        behind = None
        if self.high_numeral is None and (sign is None or sign.sign in {"in", "from", "for", "last", "since", "every", "during", ">", "<", "="}):
            behind = after(self.lower, self.end)
        two_units = self.first_unit is not None and self.unit is not None and self.first_unit.code != self.unit.code
        comparator = self._comparator(mirrored, behind)
        if code in TIME_CODES and self.reference == "absolute":
            return self._time(comparator, behind, two_units)
        return self._amount(comparator, behind, two_units, mirrored)

    def _comparator(self, mirrored: re.Match[str] | None, behind: tuple[Comparator, int, str] | None) -> Comparator | None:
        if self.high_numeral is not None:
            return "between"
        sign = self.sign.sign if self.sign else None
        if self.plus:
            return ">="
        if behind is not None and (sign is None or sign not in {">", "<", "="}):
            return behind[0]
        if behind is not None and behind[0] == ">=" and sign == ">" and behind[2] == "equal":
            return ">="
        if mirrored is not None:
            return MIRROR[mirrored["sign"].replace(" ", "").replace(">=", "≥").replace("<=", "≤").replace("≥", ">=").replace("≤", "<=")]
        if sign in {">=", ">", "<=", "<", "="}:
            return cast("Comparator", sign)
        if sign == "±":
            return "between"
        if sign in {None, "from", "between"} and _HALF_OPEN.match(self.lower, self.end, self.end + 30):
            return ">="
        return None

    def _numbers(self, comparator: Comparator | None) -> tuple[Number | None, Number | None]:
        low = self.low_numeral.number(self.text)
        if comparator == "between" and self.high_numeral is None:
            return Number(low.span, f"-{low.printed}", -low.value), low
        if self.high_numeral is not None:
            return low, self.high_numeral.number(self.text)
        return (None, low) if comparator in {"<", "<="} else (low, None)

    def _numerals(self, start: int, end: int) -> tuple[Span, ...]:
        """The number's own spans and every other run of digits between ``start`` and ``end``."""
        low = self.low_numeral
        own = [Span(low.start, low.end)]
        if self.high_numeral is not None:
            own.append(Span(self.high_numeral.start, self.high_numeral.end))
        if self.pair is not None:
            own.append(Span(self.pair.start, self.pair.end))
        own += self.extra
        for found in _DIGITS.finditer(self.lower, low.end, end):
            if not any(span.start <= found.start() < span.end for span in own):
                own.append(Span(found.start(), found.end()))
        if start < low.start and (found := _DIGITS.search(self.lower, start, low.start)):
            own.append(Span(found.start(), found.end()))
        return tuple(sorted(own)) if len(own) > 1 else (own[0],)

    def _unit_text(self, unit: UnitMatch | None) -> UnitText | None:
        if unit is None:
            return None
        if unit.damaged == "lost superscript":
            span = Span(unit.start, unit.end)
            printed = self.text[unit.start : unit.end]
            self.findings.append(Finding(code="exponent_damaged", message="the superscript of a power of ten is lost", span=span, got=printed))
            self.repairs.append(Repair(rule="exponent", span=span, before=printed, after=unit.code or printed))
        end = unit.end
        if unit.code in TIME_CODES and (blank := self.text.find(" ", unit.start, end)) > 0 and self.lower[blank + 1 : end] in {"old", "of age"}:
            end = blank
        return UnitText(Span(unit.start, end), self.text[unit.start : end], unit.code)

    def _note_number(self) -> None:
        low = self.low_numeral
        if low.alternatives:
            self.findings.append(Finding(code="number_ambiguous", message="a group of three or a decimal", span=Span(low.start, low.end), got=self.text[low.start : low.end])) if False else None
        if self.sign and self.sign.sign == "?":
            self.findings.append(Finding(code="comparator_damaged", message="a question mark stands in the comparator's place", span=Span(self.sign.start, low.start)))
        if self.high_numeral is not None and low.value > self.high_numeral.value:
            self.findings.append(Finding(code="range_reversed", message="the low end exceeds the high end", span=Span(low.start, self.high_numeral.end)))
        before_char = self.lower[low.start - 1 : low.start]
        if before_char.isalpha() and not low.word:
            self.findings.append(Finding(code="number_glued", message="no blank before the number", span=Span(low.start, low.end)))

    def _sign_span(self) -> Span | None:
        if self.sign is None or self.sign.sign in {"last", "since"}:
            return None
        start = self.sign.start
        return Span(start, max(start + 1, min(self.low_numeral.start, start + max(1, len(self.sign.words)))))

    def _amount(self, comparator: Comparator | None, behind: tuple[Comparator, int, str] | None, two_units: bool, mirrored: re.Match[str] | None) -> int:
        lower, numeral = self.lower, self.low_numeral
        end = self.end
        resume = end
        kind: str = "amount"
        floor = self.build.floor
        code = self.unit.code if self.unit else None
        sign = self.sign
        if sign is not None and sign.sign in {"in", "for", "every", "during", "since", "last"}:
            self.start, sign = numeral.start, None
        elif sign is not None and sign.sign == "from":
            if self.high_numeral is None:
                comparator = comparator or (">=" if code not in {None} else None)
                if comparator is None:
                    self.start, sign = numeral.start, None
            # the word belongs to the quote of "from 3 to 9"
        elif sign is not None and sign.sign == "between" and self.high_numeral is None:
            self.start, sign = numeral.start, None
        self.sign = sign
        if code == "%" and (predicted := references.predicted(lower, end)):
            self.reference, end = "predicted", predicted
        elif code in _PERCENT and references.predicted_before(lower, floor, self.start):
            self.reference = "predicted"
        elif self.reference == "absolute" and (other := references.other_reference(lower, end)):
            self.reference, end = "other", other
            if code is None and (unit := match(self.text, numeral.end)):
                self.unit = unit
        unit_text = self._unit_text(self.unit)
        if self.reference == "absolute" and code in {None, "%", "{score}", "kg", "[lb_av]", "L", "mL", "{letters}", "g/dL", "mm[Hg]", "mm"} and (
            found := references.change(lower, floor, self.start, end, verbless=code in {"%", "{score}"})
        ):
            self.change, start, end = found
            self.start = min(self.start, start)
            self.reference = "baseline"
        if self.reference in {"uln", "lln", "detection_limit", "other", "baseline"} and self.unit is not None and self.reference in {"uln", "lln"}:
            unit_text = None
        low, high = self._numbers(comparator)
        per = None
        whole = numeral.value == numeral.value.to_integral_value() and ("." not in self.text[numeral.start : numeral.end])
        if self.reference == "absolute" and self.pair is None and self.change is None and whole and (unit_text is None or code in _COUNT_CODES or (code or "").startswith("/")):
            tail = behind[1] if behind else end
            word = numeral.word
            listed = counts.of_list(lower, tail)
            if unit_text is None:
                per = counts.per_time(lower, tail)
            if listed or per or word or self._per_time_code(code) or code in _COUNT_CODES or (unit_text is None and not self.extra and counts.counted_noun(self.text, lower, tail)):
                kind = "count"
                if per:
                    printed = self.text[per[0] : per[1]]
                    unit_text = UnitText(Span(*per), printed, code_of(printed))
                elif unit_text is not None and self._per_time_code(code) and (rate := _RATE.search(unit_text.printed)):
                    unit_text = UnitText(Span(unit_text.span.start + rate.start(), unit_text.span.end), unit_text.printed[rate.start() :], code)
        if behind is not None:
            end = max(end, behind[1])
        if per:
            end = max(end, per[1])
        if mirrored is not None:
            end = max(end, mirrored.end())
        while end > self.start and lower[end - 1] in " \n":
            end -= 1
        self._note_number()
        numerals = self._numerals(self.start, end)
        if comparator is None and kind == "amount":
            pass
        span = Span(self.start, end)
        mention = Mention(
            kind=kind, span=span, numerals=numerals if self.pair is None else tuple(s for s in numerals if s.start != self.pair.start),  # type: ignore[arg-type]
            comparator=comparator, comparator_span=self._sign_span() or (Span(self.end, behind[1]) if behind else None), low=low, high=high,
            unit=unit_text, reference=self.reference, change=self.change, pair="first" if self.pair else None,
            findings=tuple(self.findings), repairs=tuple(self.repairs),
        )  # fmt: skip
        if self.pair is not None:
            self._add_pair(mention, comparator)
        elif two_units and low is not None and high is not None:
            self._add_two(mention, low, high)
        else:
            self.build.add_shared(mention, sign)
        return max(resume, end)

    @staticmethod
    def _per_time_code(code: str | None) -> bool:
        """Say whether the unit is so many per time, with nothing counted by name."""
        return code is not None and code.startswith("/") and code[1:] in TIME_CODES

    def _add_pair(self, mention: Mention, comparator: Comparator | None) -> None:
        assert self.pair is not None
        second = self.pair.number(self.text)
        upper = comparator in {"<", "<="}
        self.build.add_shared(mention, self.sign)
        self.build.add(
            Mention(
                kind="amount", span=mention.span, numerals=(Span(self.pair.start, self.pair.end),), comparator=comparator,
                comparator_span=mention.comparator_span, low=None if upper else second, high=second if upper else None,
                unit=mention.unit, pair="second",
            )
        )  # fmt: skip

    def _add_two(self, mention: Mention, low: Number, high: Number) -> None:
        """Write "6 months to 4 years" as two bounds."""
        first_unit = self._unit_text(self.first_unit)
        assert first_unit is not None
        inside = tuple(s for s in mention.numerals if s.start < high.span.start)
        rest = tuple(s for s in mention.numerals if s.start >= high.span.start)
        self.build.add(replace(mention, span=Span(mention.span.start, first_unit.span.end), numerals=inside, comparator=">=", low=low, high=None, unit=first_unit))
        self.build.add(replace(mention, span=Span(first_unit.span.end + len(self.lower[first_unit.span.end : high.span.start]) - len(self.lower[first_unit.span.end : high.span.start].lstrip()), mention.span.end), numerals=rest, comparator="<=", low=None, high=high))

    def _time(self, comparator: Comparator | None, behind: tuple[Comparator, int, str] | None, two_units: bool) -> int:
        lower, sign = self.lower, self.sign
        end, floor = self.end, self.build.floor
        code = self.unit.code if self.unit else None
        years = None
        if code == "a":
            values = [float(n.value) for n in (self.low_numeral, self.high_numeral) if n is not None]
            years = (values[0], values[1]) if len(values) == 2 else (None, values[0]) if comparator in {"<", "<="} else (values[0], None)
        inclusive = _INCLUSIVE.match(lower, end, end + 60)
        if (code in {"a", "mo", "d", "wk"} and self.unit and lower.endswith(("old", "of age"), self.unit.start, self.unit.end)) or code in {"a", "mo", "d", "wk"} and is_age(lower, floor, self.start, end, sign, years) or (behind and behind[2] in {"older", "younger", "elder", "over"}):
            return self._amount(comparator, behind, two_units, None)
        tail = behind[1] if behind else inclusive.end() if inclusive else end
        ago = _AGO.match(lower, tail)
        event = None if ago else anchor_after(lower, tail)
        direction: Direction | None = "before" if ago else None
        anchor: Anchor | None = None
        if event is None and not ago:
            event = anchor_before(lower, max(0, self.start - 80), self.start)
        if event is not None and event.direction is None and not (sign is not None and sign.words.startswith("within")):
            event = None
        far = False
        if event is None and not ago and (event := anchor_far(lower, tail)) is not None:
            far = True
        if event is not None:
            anchor, direction = event.anchor, event.direction
        if sign is not None and direction is None and (sign.past or sign.coming):
            direction = "before" if sign.past else "after"
        slot: TimeSlot = slot_of(lower, floor, self.start, end, sign, anchored=event is not None and not far, ago=ago is not None, changed=self._after_change())
        if sign is not None and ("later" in sign.words or "earlier" in sign.words or "sooner" in sign.words) and direction == "before" and comparator:
            comparator = MIRROR[comparator]
        word = sign.sign if sign else ""
        last = self.build.last
        if slot == "window" and word == "in" and sign is not None and not sign.past and event is None and last is not None and last.kind == "count" and _NEAR.fullmatch(lower, last.span.end, self.start):
            slot = "interval"
        if slot == "window" and direction == "after" and (
            promised(lower, self.start) or (last is not None and last.slot == "duration" and self.start - last.span.end < 20 and "and" in lower[last.span.end : self.start])
        ):
            slot = "duration"
        if comparator is None and sign is not None and slot == "window" and ((sign.past and word in {"in", "during", "last"}) or (word in {"in", "during"} and direction == "before")):
            comparator = "<="
        if self.high_numeral is None and sign is not None and (sign.past or direction == "before") and sign.words in {"over", "within"} and not (sign.words == "over" and not sign.past and not lower.startswith("over the", sign.start)):
            comparator = "<=" if slot == "window" or sign.words == "within" else None
        if slot == "interval" and sign is not None and sign.words == "over":
            comparator = None
        if slot == "window" and word == "since":
            direction = direction or "before"
        if direction is None and slot == "window" and event is None and re.search(r"wash-?\s?out", lower[max(0, self.start - 30) : self.start]):
            direction = "before"
        low, high = self._numbers(comparator)
        unit_text = self._unit_text(self.unit)
        self._note_number()
        stop = max(end, behind[1] if behind else end)
        span = Span(self.start, stop)
        mention = Mention(
            kind="time", span=span, numerals=self._numerals(self.start, stop), comparator=comparator,
            comparator_span=self._sign_span() or (Span(end, stop) if behind else None), low=low, high=high, unit=unit_text, slot=slot,
            anchor=anchor, anchor_text=self.text[event.start : event.end] if event and event.anchor else None,
            anchor_span=Span(event.start, event.end) if event and event.anchor else None, direction=direction,
            findings=tuple(self.findings), repairs=tuple(self.repairs),
        )  # fmt: skip
        if two_units and low is not None and high is not None:
            self._add_two(mention, low, high)
        else:
            self.build.add_shared(mention, sign)
        return max(stop, end)

    def _after_change(self) -> bool:
        """Say whether a change with its number stands right before in the same clause."""
        last = self.build.last
        if last is None or last.change is None or self.start - last.span.end > 60:
            return False
        return _SENTENCE.search(self.lower, last.span.end, self.start) is None


_COUNT_CODES: Final = frozenset({"{lines}", "{cycle}", "{dose}", "{tablets}", "{steps}", "{fraction}"})


def add_limit(build: Builder, start: int) -> int | None:
    """Read a limit without a number before it: "> ULN", "ULN x 2", "<= ULN + 5 s"; None when it bounds nothing."""
    text, lower = build.text, build.lower
    ref = references.limit_at(lower, start)
    if ref is None:
        return None
    lead = _LIMIT_LEAD.search(lower, max(build.floor, start - 60), start)
    begin = lead.start() if lead else start
    sign = before(lower, build.floor, begin)
    if trail := _TRAIL_TIMES.match(lower, ref.end):
        numeral = read_digits(lower, trail.end())
        comparator = cast("Comparator", sign.sign) if sign and sign.sign in MIRROR else None
        number = numeral.number(text)
        upper = comparator in {"<", "<="}
        quote = Span(sign.start if sign and comparator else start, numeral.end)
        build.add_shared(
            Mention(
                kind="amount", span=quote, numerals=(number.span,), comparator=comparator, reference=ref.reference,
                comparator_span=Span(sign.start, sign.start + 1) if sign else None, low=None if upper else number, high=number if upper else None,
            ),
            sign,
        )  # fmt: skip
        return numeral.end
    if sign is None or sign.sign not in {">", "<", ">=", "<=", "="}:
        return ref.end
    comparator = cast("Comparator", sign.sign)
    offset = _OFFSET.match(lower, ref.end)
    end = offset.end() if offset else ref.end
    numerals = tuple(Span(m.start(), m.end()) for m in _DIGITS.finditer(lower, start, end))
    build.add_shared(
        Mention(
            kind="amount", span=Span(sign.start, end), numerals=numerals, comparator=comparator, reference=ref.reference,
            comparator_span=Span(sign.start, sign.start + max(1, len(sign.words))), offset=text[offset.start("offset") : offset.end("offset")] if offset else None,
        ),
        sign,
    )  # fmt: skip
    return end
