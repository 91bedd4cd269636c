"""The lists of a section with what governs them, and a section that is one line taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from normalizer.model.span import Span
from normalizer.segment import headings

if TYPE_CHECKING:
    from normalizer.model.document import Kind
    from normalizer.segment.cohorts import Scope
    from normalizer.segment.nesting import Nesting


@dataclass(slots=True)
class Group:
    """The items of one list between two headings, and what governs them."""

    kind: Kind
    heading: str | None
    scope: Scope | None
    nesting: Nesting
    #: The marker of the heading item that the list stands under.
    path: tuple[str, ...] = ()
    #: Places in ``nesting.roots`` before which a bare "OR" stands.
    joins: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """Groups in document order, spans of headings and boilerplate, scopes in order of their opening."""

    groups: list[Group] = field(default_factory=list)
    heads: list[Span] = field(default_factory=list)
    furniture: list[Span] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    #: Whether any line said inclusion or exclusion.
    sectioned: bool = False


def unwrap(text: str, group: Group, outline: Outline) -> None:
    """Take apart a section that is one line: its inline items are the criteria, its general lead-in a heading."""
    root = group.nesting.roots[0]
    head = text[root.body : root.end]
    if root.marker is not None and not root.marker.counts and root.children[0].marker is not None:
        if root.children[0].marker.style == root.marker.style:
            group.nesting.roots[:] = [root, *root.children] if head else root.children
            root.children = []
    elif root.marker is None and root.inline and not head:
        group.nesting.roots[:] = root.children
    elif (
        root.marker is None
        and root.inline
        and headings.is_lead_in(head)
        and not headings.states_criterion(head)
        and (group.kind == "exclusion" or not headings.is_choice(head))
    ):
        outline.heads.append(Span(root.body, root.end))
        group.nesting.roots[:] = root.children
