"""Asking again after an answer that cannot be used: through instructor, with bodies and words of our own."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import model_validator

from normalizer.extract.llm.answer import read_answer, unfenced
from normalizer.extract.llm.errors import InvalidAnswerError, ModelError
from normalizer.extract.llm.request import Turn
from normalizer.extract.llm.wire import WireAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.llm.reply import Model, Reply
    from normalizer.model.draft import Draft


def complained(question: Turn, answer: str, complaints: Sequence[str]) -> tuple[Turn, ...]:
    """Return the conversation that tells a model what was wrong with its answer."""
    told = "\n".join(f"- {complaint}" for complaint in complaints)
    text = f"The answer cannot stand as it is:\n{told}\nReturn the whole answer again, with this mended."
    return question, Turn("assistant", answer), Turn("user", text)


async def reask(
    model: Model, question: Turn, names: Sequence[str], first: Reply, reasks: int
) -> tuple[tuple[Draft, ...], Reply]:
    """Ask again until an answer can be used.

    Args:
        model: who is asked.
        question: the first turn.
        names: the blocks' names in it.
        first: the reply that cannot be used; it is paid for and counts.
        reasks: how often to ask again at most.

    Returns:
        The Drafts, and the reply they came from with the usage of all.

    Raises:
        ModelError: when no answer can be used; counts all requests made.

    """
    import instructor  # noqa: PLC0415 - heavy, and seldom needed
    from instructor.core.exceptions import InstructorRetryException  # noqa: PLC0415 - the same

    logging.getLogger("instructor").setLevel(logging.CRITICAL)  # it logs whole answers
    last, usage, attempts = first, first.usage, first.attempts
    stopped: Exception | None = None
    pending: Reply | None = first

    class Checked(WireAnswer):
        """The wire form with all that an answer must keep to; instructor asks again where it is broken."""

        @model_validator(mode="after")
        def usable(self) -> Checked:
            if wrong := _complaints(last.content, names):
                raise ValueError("; ".join(wrong))
            return self

    async def ours(**_: Any) -> Any:  # noqa: ANN401 - instructor's call; its messages are not used
        nonlocal last, usage, attempts, stopped, pending
        if pending is not None:
            reply, pending = pending, None
            return _completion(reply)
        try:
            reply = await model.complete(complained(question, last.content, _complaints(last.content, names)))
        except Exception as error:  # instructor would hide it
            stopped = error
            raise
        last, usage, attempts = reply, usage + reply.usage, attempts + reply.attempts
        return _completion(reply)

    patched: Any = instructor.patch(create=ours, mode=instructor.Mode.JSON_SCHEMA)
    try:
        await patched(response_model=Checked, messages=[], model=model.name, max_retries=reasks)
    except Exception as error:
        if isinstance(stopped, ModelError):
            stopped.usage, stopped.attempts = usage + stopped.usage, attempts + stopped.attempts
        if stopped is not None:
            raise stopped from None
        if not isinstance(error, InstructorRetryException):
            raise
        raise InvalidAnswerError(
            tuple(_complaints(last.content, names)), usage=usage, attempts=attempts, raw=last.content
        ) from error
    return read_answer(last.content, names), replace(last, usage=usage, attempts=attempts)


def _complaints(content: str, names: Sequence[str]) -> tuple[str, ...]:
    try:
        read_answer(content, names)
    except InvalidAnswerError as error:
        return error.complaints
    return ()


def _completion(reply: Reply) -> Any:  # noqa: ANN401 - openai's type, imported only here
    from openai.types.chat import ChatCompletion  # noqa: PLC0415 - see above

    message = {"role": "assistant", "content": unfenced(reply.content)}
    return ChatCompletion.model_validate(
        {
            "id": "reply",
            "object": "chat.completion",
            "created": 0,
            "model": "reply",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}],
        }
    )
