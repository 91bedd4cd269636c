from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.model.draft import Atom, Comparator, Limit
from normalizer.model.logic import Branch, branches, check, parse

if TYPE_CHECKING:
    from normalizer.model.document import Kind


def atom(name: str) -> Atom:
    return Atom(id=name, type="condition", subject="anaemia", quote="anaemia")


def heading(
    name: str = "h", quote: str = "any of the following", comparator: Comparator | None = ">=", low: str | None = "2"
) -> Atom:
    limit = Limit(slot="count", quote="at least 2", comparator=comparator, low=low)
    return Atom(id=name, type="heading", subject="criterion", quote=quote, limits=(limit,))


def found(text: str, kind: Kind, *atoms: Atom) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.atom) for finding in check(parse(text), atoms, kind)]


A, B, C = atom("a"), atom("b"), atom("c")


@pytest.mark.parametrize(
    ("text", "atoms", "expected"),
    [
        ("", (), []),
        ("", (A,), [("logic_error", None)]),
        ("a", (), [("logic_error", "a")]),
        ("a", (A,), []),
        ("all(a, a)", (A,), []),
        ("a", (A, B), [("logic_error", "b")]),
        ("all(a, b)", (A,), [("logic_error", "b")]),
        ("a", (A, A), [("logic_error", "a")]),
        ("atleast(h, a, b)", (heading(), A, B), []),
        ("under(h, a)", (heading(), A), []),
        ("all(h, a)", (heading(), A), [("logic_error", "h")]),
        ("under(h, all(a, h))", (heading(), A), [("logic_error", "h")]),
        ("atleast(a, b, c)", (A, B, C), [("logic_error", "a"), ("logic_error", "a")]),
        ("under(a, b)", (A, B), [("logic_error", "a")]),
        ("atleast(h, a, b)", (heading(comparator=None), A, B), []),
        ("atleast(h, a, b)", (heading(comparator="outside"), A, B), [("logic_error", "h")]),
        ("atleast(h, a, b)", (heading(low="most"), A, B), [("logic_error", "h")]),
        ("atleast(h, a, b)", (Atom(id="h", type="heading", subject="x", quote="x"), A, B), [("logic_error", "h")]),
        ("atleast(h, a, b, c)", (heading(quote="two of the following three signs"), A, B, C), []),
        ("atleast(h, a, b, c)", (heading(quote="two of the following five signs"), A, B, C), [("count_mismatch", "h")]),
        ("atleast(h, a, b, c)", (heading(quote="at least 2 of 4 items"), A, B, C), [("count_mismatch", "h")]),
        ("atleast(h, a, b, c)", (heading(quote="2 or more of the following"), A, B, C), []),
        ("atleast(h, a, b)", (heading(low="three"), A, B), [("count_mismatch", "h")]),
    ],
)
def test_structure(text: str, atoms: tuple[Atom, ...], expected: list[tuple[str, str | None]]) -> None:
    for kind in ("inclusion", "exclusion"):
        assert found(text, kind, *atoms) == expected


@pytest.mark.parametrize(
    ("text", "kind", "allowed"),
    [
        ("permit(a)", "inclusion", True),
        ("permit(a)", "exclusion", True),
        ("all(permit(a), b)", "inclusion", True),
        ("all(permit(a), b)", "exclusion", False),
        ("any(permit(a), b)", "exclusion", True),
        ("any(permit(a), b)", "inclusion", False),
        ("not(all(permit(a), b))", "exclusion", True),
        ("not(any(permit(a), b))", "inclusion", True),
        ("not(all(permit(a), b))", "inclusion", False),
        ("not(permit(a))", "inclusion", False),
        ("when(b, permit(a))", "inclusion", False),
        ("when(any(permit(a), b), c)", "inclusion", True),
        ("unless(c, all(permit(a), b))", "inclusion", False),
        ("unless(all(permit(a), b), c)", "inclusion", True),
        ("all(any(permit(a), b), c)", "inclusion", False),
        ("permit(permit(a))", "inclusion", False),
        ("under(h, permit(a))", "inclusion", False),
    ],
)
def test_permissions_stand_only_where_they_change_nothing(text: str, kind: Kind, allowed: bool) -> None:
    atoms = [
        x for x in (A, B, C, heading()) if x.id in text.replace("all", "").replace("when", "").replace("permit", "")
    ]
    named = [x for x in atoms if f"({x.id}" in text or f" {x.id}" in text]
    assert (found(text, kind, *named) == []) is allowed


def test_branches() -> None:
    node = parse("all(x, when(c, unless(not(a), not(e))), atleast(h, b, under(g, not(not(d)))), permit(p))")
    assert dict(branches(node)) == {
        "x": Branch(),
        "c": Branch(branch="condition"),
        "a": Branch(negated=True, conditions=("c",), exceptions=("e",)),
        "e": Branch(negated=True, branch="exception", conditions=("c",)),
        "h": Branch(),
        "b": Branch(heading="h"),
        "g": Branch(heading="h"),
        "d": Branch(heading="g"),
        "p": Branch(branch="permission"),
    }
    assert dict(branches(None)) == {}


def test_nested_branches() -> None:
    places = branches(parse("unless(unless(a, all(e, f)), when(c, g))"))
    assert places["a"] == Branch(exceptions=("c", "g", "e", "f"))
    assert places["c"] == Branch(branch="condition")
    assert places["g"] == Branch(branch="exception", conditions=("c",))


@given(st.sampled_from(["all", "any", "not"]), st.integers(0, 6))
def test_negation_counts(operator: str, turns: int) -> None:
    text = "a"
    for _ in range(turns):
        text = f"{operator}({text})"
    assert branches(parse(text))["a"].negated is (operator == "not" and turns % 2 == 1)
