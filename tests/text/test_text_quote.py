from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from normalizer.text import clean, find_quote, fold, occurrences


def test_fold() -> None:
    assert fold("  a\n\n b\t\u00a0c ") == "a b c"
    assert fold(" \n") == ""


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        ("ANC ≥1.5 and ANC ≥1.0", "≥1.0", "≥1.0"),
        ("serum\n  creatinine ≤2", "serum creatinine", "serum\n  creatinine"),
        ("WBC \\>3.0×10\\^9/L here", ">3.0×10^9/L", "\\>3.0×10\\^9/L"),
        ("WBC >3.0×10^9/L here", "\\>3.0×10\\^9/L", ">3.0×10^9/L"),
        ("dose&nbsp;&lt;\n5 mg", "dose < 5 mg", "dose&nbsp;&lt;\n5 mg"),
        ("the dosage at any age", "age", "age"),
        ("platelets 1.5 then 5", "5", "5"),
        ("x ≥1.5, y ≥1", "≥1", "≥1"),
        ("on12-lead ECG", "12-lead", "12-lead"),
    ],
)
def test_found(text: str, quote: str, found: str) -> None:
    span = find_quote(text, quote)
    assert span is not None
    assert span.of(text) == found


def test_whole_words_and_numerals_come_first() -> None:
    assert [span.start for span in occurrences("dosage, age, aged", "age")] == [8]
    assert [span.start for span in occurrences("≥1.5, ≥15, ≥1", "≥1")] == [11]
    assert [span.start for span in occurrences("dosage", "age")] == [3]


@pytest.mark.parametrize("quote", ["", " ", "\n", "absent", "ANC >= 1.0", "anc"])
def test_not_found(quote: str) -> None:
    assert find_quote("ANC ≥ 1.0", quote) is None
    assert occurrences("ANC ≥ 1.0", quote) == []


def test_start() -> None:
    text = "ALT, AST\n and ALT \\< 3, x \\< 4"
    first = find_quote(text, "ALT")
    assert first is not None
    second = find_quote(text, "ALT", first.end)
    assert second is not None
    assert second.start == text.rindex("ALT")
    assert find_quote(text, "ALT", second.end) is None
    assert find_quote(text, "AST and", 6) is None
    assert find_quote(text, "< 4", 10) is not None


def test_occurrences_do_not_overlap_and_come_in_order() -> None:
    assert [(s.start, s.end) for s in occurrences("aa aa  aa\naa aa", "aa aa")] == [(0, 5), (7, 12)]


@given(st.text(alphabet="ab 1.<\\&lt;\n\u00a0≥", max_size=40), st.data())
def test_any_piece_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    quote = text[start:end]
    assume(quote.strip())
    span = find_quote(text, quote)
    assert span is not None
    assert fold(clean(span.of(text)).text) == fold(clean(quote).text)
