"""Does the source read as the reading says: comparator, number, unit, reference, change, anchor, direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.model.draft import Grade, Limit, Time
from normalizer.reconcile.case import note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.draft import Bound
    from normalizer.model.mention import Mention
    from normalizer.reconcile.case import Case, Note

#: Findings of a Mention that speak about the bound made from it.
_INHERITED = frozenset({"comparator_missing", "comparator_damaged", "number_ambiguous", "exponent_damaged", "unit_missing",
                        "unit_unknown", "number_glued", "anchor_ambiguous", "anchor_missing"})  # fmt: skip


def _numbers(bound: Bound | Mention) -> frozenset[str]:
    if isinstance(bound, Grade):
        return frozenset(bound.values)
    ends = (bound.low, bound.high)
    return frozenset(str(getattr(end, "printed", end)).lstrip("+-") for end in ends if end is not None)


def matching(case: Case, bound: Bound, mentions: tuple[Mention, ...]) -> Mention | None:
    """Return the quantity that the bound claims: the one at its quote with its numbers, None when there is none."""
    wanted = _numbers(bound)
    for mention in mentions:
        if mention.kind == "grade" and isinstance(bound, Grade):
            if frozenset(mention.values) == wanted:
                return mention
        elif _numbers(mention) == wanted:
            return mention
    return None


def check_source(case: Case) -> Iterator[Note]:
    """Yield what the deterministic reading of the same characters contradicts, and the doubts it has itself."""
    for at, number, _, placed in case.bounds():
        if placed.span is None:
            continue
        bound = placed.bound
        mentions = case.mentions_at(placed.span)
        mention = matching(case, bound, mentions)
        if mention is None:
            if mentions:
                got = "; ".join(m.span.of(case.context.view.text) for m in mentions)
                message = "no quantity at the quote has these numbers"
                yield note("readings_differ", message, atom=at, bound=number, expected=got, got=bound.quote)
            continue
        for finding in mention.findings:
            if finding.code in _INHERITED:
                yield note(finding.code, finding.message, atom=at, bound=number, span=placed.span)
        for code, said, read in _differences(bound, mention):
            yield note(code, f"the source reads {read}, not {said}", atom=at, bound=number, expected=read, got=said)


def _differences(bound: Bound, mention: Mention) -> Iterator[tuple[str, str, str]]:
    if bound.comparator != mention.comparator:
        yield "comparator_contradicted", str(bound.comparator), str(mention.comparator)
    if isinstance(bound, Grade):
        return
    unit = mention.unit.printed if mention.unit is not None else None
    if (bound.unit or "").split() != (unit or "").split():
        yield "unit_contradicted", str(bound.unit), str(unit)
    if isinstance(bound, Limit):
        if bound.reference != mention.reference:
            yield "reference_contradicted", bound.reference, mention.reference
        if bound.change is not None and mention.change is not None and bound.change != mention.change:
            yield "direction_contradicted", bound.change, mention.change
    if isinstance(bound, Time):
        if bound.direction != mention.direction and None not in (bound.direction, mention.direction):
            yield "direction_contradicted", str(bound.direction), str(mention.direction)
        if bound.anchor != mention.anchor and None not in (bound.anchor, mention.anchor):
            yield "anchor_contradicted", str(bound.anchor), str(mention.anchor)
