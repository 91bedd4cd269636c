# ruff: noqa: E501 - invented pages are easier to read as they are printed
"""Whatever the text: tiles cover it exactly, spans nest, ids count up, and time stays linear."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from normalizer.model.document import Registry, TrialDocument
from normalizer.model.span import Span
from normalizer.segment import segment

if TYPE_CHECKING:
    from normalizer.model.block import Item, Segmentation

_PIECES = st.sampled_from(
    ["Inclusion Criteria:", "Exclusion Criteria", "1. ", "2. ", "2.", "3) ", "a. ", "(i) ", "ii. ", "① ", "* ", "• ", "- ", "o ",
     "5\\. ", "\n", "\n\n", "\r\n", "  ", "\t", "<br>", "~", "<!-- -->\n", "gout", "Adults; ", "Relapsed colitis", "for subjects with ",
     "Part A: ", "OR", "\nor\n", "the following: ", "one of items 1 and 2", "Note: ", "(", ")", "[", "]", "≥1.5 x ULN ", "2019. ", ", "]
)  # fmt: skip
_TEXTS = st.one_of(st.lists(_PIECES, max_size=60).map("".join), st.text(max_size=200))


def check(found: Segmentation, document: TrialDocument) -> None:
    covered = "".join(tile.span.of(document.text) for tile in found.tiles)
    assert covered == "".join(section.of(document.text) for section in document.sections)
    assert all(tile.span.start < tile.span.end for tile in found.tiles)
    starts = [tile.span.start for tile in found.tiles]
    assert starts == sorted(starts)
    assert [tile.span for tile in found.tiles if tile.kind == "block"] == [block.span for block in found.blocks]
    for kind, letter in (("inclusion", "I"), ("exclusion", "E")):
        ids = [block.id for block in found.blocks if block.kind == kind]
        assert ids == [f"{letter}{number:02d}" for number in range(1, len(ids) + 1)]
    known = {cohort.id for cohort in found.cohorts}
    for block in found.blocks:
        quote = block.span.of(document.text)
        assert quote == quote.strip()
        assert set(block.cohorts) <= known
        inside(block.span, (*block.items, *block.joined))


def inside(outer: Span, items: tuple[Item, ...]) -> None:
    at = outer.start
    for item in items:
        assert outer.contains(item.span)
        assert at <= item.span.start
        at = item.span.end
        inside(item.span, item.items)


def document(text: str, sections: tuple[Span, ...]) -> TrialDocument:
    return TrialDocument(
        source="any", locator=None, layout="any", sha256="", text=text, trial_id="T", title=None, conditions=(),
        registry=Registry(), sections=sections,
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_TEXTS, st.integers(0, 80))
@example("• • Adults", 10)
def test_tiles_cover_and_spans_nest(text: str, border: int) -> None:
    border = min(border, len(text))
    sections = tuple(
        span for span in (Span(0, border), Span(min(border + 1, len(text)), len(text))) if span.start < span.end
    )
    read = document(text, sections)
    check(segment(read), read)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["word " * 400_000, "(" * 300_000, "1" * 1_000_000, "1. a 2. b " * 20_000, "* a\n" * 20_000, "(a\n" * 20_000, "a or\n" * 40_000,
     "1. a\n2. b:\n" * 10_000, "~ a" * 60_000, "inclusion " * 30_000, "<!-- " * 40_000, "\0" * 300_000, "- " * 200_000],
    ids=["line", "brackets", "digits", "numbers", "bullets", "open", "or", "restarts", "tildes", "headings", "comments", "nul", "dashes"],
)  # fmt: skip
def test_time_stays_linear(text: str) -> None:
    read = document(text, (Span(0, len(text)),))
    start = time.process_time()
    check(segment(read), read)
    assert time.process_time() - start < 15
