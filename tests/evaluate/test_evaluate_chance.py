"""Values dealt out at random score what chance gives them, no more."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from normalizer.evaluate.report import evaluate
from normalizer.evaluate.sets import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from normalizer.evaluate.gold import Gold
    from normalizer.evaluate.sets import Labelled
    from normalizer.model.criterion import NormalizedTrial

ROOT = Path(__file__).parents[2]
#: Field of a published bound -> its score; grades have neither unit nor reference and keep what they have.
FIELDS = {"comparator": "comparator", "unit_printed": "unit", "reference": "reference", "direction": "direction"}


@pytest.fixture(scope="module")
def labelled() -> Sequence[Labelled]:
    return seeds(ROOT / "evals" / "gold", ROOT / "seeds")


def shuffled(trials: list[NormalizedTrial], field: str, random: Random) -> tuple[list[NormalizedTrial], list[str]]:
    """Deal the values of one field out anew over all bounds of one form; return the values too."""
    where = [
        (t, c, a, b)
        for t, trial in enumerate(trials)
        for c, criterion in enumerate(trial.criteria)
        for a, atom in enumerate(criterion.atoms)
        for b, bound in enumerate(atom.bounds)
        if getattr(bound, field) is not None and bound.role != "grade"
    ]
    values = [getattr(trials[t].criteria[c].atoms[a].bounds[b], field) for t, c, a, b in where]
    dealt = dict(zip(where, random.sample(values, len(values)), strict=True))
    out = []
    for t, trial in enumerate(trials):
        criteria = []
        for c, criterion in enumerate(trial.criteria):
            atoms = tuple(
                replace(atom, bounds=tuple(
                    replace(bound, **{field: dealt[t, c, a, b]}) if (t, c, a, b) in dealt else bound
                    for b, bound in enumerate(atom.bounds)
                ))
                for a, atom in enumerate(criterion.atoms)
            )  # fmt: skip
            criteria.append(replace(criterion, atoms=atoms))
        out.append(replace(trial, criteria=tuple(criteria)))
    return out, [str(value) for value in values]


@pytest.mark.parametrize("field", FIELDS)
def test_shuffled_values_score_at_most_chance(
    field: str, labelled: Sequence[Labelled], perfect: Callable[[Gold], NormalizedTrial]
) -> None:
    gold = [one.gold for one in labelled]
    right = [perfect(labels) for labels in gold]
    dealt, values = shuffled(right, field, Random(5))  # noqa: S311 - repeatable
    report = evaluate(gold, {labels.trial: trial for labels, trial in zip(gold, dealt, strict=True)})
    total = report.scores[FIELDS[field]].total
    wrong = total.gold - total.right
    # a value meets its like with the share of its like; what was not dealt out stays right
    count = len(values)
    chance = sum(n * n for n in Counter(values).values()) / count
    spread = 4 * math.sqrt(chance * (1 - chance / count))
    assert count - wrong <= chance + spread
    assert count - wrong >= chance - spread
    assert report.value("full_bound") is not None
