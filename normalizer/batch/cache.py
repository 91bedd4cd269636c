"""The shared cache: answers that other runs paid for, in a folder of the user's choice, bounded in size."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from normalizer.batch.errors import RunError
from normalizer.batch.store import Store

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "answers.sqlite"
#: Bytes that a cache may hold before the oldest answers go; about two million answers.
LIMIT: Final = 2 * 1024**3

#: Seconds between groups of answers: a run has them in its ledger long before.
_EVERY: Final = 1.0


@dataclass(frozen=True, slots=True)
class Stats:
    """What a cache holds: answers, bytes of their texts, bytes on the disk, and the tokens that they cost once."""

    answers: int
    text_bytes: int
    file_bytes: int
    input_tokens: int
    output_tokens: int


def opened(folder: Path) -> Store:
    """Open the cache of a folder, made when it is not there.

    Args:
        folder: the folder.

    Raises:
        RunError: when it cannot be read or written.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(folder, f"the cache cannot be written: {error.strerror or error}") from error
    if not os.access(folder, os.W_OK):
        raise RunError(folder, "the cache cannot be written: no permission")
    return Store(folder / NAME, every=_EVERY)


def _existing(folder: Path) -> sqlite3.Connection:
    path = folder / NAME
    if not path.is_file():
        raise RunError(folder, "holds no cache of answers")
    return sqlite3.connect(path, timeout=30.0, isolation_level=None)


def stats(folder: Path) -> Stats:
    """Return what a cache holds.

    Args:
        folder: the folder.

    Raises:
        RunError: when there is none, or it cannot be read.

    """
    try:
        with closing(_existing(folder)) as answers:
            found = answers.execute(
                "SELECT count(*), coalesce(sum(length(content)), 0), coalesce(sum(usage ->> 'input'), 0),"
                " coalesce(sum(usage ->> 'output'), 0) FROM (SELECT content, CAST(usage AS TEXT) AS usage FROM answers)"
            ).fetchone()
    except sqlite3.Error as error:
        raise RunError(folder, f"the cache cannot be read: {error}") from error
    size = sum(path.stat().st_size for path in folder.glob(f"{NAME}*"))
    return Stats(found[0], found[1], size, found[2], found[3])


def prune(folder: Path, limit: int = LIMIT) -> int:
    """Remove the oldest answers until the texts fit into a limit; return how many went.

    Args:
        folder: the folder.
        limit: bytes of answers that may stay; 0 empties the cache.

    Raises:
        RunError: when there is none, or it cannot be written.

    """
    try:
        with closing(_existing(folder)) as answers:
            answers.execute("BEGIN IMMEDIATE")
            gone = answers.execute(
                "DELETE FROM answers WHERE key IN (SELECT key FROM (SELECT key, sum(length(content) + length(usage))"
                " OVER (ORDER BY used DESC, key) AS kept FROM answers) WHERE kept > ?)",
                (limit,),
            ).rowcount
            answers.execute("COMMIT")
            if gone:
                answers.execute("VACUUM")
    except sqlite3.Error as error:
        raise RunError(folder, f"the cache cannot be written: {error}") from error
    return gone
