"""Catch rate: how many of the errors put into right readings the checks and the second reading notice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Final

from normalizer.evaluate.corrupt import KINDS, corruptions
from normalizer.evaluate.tables import table
from normalizer.pipeline import settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from normalizer.evaluate.sets import Labelled
    from normalizer.model.block import BlockContext
    from normalizer.model.criterion import Status
    from normalizer.model.draft import Reading

_TRUSTED: Final[frozenset[Status]] = frozenset({"verified", "checked"})
_SEED: Final = 20


@dataclass(slots=True)
class Catches:
    """By kind of corruption: how many were made in trusted criteria, and how many of these ended outside trust."""

    made: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)

    def rate(self, kinds: Sequence[str]) -> float | None:
        """Return the share that was caught of some kinds together; None when none was made."""
        made = sum(self.made[kind] for kind in kinds)
        return sum(self.caught[kind] for kind in kinds) / made if made else None


def catch(
    labelled: Sequence[Labelled], readings: Mapping[tuple[str, str], Sequence[Reading]], seed: int = _SEED
) -> Catches:
    """Corrupt the primary reading of every block that is trusted as it is, one field at a time.

    Args:
        labelled: the documents.
        readings: (trial, block) to its readings, the primary first.
        seed: decides among equal corruptions.

    """
    random = Random(seed)  # noqa: S311 - a repeatable choice
    found = Catches()
    for one in labelled:
        for context in one.contexts:
            first, *others = readings[one.gold.trial, context.block.id]
            if first.failure is not None or _status(one, context, [first, *others]) not in _TRUSTED:
                continue
            for kind, draft in corruptions(first.draft, random):
                found.made[kind] += 1
                if _status(one, context, [replace(first, draft=draft), *others]) not in _TRUSTED:
                    found.caught[kind] += 1
                else:
                    found.missed.append((kind, f"{one.gold.trial}/{context.block.id}", repr(draft)))
    return found


def _status(one: Labelled, context: BlockContext, readings: Sequence[Reading]) -> Status:
    block = replace(one.segmentation, blocks=(context.block,))
    trial = settle(one.document, block, (context,), {context.block.id: readings})
    return next(criterion.status for criterion in trial.criteria if criterion.block_id == context.block.id)


def printed(found: Catches) -> str:
    """Return the catches as a table."""
    rows = []
    for kind in KINDS:
        rate = found.rate([kind])
        share = "-" if rate is None else f"{rate:.3f}"
        rows.append((kind, str(found.made[kind]), str(found.caught[kind]), share))
    return table(("corrupted", "made", "caught", "share"), rows)
