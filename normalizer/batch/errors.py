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
