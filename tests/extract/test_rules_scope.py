"""Brackets are masked, so that words outside and inside them are read apart."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.extract.rules.scope import MASK, scope

#: Text, and what is left of it when masks are shown as "#".
CASES = [
    ("gout", "gout"),
    ("", ""),
    ("gout (or iritis) now", "gout ########### now"),
    ("a (b (c) d) e", "a ######### e"),
    ("a [b (c) d] {e}", "a ######### ###"),
    ("(a)(b)", "######"),
    ("a ( b", "a ( b"),
    ("a ) b", "a ) b"),
    ("a ) b ( c", "a ) b ( c"),
    ("a (b", "a (b"),
    ("a ((b) c", "a (### c"),
    ("a (b) c) d", "a ### c) d"),
    ("a (b] c) d", "a ###### d"),
    ("a (b [c) d", "a ###### d"),
    ("[5 (a] b)", "###### b)"),
]


@pytest.mark.parametrize(("text", "left"), CASES)
def test_brackets_with_a_partner_are_masked(text: str, left: str) -> None:
    assert scope(text, 0, len(text)).flat.replace(MASK, "#") == left


def test_only_the_stretch_is_masked_and_lengths_stay() -> None:
    text = "(a) b (c) d (e)"
    found = scope(text, 4, 11)
    assert found.flat.replace(MASK, "#") == "(a) b ### d (e)"
    assert found.brackets == ((6, 9),)


def test_a_narrowed_scope_keeps_the_brackets_wholly_inside() -> None:
    whole = scope("(a) b (c) d (e)", 0, 15)
    assert whole.narrow(4, 11).brackets == ((6, 9),)
    assert whole.narrow(7, 15).brackets == ((12, 15),)
    assert whole.narrow(7, 15).flat == whole.flat


def test_beyond_the_greatest_depth_brackets_are_text() -> None:
    assert scope("a (b)", 0, 5, depth=11).brackets == ((2, 5),)
    assert scope("a (b)", 0, 5, depth=12).brackets == ()


@given(text=st.text(alphabet="ab ()[]{}", max_size=60))
def test_masks_cover_the_outermost_brackets_and_nothing_else(text: str) -> None:
    found = scope(text, 0, len(text))
    assert len(found.flat) == len(text)
    assert all(left[1] <= right[0] for left, right in pairwise(found.brackets))
    masked = {at for start, end in found.brackets for at in range(start, end)}
    assert all((found.flat[at] == MASK) == (at in masked) for at in range(len(text)))
    assert all(found.flat[at] == text[at] for at in range(len(text)) if at not in masked)
    assert all(text[start] + text[end - 1] in ("()", "[]", "{}") for start, end in found.brackets)
