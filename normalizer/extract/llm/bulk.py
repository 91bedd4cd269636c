"""The batch interface of a provider: a file of requests goes up, a job answers it within a day at half the price.

Called bulk here, since a batch is a run over many trials. The interface is OpenAI's (``/files``, ``/batches``), which
others offer too. What may have been done although the answer to it was lost is looked for before it is done again:
no file becomes two jobs.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import orjson

from normalizer.extract.llm.errors import EndpointError
from normalizer.extract.llm.transport import again, connection, failures

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx2
    from openai.types import Batch

    from normalizer.extract.llm.endpoint import Endpoint

_T = TypeVar("_T")
#: Most requests and bytes of a file, and characters of a request's name (OpenAI, Batch API guide and reference).
MOST_REQUESTS: Final = 50_000
MOST_BYTES: Final = 200_000_000
NAME_LENGTH: Final = 64
#: Seconds that sending or fetching a file may take.
_FILE_TIMEOUT: Final = 600.0
#: So many of the endpoint's jobs are looked through for one of ours, the newest first.
_LOOKED_THROUGH: Final = 1_000
_PAGE: Final = 100
_URL: Final = "/v1/chat/completions"

State = Literal["open", "done", "failed"]
_STATES: Final[dict[str, State]] = {"completed": "done", "expired": "done", "cancelled": "done", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class BulkJob:
    """A job as the endpoint tells of it.

    ``state`` is done when there is nothing more to wait for, failed when the file was refused as a whole. ``answers``
    and ``failures`` name files; a job that expired or was cancelled has both. ``errors`` are (code, message).
    """

    id: str
    status: str
    answers: str | None = None
    failures: str | None = None
    answered: int = 0
    errors: tuple[tuple[str, str], ...] = ()

    @property
    def state(self) -> State:
        """Say whether there is more to wait for."""
        return _STATES.get(self.status, "open")


class Bulk:
    """Sends files of requests and fetches answers, each call tried again as a question is; close it."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        http: httpx2.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Describe the endpoint; nothing is opened before the first call.

        Args:
            endpoint: who is asked.
            http: a client of one's own.
            sleep: how waits are spent.

        Raises:
            EndpointSettingsError: when the extra ``llm`` is not installed or a key is missing.

        """
        self._openai, self._attempts, self._sleep = connection(endpoint, http), endpoint.attempts, sleep

    async def aclose(self) -> None:
        """Close the connections."""
        await self._openai.close()

    async def upload(self, name: str, content: bytes) -> str:
        """Send a file of requests and return the endpoint's name of it; one that was lost on its way is sent again.

        Args:
            name: of the file, for people.
            content: JSON lines.

        Raises:
            EndpointError: when it is refused or the endpoint stays unreachable.

        """

        async def send() -> str:
            sent = await self._openai.files.create(
                file=(name, content, "application/jsonl"), purpose="batch", timeout=_FILE_TIMEOUT
            )
            return sent.id

        return await self._persistently(send)

    async def create(self, file: str) -> BulkJob:
        """Make a job of a file, or return the one that an attempt whose answer was lost made of it.

        Args:
            file: as :meth:`upload` named it.

        Raises:
            EndpointError: when it is refused or the endpoint stays unreachable.

        """

        async def make() -> BulkJob:
            made = await self._openai.batches.create(completion_window="24h", endpoint=_URL, input_file_id=file)
            return _job(made)

        async def make_unless_there() -> BulkJob:
            return await self._find(file) or await make()

        return await self._persistently(make, make_unless_there)

    async def find(self, file: str) -> BulkJob | None:
        """Return the job that was made of a file, if there is one.

        Raises:
            EndpointError: when the endpoint stays unreachable.

        """
        return await self._persistently(lambda: self._find(file))

    async def _find(self, file: str) -> BulkJob | None:
        with failures(self._openai):
            seen = 0
            async for job in self._openai.batches.list(limit=_PAGE):
                seen += 1
                if job.input_file_id == file:
                    return _job(job)
                if seen == _LOOKED_THROUGH:
                    break
        return None

    async def look(self, job: str) -> BulkJob:
        """Return how a job stands.

        Raises:
            EndpointError: when there is none of this name or the endpoint stays unreachable.

        """

        async def ask() -> BulkJob:
            return _job(await self._openai.batches.retrieve(job))

        return await self._persistently(ask)

    async def fetch(self, file: str) -> list[dict[str, Any]]:
        """Return the objects of a file of JSON lines; one that breaks off is fetched again.

        Raises:
            EndpointError: when there is none of this name or the endpoint stays unreachable.

        """

        async def read() -> list[dict[str, Any]]:
            content = (await self._openai.files.content(file, timeout=_FILE_TIMEOUT)).content
            try:
                return [orjson.loads(line) for line in content.split(b"\n") if line.strip()]
            except orjson.JSONDecodeError as error:
                raise EndpointError(f"the file {file} broke off: {error}", lasting=False) from None

        return await self._persistently(read)

    async def _persistently(
        self, call: Callable[[], Awaitable[_T]], later: Callable[[], Awaitable[_T]] | None = None
    ) -> _T:
        """Call, and after a failure that may pass call again; ``later`` is what is called then."""

        async def once(what: Callable[[], Awaitable[_T]]) -> _T:
            with failures(self._openai):
                return await what()

        try:
            return await once(call)
        except EndpointError as error:
            if error.lasting:
                raise
            first = error
        found, _ = await again(
            lambda: once(later or call), first, attempts=self._attempts, sleep=self._sleep
        )  # fmt: skip
        return found


def _job(told: Batch) -> BulkJob:
    errors: list[Any] = list(told.errors.data or ()) if told.errors is not None else []
    return BulkJob(
        id=told.id, status=told.status, answers=told.output_file_id, failures=told.error_file_id,
        answered=told.request_counts.completed + told.request_counts.failed if told.request_counts else 0,
        errors=tuple([(error.code or "", error.message or "") for error in errors]),
    )  # fmt: skip
