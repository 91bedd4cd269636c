"""Documents into finished work: in this process, or with a model inside an event loop."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from normalizer.batch.readers import asking, with_jobs, with_model, workers_of
from normalizer.extract.protocol import is_async

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from normalizer.batch.done import Done
    from normalizer.batch.jobs import Sent
    from normalizer.batch.manifest import Settings
    from normalizer.batch.store import Store
    from normalizer.extract.llm.reader import Asked
    from normalizer.extract.llm.usage import Price
    from normalizer.model.document import TrialDocument

Finish: TypeAlias = "Callable[[Done], None]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """With what a run is done; nothing of it changes what comes out.

    Args:
        concurrency: questions to a model in flight.
        cache: folder of answers that runs share.
        prices: of models, by name; they override the table.
        workers: processes that read by rules.
        budget_usd: US dollars that the run may cost, over all its processes.
        budget_tokens: tokens that the run may use, likewise.
        rpm: requests a minute at most.
        tpm: tokens a minute at most.
        poll: seconds between two looks at what was sent in bulk.
        remote: the run directory is on a file system that several hosts share.

    """

    concurrency: int = 16
    cache: Path | None = None
    prices: Mapping[str, Price] | None = None
    workers: int = 1
    budget_usd: Decimal | None = None
    budget_tokens: int | None = None
    rpm: int | None = None
    tpm: int | None = None
    poll: float = 30.0
    remote: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What a run in bulk needs beside its documents: to read them again, and to tell how its jobs stand.

    Args:
        documents: opens the trials that are not finished anew.
        on_jobs: called with all jobs after every look at the endpoint.
        wrong: called with what is odd and stops nothing.
        give_up: whether questions of jobs that the endpoint no longer knows are asked again.

    """

    documents: Callable[[], Iterator[TrialDocument]]
    on_jobs: Callable[[tuple[Sent, ...]], None]
    wrong: Callable[[str], None]
    give_up: bool = False


def read_all(
    documents: Iterator[TrialDocument],
    settings: Settings,
    means: Means,
    *,
    ledger: Path,
    finish: Finish,
    on_read: Callable[[Asked], None],
    again: Again | None = None,
) -> None:
    """Read the documents and hand on what each came to, in input order.

    Args:
        documents: what is to be read.
        settings: who reads and how.
        means: with what.
        ledger: file of the run's answers.
        finish: called for every document.
        on_read: called with what every question to a model came to.
        again: needed to ask in bulk.

    Raises:
        RunError: when the ledger or the cache cannot be used.
        WorkerError: when a process that reads by rules is killed.
        EndpointSettingsError: when the model cannot be asked as described.
        BudgetError: when asking on would pass the budget; what was finished is finished.
        EndpointError: when what is sent in bulk is refused, or its endpoint stays unreachable.

    """
    first = next(documents, None)
    if first is None:  # nothing to do needs no key and no endpoint
        return
    documents = chain((first,), documents)
    if settings.model is None:
        from normalizer.batch.workers import in_parallel  # noqa: PLC0415 - vocabulary loads only when needed

        with closing(in_parallel(documents, means.workers)) as found:
            for done in found:
                finish(done)
        return
    try:
        with asyncio.Runner() as runner:
            runner.run(_asked(documents, settings, means, again, ledger=ledger, finish=finish, on_read=on_read))
    except BaseExceptionGroup as group:  # what broke one worker stopped the others
        raise group.exceptions[0] from None


async def _asked(
    documents: Iterator[TrialDocument],
    settings: Settings,
    means: Means,
    again: Again | None,
    *,
    ledger: Path,
    finish: Finish,
    on_read: Callable[[Asked], None],
) -> None:
    from normalizer.batch import cache  # noqa: PLC0415 - with a model only
    from normalizer.batch.asking import Asker  # noqa: PLC0415 - the same
    from normalizer.batch.jobs import Jobs  # noqa: PLC0415 - the same
    from normalizer.batch.ledger import Ledger, spent  # noqa: PLC0415 - the same
    from normalizer.extract.llm.usage import Usage  # noqa: PLC0415 - the same

    with ExitStack() as opened:
        book = Ledger(ledger, remote=means.remote)
        opened.callback(book.close)
        stores: list[Store] = [book]
        if means.cache is not None:
            stores.append(cache.opened(means.cache))
            opened.callback(stores[-1].close)
        before = spent(ledger.parent)
        used = Usage(before.requests, before.input, before.cached, before.output)
        jobs = opened.enter_context(Jobs(ledger)) if settings.bulk else None
        if jobs is None:
            readers = with_model(settings, means, stores, used)
        else:
            from normalizer.batch.rounds import Rounds  # noqa: PLC0415 - in bulk only

            assert again is not None
            rounds = Rounds(
                settings, means, jobs, stores, ledger.parent, on_jobs=again.on_jobs, wrong=again.wrong,
                give_up=again.give_up,
            )  # fmt: skip
            readers = with_jobs(settings, jobs, stores, await rounds.run(again.documents, used))
        try:

            def read(trial: str, blocks: Sequence[str], asked: Asked) -> None:
                book.record(trial, blocks, asked)
                on_read(asked)

            asker = Asker(
                readers, asking(settings), concurrency=workers_of(settings, means), finish=finish, on_read=read
            )
            await asker.run(documents)
            if jobs is not None:
                jobs.forget()
        finally:
            for reader in readers:
                if is_async(reader):
                    await reader.aclose()
