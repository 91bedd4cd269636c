"""Equal questions are asked once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from normalizer.extract.llm.errors import ModelError
from normalizer.extract.llm.usage import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.llm.reply import Model, Reply
    from normalizer.extract.llm.request import Turn

#: Answers kept at most; about a kilobyte each.
_KEPT: Final = 20_000


class Once:
    """A model that asks another one each question once, also when it comes twice at the same time.

    A repeated answer costs nothing: its ``usage`` is empty, its ``own`` that of the answer. Errors are not kept.
    """

    def __init__(self, model: Model, kept: int = _KEPT) -> None:
        """Wrap a model; the least recently asked of more than ``kept`` answers are forgotten."""
        self.name = model.name
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            model.prompt_version, model.prompt_hash, model.schema_hash,
        )  # fmt: skip
        self._model, self._kept = model, kept
        self._known: OrderedDict[tuple[Turn, ...], Reply] = OrderedDict()
        self._open: dict[tuple[Turn, ...], asyncio.Future[Reply]] = {}

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        """Return the answer to the last turn.

        Raises:
            ModelError: when there is none.

        """
        key = tuple(turns)
        if (reply := self._known.get(key)) is not None:
            self._known.move_to_end(key)
            return replace(reply, usage=NOTHING)
        if (asked := self._open.get(key)) is not None:
            return await self._shared(asked, turns)
        asked = self._open[key] = asyncio.get_running_loop().create_future()
        try:
            reply = await self._model.complete(turns)
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError):
                asked.cancel()
            else:
                asked.set_exception(error)
                asked.exception()  # seen: nobody may be waiting
            raise
        else:
            asked.set_result(reply)
        finally:
            del self._open[key]
        self._known[key] = reply
        if len(self._known) > self._kept:
            self._known.popitem(last=False)
        return reply

    async def _shared(self, asked: asyncio.Future[Reply], turns: Sequence[Turn]) -> Reply:
        """Wait for what another caller asked; what it costs is that caller's."""
        try:
            return replace(await asyncio.shield(asked), usage=NOTHING)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not asked.cancelled() or (task is not None and task.cancelling()):
                raise
            return await self.complete(turns)  # the one who asked was cancelled, not this caller
        except ModelError as error:
            mine = copy(error)
            mine.usage, mine.attempts = NOTHING, 0
            raise mine from None

    async def aclose(self) -> None:
        """Let go of the wrapped model's connections."""
        await self._model.aclose()
