"""A model for tests: answers are made up by the test, no network, no key, no extra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from normalizer.extract.llm.errors import ModelError
from normalizer.extract.llm.mapping import wire_of
from normalizer.extract.llm.reply import Reply
from normalizer.extract.llm.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from normalizer.extract.llm.request import Turn
    from normalizer.model.draft import Draft


class FakeModel:
    """Answers every question with what a function makes of each block.

    ``answer`` gets a block as the question names it (``block``, ``kind``, ``text``, ...) and returns a Draft, or text
    that is sent as the whole answer, or a :class:`ModelError`, which is raised. ``questions`` keeps what was asked.
    """

    prompt_version = "fake"
    prompt_hash = "fake"
    schema_hash = "fake"

    def __init__(self, answer: Callable[[dict[str, Any]], Draft | str | ModelError], *, name: str = "fake") -> None:
        """Set the function that answers."""
        self.name = name
        self.questions: list[tuple[Turn, ...]] = []
        self._answer = answer

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        """Return the answer made up for the first turn."""
        self.questions.append(tuple(turns))
        blocks = []
        for block in orjson.loads(turns[0].content)["blocks"]:
            answer = self._answer(block)
            if isinstance(answer, ModelError):
                raise answer
            if isinstance(answer, str):
                return _reply(turns, answer)
            blocks.append(wire_of(answer, block["block"]))
        return _reply(turns, orjson.dumps({"blocks": blocks}).decode())

    async def aclose(self) -> None:
        """Do nothing."""


def _reply(turns: Sequence[Turn], content: str) -> Reply:
    """Return a reply that counts a character as a token."""
    usage = Usage(requests=1, input=sum(len(turn.content) for turn in turns), output=len(content), estimated=True)
    return Reply(content, usage, usage)
