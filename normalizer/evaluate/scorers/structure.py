"""Atoms, what they are about, and the logic over them.

=======================  =============================================================================================
``atom_found``           atoms paired by their bounds or their characters
``atom_subject``         of paired atoms, the subject
``atom_type``            of paired atoms, the type
``modifier``             modifiers of the same kind and words at paired atoms
``exception``            atoms in the exception of an ``unless``, as such; ``condition``, ``permission`` likewise
``negated``              atoms under an odd number of ``not``, as such
``logic``                blocks whose trees are equal but for the order of lists, atoms being paired
``criterion_exact``      blocks with equal kind and cohorts, at the same characters (four fifths), every atom paired
                         with equal type and subject, every bound right in full, nothing invented, equal logic;
                         modifiers are not asked for
=======================  =============================================================================================
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from normalizer.align import same_name
from normalizer.align import share as common
from normalizer.evaluate.scorers.levels import meets
from normalizer.evaluate.scorers.segmentation import TOLERANCE, same_cohorts
from normalizer.evaluate.tally import Tally, share
from normalizer.model.logic import branches, rename, same
from normalizer.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from normalizer.evaluate.compare import Comparison
    from normalizer.evaluate.sides import SideBlock
    from normalizer.model.logic import Branch
    from normalizer.text import PlacedAtom


@dataclass(frozen=True, slots=True)
class _View:
    """One side's atoms, each with its index in the document, by block."""

    branch: tuple[Branch | None, ...]
    of_block: Mapping[str, tuple[int, ...]]


def _view(blocks: tuple[SideBlock, ...]) -> _View:
    found: list[Branch | None] = []
    of_block = {}
    for block in blocks:
        places = branches(block.logic)
        of_block[block.id] = tuple(range(len(found), len(found) + len(block.atoms)))
        found += [places.get(atom.atom.id) for atom in block.atoms]
    return _View(tuple(found), of_block)


def score(comparison: Comparison) -> dict[str, Tally]:
    """Return the tallies of atoms and logic."""
    lefts, rights = comparison.left_atoms, comparison.right_atoms
    pairs = comparison.alignment.atoms
    mine, theirs = _view(comparison.left.blocks), _view(comparison.right.blocks)
    together = [(lefts[a][1].atom, rights[b][1].atom) for a, b in pairs]
    scores = {
        "atom_found": Tally(len(pairs), len(rights), len(lefts)),
        "atom_subject": share(sum(same_name(a.subject, b.subject) for a, b in together), len(pairs)),
        "atom_type": share(sum(a.type == b.type for a, b in together), len(pairs)),
        "modifier": _modifiers(comparison),
    }
    for name in ("exception", "condition", "permission", "negated"):
        ours, others = _marked(mine, name), _marked(theirs, name)
        scores[name] = Tally(sum(a in ours and b in others for a, b in pairs), len(others), len(ours))
    right_logic, exact = _blocks(comparison, mine, theirs)
    count = len(comparison.right.blocks), len(comparison.left.blocks)
    return {**scores, "logic": Tally(right_logic, *count), "criterion_exact": Tally(exact, *count)}


def _marked(view: _View, name: str) -> set[int]:
    def is_marked(place: Branch | None) -> bool:
        return place is not None and (place.negated if name == "negated" else place.branch == name)

    return {at for at, place in enumerate(view.branch) if is_marked(place)}


def _said(atoms: Iterable[PlacedAtom]) -> list[Counter[tuple[str, str]]]:
    return [Counter((m.kind, fold(m.text).lower()) for m in atom.atom.modifiers) for atom in atoms]


def _modifiers(comparison: Comparison) -> Tally:
    ours = _said(atom for _, atom in comparison.left_atoms)
    others = _said(atom for _, atom in comparison.right_atoms)
    right = sum((ours[a] & others[b]).total() for a, b in comparison.alignment.atoms)
    return Tally(right, sum(said.total() for said in others), sum(said.total() for said in ours))


def _blocks(comparison: Comparison, mine: _View, theirs: _View) -> tuple[int, int]:
    """Return how many block pairs have equal logic, and how many are right in everything."""
    partner = dict(comparison.alignment.atoms)
    lefts, rights = comparison.left_atoms, comparison.right_atoms
    wrong = {one.atom for one in comparison.alignment.left_only}
    invented = {one.atom for one in comparison.alignment.right_only}
    for pair in comparison.alignment.bounds:
        if not meets(pair, "full_bound") or partner.get(pair.left.atom) != pair.right.atom:
            wrong.add(pair.left.atom)
    logical = exact = 0
    for a, b in comparison.blocks:
        block, other = comparison.left.blocks[a], comparison.right.blocks[b]
        ours, others = mine.of_block[block.id], theirs.of_block[other.id]
        names = {rights[partner[at]][1].atom.id: lefts[at][1].atom.id for at in ours if partner.get(at, -1) in others}
        renamed = {atom.atom.id: names.get(atom.atom.id, f"unpaired_{atom.atom.id}") for atom in other.atoms}
        tree = None if other.logic is None else rename(other.logic, renamed)
        equal = not block.broken and not other.broken and same(block.logic, tree)
        logical += equal
        exact += (
            equal
            and block.kind == other.kind
            and common(block.span, other.span) >= TOLERANCE
            and same_cohorts(comparison, block, other)
            and len(names) == len(ours) == len(others)
            and not wrong.intersection(ours)
            and not invented.intersection(others)
            and all(_same_atom(lefts[at][1], rights[partner[at]][1]) for at in ours)
        )
    return logical, exact


def _same_atom(one: PlacedAtom, other: PlacedAtom) -> bool:
    return one.atom.type == other.atom.type and same_name(one.atom.subject, other.atom.subject)
