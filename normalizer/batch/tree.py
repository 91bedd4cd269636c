"""The logic of a criterion as indented lines: what must hold together, what is an alternative, what exempts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from normalizer.model.errors import LogicError
from normalizer.model.logic import All, Any_, AtLeast, Leaf, Node, Not, Permit, Under, Unless, When, parse

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its depth, its words ("any of", "not"), and the atom that stands there, if any."""

    depth: int
    words: str
    atom: str | None = None


def lines(logic: str, atoms: tuple[str, ...]) -> Iterator[Line]:
    """Yield the lines of a logic expression; where it cannot be read, the atoms one below the other.

    Args:
        logic: the criterion's logic.
        atoms: ids of all atoms, in order.

    """
    try:
        node = parse(logic)
    except LogicError:
        node = None
    if node is None:
        yield from (Line(0, "", name) for name in atoms)
    else:
        yield from _walk(node, 0, "")


def _walk(node: Node, depth: int, words: str) -> Iterator[Line]:
    match node:
        case Leaf(id=name):
            yield Line(depth, words, name)
        case Not(item=item):
            yield from _walk(item, depth, f"{words} not".strip())
        case Permit(item=item):
            yield from _walk(item, depth, f"{words} permitted:".strip())
        case All(items=items):
            yield from _group(items, depth, f"{words} all of".strip())
        case Any_(items=items):
            yield from _group(items, depth, f"{words} any of".strip())
        case AtLeast(heading=heading, items=items):
            yield Line(depth, f"{words} number of".strip(), heading)
            yield from (line for item in items for line in _walk(item, depth + 1, ""))
        case Under(heading=heading, item=item):
            yield Line(depth, f"{words} under".strip(), heading)
            yield from _walk(item, depth + 1, "")
        case Unless(main=main, exception=exception):
            yield from _walk(main, depth, words)
            yield from _walk(exception, depth + 1, "unless")
        case When(condition=condition, main=main):
            yield from _walk(condition, depth, f"{words} if".strip())
            yield from _walk(main, depth + 1, "then")


def _group(items: tuple[Node, ...], depth: int, words: str) -> Iterator[Line]:
    yield Line(depth, words)
    for item in items:
        yield from _walk(item, depth + 1, "")
