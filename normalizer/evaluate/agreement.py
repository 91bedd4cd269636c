"""``python -m normalizer.evaluate.agreement A B``: how far two labellers agree, field by field, and where they do not.

The second labeller is scored against the first. F1 is the same the other way round; precision and recall change places.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from normalizer.evaluate.compare import Comparison
from normalizer.evaluate.gold import read_folder
from normalizer.evaluate.mistakes import listed, mistakes
from normalizer.evaluate.pages import located
from normalizer.evaluate.report import Report, pooled
from normalizer.evaluate.scorers import fields, levels, segmentation, structure
from normalizer.evaluate.sides import gold_side
from normalizer.evaluate.split import Split
from normalizer.evaluate.tables import printed
from normalizer.model.errors import GoldError
from normalizer.sources import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from normalizer.evaluate.gold import Gold
    from normalizer.evaluate.mistakes import Mistake
    from normalizer.evaluate.tally import Tally

_MALFORMED = 2


def agreement(first: Iterable[Gold], second: Iterable[Gold], *, split: Split | None = None) -> Report:
    """Score one labeller against another on the documents that both have labelled.

    Args:
        first: the labels that stand as gold.
        second: the labels that are scored.
        split: which documents may be looked at while tuning.

    """
    split = split or Split()
    others = {gold.trial: gold for gold in second}
    tallies: dict[str, dict[str, Tally]] = {}
    wrong: list[Mistake] = []
    for gold in first:
        other = others.get(gold.trial)
        if other is None:
            continue
        comparison = Comparison(gold, None, gold_side(gold), gold_side(other))
        scorers = (levels.score, fields.score, segmentation.score, structure.score)
        tallies[gold.trial] = {name: tally for scorer in scorers for name, tally in scorer(comparison).items()}
        wrong += mistakes(comparison)
    return Report(
        name="agreement", parts={trial: split.part(trial) for trial in tallies}, scores=pooled(tallies),
        mistakes=tuple(wrong), unpredicted=(),
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the agreement of two folders of labels; returns 2 when one is malformed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m normalizer.evaluate.agreement", description=__doc__)
    parser.add_argument("first", type=Path, help="folder of gold files")
    parser.add_argument("second", type=Path, help="folder of gold files")
    parser.add_argument("--pages", type=Path, default=Path("seeds"), help="folder of the labelled pages")
    parser.add_argument("--mistakes", type=int, metavar="N", help="also print N differences of each kind")
    options = parser.parse_args(arguments)
    documents = list(load(options.pages))
    try:
        first, second = (
            [located(labels, documents) for labels in read_folder(folder).values()]
            for folder in (options.first, options.second)
        )
    except GoldError as error:
        sys.stderr.write(f"{error}\n")
        return _MALFORMED
    report = agreement(first, second)
    sys.stdout.write(printed(report) + "\n")
    if options.mistakes:
        sys.stdout.write(listed(report.mistakes, options.mistakes).replace("  SILENT", "") + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
