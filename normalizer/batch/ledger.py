"""Answers that were paid for, kept in the run directory: a run that was killed asks only for what is missing."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import orjson

from normalizer.batch.errors import RunError
from normalizer.extract.llm.reply import Reply
from normalizer.extract.llm.usage import NOTHING, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from normalizer.extract.llm.reply import Model
    from normalizer.extract.llm.request import Turn

_TABLE: Final = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, content TEXT NOT NULL, usage BLOB NOT NULL)"


class Ledger:
    """A model that remembers the answers of another one in a file; errors are not kept.

    A remembered answer costs nothing: its ``usage`` is empty, its ``own`` that of the answer. Each answer is committed
    before it is used, so that whatever kills the process loses at most the answers in flight.
    """

    def __init__(self, model: Model, path: Path) -> None:
        """Open the ledger of a run directory.

        Args:
            model: who is asked for what is not there.
            path: the file.

        Raises:
            RunError: when the file cannot be read or written.

        """
        self.name = model.name
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            model.prompt_version, model.prompt_hash, model.schema_hash,
        )  # fmt: skip
        self._model, self._path = model, path
        try:
            self._answers = sqlite3.connect(path, isolation_level=None)
            self._answers.execute("PRAGMA journal_mode=WAL")
            self._answers.execute("PRAGMA synchronous=NORMAL")
            self._answers.execute(_TABLE)
        except sqlite3.Error as error:
            raise RunError(path.parent, f"{path.name} cannot be used: {error}") from error

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        """Return the answer to the last turn.

        Raises:
            ModelError: when there is none.
            RunError: when the ledger cannot be read or written.

        """
        key = self._key(turns)
        try:
            row = self._answers.execute("SELECT content, usage FROM answers WHERE key = ?", (key,)).fetchone()
            if row is not None:
                return Reply(row[0], Usage(**orjson.loads(row[1])), NOTHING, 0)
            reply = await self._model.complete(turns)
            kept = orjson.dumps(replace(reply.own, requests=1))
            self._answers.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (key, reply.content, kept))
        except sqlite3.Error as error:
            raise RunError(self._path.parent, f"{self._path.name} cannot be used: {error}") from error
        return reply

    def _key(self, turns: Sequence[Turn]) -> str:
        """Return what names a question: who is asked, by which prompt and schema, and the turns."""
        digest = hashlib.sha256(f"{self.name}\n{self.prompt_hash}\n{self.schema_hash}\n".encode())
        digest.update(orjson.dumps(turns))
        return digest.hexdigest()

    async def aclose(self) -> None:
        """Close the file and the model's connections."""
        self._answers.close()
        await self._model.aclose()
