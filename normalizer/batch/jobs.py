"""The part of a run's ledger that keeps what was sent in bulk: jobs, their questions, what came back of each."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Self

from normalizer.batch.errors import RunError
from normalizer.batch.folder import LEDGER
from normalizer.batch.store import has_table, looked_into
from normalizer.extract.llm.usage import NOTHING, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

#: ``written``: the file lies in the run directory; ``sent``: the endpoint has it; ``asked``: a job may exist, its name
#: is not known; ``open``: it is at work; ``done``: its answers are here.
Step = Literal["written", "sent", "asked", "open", "done"]
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY, step TEXT NOT NULL, file TEXT, job TEXT, questions INTEGER NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS posted (
    key TEXT PRIMARY KEY, number INTEGER NOT NULL, times INTEGER NOT NULL, body BLOB, error TEXT, lasting INTEGER,
    input INTEGER NOT NULL DEFAULT 0, cached INTEGER NOT NULL DEFAULT 0, output INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""
_ALL: Final = "SELECT number, step, file, job, questions, answered FROM jobs ORDER BY number"
_PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A file of questions and how far it is; ``file`` and ``job`` are the endpoint's names."""

    number: int
    step: Step
    file: str | None
    job: str | None
    questions: int
    answered: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A question that was sent: how often, and what came back: a response body, an error, or nothing yet."""

    times: int
    body: bytes | None = None
    error: str | None = None
    lasting: bool = False

    @property
    def pending(self) -> bool:
        """Say whether nothing came back yet."""
        return self.body is None and self.error is None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job says of one question: the body of a response and its tokens, or an error."""

    key: str
    body: bytes | None = None
    error: str | None = None
    lasting: bool = False
    usage: Usage = NOTHING


class Jobs:
    """Jobs and their questions in the ledger; every change is on the disk when the call returns. Close it."""

    def __init__(self, path: Path) -> None:
        """Open the ledger.

        Args:
            path: the file.

        Raises:
            RunError: when it cannot be read or written.

        """
        self._path = path
        with self._guarded():
            self._ledger = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
            self._ledger.execute("PRAGMA journal_mode=WAL")
            self._ledger.execute("PRAGMA synchronous=FULL")
            self._ledger.executescript(_TABLES)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._ledger.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise RunError(self._path.parent, f"{self._path.name} cannot be used: {error}") from error

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._guarded():
            self._ledger.execute("BEGIN IMMEDIATE")
            try:
                yield self._ledger
            except BaseException:
                self._ledger.execute("ROLLBACK")
                raise
            self._ledger.execute("COMMIT")

    def all(self) -> tuple[Sent, ...]:
        """Return all jobs, the oldest first."""
        with self._guarded():
            return tuple([Sent(*row) for row in self._ledger.execute(_ALL)])

    def add(self, number: int, keys: Sequence[str]) -> None:
        """Keep that a file of questions is written; a question that had an error counts once more."""
        with self._changing() as ledger:
            ledger.execute("INSERT INTO jobs (number, step, questions) VALUES (?, 'written', ?)", (number, len(keys)))
            ledger.executemany(
                "INSERT INTO posted (key, number, times) VALUES (?, ?, 1) ON CONFLICT (key) DO UPDATE SET"
                " number = excluded.number, times = times + 1, error = NULL, lasting = NULL",
                [(key, number) for key in keys],
            )

    def step(self, number: int, step: Step, *, file: str | None = None, job: str | None = None) -> None:
        """Keep how far a job is; names that are given are kept beside."""
        with self._changing() as ledger:
            ledger.execute(
                "UPDATE jobs SET step = ?, file = coalesce(?, file), job = coalesce(?, job) WHERE number = ?",
                (step, file, job, number),
            )

    def progress(self, number: int, answered: int) -> None:
        """Keep how many questions of a job the endpoint has dealt with."""
        with self._changing() as ledger:
            ledger.execute("UPDATE jobs SET answered = ? WHERE number = ?", (answered, number))

    def drop(self, number: int) -> None:
        """Forget a job that the endpoint refused as a whole: its questions were never asked."""
        with self._changing() as ledger:
            ledger.execute("DELETE FROM posted WHERE number = ?", (number,))
            ledger.execute("DELETE FROM jobs WHERE number = ?", (number,))

    def take_in(self, number: int, outcomes: Iterable[Outcome], silent: str) -> None:
        """Keep what came back of a job, which then is done.

        Args:
            number: of the job.
            outcomes: those of questions of other jobs change nothing.
            silent: the error of questions of which nothing came back.

        """
        with self._changing() as ledger:
            ledger.executemany(
                "UPDATE posted SET body = ?, error = ?, lasting = ?, input = ?, cached = ?, output = ?"
                " WHERE key = ? AND number = ? AND body IS NULL",
                [
                    (one.body, one.error, one.lasting, one.usage.input, one.usage.cached, one.usage.output, one.key,
                     number) for one in outcomes
                ],
            )  # fmt: skip
            ledger.execute(
                "UPDATE posted SET error = ?, lasting = 0 WHERE number = ? AND body IS NULL AND error IS NULL",
                (silent, number),
            )
            ledger.execute("UPDATE jobs SET step = 'done', answered = questions WHERE number = ?", (number,))

    def keys(self, number: int) -> frozenset[str]:
        """Return the names of a job's questions."""
        with self._guarded():
            return frozenset(
                key for (key,) in self._ledger.execute("SELECT key FROM posted WHERE number = ?", (number,))
            )

    def get(self, key: str) -> Posted | None:
        """Return what became of a question, None when it was never sent."""
        with self._guarded():
            row = self._ledger.execute(
                "SELECT times, body, error, lasting FROM posted WHERE key = ?", (key,)
            ).fetchone()
        return None if row is None else Posted(row[0], row[1], row[2], bool(row[3]))

    def used(self) -> Usage:
        """Return the tokens of all that came back and is not yet kept among the run's answers."""
        with self._guarded():
            row = self._ledger.execute(
                "SELECT count(body), coalesce(sum(input), 0), coalesce(sum(cached), 0), coalesce(sum(output), 0)"
                " FROM posted WHERE key NOT IN (SELECT key FROM answers)"
            ).fetchone()
        return Usage(*row)

    def forget(self, *, errors: bool = False) -> None:
        """Let go of what came back: all of it once a run is finished, or only errors, so that these are sent again."""
        with self._changing() as ledger:
            ledger.execute(f"DELETE FROM posted WHERE {'error IS NOT NULL' if errors else '1'}")  # noqa: S608 - ours


def sent(folder: Path) -> tuple[Sent, ...]:
    """Return the jobs of a run directory, none when nothing was sent in bulk.

    Args:
        folder: the run directory.

    Raises:
        RunError: when the ledger cannot be read.

    """
    path = folder / LEDGER
    if not path.is_file():
        return ()
    with looked_into(path) as ledger:
        return tuple([Sent(*row) for row in ledger.execute(_ALL)]) if has_table(ledger, "jobs") else ()
