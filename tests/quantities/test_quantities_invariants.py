"""What holds for every text: offsets, completeness, one owner for each numeral, no crash, linear time."""

from __future__ import annotations

import gzip
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalizer.quantities import read
from normalizer.quantities.fold import fold

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "lct" / "docs.jsonl.gz"
PIECES = st.sampled_from(
    [
        "5", "12", "1.5", "1,500", ".5", "10^9", "x", "×", "109/L", "two", "once", "one", "twenty-four", "≥", "<",
        "> or =", "at least", "no more than", "within", "in the last", "between", "and", "or", "to", "-", "/", "(", ")",
        ";", ".",
        ",", "%", "mg/dL", "weeks", "days", "half-lives", "years", "old", "ULN", "upper limit of normal", "predicted",
        "before", "after", "of", "screening", "the first dose", "whichever is longer", "grade", "stage", "IV", "ECOG",
        "NYHA", "BILAG", "A", "CD19", "IL-", "Day", "of the following", "points", "mmHg", "140/90", "1:80", "±",
        "+", "?", "\n", "\r", "\t",
        " ", "increase", "decrease", "baseline", "①", "½", "１２", "＞", "t(9;22)", "per", "month", "every", "²", "²⁵",
    ]
)  # fmt: skip


def _holds(text: str) -> None:
    mentions = read(text)
    spans = sorted(span for mention in mentions for span in mention.numerals)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    for mention in mentions:
        assert 0 <= mention.span.start < mention.span.end <= len(text)
        assert (mention.reason is not None) == (mention.kind == "inert")
        for number in (mention.low, mention.high):
            assert number is None or number.printed.lstrip("-") in text
        if mention.unit:
            assert mention.unit.span.of(text) == mention.unit.printed
        if mention.anchor_span:
            assert mention.anchor_span.of(text) == mention.anchor_text
    for run in re.finditer(r"[0-9]+", text):
        assert any(span.start <= run.start() and run.end() <= span.end for span in spans), run[0]


@given(st.text(max_size=120))
def test_any_text_keeps_the_invariants(text: str) -> None:
    _holds(text)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=24), st.sampled_from(["", " "]))
def test_texts_of_clinical_pieces_keep_the_invariants(pieces: list[str], glue: str) -> None:
    _holds(glue.join(pieces))


@given(st.text(max_size=60))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000,
        "1,234," * 4_000,
        "1/" * 5_000,
        "≥" + " " * 100_000 + "5 mg",
        "(" * 50_000 + "5" + ")" * 50_000,
        "no less than or equal to " * 10_000,
        "ecog " * 10_000,
        "upper limit of " * 10_000,
        "bilirubin ≤ 1.5 x ULN within 5 weeks before dosing " * 1_000,
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.timeout(10)
def test_long_lines_take_linear_time(text: str) -> None:
    _holds_cheaply(text)


def _holds_cheaply(text: str) -> None:
    mentions = read(text)
    assert all(mention.span.end <= len(text) for mention in mentions)
    assert bool(mentions) == bool(re.search(r"[0-9]", text))


@pytest.mark.skipif(not CORPUS.exists(), reason="the development corpora are not here")
def test_every_digit_of_real_criteria_has_one_owner() -> None:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as file:
        for line in file:
            _holds(json.loads(line)["text"])
