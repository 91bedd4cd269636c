"""What became of every single gold bound, by name, so that two runs can be compared pair by pair."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from normalizer.evaluate.scorers.levels import meets
from normalizer.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from normalizer.evaluate.compare import Comparison
    from normalizer.evaluate.gold import Gold

#: The outcome of a bound that nothing was predicted for.
MISSING = "missing"


def outcomes(comparison: Comparison) -> dict[str, str]:
    """Return the outcome of every gold bound by its name: empty when everything is right, else what is wrong.

    A name is ``trial/block/n subject: quote``, ``n`` counting the bounds of the block.
    """
    wrong = {
        (pair.left.atom, pair.left.nth): "" if meets(pair, "full_bound") else " ".join(sorted(pair.differs))
        for pair in comparison.alignment.bounds
    }
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    for at, (block, atom) in enumerate(comparison.left_atoms):
        for nth, placed in enumerate(atom.bounds):
            count = counts[block.id] = counts.get(block.id, 0) + 1
            name = f"{comparison.gold.trial}/{block.id}/{count} {atom.atom.subject}: {fold(placed.bound.quote)}"
            found[name] = wrong.get((at, nth), MISSING)
    return found


def gold_hash(gold: Iterable[Gold]) -> str:
    """Return what names a set of labels: their texts and everything that is labelled in them."""
    digest = hashlib.sha256()
    for labels in sorted(gold, key=lambda one: one.trial):
        digest.update(repr((labels.trial, labels.text, labels.cohorts, labels.blocks)).encode())
    return digest.hexdigest()[:16]
