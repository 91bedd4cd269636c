"""Leaf Clinical Trials corpus: numeric comparisons (operator, value, unit) read by a person, against our quantities.

Corpus: Dobbins et al., The Leaf Clinical Trials Corpus, Scientific Data 9:490 (2022), doi 10.1038/s41597-022-01521-0;
read from ``lct/docs.jsonl.gz`` and ``lct/comparisons.jsonl.gz`` of a folder, which is not part of this project.

What a Mention becomes:

===========================  ==========================================================================================
``amount`` ``time`` ``count``  a comparison; ``inert`` ones are none
``grade``                    a comparison when all its values are numbers
``>=`` ``>`` ``<=`` ``<``    GTEQ, GT, LTEQ, LT; ``=``, ``in`` and none: EQ
``between``                  BETWEEN, or PLUS-MINUS with one value where "±" is printed
``outside``                  two comparisons, LT the low and GT the high end
a limit without a multiple   none (no value is annotated)
unit                         as printed; for ``uln`` and ``lln`` the reference is the unit; predicted and baseline: the
                             printed percent
ambiguous number             all its values, any of which may be right
===========================  ==========================================================================================

What cannot be mapped: change and offset, slot, the end of a half-open range, whether the ends of BETWEEN belong to it;
anchors are single words there and are not scored. A comparison without an annotated operator asks for EQ. Noise of the
corpus that bounds any score: one annotator for most documents, a sixth of the comparisons without operator.

Peers' published or measured figures on the other half of the corpus (operator + values, precision / recall / F1):
Clinical-Trial-Parser (Meta) .72 / .56 / .63, with unit .50 F1; TrialMatchAI .99 / .19 / .32; openmed 3.1 .98 / .04 /
.08.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from normalizer.evaluate.corpora.unit_keys import unit_key, unit_keys
from normalizer.model.span import Span
from normalizer.quantities import read, value
from normalizer.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from normalizer.model.mention import Mention
    from normalizer.model.mention import Number as Printed

_OPERATORS: Final[Mapping[str | None, str]] = {
    ">=": "GTEQ", ">": "GT", "<=": "LTEQ", "<": "LT", "=": "EQ", "in": "EQ", None: "EQ", "between": "BETWEEN",
}  # fmt: skip
Values = tuple[float, ...]
#: The corpus's roles of a comparison, the first that it has, and what we call them.
_ROLES: Final = (
    ("Numeric-Filter", "level"), ("Temporality", "window"), ("Duration", "duration"), ("Minimum-Count", "count"),
    ("Min-Value", "count"), ("Max-Value", "count"), ("Dose", "dose"),
)  # fmt: skip
#: Words that the corpus annotates as values and that are no numerals for us.
_WORDS: Final[Mapping[str, float]] = {"half": 0.5, "single": 1.0, "double": 2.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A comparison of either side; ``readings`` are the value lists that it may stand for, the first the best.

    ``units`` are the keys of all units that are accepted (gold) or of the one that was read, which a prediction has as
    ``unit``, too. ``written``: a comparator is printed. ``text`` is the line for gold, the quote for a prediction.
    ``subject``, of gold: what is compared (age, level, window, duration, count, dose, other).
    """

    span: Span
    operator: str
    readings: tuple[Values, ...]
    units: frozenset[str]
    written: bool
    text: str
    unit: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document with what is asked for, and the spans of comparisons that are not (dates, stages, words)."""

    id: str
    text: str
    gold: tuple[Comparison, ...]
    unasked: tuple[Span, ...]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def worth(printed: object) -> float | None:
    """Return the value of a number as written there, None when it is none."""
    word = str(printed).strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    found = value(word.replace("·", "."))
    return None if found is None else round(float(found), 9)


def _subject(row: dict[str, Any]) -> str:
    types = {subject["type"] for subject in row["subjects"]}
    roles = {subject["role"] for subject in row["subjects"]}
    if "Age" in types:
        return "age"
    return next((name for role, name in _ROLES if role in roles), "other")


def _gold(row: dict[str, Any]) -> Comparison | Span:
    span = Span(row["full_start"], row["full_end"])
    values = [worth(printed) for printed in row["values"]]
    known = tuple(number for number in values if number is not None)
    operator = row["operator"] or "EQ"
    wanted = 2 if operator == "BETWEEN" else None if operator == "EQ" else 1
    if not known or len(known) != len(values) or (wanted is not None and len(known) != wanted):
        return span
    return Comparison(
        span=span, operator=operator, readings=(known,), units=unit_keys(row), written=row["operator"] is not None,
        text=row["line"].strip(), subject=_subject(row),
    )  # fmt: skip


def documents(folder: Path) -> list[Document]:
    """Return the documents of a folder that holds the two files of the corpus, in the order of the file."""
    asked: dict[str, list[Comparison]] = {}
    unasked: dict[str, list[Span]] = {}
    for row in rows(folder / "comparisons.jsonl.gz"):
        found = _gold(row)
        if isinstance(found, Span):
            unasked.setdefault(row["doc"], []).append(found)
        else:
            asked.setdefault(row["doc"], []).append(found)
    return [
        Document(
            id=row["doc"], text=row["text"], gold=tuple(asked.get(row["doc"], ())),
            unasked=tuple(unasked.get(row["doc"], ())),
        )
        for row in rows(folder / "docs.jsonl.gz")
    ]  # fmt: skip


def _worths(number: Printed) -> tuple[float, ...]:
    return tuple(dict.fromkeys(round(float(one), 9) for one in (number.value, *number.alternatives)))


def _readings(mention: Mention) -> tuple[tuple[Values, ...], str]:
    """Return the value lists and the operator of a mention that is one comparison."""
    operator = _OPERATORS.get(mention.comparator, "EQ")
    if mention.kind == "grade":
        values = [worth(printed) for printed in mention.values]
        known = tuple(number for number in values if number is not None)
        return ((known,) if known and len(known) == len(values) else ()), operator
    low, high = mention.low, mention.high
    if low is not None and high is not None:
        firsts, seconds = _worths(low), _worths(high)
        if firsts[0] == -seconds[0] != 0:
            return ((seconds[0],),), "PLUS-MINUS"
        size = max(len(firsts), len(seconds))
        return tuple(
            (firsts[min(i, len(firsts) - 1)], seconds[min(i, len(seconds) - 1)]) for i in range(size)
        ), operator
    one = low or high
    return (tuple((number,) for number in _worths(one)) if one is not None else ()), operator


def _unit(mention: Mention) -> str:
    if mention.reference in ("uln", "lln"):
        return mention.reference
    return mention.unit.printed if mention.unit is not None else ""


def predictions(text: str) -> list[Comparison]:
    """Return the comparisons that our reader of quantities finds in a text."""
    view = clean(text)
    found = []
    for mention in read(view.text):
        if mention.kind == "inert":
            continue
        span, unit = view.original(mention.span), _unit(mention)
        if mention.comparator == "outside" and mention.low is not None and mention.high is not None:
            ends = (("LT", mention.low), ("GT", mention.high))
            some: list[tuple[tuple[Values, ...], str]] = [
                (tuple((one,) for one in _worths(number)), operator) for operator, number in ends
            ]
        else:
            some = [_readings(mention)]
        found += [
            Comparison(
                span=span, operator=operator, readings=readings, units=frozenset({unit_key(unit)}), unit=unit,
                written=mention.comparator is not None and mention.comparator != "in", text=span.of(text),
            )
            for readings, operator in some
            if readings
        ]  # fmt: skip
    return found
