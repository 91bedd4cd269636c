"""External corpora, read from a path and never part of the package: each an adapter with its mapping written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.evaluate.corpora import chia, lct, lct_score
from normalizer.evaluate.report import Report, pooled

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from normalizer.evaluate.mistakes import Mistake
    from normalizer.evaluate.tally import Tally

FILES = ("docs.jsonl.gz", "comparisons.jsonl.gz")


def lct_report(folder: Path) -> Report:
    """Score the reader of quantities on an LCT folder.

    Args:
        folder: holds ``docs.jsonl.gz`` and ``comparisons.jsonl.gz``.

    """
    tallies: dict[str, dict[str, Tally]] = {}
    wrong: list[Mistake] = []
    for document in lct.documents(folder):
        predicted = lct.predictions(document.text)
        tallies[document.id] = lct_score.tallies(document, predicted)
        wrong += lct_score.mistakes(document, predicted)
    return Report(
        name="lct",
        parts=dict.fromkeys(tallies, "tuning"),
        scores=pooled(tallies),
        mistakes=tuple(wrong),
        unpredicted=(),
    )


def chia_report(folder: Path) -> Report:
    """Score the reader of quantities on a Chia folder.

    Args:
        folder: holds ``docs.jsonl.gz`` and ``comparisons.jsonl.gz``.

    """
    tallies: dict[str, dict[str, Tally]] = {}
    wrong: list[Mistake] = []
    for section in chia.sections(folder):
        tallies[section.id] = chia.tallies(section)
        wrong += chia.mistakes(section)
    return Report(
        name="chia",
        parts=dict.fromkeys(tallies, "tuning"),
        scores=pooled(tallies),
        mistakes=tuple(wrong),
        unpredicted=(),
    )


CORPORA: Final = {"lct": lct_report, "chia": chia_report}


def corpora_reports(folder: Path, wanted: Collection[str]) -> dict[str, Report]:
    """Return the reports of the wanted corpora that stand in the folder.

    Args:
        folder: holds ``lct`` and ``chia``, either may be absent.
        wanted: names of sets.

    """
    return {
        name: make(folder / name)
        for name, make in CORPORA.items()
        if name in wanted and all((folder / name / file).is_file() for file in FILES)
    }
