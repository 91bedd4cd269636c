"""Who reads a labelled set: the rules, a model by its recorded answers, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from normalizer.evaluate.report import evaluate
from normalizer.extract.rules import RulesExtractor
from normalizer.pipeline import settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from normalizer.evaluate.report import Report
    from normalizer.evaluate.sets import Labelled
    from normalizer.evaluate.split import Split
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

        return {key: (reading,) for key, (reading, _) in play(labelled, cassettes).items()}
    except ImportError:
        return None


def read(labelled: Sequence[Labelled], cassettes: Path) -> dict[Reader, Readings]:
    """Return the readings of every reader that there is.

    Args:
        labelled: the documents.
        cassettes: the folder of one prompt version.

    """
    rules = by_rules(labelled)
    model = by_model(labelled, cassettes)
    if model is None:
        return {"rules": rules}
    return {"rules": rules, "llm": model, "hybrid": {key: (*model[key], *rules[key]) for key in rules}}


def scored(labelled: Sequence[Labelled], readings: Readings, *, name: str, split: Split) -> Report:
    """Score readings against the labels.

    Args:
        labelled: the documents.
        readings: of one reader.
        name: what the report calls the set.
        split: which documents may be looked at while tuning.

    """
    predictions = {
        one.gold.trial: settle(
            one.document, one.segmentation, one.contexts,
            {context.block.id: readings[one.gold.trial, context.block.id] for context in one.contexts},
        )
        for one in labelled
    }  # fmt: skip
    return evaluate([one.gold for one in labelled], predictions, name=name, split=split)
