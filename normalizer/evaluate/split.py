"""Which labelled documents may be looked at while rules and prompts are tuned, and which are only measured."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from normalizer.model.errors import GoldError

if TYPE_CHECKING:
    from pathlib import Path

Part = Literal["tuning", "measured", "unlisted"]


@dataclass(frozen=True, slots=True)
class Split:
    """Patterns (``*`` and ``?`` as in file names) of trial ids, those of stress items being ``stress/<id>``."""

    tuning: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()

    def part(self, trial: str) -> Part:
        """Return the part of a trial; ``measured`` wins when both name it."""
        if any(fnmatchcase(trial, pattern) for pattern in self.measured):
            return "measured"
        return "tuning" if any(fnmatchcase(trial, pattern) for pattern in self.tuning) else "unlisted"


def read_split(path: Path) -> Split:
    """Read a split file with the lists ``tuning`` and ``measured``; a file that is absent lists nothing.

    Raises:
        GoldError: when it is no TOML or holds anything else.

    """
    if not path.exists():
        return Split()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise GoldError(path.name, 0, "file", f"no TOML: {error}") from error
    for name, value in data.items():
        if name not in ("tuning", "measured"):
            raise GoldError(path.name, 0, name, "unknown field")
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise GoldError(path.name, 0, name, "a list of patterns")
    return Split(tuple(data.get("tuning", ())), tuple(data.get("measured", ())))
