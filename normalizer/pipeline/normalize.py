"""The two doors: rules without an event loop, models inside one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from normalizer.extract.protocol import is_async
from normalizer.model.errors import NormalizerError
from normalizer.pipeline.work import Asking, Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.protocol import AsyncExtractor, Extractor
    from normalizer.model.criterion import NormalizedTrial
    from normalizer.model.document import TrialDocument


def normalize(
    document: TrialDocument,
    extractors: Sequence[Extractor | AsyncExtractor] | None = None,
    asking: Asking | None = None,
) -> NormalizedTrial:
    """Return the normalized trial.

    Args:
        document: the trial as read.
        extractors: the primary first; by default the embedded rules alone.
        asking: how models among them are asked.

    Raises:
        NormalizerError: when a model is to be asked inside a running event loop; ``normalize_async`` is for that.

    """
    if extractors is None:
        from normalizer.extract.rules import RulesExtractor  # noqa: PLC0415 - only when no extractor is given

        extractors = (RulesExtractor(),)
    if not any(is_async(extractor) for extractor in extractors):
        return Work(document, extractors).settle()
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        with asyncio.Runner() as runner:
            return runner.run(normalize_async(document, extractors, asking))
    raise NormalizerError("an event loop is running: await normalize_async(...) instead")


async def normalize_async(
    document: TrialDocument,
    extractors: Sequence[Extractor | AsyncExtractor],
    asking: Asking | None = None,
    *,
    concurrency: int = 8,
) -> NormalizedTrial:
    """Return the normalized trial.

    Args:
        document: the trial as read.
        extractors: the primary first.
        asking: how models among them are asked.
        concurrency: most questions in flight.

    """
    work = Work(document, extractors, asking)
    await work.ask_all(asyncio.Semaphore(concurrency))
    return work.settle()
