"""What governs each atom: negation, branch, conditions, exceptions and the heading of its group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from normalizer.model.logic.tree import All, Any_, AtLeast, Leaf, Node, Not, Permit, Under, Unless, When, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

BranchName = Literal["main", "condition", "exception", "permission"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Where an atom stands in the logic.

    ``negated``: an odd number of ``not`` above it. ``branch``: the innermost part of ``when``, ``unless`` or ``permit``
    that it belongs to. ``conditions`` and ``exceptions``: ids of the atoms of every ``when`` condition and ``unless``
    exception that governs it, outermost first. ``heading``: the heading of the innermost group that holds it.
    """

    negated: bool = False
    branch: BranchName = "main"
    conditions: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    heading: str | None = None


def branches(node: Node | None) -> Mapping[str, Branch]:
    """Return each atom's place by id, headings included; an atom named more than once keeps its first place."""
    places: dict[str, Branch] = {}
    if node is not None:
        _walk(node, Branch(), places)
    return MappingProxyType(places)


def _walk(node: Node, place: Branch, places: dict[str, Branch]) -> None:
    match node:
        case Leaf(id=name):
            places.setdefault(name, place)
        case All(items=items) | Any_(items=items):
            for item in items:
                _walk(item, place, places)
        case Not(item=item):
            _walk(item, replace(place, negated=not place.negated), places)
        case AtLeast(heading=heading, items=items):
            places.setdefault(heading, place)
            for item in items:
                _walk(item, replace(place, heading=heading), places)
        case Under(heading=heading, item=item):
            places.setdefault(heading, place)
            _walk(item, replace(place, heading=heading), places)
        case When(condition=condition, main=main):
            _walk(condition, replace(place, branch="condition"), places)
            _walk(main, replace(place, conditions=(*place.conditions, *leaves(condition))), places)
        case Unless(main=main, exception=exception):
            _walk(main, replace(place, exceptions=(*place.exceptions, *leaves(exception))), places)
            _walk(exception, replace(place, branch="exception"), places)
        case Permit(item=item):
            _walk(item, replace(place, branch="permission"), places)
