"""Several small blocks of one trial in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from normalizer.model.block import BlockContext

BlocksPerRequest: TypeAlias = int | Literal["auto"]
#: ``auto`` fills a request to so many characters of criteria, about 250 tokens: enough to share the cost of the
#: prompt, little enough that an answer stays short and one that fails costs little (docs/model.md has the figures).
_TARGET: Final = 1000
_MOST: Final = 8


def packs(contexts: Sequence[BlockContext], size: BlocksPerRequest = 1) -> Iterator[tuple[BlockContext, ...]]:
    """Yield the blocks of each request, in order.

    Args:
        contexts: blocks of one trial.
        size: how many blocks a request has, or ``auto`` for as many small ones as stay under a target.

    """
    most, target = (_MOST, _TARGET) if size == "auto" else (size, None)
    pack: list[BlockContext] = []
    characters = 0
    for context in contexts:
        length = len(context.text)
        if pack and (len(pack) == most or (target is not None and characters + length > target)):
            yield tuple(pack)
            pack, characters = [], 0
        pack.append(context)
        characters += length
    if pack:
        yield tuple(pack)
