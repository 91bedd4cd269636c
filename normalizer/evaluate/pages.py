"""Labels put at the characters of the page they were made from, or of the page as a run has published it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from normalizer.evaluate.gold import locate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from normalizer.evaluate.gold import Gold, Labels
    from normalizer.model.criterion import NormalizedTrial
    from normalizer.model.document import TrialDocument


def located(labels: Labels, documents: Iterable[TrialDocument]) -> Gold:
    """Return the labels at the characters of their page, found by its file name.

    Raises:
        GoldError: when there is no such page, or a label does not fit it.

    """
    for document in documents:
        if PurePath(document.source).name == labels.source:
            return locate(labels, document.text, document.sections[0].start if document.sections else 0)
    raise labels.lined.error(("source",), f"no page {labels.source}")


def located_in(labels: Labels, trial: NormalizedTrial) -> Gold:
    """Return the labels at the characters of a published trial.

    Raises:
        GoldError: when a label does not fit its text.

    """
    return locate(labels, trial.document.text, min((tile.start for tile in trial.coverage.tiles), default=0))
