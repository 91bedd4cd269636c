"""A door for services: trials as they come, in order, no faster than they are taken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from weakref import WeakSet

from normalizer.extract.protocol import is_async
from normalizer.model.errors import NormalizerError
from normalizer.pipeline.work import Work

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
    from types import TracebackType

    from normalizer.extract.protocol import AsyncExtractor, Extractor
    from normalizer.model.criterion import NormalizedTrial
    from normalizer.model.document import TrialDocument
    from normalizer.pipeline.work import Asking

_IN_USE: WeakSet[AbstractEventLoop] = WeakSet()


@dataclass(frozen=True, slots=True)
class Normalized:
    """What a document of a stream came to: its trial, or the error that it ended in."""

    document: TrialDocument
    trial: NormalizedTrial | None
    error: Exception | None


class Normalizer:
    """Extractors with one limit for all that is asked of them, used as ``async with Normalizer([...]) as normalizer``.

    An event loop has one at a time: two would ask twice as much at once as either is allowed to. The extractors are
    closed with it. Rules compute in the event loop, a few milliseconds a criterion.
    """

    def __init__(
        self,
        extractors: Sequence[Extractor | AsyncExtractor],
        asking: Asking | None = None,
        *,
        concurrency: int = 8,
        ahead: int = 4,
    ) -> None:
        """Describe the work; nothing is opened before ``async with``.

        Args:
            extractors: the primary first.
            asking: how models among them are asked.
            concurrency: most questions in flight, over all trials.
            ahead: so many trials of a stream are begun or waiting at most before one is taken.

        Raises:
            ValueError: when a limit is below 1.

        """
        if min(concurrency, ahead) < 1:
            message = f"concurrency and ahead are at least 1, not {concurrency} and {ahead}"
            raise ValueError(message)
        self._extractors, self._asking, self._ahead = extractors, asking, ahead
        self._places = asyncio.Semaphore(concurrency)
        self._loop: AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        """Take the running event loop.

        Raises:
            NormalizerError: when it has a Normalizer already.

        """
        loop = asyncio.get_running_loop()
        if loop in _IN_USE:
            raise NormalizerError("this event loop has a Normalizer already; share it, its limits are for all")
        _IN_USE.add(loop)
        self._loop = loop
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the extractors and give the event loop back."""
        assert self._loop is not None
        _IN_USE.discard(self._loop)
        self._loop = None
        for extractor in self._extractors:
            if is_async(extractor):
                await extractor.aclose()

    async def normalize(self, document: TrialDocument) -> NormalizedTrial:
        """Return the normalized trial; a question without a usable answer leaves the other readings, marked.

        Raises:
            NormalizerError: outside ``async with``, or in another event loop than its own.

        """
        self._check()
        work = Work(document, self._extractors, self._asking)
        await work.ask_all(self._places)
        return work.settle()

    async def stream(
        self, documents: Iterable[TrialDocument] | AsyncIterable[TrialDocument]
    ) -> AsyncGenerator[Normalized, None]:
        """Yield what every document came to, in their order; a trial that breaks does not stop the others.

        A document is taken from the source only when fewer than ``ahead`` trials wait to be taken from here. To leave
        early cancels what is in flight (``contextlib.aclosing`` does so at once).

        Raises:
            NormalizerError: as :meth:`normalize`.

        """
        self._check()
        begun: deque[Task[Normalized]] = deque()
        try:
            async for document in _each(documents):
                begun.append(asyncio.create_task(self._one(document)))
                if len(begun) >= self._ahead:
                    yield await begun[0]
                    begun.popleft()
            while begun:
                yield await begun[0]
                begun.popleft()
        finally:
            for task in begun:
                task.cancel()
            for task in begun:
                with suppress(asyncio.CancelledError):
                    await task

    async def _one(self, document: TrialDocument) -> Normalized:
        try:
            return Normalized(document, await self.normalize(document), None)
        except Exception as error:  # noqa: BLE001 - it is handed on with its document
            if isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
                error = error.exceptions[0]
            return Normalized(document, None, error)

    def _check(self) -> None:
        if self._loop is None:
            raise NormalizerError("a Normalizer is used inside `async with`")
        if asyncio.get_running_loop() is not self._loop:
            raise NormalizerError("a Normalizer belongs to the event loop that opened it")


async def _each(documents: Iterable[TrialDocument] | AsyncIterable[TrialDocument]) -> AsyncIterator[TrialDocument]:
    if isinstance(documents, AsyncIterable):
        async for document in documents:
            yield document
    else:
        for document in documents:
            yield document
