"""The layout of a run in parts: ``RUN_DIR/parts/0001-of-0008`` and so on are run directories of their own.

``RUN_DIR/run.json`` speaks of the whole; the facts of part 1 stand in ``RUN_DIR/facts/part-0001.parquet``.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PARTS: Final = "parts"
_TABLES: Final = "facts"
_PART: Final = re.compile(r"[0-9]{4,6}-of-[0-9]{4,6}")
_TABLE: Final = re.compile(r"part-[0-9]{4,6}\.parquet(\.part)?")


def part_of(path: Path, number: int, of: int) -> Path:
    """Return the run directory of a part.

    Args:
        path: the run directory of the whole.
        number: which part, from 1.
        of: how many parts there are.

    """
    return path / _PARTS / f"{number:04d}-of-{of:04d}"


def table_of(path: Path, number: int) -> Path:
    """Return the Parquet file with the facts of a part.

    Args:
        path: the run directory of the whole.
        number: which part, from 1.

    """
    return path / _TABLES / f"part-{number:04d}.parquet"


def count(manifest: Mapping[str, Any]) -> int | None:
    """Return how many parts the run of a manifest has, None for one that is not in parts."""
    found: int | None = manifest["settings"].get("parts")
    return found


def folders(path: Path, manifest: Mapping[str, Any]) -> list[Path]:
    """Return where the lines of a run are: the directories of its parts in their order, else its own.

    Args:
        path: the run directory.
        manifest: what stands in its ``run.json``.

    """
    of = count(manifest)
    return [path] if of is None else [part_of(path, number, of) for number in range(1, of + 1)]


def found(path: Path) -> list[Path]:
    """Return the directories of parts that an earlier run left in a directory, whatever its manifest says."""
    folder = path / _PARTS
    return sorted(one for one in folder.iterdir() if _PART.fullmatch(one.name)) if folder.is_dir() else []


def discard(path: Path) -> None:
    """Remove the parts that an earlier run left in a directory, and nothing else.

    Args:
        path: the run directory of the whole.

    Raises:
        OSError: when they cannot be removed.

    """
    for part in found(path):
        shutil.rmtree(part)
    if (path / _TABLES).is_dir():
        for table in [one for one in (path / _TABLES).iterdir() if _TABLE.fullmatch(one.name)]:
            table.unlink()
    for folder in (path / _PARTS, path / _TABLES):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
