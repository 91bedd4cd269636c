"""Text to Mentions: one pattern finds numerals, scales and limits; what stands around each tells the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from normalizer.model.mention import Mention
from normalizer.model.span import Span
from normalizer.quantities import counts, inert
from normalizer.quantities.comparators import MIRROR, after
from normalizer.quantities.compose import Builder
from normalizer.quantities.fold import fold
from normalizer.quantities.grades import grade_at, scales
from normalizer.quantities.limits import add_limit
from normalizer.quantities.numbers import WORD_VALUES, read_digits, read_word
from normalizer.quantities.quantity import add_quantity
from normalizer.quantities.spelled import in_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from normalizer.model.draft import Comparator
    from normalizer.model.ledger import LedgerReason

_LIMIT_WORDS: Final = [
    "uln", "iuln", "unl", "lln", "lod", "loq", "llod", "lloq", "upper&normal", "upper&limit", "upper&reference",
    "lower&normal", "lower&limit", "highest&normal", "highest&reference", "normal&range", "normal&limit",
    "normal&value", "normal&reference", "normal&laboratory", "limit&of&detection", "limit&of&quantification",
]  # fmt: skip
_NUMBER_WORDS: Final = tuple(word for word in WORD_VALUES if word != "hundred")


def _trie(words: Iterable[str]) -> str:
    """Return a pattern of all words, branched by their first letters so that most positions fail at once."""
    heads: dict[str, set[str]] = {}
    for word in words:
        heads.setdefault(word[:1], set()).add(word[1:])
    parts = [
        re.escape(head).replace("\\&", r"\s").replace("\\ ", r"\s")
        + (_trie(tails) if len(tails) > 1 else re.escape(next(iter(tails))).replace("\\&", r"\s").replace("\\ ", r"\s"))
        for head, tails in sorted(heads.items())
        if head
    ]
    if len(parts) == 1 and "" not in heads:
        return parts[0]
    return f"(?:{'|'.join(parts)})" + ("?" if "" in heads else "")


_TRIGGER: Final = _trie([*scales(), *_LIMIT_WORDS, *_NUMBER_WORDS]) + "(?![a-z])"
#: A digit, or a character that is no letter before a number word, a scale or a limit. It begins with a plain set of
#: characters, so that the search runs over the letters between at full speed.
_FINDER: Final = re.compile(rf"[^a-z](?:(?<=[0-9½¼¾①-⑳])|(?<=\+)(?=\+)|({_TRIGGER}))")
_FIRST: Final = re.compile(f"({_TRIGGER})")
_DIGITS: Final = re.compile(r"[0-9]+")
_SAME_IN_DIGITS: Final = re.compile(r"\s?\(\s?(\d{1,4})\s?\)")
_LONGEST_LIST: Final = 30
_BEFORE_MINUS: Final = frozenset({*MIRROR, "between", "from"})
_LEVEL: Final = re.compile(r"(?:\bof|\bis|\bwas|\bthan|\bto|\bare)\s$")
#: A count of pluses behind what a dipstick shows.
_PLUSES: Final = re.compile(r"(?:[0-4]\s?\+|\+{2,4})(?![\w+/])(?!\s(?:years|months|weeks|days))")
_DIPSTICK: Final = re.compile(
    r"(?:(?P<smear>smear)|protein\w*|albumin\w*|glucos\w*|ketones?|h[ae]*maturia|leu[ck]ocyt\w*|nitrites?|dipstick|o?edema"
    r"|bilirubin|urobilinogen|blood)"
    r"(?:\s(?:of|is|test|on|by|urine|dipstick|reading|result|a|positive))*\W*"
    r"(?:more\s+than\s|greater\s+than\s|at\s+least\s|less\s+than\s)?$"
)
_LONGEST_RUN: Final = 30  # digits; a longer run is an identifier
_LONGEST_ITEM: Final = 2  # digits of a list number
_SAME_IN_WORDS: Final = re.compile(r"\s?\(\s?([a-z][a-z -]{1,18}[a-z])\s?\)")


def read(text: str) -> tuple[Mention, ...]:
    """Return every quantity of ``text`` in order; each numeral belongs to exactly one of them.

    ``text`` is the cleaned view of a block (lines, no markup); spans are offsets into it. A text without digit,
    number word, scale or limit costs one search.
    """
    lower = fold(text)
    found = _FIRST.match(lower) or _FINDER.search(lower)
    if found is None:
        return ()
    build = Builder(text, lower)
    while found is not None:
        end = _step(build, found)
        build.floor = end
        resume = end - 1 if end and not lower[end - 1].isalnum() else end
        found = _FINDER.search(lower, max(resume, found.start() + 1))
    return build.finish()


def _step(build: Builder, found: re.Match[str]) -> int:
    """Handle one find; returns where the search goes on."""
    text, lower = build.text, build.lower
    if found[1] is None:
        start = found.start()
        if lower[start] == "+":
            return _pluses(build, start)
        if lower[start] <= "9" or lower[start] in "½¼¾":
            return _digits(build, start)
        build.add(
            Mention(kind="inert", span=Span(start, start + 1), numerals=(Span(start, start + 1),), reason="list_number")
        )
        return start + 1
    start, end = found.span(1)
    word = found[1]
    if word in WORD_VALUES:
        return _word(build, start)
    if word in scales() or (word := " ".join(word.split())) in scales():
        grade = grade_at(text, lower, build.floor, word, start)
        if grade is None:
            digit = _DIGITS.search(lower, start, end)
            return digit.start() if digit else end
        return build.add_grade(grade)
    return add_limit(build, start) or end


def _word(build: Builder, start: int) -> int:
    """Handle a number word."""
    lower = build.lower
    numeral = read_word(lower, start)
    if numeral is None:
        return start + 1
    if lower.startswith(("one", "once"), start) and numeral.value == 1:
        sign = build.sign_before(start)
        compared = sign is not None and sign.sign in MIRROR and not sign.words.startswith("within")
        if counts.pronoun(lower, start, numeral.end, compared=compared):
            return numeral.end
    if inert.measured_name(lower, start, numeral.end) or counts.hyphened(lower, numeral.end):
        return _inert(build, start, numeral.end, numeral.end, "name")
    if lower[start : start + 2] in {"on", "tw"} and counts.regimen(lower, numeral.end):
        return _inert(build, start, numeral.end, numeral.end, "name")
    if counts.list_size(lower, start):
        return _inert(build, start, numeral.end, numeral.end, "list_size")
    same = _SAME_IN_DIGITS.match(lower, numeral.end)
    if same and int(same[1]) == numeral.value:
        return add_quantity(build, numeral, restated=(same.start(1), same.end(1)), resume=same.end())
    return add_quantity(build, numeral)


def _pluses(build: Builder, start: int) -> int:
    """Handle two pluses or more; returns where the search goes on."""
    lower = build.lower
    run = _PLUSES.match(lower, start)
    tested = _DIPSTICK.search(lower, max(0, start - 40), start) if run and not lower[start - 1].isalnum() else None
    if run is None or tested is None:
        while lower[start : start + 1] == "+":
            start += 1
        return start
    return _dipstick(build, start, run.end(), tested["smear"] or "dipstick")


def _dipstick(build: Builder, start: int, end: int, scale: str) -> int:
    """Record "protein 2+" or "protein ++" as a grade of the dipstick, "smear 1+" as one of the smear."""
    sign = build.sign_before(start)
    comparator = cast("Comparator", sign.sign) if sign is not None and sign.sign in MIRROR else "in"
    begin = sign.start if sign is not None and comparator != "in" else start
    behind = after(build.lower, end) if comparator == "in" else None
    stop = end
    if behind is not None:
        comparator, stop = behind[0], behind[1]
    build.add(
        Mention(
            kind="grade", span=Span(begin, stop), comparator=comparator,
            numerals=() if build.lower[start] == "+" else (Span(start, start + 1),),
            comparator_span=Span(begin, start) if begin < start else None, scale=scale,
            values=(build.text[start:end],),
        )
    )  # fmt: skip
    return stop


def _inert(build: Builder, start: int, digits_end: int, end: int, reason: LedgerReason) -> int:
    """Record a numeral that is no quantity; further digits up to ``end`` are claimed with it."""
    end = max(end, digits_end)
    while end < len(build.lower) and "0" <= build.lower[end] <= "9" and build.lower[end - 1].isdigit():
        end += 1
    first = Span(start, digits_end)
    rest = (
        tuple(Span(m.start(), m.end()) for m in _DIGITS.finditer(build.lower, digits_end, end))
        if end > digits_end + 1
        else ()
    )
    build.add(Mention(kind="inert", span=Span(start, end), numerals=(first, *rest), reason=reason))
    return end


def _digits(build: Builder, start: int) -> int:
    """Handle a run of digits."""
    text, lower = build.text, build.lower
    run = _DIGITS.match(lower, start)
    run_end = run.end() if run else start + 1
    if run_end - start > _LONGEST_RUN:
        return _inert(build, start, run_end, run_end, "identifier")
    numbered = (
        lower[run_end : run_end + 1] in ".)"
        and run_end - start <= _LONGEST_ITEM
        and inert.list_number(text, lower, start, build.next_item)
    )
    if not numbered:
        if claim := inert.name(lower, start, run_end):
            return _inert(build, start, run_end, claim[1], claim[0])
        numbered = run_end - start <= _LONGEST_ITEM and inert.list_number(text, lower, start, build.next_item)
    if numbered:
        build.next_item = int(lower[start:run_end]) + 1
        return _inert(build, start, run_end, numbered, "list_number")
    if end := in_unit(text, lower, start):
        return _inert(build, start, run_end, end, "unit_part")
    if end := inert.date(lower, start, run_end):
        return _inert(build, start, run_end, end, "date")
    if inert.sample_size(lower, start):
        return _inert(build, start, run_end, run_end, "quota")
    if inert.measured_name(lower, start, run_end):
        return _inert(build, start, run_end, run_end, "name")
    if start and lower[start - 1] == "." and (start == 1 or not lower[start - 2].isalnum()):
        start -= 1
    if (plus := _PLUSES.match(lower, start)) and (tested := _DIPSTICK.search(lower, max(0, start - 40), start)):
        return _dipstick(build, start, plus.end(), tested["smear"] or "dipstick")
    numeral = read_digits(lower, start)
    if numeral.odd:
        return _inert(
            build,
            start,
            numeral.end,
            numeral.end,
            "cross_reference" if "." in text[start : numeral.end] else "identifier",
        )
    if (
        lower[start - 1 : start] in {"-", "+"}
        and start > 1
        and lower[start - 2] in " (<>≥≤="
        and (
            ((lead := build.sign_before(start - 1)) is not None and lead.sign in _BEFORE_MINUS)
            or _LEVEL.search(lower, start - 7, start - 1)
        )
    ):
        negative = lower[start - 1] == "-"
        return add_quantity(
            build, numeral._replace(start=start - 1, value=-numeral.value if negative else numeral.value)
        )
    sign = build.sign_before(start)
    if sign is None or sign.sign in {"in", "from", "since", "between", "last", "for", "only"}:
        if numeral.value <= _LONGEST_LIST and counts.list_size(lower, start):
            return _inert(build, start, numeral.end, numeral.end, "list_size")
        if claim := inert.by_words(lower, start, numeral.end):
            return _inert(build, start, max(run_end, min(numeral.end, claim[1])), claim[1], claim[0])
    if inert.quota(lower, numeral.end):
        return _inert(build, start, numeral.end, numeral.end, "quota")
    same = _SAME_IN_WORDS.match(lower, numeral.end)
    if same and (word := read_word(lower, same.start(1))) and word.end == same.end(1) and word.value == numeral.value:
        return add_quantity(build, numeral, restated=(word.start, word.end), resume=same.end())
    return add_quantity(build, numeral)
