"""The embedded extractor: a Draft from the names and quantities of a block, without network or key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.extract.rules.blocks import ViewMap, fallback, read_block
from normalizer.extract.rules.material import gather
from normalizer.extract.rules.sketch import finish
from normalizer.model.draft import Provenance, Reading

if TYPE_CHECKING:
    from normalizer.model.block import BlockContext

VERSION: Final = "1"
_PROVENANCE: Final = Provenance(extractor="rules", version=VERSION)


class RulesExtractor:
    """Reads a block by rules; deterministic, and never raises for what stands in a text."""

    name = "rules"

    def read(self, context: BlockContext) -> Reading:
        """Return the reading of one block."""
        material = gather(context)
        block = context.block
        tree = read_block(material, (*block.items, *block.joined), ViewMap(block.span.start, context.view.starts))
        draft = finish(tree if tree is not None else fallback(material), context.text, context.view)
        return Reading(block_id=block.id, draft=draft, provenance=_PROVENANCE)
