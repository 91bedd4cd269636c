"""Documents into finished work: in this process, or with a model inside an event loop."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from normalizer.batch.readers import asking, extractors
from normalizer.extract.protocol import is_async
from normalizer.pipeline import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from normalizer.batch.manifest import Settings
    from normalizer.batch.store import Store
    from normalizer.extract.llm.reader import Asked
    from normalizer.extract.llm.usage import Price
    from normalizer.model.document import TrialDocument

Finish: TypeAlias = "Callable[[TrialDocument, Work | Exception], None]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """With what a run is done; nothing of it changes what comes out.

    Args:
        concurrency: questions to a model in flight.
        cache: folder of answers that runs share.
        prices: of models, by name; they override the table.

    """

    concurrency: int = 16
    cache: Path | None = None
    prices: Mapping[str, Price] | None = None


def read_all(
    documents: Iterator[TrialDocument],
    settings: Settings,
    means: Means,
    *,
    ledger: Path,
    finish: Finish,
    on_read: Callable[[Asked], None],
) -> None:
    """Read the documents and hand each on in input order, as finished work or as what broke it.

    Args:
        documents: what is to be read.
        settings: who reads and how.
        means: with what.
        ledger: file of the run's answers.
        finish: called for every document.
        on_read: called with what every question to a model came to.

    Raises:
        RunError: when the ledger or the cache cannot be used.
        EndpointSettingsError: when the model cannot be asked as described.

    """
    first = next(documents, None)
    if first is None:  # nothing to do needs no key and no endpoint
        return
    documents = chain((first,), documents)
    if settings.model is None:
        readers = extractors(settings)
        for document in documents:
            try:
                work: Work | Exception = Work(document, readers)
            except Exception as failure:  # noqa: BLE001 - a trial that breaks the program must not stop the others
                work = failure
            finish(document, work)
        return
    try:
        with asyncio.Runner() as runner:
            runner.run(_asked(documents, settings, means, ledger=ledger, finish=finish, on_read=on_read))
    except BaseExceptionGroup as group:  # what broke one worker stopped the others
        raise group.exceptions[0] from None


async def _asked(
    documents: Iterator[TrialDocument],
    settings: Settings,
    means: Means,
    *,
    ledger: Path,
    finish: Finish,
    on_read: Callable[[Asked], None],
) -> None:
    from normalizer.batch import cache  # noqa: PLC0415 - with a model only
    from normalizer.batch.asking import Asker  # noqa: PLC0415 - the same
    from normalizer.batch.ledger import Ledger  # noqa: PLC0415 - the same

    with ExitStack() as opened:
        book = Ledger(ledger)
        opened.callback(book.close)
        stores: list[Store] = [book]
        if means.cache is not None:
            stores.append(cache.opened(means.cache))
            opened.callback(stores[-1].close)
        readers = extractors(settings, stores)
        try:

            def read(trial: str, blocks: Sequence[str], asked: Asked) -> None:
                book.record(trial, blocks, asked)
                on_read(asked)

            asker = Asker(readers, asking(settings), concurrency=means.concurrency, finish=finish, on_read=read)
            await asker.run(documents)
        finally:
            for reader in readers:
                if is_async(reader):
                    await reader.aclose()
