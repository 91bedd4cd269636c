"""A run in bulk: all questions are written down, sent and answered; then those that follow from the answers.

A round reads all trials and asks as usual, of a model that knows the answers that are here and writes everything else
down. Answers that cannot be used, or that the source contradicts, give the questions of the next round. Memory holds
one trial. Everything is in the ledger, so that a round that was broken off is made again at no cost.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from normalizer.batch.budget import BudgetError
from normalizer.batch.outbox import Answered, Outbox, PendingError
from normalizer.batch.readers import asked_once, asking, budgeted, endpoint_of, named, rules
from normalizer.batch.sending import Sender
from normalizer.extract.llm.bulk import Bulk
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.request import RequestForm
from normalizer.pipeline import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from normalizer.batch.jobs import Jobs, Sent
    from normalizer.batch.manifest import Settings
    from normalizer.batch.reading import Means
    from normalizer.batch.store import Store
    from normalizer.extract.llm.usage import Usage
    from normalizer.extract.protocol import AsyncExtractor, Extractor
    from normalizer.model.document import TrialDocument

#: Files of requests that the endpoint has not taken yet, in the run directory.
FOLDER: Final = "bulk"


class Rounds:
    """Has all questions of a run answered in bulk, and keeps the answers in the ledger."""

    def __init__(
        self,
        settings: Settings,
        means: Means,
        jobs: Jobs,
        stores: Sequence[Store],
        folder: Path,
        *,
        on_jobs: Callable[[tuple[Sent, ...]], None],
        wrong: Callable[[str], None],
        give_up: bool = False,
    ) -> None:
        """Describe the run.

        Args:
            settings: who is asked and how.
            means: budget and prices.
            jobs: the ledger's part.
            stores: answers that are here already.
            folder: the run directory.
            on_jobs: called with all jobs after every look at the endpoint.
            wrong: called with what is odd and stops nothing.
            give_up: whether questions of jobs that the endpoint no longer knows are asked again.

        """
        self._settings, self._means, self._jobs, self._stores = settings, means, jobs, stores
        self._folder, self._on_jobs, self._wrong, self._give_up = folder, on_jobs, wrong, give_up

    async def run(self, documents: Callable[[], Iterator[TrialDocument]], spent: Usage) -> BudgetError | None:
        """Return when all that can be asked is answered; the error of the budget when that was not everything.

        Args:
            documents: opens the trials anew.
            spent: what is recorded of earlier processes of this run, without what jobs brought back.

        Raises:
            EndpointError: when the endpoint refuses, or stays unreachable.
            RunError: when the run directory cannot be used, or the endpoint refuses a file.

        """
        endpoint = endpoint_of(self._settings)
        form = RequestForm(load_prompt(), endpoint)
        outbox = Outbox(form, named(form, endpoint), self._jobs, self._folder / FOLDER)
        bulk = Bulk(endpoint)
        sender = Sender(
            self._jobs, outbox, bulk, wait=lambda: asyncio.sleep(self._means.poll), on_jobs=self._on_jobs,
            wrong=self._wrong, give_up=self._give_up,
        )  # fmt: skip
        try:
            while True:
                await sender.settle()
                written = outbox.finished
                budget = budgeted(outbox, self._means, spent + self._jobs.used())
                answered = Answered(budget, named(form, endpoint), self._jobs, outbox.keys)
                reader = asked_once(answered, endpoint, self._stores, keeps=False)
                over = await self._ask(documents(), reader, outbox, sender)
                if outbox.finished == written:
                    return over
        finally:
            await outbox.aclose()
            await bulk.aclose()

    async def _ask(
        self, documents: Iterator[TrialDocument], reader: AsyncExtractor, outbox: Outbox, sender: Sender
    ) -> BudgetError | None:
        """Write down all questions whose answers are not here, and send each file once it is full."""
        readers: tuple[Extractor | AsyncExtractor, ...] = (reader, *(rules() if self._settings.cascade else ()))
        over, sent = None, outbox.finished
        for document in documents:
            try:
                work = Work(document, readers, asking(self._settings))
            except Exception:  # noqa: BLE001, S112 - a trial that breaks the program; it is told when trials are finished
                continue
            if (over := await _written(work)) is not None:
                break
            if outbox.finished > sent:
                await sender.send()
                sent = outbox.finished
        outbox.finish()
        return over


async def _written(work: Work) -> BudgetError | None:
    """Ask all questions of a trial, each of which is answered or written down; return why one was not."""
    for question in work.questions:
        try:
            await work.ask(question)
        except PendingError:
            continue
        except BudgetError as error:
            return error
    return None
