from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.model.errors import LogicError
from normalizer.model.logic import (
    MAX_LENGTH,
    MAX_NESTING,
    All,
    Any_,
    AtLeast,
    Leaf,
    Node,
    Not,
    Permit,
    Under,
    Unless,
    When,
    dump,
    leaves,
    ordered,
    parse,
    rename,
    same,
)

IDS = st.integers(1, 30).map(lambda number: f"a{number}")


def larger(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    many = st.lists(nodes, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        many.map(All),
        many.map(Any_),
        nodes.map(Not),
        nodes.map(Permit),
        st.builds(AtLeast, IDS, many),
        st.builds(Under, IDS, nodes),
        st.builds(Unless, nodes, nodes),
        st.builds(When, nodes, nodes),
    )


NODES: st.SearchStrategy[Node] = st.recursive(IDS.map(Leaf), larger, max_leaves=10)


def depth(text: str) -> int:
    level = deepest = 0
    for character in text:
        level += (character == "(") - (character == ")")
        deepest = max(deepest, level)
    return deepest


@given(NODES)
def test_round_trip(node: Node) -> None:
    text = dump(node)
    if depth(text) > MAX_NESTING:
        with pytest.raises(LogicError):
            parse(text)
        return
    assert parse(text) == node
    assert parse(re.sub(r"([(),])", " \\1\n ", text).replace(" \n ", " ").replace(" (", "(")) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("a1", Leaf("a1")),
        (" all( a1 ,any(a2,a3)) ", All((Leaf("a1"), Any_((Leaf("a2"), Leaf("a3")))))),
        ("atleast(h1, a1, a2)", AtLeast("h1", (Leaf("a1"), Leaf("a2")))),
        ("under(h1, not(a1))", Under("h1", Not(Leaf("a1")))),
        ("when(a1, unless(a2, a3))", When(Leaf("a1"), Unless(Leaf("a2"), Leaf("a3")))),
        ("permit(a1)", Permit(Leaf("a1"))),
        ("", None),
        (" \n", None),
    ],
)
def test_read(text: str, node: Node | None) -> None:
    assert parse(text) == node
    assert dump(node) == dump(parse(dump(node)))


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("all()", 4),
        ("all", 0),
        ("all(a1", 6),
        ("all(a1,)", 7),
        ("all(a1))", 7),
        ("a1 a2", 2),
        ("(a1)", 0),
        ("a1, a2", 2),
        ("all(a1 a2)", 7),
        ("not(a1, a2)", 0),
        ("all(a1, unless(a2))", 8),
        ("when(a1, a2, a3)", 0),
        ("atleast(h1)", 0),
        ("atleast(any(a1), a2)", 0),
        ("under(h1, a1, a2)", 0),
        ("xor(a1, a2)", 0),
        ("all(a1, all)", 8),
        ("a1 & a2", 2),
        ("all(a1, 'a2')", 7),
        ("1a", 0),
    ],
)
def test_malformed(text: str, position: int) -> None:
    with pytest.raises(LogicError) as caught:
        parse(text)
    assert caught.value.position == position
    assert caught.value.expression == text


def test_limits() -> None:
    deepest = "not(" * MAX_NESTING + "a1" + ")" * MAX_NESTING
    assert dump(parse(deepest)) == deepest
    with pytest.raises(LogicError, match="nested"):
        parse(f"not({deepest})")
    longest = "a" * MAX_LENGTH
    assert parse(longest) == Leaf(longest)
    with pytest.raises(LogicError, match="longer"):
        parse(longest + " ")


@given(st.text(alphabet="a1hnotal(), \n&", max_size=40) | st.text(max_size=40))
def test_any_text_parses_or_raises(text: str) -> None:
    try:
        node = parse(text)
    except LogicError:
        return
    assert parse(dump(node)) == node


def test_leaves_come_once_in_order_with_headings() -> None:
    assert leaves(parse("all(a2, atleast(h1, a1, a2), under(h2, unless(a3, when(a5, a4))))")) == (
        "a2", "h1", "a1", "h2", "a3", "a5", "a4",
    )  # fmt: skip
    assert leaves(None) == ()


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("all(a1, any(a2, a3))", "all(any(a3, a2), a1)", True),
        ("atleast(h, a1, a2)", "atleast(h, a2, a1)", True),
        ("atleast(h, a1, a2)", "atleast(a1, h, a2)", False),
        ("unless(a1, a2)", "unless(a2, a1)", False),
        ("when(a1, a2)", "when(a2, a1)", False),
        ("all(a1, all(a2, a3))", "all(a1, a2, a3)", False),
        ("all(a1, a2)", "any(a1, a2)", False),
        ("all(a1, a1)", "all(a1)", False),
        ("under(h, not(any(a1, a2)))", "under(h, not(any(a2, a1)))", True),
        ("", "", True),
        ("", "a1", False),
    ],
)
def test_same(one: str, other: str, equal: bool) -> None:
    assert same(parse(one), parse(other)) is equal
    assert same(parse(other), parse(one)) is equal


@given(NODES)
def test_order_and_names(node: Node) -> None:
    assert same(node, ordered(node))
    names = {name: f"b{name}" for name in leaves(node)}
    assert rename(rename(node, names), {new: old for old, new in names.items()}) == node
    assert leaves(rename(node, names)) == tuple(names.values())
