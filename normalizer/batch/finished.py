"""Reading a finished run directory, or one whose parts are all finished, in their order."""

from __future__ import annotations

import difflib
from itertools import chain
from typing import TYPE_CHECKING

import orjson

from normalizer.batch.errors import RunError
from normalizer.batch.folder import FACTS, TRIALS, read_manifest
from normalizer.batch.parts import folders
from normalizer.facts import from_json, row_from_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from normalizer.facts import Row
    from normalizer.model.criterion import NormalizedTrial


def _files(path: Path, name: str) -> list[Path]:
    manifest = read_manifest(path) if path.is_dir() else None
    if manifest is None:
        raise RunError(path, "is no run directory" if path.exists() else "does not exist")
    files = [folder / name for folder in folders(path, manifest)]
    if manifest.get("finished") is None or not all(file.is_file() for file in files):
        raise RunError(path, "holds a run that is not finished; give the same command again to finish it")
    return files


def _lines(path: Path, name: str) -> Iterator[tuple[Path, int, bytes]]:
    """Yield the lines of a run, of one in parts those of its parts, each with its run directory and its number."""
    for file in _files(path, name):
        try:
            with file.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    yield file.parent, number, line
        except OSError as error:
            raise RunError(file.parent, f"{name} cannot be read: {error.strerror or error}") from error


def facts(*paths: Path) -> Iterator[Row]:
    """Return the rows of run directories one after the other, as of one run; the shards of a run are such directories.

    Args:
        paths: the run directories; all are looked at before the first row.

    Raises:
        RunError: when there is no finished run, one is named twice, or a line is damaged (names it).

    """
    seen = set()
    for path in paths:
        _files(path, FACTS)
        if (real := path.resolve()) in seen:
            raise RunError(path, "is named twice; its rows would stand there twice")
        seen.add(real)
    return chain.from_iterable(map(_facts, paths))


def _facts(path: Path) -> Iterator[Row]:
    for folder, number, line in _lines(path, FACTS):
        try:
            row = row_from_json(line)
        except (ValueError, TypeError, ArithmeticError) as error:
            raise RunError(folder, f"{FACTS}, line {number}: {error}") from error
        yield row


def trials(path: Path) -> Iterator[NormalizedTrial]:
    """Yield the trials of a run directory.

    Args:
        path: the run directory.

    Raises:
        RunError: when there is no finished run, or a line is damaged (names it).

    """
    for folder, number, line in _lines(path, TRIALS):
        yield _trial(folder, number, line)


def _trial(path: Path, number: int, line: bytes) -> NormalizedTrial:
    try:
        return from_json(line)
    except ValueError as error:
        raise RunError(path, f"{TRIALS}, line {number}: {error}") from error


def find(path: Path, trial_id: str) -> NormalizedTrial:
    """Return one trial of a run directory.

    Args:
        path: the run directory.
        trial_id: the trial's id, in any case.

    Raises:
        RunError: when there is no finished run or no such trial (names the closest ids).

    """
    known = []
    for folder, number, line in _lines(path, TRIALS):
        try:
            found = _id(line)
        except ValueError as error:
            raise RunError(folder, f"{TRIALS}, line {number}: {error}") from error
        if found.casefold() == trial_id.casefold():
            return _trial(folder, number, line)
        known.append(found)
    close = difflib.get_close_matches(trial_id, known, n=5, cutoff=0.5) or known[:5]
    raise RunError(path, f"has no trial {trial_id!r}; it has {', '.join(close) or 'none'}{' ...' if known else ''}")


def _id(line: bytes) -> str:
    """Return the id, which is a line's first field, without reading the rest."""
    start = len(b'{"trial_id":')
    end = line.index(b',"document":')
    found: str = orjson.loads(line[start:end])
    return found
