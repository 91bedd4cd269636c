"""What can go wrong with a run directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.model.errors import NormalizerError

if TYPE_CHECKING:
    from pathlib import Path


class RunError(NormalizerError):
    """A run directory cannot be used or written; keeps the directory and the reason."""

    def __init__(self, folder: Path, message: str) -> None:
        super().__init__(f"{folder}: {message}")
        self.folder, self.message = folder, message


class BusyError(RunError):
    """Another process is writing the run directory."""


class PartsError(RunError):
    """Some parts could not be finished; ``over_budget`` when one of them stopped before it would pass its budget."""

    def __init__(self, folder: Path, message: str, *, over_budget: bool) -> None:
        super().__init__(folder, message)
        self.over_budget = over_budget
