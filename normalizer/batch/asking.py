"""Many trials at once with a model: questions of several trials in flight, trials finished in input order."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from normalizer.batch.budget import BudgetError
from normalizer.batch.done import done_by
from normalizer.batch.errors import RunError
from normalizer.pipeline import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from normalizer.batch.done import Done
    from normalizer.extract.llm.reader import Asked
    from normalizer.extract.protocol import AsyncExtractor, Extractor
    from normalizer.model.criterion import NormalizedTrial
    from normalizer.model.document import TrialDocument
    from normalizer.pipeline import Asking, Question


@dataclass(slots=True)
class _Open:
    """A trial on its way: its work, or the error that it ended in, and how many questions are still open."""

    document: TrialDocument
    work: Work | None
    error: Exception | None
    open: int

    def settle(self) -> NormalizedTrial:
        """Return the normalized trial, or raise what broke it."""
        if self.error is not None or self.work is None:
            raise self.error or ValueError("nothing was read")
        return self.work.settle()


class Asker:
    """Reads trials with extractors of which at least one is a model.

    A fixed number of workers take questions from one iterator over all trials, so that the endpoint always has that
    many. Trials begin at most so far ahead of the oldest unfinished one that memory stays bounded.
    """

    def __init__(
        self,
        extractors: Sequence[Extractor | AsyncExtractor],
        asking: Asking,
        *,
        concurrency: int,
        finish: Callable[[Done], None],
        on_read: Callable[[str, Sequence[str], Asked], None],
    ) -> None:
        """Describe the work.

        Args:
            extractors: the primary first.
            asking: how the model is asked.
            concurrency: questions in flight.
            finish: called with what every trial came to, in input order.
            on_read: called with the trial's id, the blocks asked about, and what every question came to.

        """
        self._extractors, self._asking, self._concurrency = extractors, asking, concurrency
        self._finish, self._on_read = finish, on_read
        self._trials: deque[_Open] = deque()
        self._ahead = 2 * concurrency + 2
        self._room = asyncio.Event()
        self._over: BudgetError | None = None
        self._taking = asyncio.Lock()

    async def run(self, documents: Iterator[TrialDocument]) -> None:
        """Read all documents; when it is cancelled, what was finished is finished and nothing else.

        Raises:
            BudgetError: when asking on would pass the budget; all that was asked before is answered and kept.

        """
        self._questions = self._asked(documents)
        async with asyncio.TaskGroup() as group:
            for _ in range(self._concurrency):
                group.create_task(self._worker())
        self._drain()
        if self._over is not None:
            raise self._over

    def _asked(self, documents: Iterator[TrialDocument]) -> Iterator[tuple[_Open, Question] | None]:
        """Yield the questions of all trials; None where a worker has to wait for an older trial first."""
        for document in documents:
            while len(self._trials) >= self._ahead:
                yield None
            trial = self._begin(document)
            self._trials.append(trial)
            if trial.work is None or not trial.open:
                self._drain()
                continue
            for question in trial.work.questions:
                yield trial, question

    def _begin(self, document: TrialDocument) -> _Open:
        try:
            work = Work(document, self._extractors, self._asking)
        except Exception as error:  # noqa: BLE001 - a trial that breaks the program must not stop the others
            return _Open(document, None, error, 0)
        return _Open(document, work, None, len(work.questions))

    async def _worker(self) -> None:
        while True:
            async with self._taking:  # the iterator is one; waiting for room holds the others back too
                taken = next(self._questions, ...)
                while taken is None and self._over is None:
                    self._room.clear()
                    await self._room.wait()
                    taken = next(self._questions, ...)
            if taken is ... or self._over is not None:
                return
            assert taken is not None
            trial, question = taken
            assert trial.work is not None
            try:
                asked = await trial.work.ask(question)
                blocks = [context.block.id for context in question.contexts]
                self._on_read(trial.document.trial_id, blocks, asked)
            except RunError:  # the run directory cannot be used: nothing can go on
                raise
            except BudgetError as error:  # what is in flight is paid for and comes to its end
                self._over = error
                self._room.set()
                return
            except Exception as error:  # noqa: BLE001 - as above
                trial.error = error
            trial.open -= 1
            self._drain()

    def _drain(self) -> None:
        """Finish the oldest trials that have no open question."""
        while self._trials and not self._trials[0].open:
            trial = self._trials.popleft()
            self._finish(done_by(trial.document, trial.settle))
            self._room.set()
