"""What a check is given, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from normalizer.model.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.block import BlockContext
    from normalizer.model.draft import Reading
    from normalizer.model.mention import Mention
    from normalizer.model.span import Span
    from normalizer.text import PlacedAtom, PlacedBound, PlacedDraft


@dataclass(frozen=True, slots=True)
class Case:
    """One reading of one block, placed at its characters (offsets into the block's text), and the other readings."""

    context: BlockContext
    reading: Reading
    placed: PlacedDraft
    others: tuple[Reading, ...] = ()

    def bounds(self) -> Iterator[tuple[int, int, PlacedAtom, PlacedBound]]:
        """Yield every bound with the index of its atom and its own index in the atom."""
        for at, atom in enumerate(self.placed.atoms):
            for number, bound in enumerate(atom.bounds):
                yield at, number, atom, bound

    def mentions_at(self, span: Span) -> tuple[Mention, ...]:
        """Return the quantities (none inert) that overlap ``span``, an offset range of the block's text."""
        view = self.context.view
        return tuple(m for m in self.context.mentions if m.kind != "inert" and view.original(m.span).overlaps(span))


@dataclass(frozen=True, slots=True)
class Note:
    """A finding with its address: a bound, an atom, or (both None) the criterion."""

    finding: Finding
    atom: int | None = None
    bound: int | None = None


class Check(Protocol):
    """A check: pure, one question, never raises for what a reading holds."""

    def __call__(self, case: Case) -> Iterator[Note]:
        """Yield what is to be said about the case."""
        ...


def note(
    code: str, message: str, *, atom: int | None = None, bound: int | None = None, span: Span | None = None,
    expected: str | None = None, got: str | None = None,
) -> Note:  # fmt: skip
    """Return a note with its finding."""
    return Note(Finding(code=code, message=message, span=span, expected=expected, got=got), atom, bound)
