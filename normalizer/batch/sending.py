"""What was written is sent, waited for and taken in; every step is in the ledger before the next one is made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import orjson

from normalizer.batch.errors import RunError
from normalizer.batch.jobs import Outcome
from normalizer.extract.llm.errors import EndpointError, ModelError
from normalizer.extract.llm.reply import content_of
from normalizer.extract.llm.transport import passing
from normalizer.extract.llm.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from normalizer.batch.jobs import Jobs, Sent
    from normalizer.batch.outbox import Outbox
    from normalizer.extract.llm.bulk import Bulk, BulkJob

#: What OpenAI says of a job that would be more than it lets wait; it may be made again when others are done.
_TOO_MUCH: Final = "token_limit_exceeded"
_CANCELLED: Final = "batch_cancelled"
_OK: Final = 200
_UNKNOWN: Final = 404
_SHOWN: Final = 300


class Sender:
    """Brings all jobs of a run to their end, as many at once as the endpoint lets wait.

    A job that is too much beside others is made again when one of these is done; one that is too much alone is halved.
    """

    def __init__(
        self,
        jobs: Jobs,
        outbox: Outbox,
        bulk: Bulk,
        *,
        wait: Callable[[], Awaitable[None]],
        on_jobs: Callable[[tuple[Sent, ...]], None],
        wrong: Callable[[str], None],
        give_up: bool = False,
    ) -> None:
        """Describe the work.

        Args:
            jobs: the ledger's part.
            outbox: where the files are.
            bulk: the endpoint.
            wait: spends the time between two looks at the endpoint.
            on_jobs: called with all jobs after every look.
            wrong: called with what is odd and stops nothing.
            give_up: whether questions of jobs that the endpoint no longer knows are asked again.

        """
        self._jobs, self._outbox, self._bulk = jobs, outbox, bulk
        self._wait, self._on_jobs, self._wrong, self._give_up = wait, on_jobs, wrong, give_up
        self._window = math.inf  # so many jobs at once
        self._alone: set[int] = set()  # those that were made while no other of ours was open

    async def send(self) -> None:
        """Send what is written and make jobs of it, as many as the endpoint lets wait.

        Raises:
            EndpointError: when the endpoint refuses, or stays unreachable.

        """
        waiting = self._jobs.all()
        opened = sum(one.step in {"asked", "open"} for one in waiting)
        for one in waiting:
            file, step = one.file, one.step
            if step == "written":
                file = await self._bulk.upload(self._outbox.path(one.number).name, self._outbox.read(one.number))
                self._jobs.step(one.number, "sent", file=file)
                step = "sent"
            if step == "asked":  # a process ended before it heard whether there is a job
                assert file is not None
                found = await self._bulk.find(file)
                step = "sent" if found is None else "open"
                opened -= found is None
                self._jobs.step(one.number, step, job=None if found is None else found.id)
            if step == "sent" and opened < self._window:
                assert file is not None
                if not opened:
                    self._alone.add(one.number)
                opened += 1
                self._jobs.step(one.number, "asked")
                made = await self._bulk.create(file)
                self._jobs.step(one.number, "open", job=made.id)

    async def settle(self) -> None:
        """Send what is written and wait until nothing is open.

        Raises:
            EndpointError: as :meth:`send`.
            RunError: when the endpoint refuses a file as a whole.

        """
        while True:
            await self.send()
            for one in self._jobs.all():
                if one.step == "open":
                    await self._look(one)
            now = self._jobs.all()
            self._on_jobs(now)
            if all(one.step == "done" for one in now):
                return
            if any(one.step == "open" for one in now):
                await self._wait()

    async def _look(self, one: Sent) -> None:
        assert one.job is not None
        try:
            job = await self._bulk.look(one.job)
        except EndpointError as error:
            if error.status != _UNKNOWN:
                raise
            self._lost(one)
            return
        if job.state == "failed":
            self._refused(one, job)
            return
        if job.status != "validating":
            self._outbox.path(one.number).unlink(missing_ok=True)
        if job.state == "done":
            await self._take_in(one, job)
            self._window += 1
        elif job.answered != one.answered:
            self._jobs.progress(one.number, job.answered)

    def _lost(self, one: Sent) -> None:
        """Give up a job that the endpoint does not know, when that is wanted: its answers may have been paid for."""
        said = f"job {one.job} of {one.questions:,} questions is not known at the endpoint"
        if not self._give_up:
            raise RunError(
                self._outbox.folder.parent,
                f"{said}; is it the same address and key? If it is gone, --retry-failed asks its questions again",
            )
        self._wrong(f"{said}; they are asked again")
        self._jobs.drop(one.number)

    def _refused(self, one: Sent, job: BulkJob) -> None:
        """Make the job again when there is room for it, in halves when it is too large by itself, or give it up."""
        if any(code == _TOO_MUCH for code, _ in job.errors):
            if one.number not in self._alone:
                self._jobs.step(one.number, "sent")
                self._window = max(1, sum(other.step == "open" for other in self._jobs.all()))
                return
            if self._outbox.halve(one.number):
                return
        told = "; ".join([f"{code}: {message}" for code, message in job.errors]) or "without saying why"
        self._jobs.drop(one.number)
        self._outbox.path(one.number).unlink(missing_ok=True)
        raise RunError(
            self._outbox.folder.parent,
            f"the endpoint refused {one.questions:,} questions sent in bulk: {told}"[:_SHOWN],
        )

    async def _take_in(self, one: Sent, job: BulkJob) -> None:
        names = [name for name in (job.answers, job.failures) if name is not None]
        lines = [line for name in names for line in await self._bulk.fetch(name)]
        outcomes: dict[str, Outcome] = {}
        asked, strange = self._jobs.keys(one.number), 0
        for outcome in map(_outcome, lines):
            if outcome.key not in asked:
                strange += 1
            elif outcome.key not in outcomes or outcomes[outcome.key].body is None:
                outcomes[outcome.key] = outcome
        if strange:
            self._wrong(f"job {job.id}: {strange:,} answers to what was not asked were left out")
        self._jobs.take_in(one.number, outcomes.values(), f"job {job.id} is {job.status} without an answer")


def _outcome(line: dict[str, Any]) -> Outcome:
    """Return what a line of a job's files says of a question."""
    key = str(line.get("custom_id"))
    response, error = line.get("response") or {}, line.get("error") or {}
    status, body = response.get("status_code"), response.get("body")
    if status == _OK and isinstance(body, dict):
        encoded = orjson.dumps(body)
        try:
            content_of(encoded)
        except EndpointError as broken:
            return Outcome(key, error=broken.message)
        except ModelError:
            pass  # a refusal is an answer, and paid for
        return Outcome(key, encoded, usage=usage_of(body))
    if isinstance(body, dict):
        error = body.get("error") or error
    told = str(error.get("message") or error.get("code") or "no response")
    if isinstance(status, int):
        return Outcome(key, error=f"HTTP {status}: {told}"[:_SHOWN], lasting=not passing(status))
    return Outcome(key, error=told[:_SHOWN], lasting=error.get("code") == _CANCELLED)
