"""Trees put together by what a connective says: a definition under its term, an exception, a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.extract.rules.sketch import Branch, Sketch, Tree, join, leaves

if TYPE_CHECKING:
    from normalizer.extract.rules.group import Group
    from normalizer.extract.rules.material import Material
    from normalizer.model.draft import ModifierKind
    from normalizer.model.span import Span


def under(heading: Sketch | None, body: Tree | None) -> Tree | None:
    """Return ``body`` under its heading; a heading that stands behind its body is none."""
    if heading is None or body is None:
        return body or heading
    if any(leaf is heading or leaf.place <= heading.place for leaf in leaves(body)):
        return body
    heading.type = "heading"
    return Branch("under", [heading, body])


def defined_term(material: Material, group: Group) -> Sketch:
    """Return the sketch of a defined term: the adjectives directly before it are part of its name."""
    sketch = group.realize()[0]
    group.modifiers = with_adjectives(material, sketch, group.modifiers)
    return sketch


def with_adjectives(
    material: Material, sketch: Sketch, modifiers: list[tuple[ModifierKind, Span]]
) -> list[tuple[ModifierKind, Span]]:
    """Take the modifiers printed directly before a heading into its name; return the other modifiers."""
    kept: list[tuple[ModifierKind, Span]] = []
    for kind, span in sorted(modifiers, key=lambda modifier: -modifier[1].start):
        if span.end <= sketch.span.start and material.text[span.end : sketch.span.start].isspace():
            sketch.subject = f"{span.of(material.text).lower()} {sketch.subject}"
            sketch.span = span.cover(sketch.span)
            sketch.place = sketch.span.start
        else:
            kept.append((kind, span))
    return kept


def excuse(exception: Tree) -> Tree:
    """Return an exception in which a bare excuse holds only together with the limit printed beside it."""
    if isinstance(exception, Branch) and exception.operator == "when":
        return Branch("all", exception.children)
    if isinstance(exception, Branch) and exception.operator == "any":
        bare = [child for child in exception.children if isinstance(child, Sketch) and not child.bounded]
        bound = [child for child in exception.children if isinstance(child, Sketch) and child.limits]
        if len(bare) == 1 and bound and len(bare) + len(bound) == len(exception.children):
            return Branch("all", exception.children)
    return exception


def with_condition(main: Tree, condition: Tree, *, describe: bool) -> Tree:
    """Return "A, or B if C" as its two bands when B repeats the subject of A, else ``when`` over the whole."""
    if isinstance(main, Branch) and main.operator in ("any", "all") and len(main.children) > 1:
        *others, last = main.children
        repeated = {s.subject for s in leaves(last)} & {s.subject for t in others for s in leaves(t)}
        first = join(main.operator, others)
        if repeated and first is not None:
            bands: list[Tree] = [Branch("when", [Branch("not", [condition]), first]), Branch("when", [condition, last])]
            return Branch("any" if describe else "all", bands)
    return Branch("when", [condition, main])
