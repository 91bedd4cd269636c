"""One trial on its way: what is read already, which questions are open, and the trial once all are answered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

from normalizer.extract.pack import packs
from normalizer.extract.protocol import is_async
from normalizer.pipeline.trial import prepare, settle
from normalizer.reconcile import complete, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.llm.reader import Asked
    from normalizer.extract.pack import BlocksPerRequest
    from normalizer.extract.protocol import AsyncExtractor, Extractor
    from normalizer.model.block import BlockContext
    from normalizer.model.criterion import NormalizedTrial
    from normalizer.model.document import TrialDocument
    from normalizer.model.draft import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a model is asked.

    Args:
        blocks_per_request: a number, or ``auto`` to pack small blocks of one trial.
        cascade: leave out blocks that another extractor has read completely and without any doubt.
        judge: tell the model once what the source text contradicts in its answer.

    """

    blocks_per_request: BlocksPerRequest = 1
    cascade: bool = False
    judge: bool = True


class Question(NamedTuple):
    """Blocks that one extractor (by its place among all) is to read with one request."""

    at: int
    contexts: tuple[BlockContext, ...]


class Work:
    """One trial on its way; ``questions`` are those to be asked."""

    def __init__(
        self, document: TrialDocument, extractors: Sequence[Extractor | AsyncExtractor], asking: Asking | None = None
    ) -> None:
        """Prepare the document, and read it with every extractor that needs no asking."""
        asking = asking or Asking()
        self._document, self._extractors, self._asking = document, extractors, asking
        self._segmentation, self.contexts = prepare(document)
        self._readings: dict[str, list[Reading | None]] = {
            context.block.id: [None if is_async(one) else cast("Extractor", one).read(context) for one in extractors]
            for context in self.contexts
        }
        self.questions = tuple(self._questions())

    def _questions(self) -> list[Question]:
        asked: list[Question] = []
        open_: Sequence[BlockContext] = self.contexts
        for at, extractor in enumerate(self._extractors):
            if is_async(extractor):
                if self._asking.cascade:
                    open_ = [context for context in self.contexts if not self._complete(context)]
                asked += [Question(at, pack) for pack in packs(open_, self._asking.blocks_per_request)]
        return asked

    def _complete(self, context: BlockContext) -> bool:
        readings = [reading for reading in self._readings[context.block.id] if reading is not None]
        return any(complete(context, reading) for reading in readings)

    async def ask_all(self, places: asyncio.Semaphore) -> None:
        """Ask all questions, as many at once as there are places."""

        async def ask(question: Question) -> None:
            async with places:
                await self.ask(question)

        async with asyncio.TaskGroup() as group:
            for question in self.questions:
                group.create_task(ask(question))

    async def ask(self, question: Question) -> Asked:
        """Ask a question and keep its readings; return all that came of it."""
        extractor = self._extractors[question.at]
        assert is_async(extractor)
        read = await extractor.read(question.contexts, judge if self._asking.judge else None)
        for reading in read.readings:
            self._readings[reading.block_id][question.at] = reading
        return read

    def settle(self) -> NormalizedTrial:
        """Return the normalized trial; to be called when all questions are answered."""
        readings = {
            block: [reading for reading in found if reading is not None] for block, found in self._readings.items()
        }
        return settle(self._document, self._segmentation, self.contexts, readings)
