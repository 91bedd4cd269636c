"""Does the reading hold together: logic, duplicates, doubts that the extractor itself recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.model.errors import LogicError
from normalizer.model.logic import check, parse
from normalizer.reconcile.case import Note, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.reconcile.case import Case


def check_logic(case: Case) -> Iterator[Note]:
    """Yield ``logic_error``, ``mixed_polarity`` and ``count_mismatch``."""
    draft = case.reading.draft
    try:
        node = parse(draft.logic)
    except LogicError as error:
        yield note("logic_error", str(error), got=draft.logic)
        return
    for finding in check(node, draft.atoms, case.context.block.kind):
        yield Note(finding)


def check_duplicates(case: Case) -> Iterator[Note]:
    """Yield ``duplicate_atom`` for atoms that say the same twice."""
    seen: set[tuple[object, ...]] = set()
    for at, atom in enumerate(case.placed.atoms):
        key = (atom.atom.subject, atom.atom.bounds, atom.atom.modifiers, atom.span)
        if key in seen:
            yield note("duplicate_atom", "the same statement stands twice", atom=at)
        seen.add(key)


def check_doubts(case: Case) -> Iterator[Note]:
    """Yield the doubts that the extractor recorded with its reading, and the findings of segmentation."""
    index = {atom.atom.id: at for at, atom in enumerate(case.placed.atoms)}
    for finding in case.reading.findings:
        yield Note(finding, index.get(finding.atom) if finding.atom is not None else None)
    for finding in case.context.block.findings:
        yield Note(finding)
