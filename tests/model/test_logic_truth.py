from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from normalizer.model.draft import Atom, Comparator, Limit
from normalizer.model.errors import LogicError
from normalizer.model.logic import Node, evaluate, leaves, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.document import Kind


def heading(comparator: Comparator | None = ">=", low: str | None = "2", high: str | None = None) -> Atom:
    limit = Limit(slot="count", quote="2", comparator=comparator, low=low, high=high)
    return Atom(id="h", type="heading", subject="criterion", quote="of the following", limits=(limit,))


def tree(text: str) -> Node:
    node = parse(text)
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("text", "inclusion", "exclusion"),
    [
        ("a", lambda a: a, lambda a: a),
        ("not(a)", lambda a: not a, lambda a: not a),
        ("all(a, b)", lambda a, b: a and b, lambda a, b: a and b),
        ("any(a, b)", lambda a, b: a or b, lambda a, b: a or b),
        ("when(a, b)", lambda a, b: not a or b, lambda a, b: a and b),
        ("unless(a, b)", lambda a, b: a or b, lambda a, b: a and not b),
        ("permit(a)", lambda a: True, lambda a: False),  # noqa: ARG005 - a permission asks nothing
        ("under(h, a)", lambda a: a, lambda a: a),
        # `not` swaps the sense
        ("not(when(a, b))", lambda a, b: not (a and b), lambda a, b: not (not a or b)),
        ("not(unless(a, b))", lambda a, b: not (a and not b), lambda a, b: not (a or b)),
        ("not(not(when(a, b)))", lambda a, b: not a or b, lambda a, b: a and b),
        ("not(any(a, permit(b)))", lambda a, b: not a, lambda a, b: False),  # noqa: ARG005
        # a condition and an exception always describe
        ("when(when(a, b), c)", lambda a, b, c: not (a and b) or c, lambda a, b, c: a and b and c),
        ("unless(a, unless(b, c))", lambda a, b, c: a or (b and not c), lambda a, b, c: a and not (b and not c)),
        ("unless(a, not(when(b, c)))", lambda a, b, c: a or not (not b or c), lambda a, b, c: a and (not b or c)),
        # a main part keeps the sense
        ("when(a, unless(b, c))", lambda a, b, c: not a or b or c, lambda a, b, c: a and b and not c),
        ("unless(when(a, b), c)", lambda a, b, c: not a or b or c, lambda a, b, c: a and b and not c),
        # permissions change nothing where they may stand
        ("all(a, permit(b))", lambda a, b: a, lambda a, b: False),  # noqa: ARG005
        ("any(a, permit(b))", lambda a, b: True, lambda a, b: a),  # noqa: ARG005
        ("atleast(h, a, b, c)", lambda a, b, c: a + b + c >= 2, lambda a, b, c: a + b + c >= 2),
        (
            "atleast(h, a, b, when(c, d))",
            lambda a, b, c, d: a + b + (not c or d) >= 2,
            lambda a, b, c, d: a + b + (c and d) >= 2,
        ),
    ],
)
def test_truth_tables(text: str, inclusion: Callable[..., bool], exclusion: Callable[..., bool]) -> None:
    node = tree(text)
    names = sorted(set(leaves(node)) - {"h"})
    cases: list[tuple[Kind, Callable[..., bool]]] = [("inclusion", inclusion), ("exclusion", exclusion)]
    for values in product((False, True), repeat=len(names)):
        given = dict(zip(names, values, strict=True))
        for kind, expected in cases:
            assert evaluate(node, given, kind, [heading()]) is bool(expected(*values)), (kind, given)


@pytest.mark.parametrize(
    ("comparator", "low", "high", "counts"),
    [
        (None, "2", None, {2, 3, 4}),
        (">=", "two", None, {2, 3, 4}),
        (">", "2", None, {3, 4}),
        ("=", "2", None, {2}),
        ("<=", None, "2", {0, 1, 2}),
        ("<", None, "Two", {0, 1}),
        ("between", "1", "three", {1, 2, 3}),
    ],
)
def test_counts(comparator: Comparator | None, low: str | None, high: str | None, counts: set[int]) -> None:
    node = tree("atleast(h, a, b, c, d)")
    for values in product((False, True), repeat=4):
        given = dict(zip("abcd", values, strict=True))
        assert evaluate(node, given, "inclusion", [heading(comparator, low, high)]) is (sum(values) in counts)


def test_what_cannot_be_evaluated() -> None:
    given = {"a": True, "b": True}
    with pytest.raises(LogicError, match="no value"):
        evaluate(tree("c"), given, "inclusion", [])
    for atoms in ([], [heading("outside", "1", "2")], [heading(">=", None)], [heading(">=", "most")]):
        with pytest.raises(LogicError, match="no count"):
            evaluate(tree("atleast(h, a, b)"), given, "inclusion", atoms)
