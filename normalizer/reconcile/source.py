"""Does the source read as the reading says: comparator, number, unit, reference, change, anchor, direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.model.draft import Grade, Limit, Time
from normalizer.reconcile.case import about

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.draft import Bound
    from normalizer.model.mention import Mention
    from normalizer.reconcile.case import Case, Note

#: Findings of a Mention that speak about the bound made from it.
_INHERITED: Final = frozenset(
    {"comparator_missing", "comparator_damaged", "number_ambiguous", "exponent_damaged", "unit_missing", "unit_unknown",
     "number_glued", "anchor_ambiguous", "anchor_missing"}
)  # fmt: skip


def check_source(case: Case) -> Iterator[Note]:
    """Yield what the deterministic reading of the same characters contradicts, and the doubts it has itself."""
    for entry in case.entries:
        mention = entry.claimed
        if mention is None:
            if entry.near:
                got = "; ".join(m.span.of(case.context.view.text) for m in entry.near)
                yield about(entry, "readings_differ", "no quantity at the quote has these numbers", expected=got)
            continue
        for finding in mention.findings:
            if finding.code in _INHERITED:
                yield about(entry, finding.code, finding.message)
        for code, said, read in _differences(entry.bound, mention):
            yield about(entry, code, f"the source reads {read}, not {said}", expected=read, got=said)


def _differences(bound: Bound, mention: Mention) -> Iterator[tuple[str, str, str]]:
    if bound.comparator != mention.comparator:
        yield "comparator_contradicted", str(bound.comparator), str(mention.comparator)
    if isinstance(bound, Grade):
        return
    unit = mention.unit.printed if mention.unit is not None else None
    if bound.unit != unit and (bound.unit or "").split() != (unit or "").split():
        yield "unit_contradicted", str(bound.unit), str(unit)
    if isinstance(bound, Limit):
        if bound.reference != mention.reference:
            yield "reference_contradicted", bound.reference, mention.reference
        if bound.change != mention.change and None not in (bound.change, mention.change):
            yield "direction_contradicted", str(bound.change), str(mention.change)
    if isinstance(bound, Time):
        if bound.direction != mention.direction and None not in (bound.direction, mention.direction):
            yield "direction_contradicted", str(bound.direction), str(mention.direction)
        if bound.anchor != mention.anchor and None not in (bound.anchor, mention.anchor) and not _wider(bound, mention):
            yield "anchor_contradicted", str(bound.anchor), str(mention.anchor)


def _wider(bound: Time, mention: Mention) -> bool:
    """Say whether the bound names more of the event's words: of two events the first is the anchor."""
    whole, part = (bound.anchor_text or "").casefold(), (mention.anchor_text or "").casefold()
    return bool(part) and part in whole and len(whole) > len(part)
