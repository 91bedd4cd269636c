"""Two readings of one block: which bounds a second one confirms, and where the two differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from normalizer.align import align
from normalizer.model.errors import LogicError
from normalizer.model.logic import rename, same
from normalizer.reconcile.case import Note, about, note
from normalizer.reconcile.parsed import parsed
from normalizer.reconcile.value import concept_of
from normalizer.text import place

if TYPE_CHECKING:
    from normalizer.align import Alignment, Field
    from normalizer.model.draft import Reading
    from normalizer.reconcile.case import Case

#: Two readings agree when these are equal at overlapping quotes.
_DECIDING: Final[frozenset[Field]] = frozenset({"slot", "comparator", "number", "unit", "reference"})


class Agreement(NamedTuple):
    """What a second reading confirms: bounds by (atom, bound) index, or a criterion without bounds as a whole."""

    bounds: frozenset[tuple[int, int]] = frozenset()
    whole: bool = False
    notes: tuple[Note, ...] = ()


_NONE: Final = Agreement()


def agreement(case: Case) -> Agreement:
    """Lay the other readings beside the standing one.

    A bound is confirmed when one other reading agrees with it; ``readings_differ`` is raised where the first reading
    that did not fail differs. A failed reading is noted and confirms nothing.
    """
    if not case.others:
        return _NONE
    notes = [
        note("second_reading_failed", f"{reading.provenance.extractor}: {reading.failure}")
        for reading in case.others
        if reading.failure is not None
    ]
    second = next((reading for reading in case.others if reading.failure is None), None)
    if second is None or case.reading.failure is not None:
        return Agreement(notes=tuple(notes))
    other = place(case.context.text, second.draft)
    alignment = align(case.placed.atoms, other.atoms)
    confirmed = set()
    entries = {(entry.at, entry.nth): entry for entry in case.entries}
    for pair in alignment.bounds:
        key = pair.left.atom, pair.left.nth
        fields = sorted(pair.differs & _DECIDING)
        if "subject" in pair.differs and _contradict(pair.left.subject, pair.right.subject):
            fields.append("subject")
        if fields:
            message = f"the second reading has another {', '.join(fields)}"
            got, expected = (
                f"{pair.left.subject}: {pair.left.bound.quote}",
                f"{pair.right.subject}: {pair.right.bound.quote}",
            )
            notes.append(about(entries[key], "readings_differ", message, expected=expected, got=got))
        else:
            confirmed.add(key)
    notes.extend(
        about(entries[one.atom, one.nth], "readings_differ", "the second reading has no such bound")
        for one in alignment.left_only
    )
    for one in alignment.right_only:
        message = f"only the second reading has {one.subject}: {one.bound.quote!r}"
        notes.append(note("readings_differ", message, span=one.span, expected=one.bound.quote))
    return Agreement(frozenset(confirmed), _same_whole(case.reading, second, alignment), tuple(notes))


def _contradict(subject: str, other: str) -> bool:
    """Say whether the vocabulary knows both subjects, as two things."""
    one, two = concept_of(subject), concept_of(other)
    return one is not None and two is not None and one.id != two.id


def _same_whole(first: Reading, second: Reading, alignment: Alignment) -> bool:
    """Say whether two readings without bounds have the same subjects under the same logic."""
    atoms, others = first.draft.atoms, second.draft.atoms
    if not len(alignment.atoms) == len(atoms) == len(others):
        return False
    names = {others[b].id: atoms[a].id for a, b in alignment.atoms}
    if any(_contradict(atoms[a].subject, others[b].subject) for a, b in alignment.atoms):
        return False
    try:
        one, two = parsed(first.draft.logic), parsed(second.draft.logic)
    except LogicError:
        return False
    if one is None or two is None:
        return one is two
    return same(one, rename(two, names))
