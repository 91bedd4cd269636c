"""Whatever stands in a block: a legal tree, quotes and numbers from the text, equal readings, little time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalizer.extract.rules import RulesExtractor
from normalizer.model.block import Block, BlockContext
from normalizer.model.draft import Draft, Grade
from normalizer.model.logic import check, leaves, parse
from normalizer.model.span import Span
from normalizer.pipeline import prepare
from normalizer.quantities import read
from normalizer.sources import document_from_text
from normalizer.text import clean

if TYPE_CHECKING:
    from normalizer.model.document import Kind
    from normalizer.model.draft import Reading

NAMES: Final = [
    "ALT", "AST", "hemoglobin", "platelets", "bilirubin", "ECOG", "NYHA class", "blood pressure", "BP", "age", "asthma",
    "gout", "rituximab", "prednisone or equivalent", "surgery", "stroke", "men", "women", "pregnancy",
    "informed consent",
    "contraception",
    "liver metastases", "G-CSF", "wandering spleen", "glass eye", "DAS28 score", "serum", "severe", "oral",
]  # fmt: skip
BOUNDS: Final = [
    ">= 1.4 x 10^9/L", "<= 2.2 x ULN", "<= ULN + 5 s", "142/88 mmHg", "18-64 years", "> 11 mg/day", "at least two",
    "within 7 weeks before screening", "within 5 weeks or 4 half-lives, whichever is longer", "for at least 9 months",
    "grade 3 or higher", "II-III", "0-1", "8.5 g/dL (85 g/L)", "< 48 or > 112 bpm", "more than 3 per month", "2x109/L",
    "falls by 14%", "one or more of the following", "no higher than", "twice", "± 3 days", "10\\^9/L", "? 38", "1:80",
]  # fmt: skip
LINKS: Final = [
    "and", "or", "and/or", ",", ";", ".", ":", "unless", "except for", "(except", "other than", "if",
    "in patients with",
    "defined as", "i.e.", "e.g.", "such as", "no", "not", "without", "must", "is allowed", "are permitted", "due to",
    "requiring", "any of the following:", "all of the following:", "two of the following three:", "within", "both",
    "neither", "nor", "history of", "for", "with", "either", "regardless of", "but not", "which", "respectively",
]  # fmt: skip
JUNK: Final = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "((",
    "\x00",
    "\x01",
    "\u00a0",
    "µ",
    "≥",
    "\t",
    "\n",
    "\r\n",
    "--",
    "/",
    "…",
    "𝛼",
    "İ",
]
PIECES: Final = st.sampled_from([*NAMES, *BOUNDS, *LINKS, *JUNK])
TEXTS: Final = st.one_of(st.lists(PIECES, max_size=30).map(" ".join), st.text(max_size=120))
KINDS: Final = st.sampled_from(["inclusion", "exclusion"])


def read_text(text: str, kind: Kind) -> Reading:
    view = clean(text)
    block = Block(id="I01", kind=kind, cohorts=(), path=(), heading=None, span=Span(0, len(text)))
    mentions = read(view.text)
    context = BlockContext(block=block, text=text, view=view, mentions=mentions, conditions=(), cohort_labels=())
    reading = RulesExtractor().read(context)
    assert RulesExtractor().read(context) == reading
    return reading


def holds(reading: Reading, text: str, kind: Kind) -> None:
    atoms = reading.draft.atoms
    tree = parse(reading.draft.logic)
    assert not [finding for finding in check(tree, atoms, kind) if finding.code == "logic_error"]
    assert set(leaves(tree)) == {atom.id for atom in atoms}
    assert [atom.id for atom in atoms] == [f"a{number}" for number in range(1, len(atoms) + 1)]
    quotes = [atom.quote for atom in atoms]
    places = [text.index(quote) for quote in quotes if quotes.count(quote) == 1 and text.count(quote) == 1]
    assert places == sorted(places)
    for atom in atoms:
        assert atom.subject.strip()
        assert atom.quote
        for quoted in (atom.quote, *(m.text for m in atom.modifiers), *(bound.quote for bound in atom.bounds)):
            assert quoted in text
        for bound in atom.bounds:
            printed = bound.quote.replace("\\", "")
            tokens = bound.values if isinstance(bound, Grade) else (bound.low, bound.high)
            assert all(token.lstrip("-") in printed for token in tokens if token is not None)


@given(text=TEXTS, kind=KINDS)
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_into_a_draft_that_holds(text: str, kind: Kind) -> None:
    holds(read_text(text, kind), text, kind)


@given(lines=st.lists(st.lists(PIECES, max_size=8).map(" ".join), min_size=1, max_size=8), kind=KINDS)
@settings(max_examples=40, deadline=None)
def test_any_list_is_read_into_drafts_that_hold(lines: list[str], kind: Kind) -> None:
    items = "".join(f"{'  ' * (number % 3)}{number + 1}. {line}\n" for number, line in enumerate(lines))
    document = document_from_text(f"{kind.title()} Criteria:\n\n{items}", criteria_only=True)
    for context in prepare(document)[1]:
        holds(RulesExtractor().read(context), context.text, context.block.kind)


PATTERNS: Final = {
    "bounds": "ALT <= 2 x ULN, ",
    "names": "gout, asthma, ",
    "unknown names": "wandering spleens and ",
    "sentences": "Hemoglobin > 8 g/dL unless transfused. ",
    "exceptions": "asthma except gout ",
    "definitions": "asthma defined as gout (ALT > 3 x ULN) ",
    "conditions": "ALT < 3 x ULN if gout, ",
    "brackets open": "(",
    "brackets closed": ")",
    "brackets deep": "asthma (",
    "brackets flat": "asthma (ALT > 3) ",
    "negations": "no not without ",
    "commas": ", ",
    "lead-ins": "two of the following three: ",
    "permissions": "gout is allowed. ",
    "one word": "a",
}


@pytest.mark.parametrize("pattern", PATTERNS.keys())
def test_a_long_block_is_read_in_little_time(pattern: str) -> None:
    text = PATTERNS[pattern] * (4_000 // len(PATTERNS[pattern]))
    begun = time.process_time()
    reading = read_text(text, "exclusion")  # twice
    assert time.process_time() - begun < 4
    holds(reading, text, "exclusion")


@pytest.mark.parametrize("pattern", PATTERNS.keys())
def test_a_block_beyond_all_bounds_is_read_or_fails_openly(pattern: str) -> None:
    text = PATTERNS[pattern] * (20_000 // len(PATTERNS[pattern]))
    reading = read_text(text, "exclusion")
    if reading.failure is None:
        holds(reading, text, "exclusion")
    else:
        assert reading.draft == Draft()


@pytest.mark.parametrize("depth", [3, 12, 13, 40, 300])
def test_nested_brackets_of_any_depth_are_read(depth: int) -> None:
    text = "asthma (gout, " * depth + "ALT > 3 x ULN" + ")" * depth
    reading = read_text(text, "exclusion")
    holds(reading, text, "exclusion")
    assert "asthma" in {atom.subject for atom in reading.draft.atoms}


@pytest.mark.parametrize(
    "text", ["", " ", "\n", ".", "N/A", "()", "\x00", "unless", "not", "if", "except", "of the following:"]
)
def test_almost_nothing_is_no_failure(text: str) -> None:
    for kind in ("inclusion", "exclusion"):
        reading = read_text(text, kind)
        assert reading.failure is None
        holds(reading, text, kind)


def test_a_criterion_that_names_nothing_known_still_has_an_atom() -> None:
    reading = read_text("Owns a piebald llama", "inclusion")
    assert [atom.type for atom in reading.draft.atoms] == ["other"]
