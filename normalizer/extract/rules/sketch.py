"""Atoms while they are being put together, and the tree over them; finished into a Draft at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from normalizer.model.draft import Atom, Draft, Modifier
from normalizer.model.finding import Finding

if TYPE_CHECKING:
    from normalizer.model.draft import AtomType, Grade, Limit, ModifierKind, Time
    from normalizer.model.span import Span
    from normalizer.model.view import View

Operator = Literal["all", "any", "not", "atleast", "under", "unless", "when", "permit"]


@dataclass(slots=True, eq=False)
class Sketch:
    """An atom in the making; ``span`` (its quote) and ``modifiers`` are offsets into the block's view.

    ``place`` orders the atoms: the quote's start, or for an elliptical repeat the start of its bound. ``doubts`` are
    reasons why a bound may belong to something else.
    """

    type: AtomType
    subject: str
    span: Span
    place: int
    limits: list[Limit] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)
    modifiers: list[tuple[ModifierKind, Span]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def bounded(self) -> bool:
        """Say whether the atom carries a bound."""
        return bool(self.limits or self.times or self.grades)


@dataclass(slots=True, eq=False)
class Branch:
    """An operator over sketches and branches."""

    operator: Operator
    children: list[Tree]


Tree: TypeAlias = Sketch | Branch


def join(operator: Literal["all", "any"], trees: list[Tree]) -> Tree | None:
    """Return the trees under one ``all`` or ``any``: flattened; a single tree stays itself; None for none."""
    if len(trees) == 1:
        return trees[0]
    flat: list[Tree] = []
    for tree in trees:
        if isinstance(tree, Branch) and tree.operator == operator:
            flat.extend(tree.children)
        else:
            flat.append(tree)
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else Branch(operator, flat)


def leaves(tree: Tree) -> list[Sketch]:
    """Return the sketches of the tree, in tree order, each once."""
    if isinstance(tree, Sketch):
        return [tree]
    found: dict[Sketch, None] = {}  # sketches are told apart by identity
    _collect(tree, found)
    return list(found)


def _collect(branch: Branch, found: dict[Sketch, None]) -> None:
    for child in branch.children:
        if isinstance(child, Sketch):
            found[child] = None
        else:
            _collect(child, found)


def finish(tree: Tree, text: str, view: View) -> tuple[Draft, tuple[Finding, ...]]:
    """Return the Draft of a tree and its doubts: ids in text order, quotes cut from the block's original ``text``."""
    if isinstance(tree, Sketch):
        ordered, ids = [tree], {tree: "a1"}
    else:
        ordered = sorted(leaves(tree), key=_place)
        ids = {sketch: f"a{number}" for number, sketch in enumerate(ordered, 1)}
    draft = Draft(atoms=tuple([_atom(sketch, ids[sketch], text, view) for sketch in ordered]), logic=_show(tree, ids))
    return draft, tuple(
        [
            Finding(code="attachment_ambiguous", message=doubt, atom=ids[sketch])
            for sketch in ordered
            if sketch.doubts
            for doubt in dict.fromkeys(sketch.doubts)
        ]
    )


def _place(sketch: Sketch) -> int:
    return sketch.place


def _atom(sketch: Sketch, id_: str, text: str, view: View) -> Atom:
    modifiers = [Modifier(kind=kind, text=view.original(span).of(text)) for kind, span in sketch.modifiers]
    return Atom(
        id=id_,
        type=sketch.type,
        subject=sketch.subject,
        quote=view.original(sketch.span).of(text),
        modifiers=tuple(modifiers),
        limits=tuple(sketch.limits),
        times=tuple(sketch.times),
        grades=tuple(sketch.grades),
    )


def _show(node: Tree, ids: dict[Sketch, str]) -> str:
    if isinstance(node, Sketch):
        return ids[node]
    return f"{node.operator}({', '.join([_show(child, ids) for child in node.children])})"
