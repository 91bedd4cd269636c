"""Scores of a set of documents: pooled over bounds, with intervals, and document by document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from normalizer.evaluate.compare import compare
from normalizer.evaluate.interval import interval
from normalizer.evaluate.mistakes import Mistake, mistakes
from normalizer.evaluate.outcomes import gold_hash, outcomes
from normalizer.evaluate.scorers import score
from normalizer.evaluate.split import Split
from normalizer.evaluate.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from normalizer.evaluate.gold import Gold
    from normalizer.evaluate.split import Part
    from normalizer.model.criterion import NormalizedTrial

#: Raised with every change to what a score means; runs of different versions are not compared.
SCORER_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One score: the pooled tally, its 95 % interval (None when it cannot be said), and each document's tally."""

    name: str
    total: Tally
    interval: tuple[float, float] | None
    documents: Mapping[str, Tally]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The scores of one set.

    ``parts`` says of each document whether it may be looked at while tuning, ``outcomes`` what became of every gold
    bound (empty: right), ``gold_hash`` which labels these were, ``usage`` what a model used.
    """

    name: str
    parts: Mapping[str, Part]
    scores: Mapping[str, Score]
    mistakes: tuple[Mistake, ...]
    unpredicted: tuple[str, ...]
    outcomes: Mapping[str, str] = field(default_factory=dict)
    gold_hash: str | None = None
    usage: Mapping[str, int] = field(default_factory=dict)
    scorer_version: str = SCORER_VERSION

    def value(self, metric: str) -> float | None:
        """Return a score's F1 (of a share: the share), or with ``.precision`` or ``.recall`` behind the name that.

        Raises:
            KeyError: when there is no such score.

        """
        name, _, side = metric.partition(".")
        tally = self.scores[name].total
        if side == "precision":
            return tally.precision
        return tally.recall if side == "recall" else tally.f1


def pooled(documents: Mapping[str, Mapping[str, Tally]]) -> dict[str, Score]:
    """Return the scores of a set from the tallies of its documents; a tally that a document lacks is empty.

    Args:
        documents: document id to tallies by name.

    """
    order = sorted(documents)
    names = dict.fromkeys(metric for document in order for metric in documents[document])
    scores = {}
    for metric in names:
        column = {document: documents[document].get(metric, Tally()) for document in order}
        scores[metric] = Score(
            name=metric, total=sum(column.values(), Tally()), interval=interval(list(column.values())), documents=column
        )
    return scores


def evaluate(
    gold: Iterable[Gold], predictions: Mapping[str, NormalizedTrial], *, name: str = "gold", split: Split | None = None
) -> Report:
    """Score predictions against gold.

    A document without a prediction counts: all that it holds is missing. Predictions without gold are left out.

    Args:
        gold: the labels, each at the characters of the text that was predicted from.
        predictions: trial id to what was published.
        name: what the report calls the set.
        split: which documents may be looked at while tuning.

    Raises:
        ValueError: when a gold and a prediction of one trial were made from different texts.

    """
    split = split or Split()
    tallies: dict[str, Mapping[str, Tally]] = {}
    parts: dict[str, Part] = {}
    wrong: list[Mistake] = []
    absent: list[str] = []
    became: dict[str, str] = {}
    gold = tuple(gold)
    for labels in sorted(gold, key=lambda one: one.trial):
        trial = predictions.get(labels.trial)
        if trial is None:
            absent.append(labels.trial)
        comparison = compare(labels, trial)
        tallies[labels.trial] = score(comparison)
        parts[labels.trial] = split.part(labels.trial)
        wrong += mistakes(comparison)
        became |= outcomes(comparison)
    return Report(
        name=name, parts=parts, scores=pooled(tallies), mistakes=tuple(wrong), unpredicted=tuple(absent),
        outcomes=became, gold_hash=gold_hash(gold),
    )  # fmt: skip
