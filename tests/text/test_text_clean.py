from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.model.span import Span
from normalizer.text import clean, repairs

FRAGMENTS = (
    "AST", "ALT ", " 5", "1.5", "×", "\\<", "\\", "&lt;", "&amp;", "&amp;lt;", "&", "&#8805;", "&#0;", "&#99999999;",
    "lt;", "amp;", "#60;", "<br>", "<BR />", "<", ">", "br>", "&lt;br&gt;", "<sup>", "</sup>", "<sup>+</sup>", "9",
    "<!-- -->", "<!--", "-->", "<u>", "</u>", "\u00a0", "\u202f", "\u200b", "\ufeff", "\u00ad", "１", "＞", "（",
    "\u2011", "\u2212", "–", "’", "â‰¥", "Â±", "â", "‰", "Î¼", "Ã", ">", "\u0332", "o", "\u0308", "q", "\uf0a3", "\n",
    "\t", "\u3000", "−", "\u2028", "\x00", "_x000D_", "_", '<p class="a b">',
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("platelets \\>100 \\[x\\] 10\\^9", "platelets >100 [x] 10^9"),
        ("a\\_b \\* c\\. d\\- \\~ \\#", "a_b * c. d- ~ #"),
        ("ALT &lt; 3 &amp; AST &gt;2", "ALT < 3 & AST >2"),
        ("age &amp;ge; 18, &amp;amp;lt;65", "age ≥ 18, <65"),
        ("&#8804;5 &#x2264;6 &#150; &apos;", "≤5 ≤6 – '"),
        ("5\u00a0mg\u202fper\u2007day", "5 mg per day"),
        ("cor\u00adti\u200bsol\ufeff", "cortisol"),
        ("１０％ ＞ ５（a，b：c）", "10% > 5(a,b:c)"),
        ("B\u2011cell SLE\u2043score \u22125 4–6", "B-cell SLE-score -5 4–6"),
        ("one<br>two<BR/>three</p>", "one two three "),
        ("&lt;br&gt;a", " a"),
        ("10<sup>9</sup>/L, 1<sup>st</sup>, CD4<sup>+</sup>", "10^9/L, 1st, CD4+"),
        ("creatinine <u>></u> 2, age <u>&lt;</u> 4, >\u0332 3, \\<\u0332 2", "creatinine ≥ 2, age ≤ 4, ≥ 3, ≤ 2"),
        ("Sjo\u0308gren", "Sjögren"),
        ("therapy _x000D_ then a_x b", "therapy   then a_x b"),
        ("INR \uf0a3 1.5", "INR ≤ 1.5"),
        ("ANC â‰¥ 1.0, 37 Â°C, 5 Î¼g", "ANC ≥ 1.0, 37 °C, 5 μg"),
        ("nothing here <5 and >6 => 7, A&E, R\\n", "nothing here <5 and >6 => 7, A&E, R\\n"),
        ("3×\u00a010 Ångström São", "3× 10 Ångström São"),
        ("a\nb\r\n\tc", "a\nb\r\n\tc"),
    ],
)
def test_each_rule(text: str, cleaned: str) -> None:
    assert clean(text).text == cleaned


def test_clean_text_has_no_maps() -> None:
    for text in ("", "ANC ≥ 1.0 x 10^9/L", "age <18 or >65", "β2 – Raynaud"):
        view = clean(text)
        assert view.text == text
        assert view.starts is None
        assert view.ends is None


def test_offsets_lead_to_the_original_characters() -> None:
    text = "AST\\<3&amp;lt;&nbsp;x"
    view = clean(text)
    at = view.text.index("< x")
    assert view.original(Span(at, at + 2)).of(text) == "&amp;lt;&nbsp;"


@given(TEXTS, st.data())
def test_every_cleaned_span_reads_the_same_in_the_original(text: str, data: st.DataObject) -> None:
    view = clean(text)
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))
    span = view.original(Span(start, end))
    assert 0 <= span.start <= span.end <= len(text)
    assert clean(span.of(text)).text == view.text[start:end]


@given(TEXTS)
def test_maps_are_ordered_and_disjoint(text: str) -> None:
    view = clean(text)
    if view.starts is None or view.ends is None:
        assert view.text == text
        return
    assert len(view.starts) == len(view.ends) == len(view.text)
    at = 0
    for start, end in zip(view.starts, view.ends, strict=True):
        assert at <= start < end <= len(text)
        at = end


@given(TEXTS)
def test_repairs_quote_the_original(text: str) -> None:
    for repair in repairs(text, clean(text)):
        assert repair.span.of(text) == repair.before
        assert clean(repair.before).text == repair.after != repair.before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALT \\< 3 &lt; 4\u00a0<br>", []),
        ("ANC â‰¥ 1.0", [("mojibake", "â‰¥", "≥")]),
        ("（Hb， g）", []),
        ("年龄 １８ ＞ 5", [("full_width", "１８", "18"), ("full_width", "＞", ">")]),
        ("INR \uf0a3 1", [("symbol_font", "\uf0a3", "≤")]),
        ("INR >\u0332 1", [("underlined", ">\u0332", "≥")]),
    ],
)
def test_only_meaning_bearing_changes_are_repairs(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(r.rule, r.before, r.after) for r in repairs(text, clean(text))] == expected
