"""External corpora, read from a path and never part of the package: each an adapter with its mapping written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from normalizer.evaluate.report import Report


def corpora_reports(folder: Path, wanted: Collection[str]) -> dict[str, Report]:
    """Return the reports of the wanted corpora that stand in the folder.

    Args:
        folder: holds ``lct`` and ``chia``, either may be absent.
        wanted: names of sets.

    """
    reports: dict[str, Report] = {}
    return reports
