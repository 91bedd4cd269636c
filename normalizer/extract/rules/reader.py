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
_LONGEST_LOGIC: Final = 4000  # characters, as the logic language allows
_PROVENANCE: Final = Provenance(extractor="rules", version=VERSION)


class RulesExtractor:
    """Reads a block by rules; deterministic, and never raises for what stands in a text."""

    name = "rules"

    def read(self, context: BlockContext) -> Reading:
        """Return the reading of one block."""
        block = context.block
        try:
            draft, doubts = _read(context)
        except RecursionError:
            return _failed(block.id, "nested too deeply to be read")
        if len(draft.logic) > _LONGEST_LOGIC:
            return _failed(block.id, f"{len(draft.atoms)} statements: more than one requirement can hold")
        return Reading(block_id=block.id, draft=draft, provenance=_PROVENANCE, findings=doubts)


def _read(context: BlockContext) -> tuple[Draft, tuple[Finding, ...]]:
    material = gather(context)
    block = context.block
    tree = read_block(material, block, ViewMap(block.span.start, context.view.starts)) or fallback(material)
    if tree is None:
        return Draft(), ()
    whole, given_up = legal(tree, describe=material.kind == "exclusion")
    draft, doubts = finish(whole, context.text, context.view)
    if given_up:
        doubts = (*doubts, Finding(code="logic_error", message="nested too deeply: the structure was given up"))
    return draft, doubts


def _failed(block_id: str, reason: str) -> Reading:
    return Reading(block_id=block_id, draft=Draft(), provenance=_PROVENANCE, failure=reason)
