"""What an extractor is: one reading of one block."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from normalizer.extract.llm.reader import Asked
    from normalizer.model.block import BlockContext
    from normalizer.model.draft import Draft, Reading

#: Says what is wrong with a Draft of a block, each thing in words that a model can act on.
Judge: TypeAlias = "Callable[[BlockContext, Draft], Sequence[str]]"


class Extractor(Protocol):
    """Reads one block at a time; never raises for what stands in a text."""

    name: str

    def read(self, context: BlockContext) -> Reading:
        """Return the extractor's reading of the block; ``failure`` set and the Draft empty when there is none."""
        ...


class AsyncExtractor(Protocol):
    """Reads several blocks of one trial with one request; never raises for what an endpoint does."""

    name: str

    async def read(self, contexts: Sequence[BlockContext], judge: Judge | None = None) -> Asked:
        """Return a reading of each block; ``failure`` set and the Draft empty where there is none."""
        ...

    async def aclose(self) -> None:
        """Let go of what was opened."""
        ...


def is_async(extractor: Extractor | AsyncExtractor) -> TypeGuard[AsyncExtractor]:
    """Say whether an extractor has to be awaited."""
    return iscoroutinefunction(extractor.read)
