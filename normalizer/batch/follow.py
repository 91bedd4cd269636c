"""How far a part is while another process works on it, by the lines that its journal has grown by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from normalizer.batch.folder import JOURNAL
from normalizer.batch.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path


class Followed:
    """Adds up a journal as it grows; for progress only, since a line may be cut off again after a kill."""

    def __init__(self, folder: Path) -> None:
        """Follow the journal of a run directory, which may not be there yet; ``before`` counts the trials it has."""
        self._path, self._size, self._tally = folder / JOURNAL, 0, Tally()
        found = self.look()
        self.before = found.trials + found.failed

    def look(self) -> Tally:
        """Return what the journal adds up to now."""
        try:
            with self._path.open("rb") as journal:
                journal.seek(self._size)
                for line in journal:
                    if not line.endswith(b"\n"):
                        break
                    self._tally.add(Tally.from_json(orjson.loads(line)["counts"]))
                    self._size += len(line)
        except (OSError, ValueError):  # not there, or torn by a kill: its own process says what has to be said
            pass
        return self._tally
