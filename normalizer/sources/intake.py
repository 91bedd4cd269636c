"""How much of all inputs was taken, by their bytes: what is known of a stream whose records are not counted."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from normalizer.model.errors import SourceError
from normalizer.sources.names import STDIN, files_of, names_of

if TYPE_CHECKING:
    from normalizer.sources.names import Source
    from normalizer.sources.streams import Stream


class Intake:
    """The bytes of all inputs as they stand on the disk, packed or not, and how many of them were taken."""

    def __init__(self, source: Source) -> None:
        """Look at the sizes of all files.

        Args:
            source: what will be read; names that can be gone through twice.

        """
        self._total: int | None = 0
        self._before = 0
        self._stream: Stream | None = None
        for name in names_of(source):
            try:
                paths = files_of(name)
            except SourceError:  # the reader says so
                continue
            for path in paths:
                size = _size(path)
                self._total = None if size is None or self._total is None else self._total + size

    def begin(self, stream: Stream) -> None:
        """Count what is taken of a file."""
        self._stream = stream

    def end(self, path: str) -> None:
        """Count a whole file, also one that was refused."""
        self._stream = None
        self._before += _size(path) or 0

    @property
    def share(self) -> float | None:
        """The share that was taken, from 0 to 1; None when a size is not known (standard input, a pipe)."""
        if not self._total:
            return None
        taken = self._before + (0 if self._stream is None else self._stream.taken)
        return min(1.0, taken / self._total)


def _size(path: str) -> int | None:
    """Return the size of a file, 0 of one that is not there, None of what has none."""
    if path == STDIN:
        return None
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else None
