"""Do two readings join two bounds by the same word: all of them, or any."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from normalizer.model.errors import LogicError
from normalizer.model.logic import All, Any_, AtLeast, Not, Permit, Under, Unless, When, leaves
from normalizer.reconcile.parsed import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.logic import Node


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case All(items=items) | Any_(items=items) | AtLeast(items=items):
            return items
        case Not(item=item) | Permit(item=item) | Under(item=item):
            return (item,)
        case Unless(main=main, exception=exception):
            return (main, exception)
        case When(condition=condition, main=main):
            return (condition, main)
        case _:
            return ()


def _joint(node: Node, one: str, other: str) -> type[Node]:
    """Return the kind of the innermost node that holds both atoms."""
    for part in _parts(node):
        if {one, other} <= set(leaves(part)):
            return _joint(part, one, other)
    return type(node)


def joined_otherwise(logic: str, other: str, pairs: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the first two neighbours that one logic joins by ``all`` and the other by ``any``; None when none are.

    Args:
        logic: of the standing reading.
        other: of the second reading.
        pairs: atoms that both readings have, as (ours, theirs), in text order.

    """
    try:
        mine, theirs = parsed(logic), parsed(other)
    except LogicError:
        return None
    if mine is None or theirs is None:
        return None
    for (one, their_one), (two, their_two) in pairwise(pairs):
        if one == two or their_one == their_two:
            continue
        kinds = {_joint(mine, one, two), _joint(theirs, their_one, their_two)}
        if kinds == {All, Any_}:
            return one, two
    return None
