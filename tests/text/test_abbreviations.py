"""Abbreviations that a text explains in a bracket behind the long form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.text import find_abbreviations

CASES = [
    ("hypereosinophilic syndrome (HES)", {"HES": "hypereosinophilic syndrome"}),
    ("Tear secretion count (TSC) of the left eye", {"TSC": "Tear secretion count"}),
    ("patients with brain natriuretic peptide (BNP) raised", {"BNP": "brain natriuretic peptide"}),
    ("beta cell mass index (BCMI-2)", {}),
    ("interleukin 31 receptor (IL31R)", {"IL31R": "interleukin 31 receptor"}),
    ("dose-limiting toxicity (DLT)", {"DLT": "dose-limiting toxicity"}),
    ("first explained hepatic vein gradient (HVG), then heart volume gain (HVG)", {"HVG": "hepatic vein gradient"}),
    # no abbreviation
    ("a rash (severe)", {}),
    ("a rash (Severe)", {}),
    ("forced vital capacity (see below)", {}),
    ("apples (XYZ)", {}),
    ("(ABC) stands alone", {}),
    ("vaccine (VAC)", {}),
    ("albumin (3 g/dL)", {}),
    ("hepatic vein. Gradient (HVG)", {}),
    ("hepatic vein\ngradient (HVG)", {}),
    ("", {}),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_an_explained_short_form_has_its_long_form(text: str, expected: dict[str, str]) -> None:
    assert find_abbreviations(text) == expected


def test_a_known_shortfall_is_still_one() -> None:
    """The plural of a short form should be read as its singular; mended, this becomes a case."""
    assert find_abbreviations("oral lichen plaques (OLPs)") != {"OLP": "oral lichen plaques"}


WORDS = ["hepatic", "vein", "gradient", "(HVG)", "(", ")", "(X)", "of", "the", ".", "\n", "(aB-c)", "İ", "(ßS)"]


@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join)))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    for short, long in find_abbreviations(text).items():
        assert f"({short}" in text
        assert long in text
        assert text.index(long) < text.index(f"({short}")
        assert long[0].lower() == short[0].lower()
