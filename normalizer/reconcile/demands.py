"""What a trial asks of everybody: the atoms that hold without condition, exception or alternative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.model.errors import LogicError
from normalizer.model.logic import All, Any_, Leaf
from normalizer.reconcile.parsed import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from normalizer.model.criterion import Criterion, PublishedAtom


def unconditional(criterion: Criterion) -> tuple[PublishedAtom, ...]:
    """Return the atoms that an inclusion demands, or an exclusion forbids, each by itself.

    Atoms under alternatives, ``not``, ``when``, ``unless`` or a heading decide nothing alone and are left out.
    """
    if not criterion.logic:
        return ()
    if "(" not in criterion.logic:
        return criterion.atoms
    outer = "all(" if criterion.kind == "inclusion" else "any("
    if outer not in criterion.logic:
        return ()
    try:
        node = parsed(criterion.logic)
    except LogicError:
        return ()
    if not isinstance(node, All if criterion.kind == "inclusion" else Any_):
        return ()
    named = {part.id for part in node.items if isinstance(part, Leaf)}
    return tuple(atom for atom in criterion.atoms if atom.id in named)


def of_participant(atoms: Iterable[PublishedAtom]) -> Iterator[PublishedAtom]:
    """Yield the atoms that are about the participant, not about a partner, donor or parent."""
    for atom in atoms:
        if not atom.modifiers or not any(modifier.kind == "person" for modifier in atom.modifiers):
            yield atom
