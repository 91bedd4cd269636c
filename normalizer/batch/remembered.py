"""Nothing is paid twice: answers come from the run's own ledger, then from the shared cache, then from the model."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

import orjson

from normalizer.extract.llm.answer import read_answer
from normalizer.extract.llm.errors import InvalidAnswerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.batch.store import Store
    from normalizer.extract.llm.reply import Model, Reply
    from normalizer.extract.llm.request import Turn


class Hashed(Protocol):
    """Whatever says who is asked, and what every question has in common."""

    name: str
    prompt_hash: str
    schema_hash: str


class Named:
    """Names questions by everything that decides their answers: endpoint, model, parameters, prompt, schema, turns."""

    def __init__(self, model: Hashed, about: str) -> None:
        """Begin the names of a model's questions.

        Args:
            model: whose hashes count.
            about: endpoint and parameters, as text.

        """
        self._about = f"{about}\n{model.name}\n{model.prompt_hash}\n{model.schema_hash}\n".encode()

    def __call__(self, turns: Sequence[Turn]) -> str:
        """Return the name of a question, 64 hexadecimal digits."""
        return hashlib.sha256(self._about + orjson.dumps(turns)).hexdigest()


class Remembered:
    """A model whose usable answers are kept in stores; errors and answers that cannot be used are not."""

    def __init__(self, model: Model, stores: Sequence[Store], about: str, *, keeps: bool = True) -> None:
        """Wrap a model.

        Args:
            model: who is asked for what no store has.
            stores: looked at in this order; a new answer goes to all.
            about: endpoint and parameters, as text.
            keeps: whether new answers go to the stores.

        """
        self.name = model.name
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            model.prompt_version, model.prompt_hash, model.schema_hash,
        )  # fmt: skip
        self._model, self._stores, self._keeps = model, tuple(stores), keeps
        self._named = Named(model, about)

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        """Return the answer to the last turn.

        Raises:
            ModelError: when there is none.
            RunError: when a store cannot be read or written.

        """
        key = self._named(turns)
        for at, store in enumerate(self._stores):
            reply = store.get(key)
            if reply is not None:
                for other in (*self._stores[:at], *self._stores[at + 1 :]):
                    other.put(key, reply)
                return reply
        reply = await self._model.complete(turns)
        if self._keeps and _usable(turns[0], reply):
            for store in self._stores:
                store.put(key, reply)
        return reply

    async def aclose(self) -> None:
        """Close the stores and the model's connections."""
        try:
            for store in self._stores:
                store.close()
        finally:
            await self._model.aclose()


def _usable(question: Turn, reply: Reply) -> bool:
    try:
        read_answer(reply.content, [block["block"] for block in orjson.loads(question.content)["blocks"]])
    except InvalidAnswerError:
        return False
    return True
