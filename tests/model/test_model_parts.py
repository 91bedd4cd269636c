from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import normalizer
from normalizer import model
from normalizer.model import SEVERITY, Finding, Span, SpanError, View

PACKAGE = Path(normalizer.__file__).parent
CODES = re.compile(r"""\bcode=["']([^"']+)["']""")


def test_span_verifies_itself() -> None:
    text = "ANC ≥1.0 now"
    assert Span(4, 8).verify(text, "≥1.0") == Span(4, 8)
    assert Span(12, 12).verify(text, "") == Span(12, 12)


@pytest.mark.parametrize(
    ("span", "quote"),
    [(Span(4, 8), "≥1,0"), (Span(4, 7), "≥1.0"), (Span(-4, 3), ""), (Span(9, 20), "now"), (Span(8, 4), "")],
)
def test_span_refuses(span: Span, quote: str) -> None:
    with pytest.raises(SpanError) as caught:
        span.verify("ANC ≥1.0 now", quote)
    assert (caught.value.start, caught.value.end, caught.value.expected) == (span.start, span.end, quote)


SPANS = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda pair: Span(min(pair), max(pair)))


@given(SPANS, SPANS)
def test_span_algebra(one: Span, other: Span) -> None:
    cover = one.cover(other)
    assert cover.contains(one)
    assert cover.contains(other)
    assert one.overlaps(other) == other.overlaps(one) == bool(shared(one) & shared(other))
    assert one.shift(5).shift(-5) == one


def shared(span: Span) -> set[int]:
    return set(range(span.start, span.end))


@given(st.text(max_size=30), st.data())
def test_span_reads_what_it_covers(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert Span(start, end).verify(text, text[start:end]).of(text) == text[start:end]


def test_view_leads_empty_spans_somewhere_inside() -> None:
    view = View("ab", (2, 5), (3, 6))
    assert view.original(Span(0, 2)) == Span(2, 6)
    assert view.original(Span(1, 1)) == Span(5, 5)
    assert view.original(Span(2, 2)) == Span(6, 6)
    assert View("", (), ()).original(Span(0, 0)) == Span(0, 0)
    assert View("ab").original(Span(1, 2)) == Span(1, 2)


def test_every_finding_code_in_the_package_has_a_severity() -> None:
    used = {
        (path.relative_to(PACKAGE).as_posix(), code)
        for path in PACKAGE.rglob("*.py")
        for code in CODES.findall(path.read_text(encoding="utf-8"))
        if "Finding(" in path.read_text(encoding="utf-8")
    }
    assert ("model/logic/rules.py", "logic_error") in used
    assert {(path, code) for path, code in used if code not in SEVERITY} == set()


def test_severity() -> None:
    assert Finding(code="count_mismatch", message="").severity == "open"
    assert Finding(code="mixed_polarity", message="").severity == "note"
    assert set(SEVERITY.values()) == {"note", "open"}
    with pytest.raises(KeyError):
        _ = Finding(code="no such code", message="").severity


def test_public_names_are_sorted_and_complete() -> None:
    tree = ast.parse(Path(model.__file__).read_text(encoding="utf-8"))
    imported = {name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names}
    assert set(model.__all__) == imported - {"annotations"}
    assert all(hasattr(model, name) for name in model.__all__)
