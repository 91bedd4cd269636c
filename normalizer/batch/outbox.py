"""Questions that go out in bulk: written into files, and answered by what came back of them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

import orjson

from normalizer.batch.errors import RunError
from normalizer.extract.llm.bulk import MOST_REQUESTS
from normalizer.extract.llm.errors import EndpointError, ModelError
from normalizer.extract.llm.reply import Reply, content_of
from normalizer.extract.llm.usage import Usage
from normalizer.model.errors import NormalizerError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from normalizer.batch.jobs import Jobs
    from normalizer.batch.remembered import Named
    from normalizer.extract.llm.reply import Model
    from normalizer.extract.llm.request import RequestForm, Turn

#: Bytes of a file, well below what providers take: it is held in memory while it is sent.
LARGEST: Final = 64 * 2**20
#: So often a question is sent before what goes wrong with it is its outcome.
_TIMES: Final = 3
_LINE: Final = b'{"custom_id":"%s","method":"POST","url":"/v1/chat/completions","body":%s}\n'


class PendingError(NormalizerError):
    """A question was written down to be sent; its answer comes later."""


class Outbox:
    """A model that answers nothing: it writes questions into files of requests, each of which is a job to be made.

    A file is complete when it has its name, and only then the ledger knows of it.
    """

    def __init__(self, form: RequestForm, named: Named, jobs: Jobs, folder: Path) -> None:
        """Begin; files of which the ledger does not know are what a broken process left, and go.

        Args:
            form: makes the requests.
            named: names the questions.
            jobs: keeps what was written.
            folder: where the files lie while they are needed.

        Raises:
            RunError: when the folder cannot be written.

        """
        self.name = form.name
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            form.prompt_version, form.prompt_hash, form.schema_hash,
        )  # fmt: skip
        self._form, self._named, self._jobs, self.folder = form, named, jobs, folder
        self._largest, self._most = LARGEST, MOST_REQUESTS
        self._file: BinaryIO | None = None
        self._size = 0
        self.keys: set[str] = set()  # in the file that is being written
        self.finished = 0  # files by this process
        known = jobs.all()
        self._number = max([one.number for one in known], default=0)
        try:
            folder.mkdir(exist_ok=True)
            for left in set(folder.iterdir()) - {self.path(one.number) for one in known}:
                left.unlink()
        except OSError as error:
            raise self._unwritable(error) from error

    def path(self, number: int) -> Path:
        """Return where the file of a job lies until the endpoint has taken it."""
        return self.folder / f"{number:06}.jsonl"

    def read(self, number: int) -> bytes:
        """Return the file of a job.

        Raises:
            RunError: when it cannot be read.

        """
        path = self.path(number)
        try:
            return path.read_bytes()
        except OSError as error:
            raise RunError(self.folder, f"{path.name} cannot be read: {error.strerror or error}") from error

    async def complete(self, turns: Sequence[Turn]) -> NoReturn:
        """Write a question down.

        Raises:
            PendingError: always.
            RunError: when it cannot be written.

        """
        key = self._named(turns)
        self._write(key, _LINE % (key.encode(), self._form.body(turns)))
        raise PendingError(key)

    def _write(self, key: str, line: bytes) -> None:
        if self._file is not None and (self._size + len(line) > self._largest or len(self.keys) == self._most):
            self.finish()
        try:
            if self._file is None:
                self._number += 1
                self._file = self.path(self._number).with_suffix(".part").open("wb")
            self._file.write(line)
        except OSError as error:
            raise self._unwritable(error) from error
        self._size += len(line)
        self.keys.add(key)

    def finish(self) -> None:
        """End the file that is being written, if there is one.

        Raises:
            RunError: when it cannot be written.

        """
        if self._file is None:
            return
        path = self.path(self._number)
        try:
            with self._file as file:
                file.flush()
                os.fsync(file.fileno())
            path.with_suffix(".part").replace(path)
        except OSError as error:
            raise self._unwritable(error) from error
        self._jobs.add(self._number, sorted(self.keys))
        self._file, self._size = None, 0
        self.finished += 1
        self.keys.clear()

    def halve(self, number: int) -> bool:
        """Write the questions of a file that is too large into smaller ones; say whether that can be done.

        Files from now on are no larger than half of it.
        """
        path = self.path(number)
        try:
            lines = self.read(number).splitlines(keepends=True)
            if len(lines) < 2:  # noqa: PLR2004 - nothing to halve
                return False
            self._most = (len(lines) + 1) // 2
            self._jobs.drop(number)
            for line in lines:
                self._write(orjson.loads(line)["custom_id"], line)
            self.finish()
            path.unlink()
        except OSError as error:
            raise self._unwritable(error) from error
        return True

    def _unwritable(self, error: OSError) -> RunError:
        return RunError(self.folder, f"requests cannot be written: {error.strerror or error}")

    async def aclose(self) -> None:
        """Let go of an unfinished file, of which nothing was sent, and of the folder once it is empty."""
        if self._file is not None:
            self._file.close()
        with suppress(OSError):
            self.folder.rmdir()


class Answered:
    """A model that answers by what jobs brought back, and hands on what was not sent yet or may be sent again."""

    def __init__(self, rest: Model, named: Named, jobs: Jobs, waiting: Collection[str] = ()) -> None:
        """Wrap a model.

        Args:
            rest: who is asked for what no job has.
            named: names the questions.
            jobs: keeps what came back.
            waiting: names of questions that are written and not sent.

        """
        self.name = rest.name
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            rest.prompt_version, rest.prompt_hash, rest.schema_hash,
        )  # fmt: skip
        self._rest, self._named, self._jobs, self._waiting = rest, named, jobs, waiting

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        """Return the answer to the last turn.

        Raises:
            PendingError: when it is on its way.
            ModelError: when there is none.

        """
        key = self._named(turns)
        posted = None if key in self._waiting else self._jobs.get(key)
        if key in self._waiting or (posted is not None and posted.pending):
            raise PendingError(key)
        if posted is None or (posted.error is not None and not posted.lasting and posted.times < _TIMES):
            return await self._rest.complete(turns)
        again = Usage(requests=posted.times - 1)
        try:
            if posted.body is None:
                raise EndpointError(posted.error or "")
            content, own = content_of(posted.body)
        except ModelError as error:
            error.attempts, error.usage = posted.times, error.usage + again
            raise
        return Reply(content, own, own + again, posted.times)

    async def aclose(self) -> None:
        """Let go of the wrapped model."""
        await self._rest.aclose()


class Closed:
    """Stands for a model when nothing is sent any more; says why."""

    def __init__(self, like: RequestForm, why: Exception) -> None:
        """Take the names of what would be asked, and the error that a question ends in."""
        self.name = like.name
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            like.prompt_version, like.prompt_hash, like.schema_hash,
        )  # fmt: skip
        self._why = why

    async def complete(self, _turns: Sequence[Turn]) -> NoReturn:
        """Raise what it was made with."""
        raise self._why

    async def aclose(self) -> None:
        """Do nothing: nothing is open."""
