"""The embedded extractor: a Draft from the names and quantities of a block, without network or key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.extract.rules.blocks import ViewMap, read_block
from normalizer.extract.rules.legal import legal
from normalizer.extract.rules.material import gather
from normalizer.extract.rules.sentences import fallback
from normalizer.extract.rules.sketch import finish
from normalizer.model.draft import Draft, Provenance, Reading
from normalizer.model.finding import Finding

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
        tree = read_block(material, block, ViewMap(block.span.start, context.view.starts)) or fallback(material)
        if tree is None:
            return Reading(block_id=block.id, draft=Draft(), provenance=_PROVENANCE)
        whole, given_up = legal(tree, describe=material.kind == "exclusion")
        draft, doubts = finish(whole, context.text, context.view)
        if given_up:
            doubts = (*doubts, Finding(code="logic_error", message="nested too deeply: the structure was given up"))
        return Reading(block_id=block.id, draft=draft, provenance=_PROVENANCE, findings=doubts)
