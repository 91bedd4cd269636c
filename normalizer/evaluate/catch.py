"""Catch rate: how many of the errors put into right readings the checks and the second reading notice."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Final

from normalizer.evaluate.corrupt import DECIDING, corruptions
from normalizer.evaluate.report import Report, pooled
from normalizer.evaluate.tally import Tally, share
from normalizer.pipeline import settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from normalizer.evaluate.sets import Labelled
    from normalizer.model.block import BlockContext
    from normalizer.model.criterion import Status
    from normalizer.model.draft import Reading

_TRUSTED: Final[frozenset[Status]] = frozenset({"verified", "checked"})
_SEED: Final = 20


def catch(
    labelled: Sequence[Labelled], readings: Mapping[tuple[str, str], Sequence[Reading]], seed: int = _SEED
) -> Report:
    """Corrupt the primary reading of every block that is trusted as it is, one field at a time.

    Args:
        labelled: the documents.
        readings: (trial, block) to its readings, the primary first.
        seed: decides among equal corruptions.

    Returns:
        A report named ``catch`` with a score for each kind of corruption: of those made, the share that ended outside
        ``verified`` and ``checked``; ``deciding`` is number, comparator, unit and reference together, ``other`` the
        rest.

    """
    random = Random(seed)  # noqa: S311 - a repeatable choice
    documents: dict[str, dict[str, Tally]] = {}
    for one in labelled:
        tallies = documents.setdefault(one.gold.trial, {})
        for context in one.contexts:
            first, *others = readings[one.gold.trial, context.block.id]
            if first.failure is not None or _status(one, context, [first, *others]) not in _TRUSTED:
                continue
            for kind, draft in corruptions(first.draft, random):
                caught = share(int(_status(one, context, [replace(first, draft=draft), *others]) not in _TRUSTED), 1)
                for name in (kind, "deciding" if kind in DECIDING else "other"):
                    tallies[name] = tallies.get(name, Tally()) + caught
    return Report(
        name="catch", parts=dict.fromkeys(documents, "tuning"), scores=pooled(documents), mistakes=(), unpredicted=()
    )


def _status(one: Labelled, context: BlockContext, readings: Sequence[Reading]) -> Status:
    block = replace(one.segmentation, blocks=(context.block,))
    trial = settle(one.document, block, (context,), {context.block.id: readings})
    return next(criterion.status for criterion in trial.criteria if criterion.block_id == context.block.id)
