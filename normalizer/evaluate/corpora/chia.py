"""Chia corpus: spans of values, multipliers of a limit, times with their reference points, against our quantities.

Corpus: Kury et al., Chia, a large annotated corpus of clinical trial eligibility criteria, Scientific Data 7:281
(2020), doi 10.1038/s41597-020-00620-0 (CC BY 4.0), form "without scope"; read from ``chia/docs.jsonl.gz`` and
``chia/comparisons.jsonl.gz`` of a folder, which is not part of this project.

=====================  ================================================================================================
``value_found``        phrases (Value, Multiplier) with a numeral outside brackets whose every numeral is read by some
                       amount, count, time or grade, at their characters
``value_invented``     amounts and grades with a comparator that no annotated phrase shares a character with (less is
                       better; the corpus leaves some unannotated)
``limit_of_normal``    phrases that print a limit of normal, read with reference ``uln`` or ``lln``; predicted: all
                       mentions so read
``time_found``         Temporal phrases with a numeral and a unit of time that a time is read in
``anchor_found``       of these, those with a reference point: an anchor is read that shares characters with it
=====================  ================================================================================================

What cannot be mapped: nothing is normalized there, so comparator, number and unit are not scored; a value that begins
with a bare "=" often stands for a lost comparator; spans may be discontinuous (they are taken from first to last).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from normalizer.evaluate.corpora.lct import rows
from normalizer.evaluate.mistakes import Mistake
from normalizer.evaluate.tally import Tally, share
from normalizer.model.span import Span
from normalizer.quantities import read
from normalizer.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from normalizer.model.mention import Mention

_DIGIT: Final = re.compile(r"\d+")
_TIME_UNIT: Final = re.compile(r"\b(?:year|yr|month|week|wk|day|hour|hr|minute|half-li[fv]e)", re.IGNORECASE)
_LIMIT: Final = re.compile(
    r"\bi?uln\b|\bunl\b|\blln\b|(?:upper|lower)\s+(?:normal\s+)?limit|upper\s+normal", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """An annotated phrase, and for a time the spans of its reference points; a point with a numeral is no event."""

    span: Span
    points: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One text of a trial (inclusion or exclusion), its phrases, and our reading of it at the text's own offsets."""

    id: str
    text: str
    values: tuple[Phrase, ...]
    times: tuple[Phrase, ...]
    mentions: tuple[tuple[Mention, Span], ...]
    numerals: frozenset[int]
    anchors: tuple[Span | None, ...]


def _phrase(row: dict[str, Any]) -> Phrase:
    points = tuple(_phrase(one).span for one in row.get("reference_points") or () if not _DIGIT.search(one["text"]))
    return Phrase(Span(row["spans"][0][0], row["spans"][-1][1]), points)


def _read(id_: str, text: str, values: Iterable[Phrase], times: Iterable[Phrase]) -> Section:
    view = clean(text)
    mentions = [mention for mention in read(view.text) if mention.kind != "inert"]
    numerals = {
        at
        for mention in mentions
        for numeral in mention.numerals
        for at in range(view.original(numeral).start, view.original(numeral).end)
    }
    return Section(
        id=id_, text=text, values=tuple(dict.fromkeys(values)), times=tuple(dict.fromkeys(times)),
        mentions=tuple((mention, view.original(mention.span)) for mention in mentions), numerals=frozenset(numerals),
        anchors=tuple(
            None if mention.anchor_span is None else view.original(mention.anchor_span) for mention in mentions
        ),
    )  # fmt: skip


def sections(folder: Path) -> Iterator[Section]:
    """Yield the texts of a folder that holds the two files of the corpus."""
    values: dict[str, list[Phrase]] = {}
    times: dict[str, list[Phrase]] = {}
    for row in rows(folder / "comparisons.jsonl.gz"):
        id_ = f"{row['doc']}/{row['section']}"
        values.setdefault(id_, []).extend(_phrase(one) for one in (*row["values"], *row["multipliers"]))
        times.setdefault(id_, []).extend(_phrase(one) for one in row["temporals"])
    for row in rows(folder / "docs.jsonl.gz"):
        id_ = f"{row['doc']}/{row['section']}"
        text = row["text"].replace("\r", " ")  # its lines were broken anew; offsets stay
        yield _read(id_, text, values.get(id_, ()), times.get(id_, ()))


def _numeric(section: Section, phrase: Phrase) -> list[re.Match[str]]:
    return list(_DIGIT.finditer(section.text, phrase.span.start, phrase.span.end))


def _is_read(section: Section, phrase: Phrase) -> bool:
    return all(match.start() in section.numerals for match in _numeric(section, phrase))


def _asked_values(section: Section) -> list[Phrase]:
    return [phrase for phrase in section.values if _numeric(section, phrase)]


def _asked_times(section: Section) -> list[Phrase]:
    return [
        phrase
        for phrase in section.times
        if _numeric(section, phrase) and _TIME_UNIT.search(section.text, phrase.span.start, phrase.span.end)
    ]


def _times_in(section: Section, phrase: Phrase) -> list[int]:
    return [
        at
        for at, (mention, span) in enumerate(section.mentions)
        if mention.kind == "time" and span.overlaps(phrase.span)
    ]


def _anchored(section: Section, phrase: Phrase) -> bool:
    spans = [section.anchors[at] for at in _times_in(section, phrase)]
    return any(span is not None and span.overlaps(point) for span in spans for point in phrase.points)


def tallies(section: Section) -> dict[str, Tally]:
    """Return the tallies of one text."""
    values, times = _asked_values(section), _asked_times(section)
    limits = [p for p in section.values if _LIMIT.search(section.text, p.span.start, p.span.end)]
    relative = [span for mention, span in section.mentions if mention.reference in ("uln", "lln")]
    compared = [
        span
        for mention, span in section.mentions
        if mention.comparator is not None and mention.kind in ("amount", "grade") and mention.numerals
    ]
    annotated = [phrase.span for phrase in (*section.values, *section.times)]
    pointed = [phrase for phrase in times if phrase.points and _times_in(section, phrase)]
    return {
        "value_found": share(sum(_is_read(section, phrase) for phrase in values), len(values)),
        "value_invented": share(sum(not any(s.overlaps(a) for a in annotated) for s in compared), len(compared)),
        "limit_of_normal": Tally(
            sum(any(span.overlaps(phrase.span) for span in relative) for phrase in limits),
            sum(any(span.overlaps(a) for a in annotated) for span in relative), len(limits),
        ),
        "time_found": share(sum(bool(_times_in(section, phrase)) for phrase in times), len(times)),
        "anchor_found": share(sum(_anchored(section, phrase) for phrase in pointed), len(pointed)),
    }  # fmt: skip


def mistakes(section: Section) -> Iterator[Mistake]:
    """Yield values, times and anchors that were not read."""
    for phrase in _asked_values(section):
        if not _is_read(section, phrase):
            yield _missing(section, phrase, "value")
    for phrase in _asked_times(section):
        if not _times_in(section, phrase):
            yield _missing(section, phrase, "time")
        elif phrase.points and not _anchored(section, phrase):
            yield _missing(section, phrase, "anchor", [point.of(section.text) for point in phrase.points])


def _missing(section: Section, phrase: Phrase, what: str, points: Iterable[str] = ()) -> Mistake:
    around = section.text[max(0, phrase.span.start - 60) : phrase.span.end + 60]
    got = [repr(span.of(section.text)) for _, span in section.mentions if span.overlaps(phrase.span)]
    return Mistake(
        kind="anchor" if what == "anchor" else "missing", trial=section.id, block="", status="review",
        source=" ".join(around.split()),
        gold=f"{what} «{phrase.span.of(section.text)}» {'; '.join(points)}".strip(),
        predicted=", ".join(got) or None, fields=(),
    )  # fmt: skip
