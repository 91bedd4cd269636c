"""The expression tree: its nodes, the atoms it names, and equality that does not mind the order of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Leaf:
    """An atom, by its id."""

    id: str


@dataclass(frozen=True, slots=True)
class All:
    """Every item holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - `Any` is taken by typing
    """At least one item holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The item does not hold; its sense is the other one."""

    item: Node


@dataclass(frozen=True, slots=True)
class AtLeast:
    """As many items hold as the one count limit of the heading atom says."""

    heading: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Under:
    """The bounds, grades and modifiers of the heading atom hold for every atom of the item, or the item defines it."""

    heading: str
    item: Node


@dataclass(frozen=True, slots=True)
class Unless:
    """The main part, from which the exception exempts."""

    main: Node
    exception: Node


@dataclass(frozen=True, slots=True)
class When:
    """The main part, for those who meet the condition."""

    condition: Node
    main: Node


@dataclass(frozen=True, slots=True)
class Permit:
    """A permission that narrows nothing."""

    item: Node


Node: TypeAlias = Leaf | All | Any_ | Not | AtLeast | Under | Unless | When | Permit


def _printed(node: Node) -> Iterator[str]:
    match node:
        case Leaf(id=name):
            yield name
        case All(items=items) | Any_(items=items):
            for item in items:
                yield from _printed(item)
        case AtLeast(heading=heading, items=items):
            yield heading
            for item in items:
                yield from _printed(item)
        case Under(heading=heading, item=item):
            yield heading
            yield from _printed(item)
        case Not(item=item) | Permit(item=item):
            yield from _printed(item)
        case Unless(main=first, exception=second) | When(condition=first, main=second):
            yield from _printed(first)
            yield from _printed(second)


def leaves(node: Node | None) -> tuple[str, ...]:
    """Return the ids of all atoms, headings included, each once, in the order of their first appearance."""
    return () if node is None else tuple(dict.fromkeys(_printed(node)))


def rename(node: Node, names: Mapping[str, str]) -> Node:
    """Return the tree with atom ids replaced; ids that are not in ``names`` stay."""
    match node:
        case Leaf(id=name):
            return Leaf(names.get(name, name))
        case All(items=items):
            return All(tuple(rename(item, names) for item in items))
        case Any_(items=items):
            return Any_(tuple(rename(item, names) for item in items))
        case Not(item=item):
            return Not(rename(item, names))
        case AtLeast(heading=heading, items=items):
            return AtLeast(names.get(heading, heading), tuple(rename(item, names) for item in items))
        case Under(heading=heading, item=item):
            return Under(names.get(heading, heading), rename(item, names))
        case Unless(main=main, exception=exception):
            return Unless(rename(main, names), rename(exception, names))
        case When(condition=condition, main=main):
            return When(rename(condition, names), rename(main, names))
        case Permit(item=item):
            return Permit(rename(item, names))


def ordered(node: Node) -> Node:
    """Return the tree with the items of ``all``, ``any`` and ``atleast`` in one fixed order; nothing is flattened."""
    match node:
        case Leaf():
            return node
        case All(items=items):
            return All(tuple(sorted(map(ordered, items), key=repr)))
        case Any_(items=items):
            return Any_(tuple(sorted(map(ordered, items), key=repr)))
        case Not(item=item):
            return Not(ordered(item))
        case AtLeast(heading=heading, items=items):
            return AtLeast(heading, tuple(sorted(map(ordered, items), key=repr)))
        case Under(heading=heading, item=item):
            return Under(heading, ordered(item))
        case Unless(main=main, exception=exception):
            return Unless(ordered(main), ordered(exception))
        case When(condition=condition, main=main):
            return When(ordered(condition), ordered(main))
        case Permit(item=item):
            return Permit(ordered(item))


def same(one: Node | None, other: Node | None) -> bool:
    """Say whether two trees are equal but for the order of the items of ``all``, ``any`` and ``atleast``."""
    if one is None or other is None:
        return one is other
    return one == other or ordered(one) == ordered(other)
