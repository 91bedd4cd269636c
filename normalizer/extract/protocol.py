"""What an extractor is: one reading of one block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from normalizer.model.block import BlockContext
    from normalizer.model.draft import Reading


class Extractor(Protocol):
    """Reads one block at a time; never raises for what stands in a text."""

    name: str

    def read(self, context: BlockContext) -> Reading:
        """Return the extractor's reading of the block; ``failure`` set and the Draft empty when there is none."""
        ...
