"""What a check is given, and what it says."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, Protocol

from normalizer.model.draft import Grade
from normalizer.model.finding import Finding
from normalizer.model.quick import quick_init
from normalizer.reconcile.value import number_of
from normalizer.reconcile.vocabulary import mended
from normalizer.text import PlacedAtom, PlacedBound, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from normalizer.model.block import BlockContext
    from normalizer.model.draft import Bound, Reading
    from normalizer.model.finding import Repair
    from normalizer.model.mention import Mention, Number
    from normalizer.model.span import Span
    from normalizer.text import PlacedDraft


class Quantity(NamedTuple):
    """A quantity of the source (none inert) at its characters: offsets into the block's text."""

    mention: Mention
    span: Span


class Entry(NamedTuple):
    """A bound of the reading with its address and what stands at its characters.

    ``claimed`` is the quantity that has the bound's numbers, None when none has; ``near`` are all that overlap it.
    """

    at: int
    nth: int
    atom: PlacedAtom
    placed: PlacedBound
    claimed: Mention | None
    near: tuple[Mention, ...]

    @property
    def bound(self) -> Bound:
        """The bound as the reading has it."""
        return self.placed.bound


@quick_init
@dataclass(frozen=True, slots=True)
class Case:
    """One reading of one block, placed at its characters (offsets into the block's text), and the other readings.

    ``names`` are the damaged names of the block with what the vocabulary reads in them; ``mends`` what was mended in
    the reading because the source decides it.
    """

    context: BlockContext
    reading: Reading
    placed: PlacedDraft
    quantities: tuple[Quantity, ...]
    entries: tuple[Entry, ...]
    names: tuple[Repair, ...] = ()
    others: tuple[Reading, ...] = ()
    mends: tuple[Repair, ...] = ()

    @classmethod
    def of(cls, context: BlockContext, reading: Reading, others: Sequence[Reading] = ()) -> Case:
        """Place a reading and pair its bounds with the quantities of the source."""
        block, view = context.block, context.view
        # the view of a block with nested items has blanks for their markers, which a quote may hold
        placed = place(context.text, reading.draft, None if block.items or block.joined else view)
        quantities = [Quantity(m, view.original(m.span)) for m in context.mentions if m.kind != "inert"]
        entries = _entries(placed, quantities)
        return cls(context, reading, placed, tuple(quantities), tuple(entries), mended(context), tuple(others))


def _entries(placed: PlacedDraft, quantities: Sequence[Quantity]) -> list[Entry]:
    entries: list[Entry] = []
    ordered: Sequence[Quantity] | None = None
    for at, atom in enumerate(placed.atoms):
        for nth, bound in enumerate(atom.bounds):
            if ordered is None:
                ordered = sorted(quantities, key=lambda one: one.span) if len(quantities) > 1 else quantities
                starts = [one.span.start for one in ordered]
                reach = list(accumulate([one.span.end for one in ordered], max))
            near = _overlapping(bound.span, ordered, starts, reach) if bound.span is not None else ()
            entries.append(Entry(at, nth, atom, bound, _claimed(bound.bound, near), near))
    return entries


def _overlapping(span: Span, ordered: Sequence[Quantity], starts: list[int], reach: list[int]) -> tuple[Mention, ...]:
    found = []
    at = bisect_left(starts, span.end) - 1
    while at >= 0 and reach[at] > span.start:
        if ordered[at].span.end > span.start:
            found.append(ordered[at].mention)
        at -= 1
    return tuple(reversed(found))


def _claimed(bound: Bound, mentions: tuple[Mention, ...]) -> Mention | None:
    """Return the quantity that has the bound's numbers: as printed, else of the same value."""
    if isinstance(bound, Grade):
        wanted = frozenset(bound.values)
        return next((one for one in mentions if one.kind == "grade" and frozenset(one.values) == wanted), None)
    low, high = bound.low, bound.high
    ends: frozenset[str] | None = None
    for mention in mentions:
        if mention.kind == "grade":
            continue
        if _reads(mention.low, low) and _reads(mention.high, high):  # the common case
            return mention
        if ends is None:
            ends = frozenset([end.lstrip("+-") for end in (low, high) if end is not None])
        if _printed(mention) == ends:
            return mention
    if ends is None:
        return None
    values = frozenset([number_of(end) for end in ends])
    for mention in mentions:
        if mention.kind != "grade" and None not in values and _values(mention) == values:
            return mention
    return None


def _reads(number: Number | None, printed: str | None) -> bool:
    return printed is None if number is None else number.printed == printed


def _ends(mention: Mention) -> list[Number]:
    return [end for end in (mention.low, mention.high) if end is not None]


def _printed(mention: Mention) -> frozenset[str]:
    return frozenset([end.printed.lstrip("+-") for end in _ends(mention)])


def _values(mention: Mention) -> frozenset[object]:
    return frozenset([abs(end.value) for end in _ends(mention)])


class Note(NamedTuple):
    """A finding with its address: a bound, an atom, or (both None) the criterion."""

    finding: Finding
    atom: int | None = None
    bound: int | None = None


class Check(Protocol):
    """A check: pure, one question, never raises for what a reading holds."""

    def __call__(self, case: Case) -> Iterable[Note]:
        """Return what is to be said about the case."""
        ...


def note(
    code: str, message: str, *, atom: int | None = None, bound: int | None = None, span: Span | None = None,
    expected: str | None = None, got: str | None = None,
) -> Note:  # fmt: skip
    """Return a note with its finding."""
    return Note(Finding(code=code, message=message, span=span, expected=expected, got=got), atom, bound)


def about(entry: Entry, code: str, message: str, *, expected: str | None = None, got: str | None = None) -> Note:
    """Return a note about a bound, at its characters."""
    quote = entry.placed.bound.quote if got is None else got
    finding = Finding(code=code, message=message, span=entry.placed.span, expected=expected, got=quote)
    return Note(finding, entry.at, entry.nth)


def shifted(finding: Finding, by: int) -> Finding:
    """Return the finding with its span moved by ``by`` characters."""
    return finding if finding.span is None or not by else replace(finding, span=finding.span.shift(by))
