"""Error lists: what gold and prediction say of the same characters, by kind of error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from normalizer.evaluate.scorers.trust import holder
from normalizer.model.draft import Grade, Limit
from normalizer.model.span import Span
from normalizer.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from normalizer.align import Field, Stated
    from normalizer.evaluate.compare import Comparison
    from normalizer.evaluate.sides import SideBlock

Kind = Literal[
    "missing", "invented", "number", "comparator", "unit", "reference", "change", "offset", "slot",
    "anchor", "direction", "subject", "combine", "restates", "scale",
]  # fmt: skip
#: In this order a mistake in several fields takes the first as its kind.
KINDS: Final[tuple[Kind, ...]] = (
    "missing", "invented", "number", "comparator", "unit", "reference", "change", "offset", "slot",
    "anchor", "direction", "subject", "combine", "restates", "scale",
)  # fmt: skip
_AROUND: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One wrong bound; ``fields`` are all that differ, ``status`` the predicted criterion's."""

    kind: Kind
    trial: str
    block: str
    status: str | None
    source: str
    gold: str | None
    predicted: str | None
    fields: tuple[Field, ...]


def shown(one: Stated) -> str:
    """Return a bound in one line: subject, slot, comparator, numbers, unit, reference, anchor."""
    bound = one.bound
    if isinstance(bound, Grade):
        return f"{one.subject} | grade {bound.comparator or 'none'} {', '.join(bound.values)} [{bound.scale}]"
    parts = [
        one.subject,
        "|",
        bound.slot,
        bound.comparator or "none",
        " to ".join(filter(None, (bound.low, bound.high))),
    ]
    parts += [bound.unit or ""]
    if isinstance(bound, Limit):
        parts += ["" if bound.reference == "absolute" else f"of {bound.reference}", bound.change or ""]
        parts += [f"offset {bound.offset}" if bound.offset else "", "(restates)" if bound.restates else ""]
    else:
        parts += [bound.direction or "", bound.anchor or "", f"({bound.anchor_text})" if bound.anchor_text else ""]
        parts += [f"whichever {bound.combine}" if bound.combine else ""]
    return " ".join(part for part in parts if part)


def _source(text: str, span: Span | None, block: SideBlock) -> str:
    """Return the characters in «» with what stands around them in the block."""
    if span is None:
        return fold(block.span.of(text))[: 2 * _AROUND]
    before = Span(max(block.span.start, span.start - _AROUND), span.start).of(text)
    after = Span(span.end, max(span.end, min(block.span.end, span.end + _AROUND))).of(text)
    return fold(f"{before}«{span.of(text)}»{after}")


def mistakes(comparison: Comparison) -> Iterator[Mistake]:
    """Yield every wrong bound of a document: pairs that differ, then missing ones, then invented ones."""
    text, trial = comparison.gold.text, comparison.gold.trial
    rights = sorted(comparison.right.blocks, key=lambda block: block.span)
    for pair in comparison.alignment.bounds:
        if pair.differs:
            mine, theirs = comparison.left_atoms[pair.left.atom][0], comparison.right_atoms[pair.right.atom][0]
            kind = next(kind for kind in KINDS if kind in pair.differs)
            yield Mistake(
                kind=kind, trial=trial, block=mine.id, status=theirs.status, source=_source(text, pair.left.span, mine),
                gold=shown(pair.left), predicted=shown(pair.right),
                fields=tuple(kind for kind in KINDS if kind in pair.differs),
            )  # fmt: skip
    for one in comparison.alignment.left_only:
        mine = comparison.left_atoms[one.atom][0]
        at = holder(rights, one.span)
        yield Mistake(
            kind="missing", trial=trial, block=mine.id, status=None if at is None else rights[at].status,
            source=_source(text, one.span, mine), gold=shown(one), predicted=None, fields=(),
        )  # fmt: skip
    for one in comparison.alignment.right_only:
        theirs = comparison.right_atoms[one.atom][0]
        yield Mistake(
            kind="invented", trial=trial, block=theirs.id, status=theirs.status,
            source=_source(text, one.span, theirs), gold=None, predicted=shown(one), fields=(),
        )  # fmt: skip


def listed(found: Iterable[Mistake], limit: int | None = None) -> str:
    """Return the mistakes as text, clustered by kind.

    Args:
        found: the mistakes.
        limit: at most so many of each kind, None for all.

    """
    by_kind: dict[str, list[Mistake]] = {}
    for mistake in found:
        by_kind.setdefault(mistake.kind, []).append(mistake)
    lines = []
    for kind in KINDS:
        some = by_kind.get(kind, [])
        if some:
            lines.append(f"== {kind}: {len(some)}")
        for mistake in some[:limit]:
            silent = "" if mistake.status in ("review", "failed") else "  SILENT"
            lines.append(f"{mistake.trial} {mistake.block} ({mistake.status or 'no criterion'}){silent}")
            lines.append(f"    text  {mistake.source}")
            lines.append(f"    gold  {mistake.gold or '-'}")
            also = [field for field in mistake.fields if field != kind]
            lines.append(f"    got   {mistake.predicted or '-'}" + (f"   [also {', '.join(also)}]" if also else ""))
    return "\n".join(lines)
