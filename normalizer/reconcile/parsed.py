"""Logic strings, parsed once: the same few forms stand in most criteria."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from normalizer.model.logic import parse

if TYPE_CHECKING:
    from normalizer.model.logic import Node


@lru_cache(maxsize=2048)
def parsed(logic: str) -> Node | None:
    """Return the tree of a logic string, None for the empty one.

    Raises:
        LogicError: when it is no logic.

    """
    return parse(logic)
