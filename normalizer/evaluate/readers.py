"""Who reads a labelled set: the rules, a model by its recorded answers, or both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from normalizer.evaluate.report import evaluate
from normalizer.extract.rules import RulesExtractor
from normalizer.pipeline import settle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from normalizer.evaluate.report import Report
    from normalizer.evaluate.sets import Labelled
    from normalizer.evaluate.split import Split
    from normalizer.model.criterion import NormalizedTrial
    from normalizer.model.draft import Reading

Reader: TypeAlias = Literal["rules", "llm", "hybrid"]
READERS: Final[tuple[Reader, ...]] = ("rules", "llm", "hybrid")
#: (trial, block) to its readings, the primary first.
Readings: TypeAlias = "Mapping[tuple[str, str], tuple[Reading, ...]]"


def by_rules(labelled: Sequence[Labelled]) -> Readings:
    """Return the rules' readings."""
    extractor = RulesExtractor()
    return {
        (one.gold.trial, context.block.id): (extractor.read(context),) for one in labelled for context in one.contexts
    }


def by_model(labelled: Sequence[Labelled], cassettes: Path) -> Readings | None:
    """Return the first answers that were recorded of a model; None when some are missing or vcrpy is not installed.

    Args:
        labelled: the documents.
        cassettes: the folder of one prompt version.

    """
    wanted = {"about"} | {one.cassette for one in labelled}
    if not all((cassettes / f"{name}.json").is_file() for name in wanted):
        return None
    try:
        from normalizer.evaluate.replay import play  # noqa: PLC0415 - needs the extra and vcrpy

        return {key: (reading,) for key, (reading, _) in play(labelled, cassettes, strict=False).items()}
    except ImportError:
        return None


def read(labelled: Sequence[Labelled], cassettes: Path, wanted: Collection[Reader]) -> dict[Reader, Readings]:
    """Return the readings of every wanted reader that there is.

    A block whose text is no longer what was asked about has a failed reading of the model: then record anew.

    Args:
        labelled: the documents.
        cassettes: the folder of one prompt version.
        wanted: the readers.

    """
    rules = by_rules(labelled)
    model = by_model(labelled, cassettes) if set(wanted) - {"rules"} else None
    found: dict[Reader, Readings] = {"rules": rules}
    if model is not None:
        found |= {"llm": model, "hybrid": {key: (*model[key], *rules[key]) for key in rules}}
    return {reader: readings for reader, readings in found.items() if reader in wanted}


def predicted(labelled: Sequence[Labelled], readings: Readings) -> dict[str, NormalizedTrial]:
    """Return the normalized trials by id.

    Args:
        labelled: the documents.
        readings: of one reader.

    """
    return {
        one.gold.trial: settle(
            one.document, one.segmentation, one.contexts,
            {context.block.id: readings[one.gold.trial, context.block.id] for context in one.contexts},
        )
        for one in labelled
    }  # fmt: skip


def scored(
    labelled: Sequence[Labelled], predictions: Mapping[str, NormalizedTrial], *, name: str, split: Split
) -> Report:
    """Score normalized trials against the labels.

    Args:
        labelled: the documents.
        predictions: trial id to what was published.
        name: what the report calls the set.
        split: which documents may be looked at while tuning.

    """
    report = evaluate([one.gold for one in labelled], predictions, name=name, split=split)
    return replace(report, usage=used(predictions.values()))


def used(trials: Iterable[NormalizedTrial]) -> dict[str, int]:
    """Return the requests and tokens of a model behind trials, by their provenance; empty without a model.

    Args:
        trials: as published.

    """
    made = [one for trial in trials for criterion in trial.criteria for one in criterion.provenance if one.model]
    if not made:
        return {}
    return {
        "requests": sum(1 for one in made if one.input_tokens),
        "input_tokens": sum(one.input_tokens or 0 for one in made),
        "output_tokens": sum(one.output_tokens or 0 for one in made),
    }
