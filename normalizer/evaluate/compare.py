"""One document's gold and prediction laid over each other: everything is paired once, for all scorers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from normalizer.align import align, overlapping, share
from normalizer.align.pairing import greedy
from normalizer.evaluate.sides import Side, gold_side, predicted, predicted_side
from normalizer.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from normalizer.align import Alignment
    from normalizer.evaluate.gold import Gold
    from normalizer.evaluate.sides import SideBlock
    from normalizer.model.criterion import NormalizedTrial, PublishedAtom
    from normalizer.text import PlacedAtom


@dataclass(frozen=True)
class Comparison:
    """A document on both sides.

    ``trial`` is None when nothing was predicted for the document: everything is then missing.
    """

    gold: Gold
    trial: NormalizedTrial | None
    left: Side
    right: Side

    @cached_property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """Pairs of block indexes: one to one, largest common part first."""
        lefts, rights = self.left.blocks, self.right.blocks
        edges = [
            ((-share(lefts[a].span, rights[b].span), lefts[a].kind != rights[b].kind, a, b), a, b)
            for a, b in overlapping([block.span for block in lefts], [block.span for block in rights])
        ]
        return tuple(sorted(greedy(edges)))

    @cached_property
    def left_atoms(self) -> tuple[tuple[SideBlock, PlacedAtom], ...]:
        """Gold's atoms with their blocks, in the order the alignment counts them."""
        return tuple((block, atom) for block in self.left.blocks for atom in block.atoms)

    @cached_property
    def right_atoms(self) -> tuple[tuple[SideBlock, PlacedAtom], ...]:
        """The predicted atoms with their blocks, in the order the alignment counts them."""
        return tuple((block, atom) for block in self.right.blocks for atom in block.atoms)

    @cached_property
    def published(self) -> tuple[PublishedAtom, ...]:
        """The predicted atoms as published, in the same order."""
        if self.trial is None:
            return ()
        return tuple(atom for criterion in predicted(self.trial) for atom in criterion.atoms)

    @cached_property
    def alignment(self) -> Alignment:
        """Atoms and bounds of the whole document, paired by their characters, whatever block they were put into."""
        return align([atom for _, atom in self.left_atoms], [atom for _, atom in self.right_atoms])

    @cached_property
    def cohorts(self) -> Mapping[str, str]:
        """Predicted cohort id to gold's: equal labels first, else most blocks in common."""
        shared: dict[tuple[str, str], int] = {}
        for a, b in self.blocks:
            for mine in self.left.blocks[a].cohorts:
                for theirs in self.right.blocks[b].cohorts:
                    shared[mine, theirs] = shared.get((mine, theirs), 0) + 1
        mine_ids, their_ids = sorted(self.left.labels), sorted(self.right.labels)
        edges = []
        for a, mine in enumerate(mine_ids):
            for b, theirs in enumerate(their_ids):
                equal = _plain(self.left.labels[mine]) == _plain(self.right.labels[theirs])
                if equal or (mine, theirs) in shared:
                    edges.append(((not equal, -shared.get((mine, theirs), 0), a, b), a, b))
        return {their_ids[b]: mine_ids[a] for a, b in greedy(edges)}


def _plain(label: str) -> str:
    return fold(label).strip(" .:;*-•").lower()


def compare(gold: Gold, trial: NormalizedTrial | None) -> Comparison:
    """Lay a prediction over its gold.

    Args:
        gold: the labels, at the characters of the text the prediction was made from.
        trial: the prediction, None when there is none.

    Raises:
        ValueError: when both were made from different texts.

    """
    if trial is not None and trial.document.text != gold.text:
        raise ValueError(f"{gold.trial}: gold and prediction are of different texts")
    right = Side(blocks=(), labels={}) if trial is None else predicted_side(trial)
    return Comparison(gold, trial, gold_side(gold), right)
