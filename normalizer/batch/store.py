"""A file of answers by key: read at once, written in groups that are on the disk a tenth of a second later."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final

import orjson

from normalizer.batch.errors import RunError
from normalizer.extract.llm.reply import Reply
from normalizer.extract.llm.usage import NOTHING, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Seconds between groups; with the commit itself an answer is on the disk within a tenth of a second.
EVERY: Final = 0.08
#: Seconds to wait for another process that writes the same file.
_PATIENCE: Final = 30.0
#: Rows stand in the order in which they came: keys are hashes, in whose order each row would touch a page of its own.
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, content TEXT NOT NULL, usage BLOB NOT NULL, used INTEGER NOT NULL DEFAULT (unixepoch())
)
"""


@contextmanager
def looked_into(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file to read from, also while another process writes it, and where nothing can be written.

    Args:
        path: the file.

    Raises:
        RunError: when it cannot be read.

    """
    mode = "mode=rw"  # SQLite keeps notes beside a file that it reads, and only a writer clears them away
    if not os.access(path.parent, os.W_OK):  # it can do without where nothing is left to be taken in
        mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", timeout=_PATIENCE, uri=True)) as opened:
            yield opened
    except sqlite3.Error as error:
        raise RunError(path.parent, f"{path.name} cannot be read: {error}{_hint(error)}") from error


def has_table(opened: sqlite3.Connection, name: str) -> bool:
    """Say whether a file has a table."""
    return opened.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def _hint(error: Exception) -> str:
    """Return how to go on after an error of SQLite: a damaged file holds answers, and nothing that is finished."""
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return "; move it away to go on without it: what is finished stays, its answers are asked for again"
    return ""


class Store:
    """Answers in an SQLite file (WAL or a rollback journal, synchronous=FULL), written by a thread in groups.

    What was put is there for this process at once, and on the disk when the next group is committed. Several processes
    may use one file. It has to be closed.
    """

    #: The tables that the file has.
    tables: ClassVar[tuple[str, ...]] = (_TABLE,)

    def __init__(self, path: Path, *, remote: bool = False, every: float = EVERY) -> None:
        """Open the file, made when it is not there.

        Args:
            path: the file.
            remote: it is on a file system that several hosts share: without WAL, which needs memory shared by all.
            every: seconds after which a group is committed at the latest.

        Raises:
            RunError: when it cannot be read or written.

        """
        self.path, self._journal, self._every = path, "DELETE" if remote else "WAL", every
        self._pending: dict[str, tuple[str, bytes]] = {}
        self._others: list[tuple[str, tuple[Any, ...]]] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._broken: Exception | None = None
        try:
            self._reading = self._connected()
            for table in self.tables:
                self._reading.execute(table)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        self._writer = threading.Thread(target=self._write, name=f"store {path.name}", daemon=True)
        self._writer.start()

    def _connected(self) -> sqlite3.Connection:
        found = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        found.execute(f"PRAGMA journal_mode={self._journal}")
        found.execute("PRAGMA synchronous=FULL")
        return found

    def _unusable(self, error: Exception) -> RunError:
        return RunError(self.path.parent, f"{self.path.name} cannot be used: {error}{_hint(error)}")

    def get(self, key: str) -> Reply | None:
        """Return the answer of a key, None when there is none; its ``usage`` is empty, for it costs nothing now.

        Args:
            key: what names the question.

        Raises:
            RunError: when the file cannot be read, or what was put before could not be written.

        """
        if self._broken is not None:
            raise self._unusable(self._broken)
        with self._lock:
            row = self._pending.get(key)
        if row is None:
            try:
                row = self._reading.execute("SELECT content, usage FROM answers WHERE key = ?", (key,)).fetchone()
            except sqlite3.Error as error:
                raise self._unusable(error) from error
        return None if row is None else Reply(row[0], Usage(**orjson.loads(row[1])), NOTHING, 0)

    def put(self, key: str, reply: Reply) -> None:
        """Keep an answer.

        Args:
            key: what names the question.
            reply: a usable answer.

        """
        with self._lock:
            self._pending[key] = reply.content, orjson.dumps(reply.own)

    def later(self, statement: str, values: tuple[Any, ...]) -> None:
        """Run a statement with the next group.

        Args:
            statement: SQL with place holders.
            values: for them.

        """
        with self._lock:
            self._others.append((statement, values))

    def _write(self) -> None:
        """Write what was put, every tenth of a second, until the store is closed."""
        try:
            with closing(self._connected()) as writing:
                while not self._stop.wait(self._every):
                    self._flush(writing)
                self._flush(writing)
        except Exception as error:  # noqa: BLE001 - whatever ends the writer has to be told
            self._broken = error

    def _flush(self, writing: sqlite3.Connection) -> None:
        with self._lock:
            rows = [(key, *row) for key, row in self._pending.items()]
            others, self._others = self._others, []
        if not rows and not others:
            return
        writing.execute("BEGIN IMMEDIATE")
        writing.executemany("INSERT OR REPLACE INTO answers (key, content, usage) VALUES (?, ?, ?)", rows)
        for statement, values in others:
            writing.execute(statement, values)
        writing.execute("COMMIT")
        with self._lock:
            for key, *_ in rows:
                del self._pending[key]

    def close(self) -> None:
        """Write what is left and close the file.

        Raises:
            RunError: when it could not be written.

        """
        if self._stop.is_set():
            return
        self._stop.set()
        self._writer.join()
        self._reading.close()
        if self._broken is not None:
            raise self._unusable(self._broken)
