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
        paid = _Paid()
        error: ModelError
        try:
            async with asyncio.timeout(self._deadline):
                asked = await self._read(contexts, judge, paid)
        except TimeoutError:
            if paid.standing is not None:  # it was only to be bettered
                asked = self._asked(contexts, *paid.standing, paid)
                self._spent += asked.usage
                return asked
            error = DeadlineError(f"no answer within {self._deadline:g} s", usage=paid.usage, attempts=paid.attempts)
            asked = _failed(contexts, error, self._model, paid)
        except ModelError as caught:
            asked = _failed(contexts, caught, self._model, paid)
        self._spent += asked.usage
        return asked

    async def _read(self, contexts: Sequence[BlockContext], judge: Judge | None, paid: _Paid) -> Asked:
        first = Turn("user", question(contexts))
        named = names(contexts)
        reply = await self._model.complete((first,))
        paid.add(reply.usage, reply.attempts)
        try:
            drafts = read_answer(reply.content, named)
        except InvalidAnswerError as error:
            if not self._reasks:
                error.usage, error.attempts = reply.usage, reply.attempts
                raise
            paid.reasked = True
            drafts, reply = await reask(self._model, first, named, reply, self._reasks)
            paid.usage, paid.attempts = reply.usage, reply.attempts
        if judge is not None and self._reasks and not paid.reasked:
            paid.standing = drafts, reply
            drafts, reply = await self._better(contexts, judge, first, paid)
        return self._asked(contexts, drafts, reply, paid)

    async def _better(
        self, contexts: Sequence[BlockContext], judge: Judge, first: Turn, paid: _Paid
    ) -> tuple[tuple[Draft, ...], Reply]:
        """Tell the model what the judge says; return its second answer where the judge says less, else the first."""
        assert paid.standing is not None
        drafts, reply = paid.standing
        wrong = _judged(contexts, drafts, judge)
        if not wrong:
            return paid.standing
        paid.reasked = True
        try:
            async with asyncio.timeout(self._deadline / 2):  # the first answer is good already
                second = await self._model.complete(complained(first, reply.content, wrong))
            paid.add(second.usage, second.attempts)
            mended = read_answer(second.content, names(contexts))
        except InvalidAnswerError:
            return paid.standing
        except ModelError as error:
            paid.add(error.usage, error.attempts)
            return paid.standing
        except TimeoutError:
            return paid.standing
        return (mended, second) if len(_judged(contexts, mended, judge)) < len(wrong) else paid.standing

    def _asked(self, contexts: Sequence[BlockContext], drafts: Sequence[Draft], reply: Reply, paid: _Paid) -> Asked:
        readings = tuple(
            [
                Reading(
                    block_id=context.block.id, draft=draft,
                    provenance=_provenance(self._model, reply if not at else None),
                )
                for at, (context, draft) in enumerate(zip(contexts, drafts, strict=True))
            ]
        )  # fmt: skip
        return Asked(readings, paid.usage, paid.attempts, paid.reasked)


@dataclass(slots=True)
class _Paid:
    """What a question has cost so far, and the good answer that stands while a better one is asked for."""

    usage: Usage = NOTHING
    attempts: int = 0
    reasked: bool = False
    standing: tuple[tuple[Draft, ...], Reply] | None = None

    def add(self, usage: Usage, attempts: int) -> None:
        self.usage += usage
        self.attempts += attempts


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


def _failed(contexts: Sequence[BlockContext], error: ModelError, model: Model, paid: _Paid) -> Asked:
    provenance = _provenance(model, None)
    readings = tuple(
        [
            Reading(block_id=context.block.id, draft=Draft(), provenance=provenance, failure=error.message)
            for context in contexts
        ]
    )
    return Asked(readings, error.usage, error.attempts, paid.reasked, error)
