"""The model as an extractor: one question about one or more blocks of a trial, and its readings."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from normalizer.extract.llm.answer import read_answer
from normalizer.extract.llm.errors import DeadlineError, InvalidAnswerError, ModelError
from normalizer.extract.llm.prompt import names, question
from normalizer.extract.llm.reask import complained, reask
from normalizer.extract.llm.request import Turn
from normalizer.extract.llm.usage import NOTHING, Usage
from normalizer.model.draft import Draft, Provenance, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.llm.reply import Model, Reply
    from normalizer.extract.protocol import Judge
    from normalizer.model.block import BlockContext

_DEADLINE: Final = 300.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question came to: a reading for each block, tokens and requests, how often it was asked again."""

    readings: tuple[Reading, ...]
    usage: Usage = NOTHING
    attempts: int = 0
    reasked: bool = False
    error: ModelError | None = None


class LlmExtractor:
    """Reads blocks with a language model; an answer that cannot be had is a reading with ``failure``, never an error.

    Args:
        model: a :class:`Client` or :class:`FakeModel`, or one wrapped in :class:`Once`.
        reasks: how often an answer that cannot be used is asked again at most; one more for what the judge says.
        deadline: seconds for a question, everything included.

    """

    name = "llm"

    def __init__(self, model: Model, *, reasks: int = 2, deadline: float = _DEADLINE) -> None:
        self._model, self._reasks, self._deadline = model, reasks, deadline
        self._spent = NOTHING
        self._asked = self._reasked = 0

    @property
    def spent(self) -> Usage:
        """All tokens and requests so far, failed ones included."""
        return self._spent

    async def aclose(self) -> None:
        """Let go of the model's connections."""
        await self._model.aclose()

    async def read(self, contexts: Sequence[BlockContext], judge: Judge | None = None) -> Asked:
        """Return the readings of blocks of one trial, asked for in one request.

        Args:
            contexts: the blocks, at least one.
            judge: says what is wrong with a Draft of a block; then it is asked once more, within ``reasks``.

        """
        try:
            async with asyncio.timeout(self._deadline):
                asked = await self._read(contexts, judge)
        except TimeoutError:
            asked = _failed(contexts, DeadlineError(f"no answer within {self._deadline:g} s"), self._model)
        except ModelError as error:
            asked = _failed(contexts, error, self._model)
        self._spent += asked.usage
        return asked

    async def _read(self, contexts: Sequence[BlockContext], judge: Judge | None) -> Asked:
        first = Turn("user", question(contexts))
        named = names(contexts)
        reply = await self._model.complete((first,))
        reasked = False
        try:
            drafts = read_answer(reply.content, named)
        except InvalidAnswerError as error:
            if not self._reasks:
                error.usage, error.attempts = reply.usage, reply.attempts
                raise
            drafts, reply = await reask(self._model, first, named, reply, self._reasks)
            reasked = True
        if judge is not None and self._reasks and not reasked:
            drafts, reply, reasked = await self._better(contexts, judge, first, drafts, reply)
        readings = tuple(
            [
                Reading(
                    block_id=context.block.id,
                    draft=draft,
                    provenance=_provenance(self._model, reply if not at else None),
                )
                for at, (context, draft) in enumerate(zip(contexts, drafts, strict=True))
            ]
        )
        return Asked(readings, reply.usage, reply.attempts, reasked)

    async def _better(
        self, contexts: Sequence[BlockContext], judge: Judge, first: Turn, drafts: tuple[Draft, ...], reply: Reply
    ) -> tuple[tuple[Draft, ...], Reply, bool]:
        """Tell the model what the judge says; take its second answer where the judge says less."""
        wrong = _judged(contexts, drafts, judge)
        if not wrong:
            return drafts, reply, False
        try:
            second = await self._model.complete(complained(first, reply.content, wrong))
            mended = read_answer(second.content, names(contexts))
        except ModelError as error:  # the first answer stands
            usage = error.usage if error.usage.requests else NOTHING
            return drafts, _with(reply, usage, error.attempts), True
        total = _with(second, reply.usage, reply.attempts)
        if len(_judged(contexts, mended, judge)) < len(wrong):
            return mended, total, True
        return drafts, _with(reply, second.usage, second.attempts), True


def _with(reply: Reply, usage: Usage, attempts: int) -> Reply:
    return type(reply)(reply.content, reply.own, reply.usage + usage, reply.attempts + attempts)


def _judged(contexts: Sequence[BlockContext], drafts: Sequence[Draft], judge: Judge) -> list[str]:
    """Return what the judge says of all blocks, with the block's name where there are several."""
    several = len(contexts) > 1
    return [
        f"block {name}: {complaint}" if several else complaint
        for name, context, draft in zip(names(contexts), contexts, drafts, strict=True)
        for complaint in judge(context, draft)
    ]


def _provenance(model: Model, reply: Reply | None) -> Provenance:
    """Return where a reading comes from; the tokens of a request stand at its first block."""
    return Provenance(
        extractor="llm", version=model.prompt_version, model=model.name, prompt_hash=model.prompt_hash,
        schema_hash=model.schema_hash, input_tokens=reply.own.input if reply else 0,
        output_tokens=reply.own.output if reply else 0,
    )  # fmt: skip


def _failed(contexts: Sequence[BlockContext], error: ModelError, model: Model) -> Asked:
    provenance = _provenance(model, None)
    readings = tuple(
        [
            Reading(block_id=context.block.id, draft=Draft(), provenance=provenance, failure=error.message)
            for context in contexts
        ]
    )
    return Asked(readings, error.usage, error.attempts, error=error)
