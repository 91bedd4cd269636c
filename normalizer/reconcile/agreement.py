"""Two readings of one block: which bounds a second one confirms, and where the two differ."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from normalizer.align import align, same_name
from normalizer.concepts import scale_of
from normalizer.model.draft import Grade, Time
from normalizer.model.errors import LogicError
from normalizer.model.logic import branches, rename, same
from normalizer.reconcile.attachment import generic
from normalizer.reconcile.case import Case, Note, about, note
from normalizer.reconcile.grounding import content_words
from normalizer.reconcile.joined import joined_otherwise
from normalizer.reconcile.mend import mend
from normalizer.reconcile.parsed import parsed
from normalizer.reconcile.value import concept_of
from normalizer.text import place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from normalizer.align import Alignment, BoundPair, Field
    from normalizer.model.draft import Atom, Reading
    from normalizer.model.logic import Branch
    from normalizer.reconcile.case import Entry
    from normalizer.text import PlacedDraft

#: Two readings agree when these are equal at overlapping quotes; change and offset are part of what a number refers to.
_DECIDING: Final[frozenset[Field]] = frozenset(
    {"slot", "comparator", "number", "unit", "reference", "change", "offset", "combine", "restates"}
)
#: Doubts about the sense of a plain print; two independent readings that take it alike settle them.
_SETTLED: Final = frozenset({"role_ambiguous", "attachment_ambiguous"})
#: What stands between two things named in one breath.
_TOGETHER: Final = re.compile(r"[^.;:\n]{0,40}?(?:\b(?:or|and|with|plus)\b|[,/&+])[^.;:\n]{0,25}", re.IGNORECASE)


class Agreement(NamedTuple):
    """What a second reading confirms: bounds by (atom, bound) index, or a criterion without bounds as a whole.

    ``sure`` are the confirmed bounds whose subject and polarity are the same too.
    """

    bounds: frozenset[tuple[int, int]] = frozenset()
    whole: bool = False
    notes: tuple[Note, ...] = ()
    sure: frozenset[tuple[int, int]] = frozenset()

    def settle(self, notes: Sequence[Note]) -> tuple[Note, ...]:
        """Return all notes; a doubt that the two readings settle is replaced by a record of that."""
        found = []
        for one in (*notes, *self.notes):
            if one.finding.code in _SETTLED and (one.atom, one.bound) in self.sure:
                message = f"{one.finding.message}; two readings take it alike"
                found.append(one._replace(finding=replace(one.finding, code="settled_by_agreement", message=message)))
            else:
                found.append(one)
        return tuple(found)


_NONE: Final = Agreement()


def agreement(case: Case) -> tuple[Case, Agreement]:
    """Lay the other readings beside the standing one.

    A bound is confirmed when one other reading agrees with it; ``readings_differ`` is raised where the first reading
    that did not fail differs. A failed reading is noted and confirms nothing. The case comes back with its standing
    reading mended where the source decides between the two.
    """
    if not case.others:
        return case, _NONE
    notes = [
        note("second_reading_failed", f"{reading.provenance.extractor}: {reading.failure}")
        for reading in case.others
        if reading.failure is not None
    ]
    second = next((reading for reading in case.others if reading.failure is None), None)
    if second is None or case.reading.failure is not None:
        return case, Agreement(notes=tuple(notes))
    other = place(case.context.text, second.draft)
    alignment = align(case.placed.atoms, other.atoms)
    mended = mend(case, alignment)
    if mended is not case:
        case, alignment = mended, align(mended.placed.atoms, other.atoms)
    confirmed, sure, said = _compared(case, other, second, alignment)
    return case, Agreement(confirmed, _same_whole(case.reading, second, alignment), (*notes, *said), sure)


def _compared(
    case: Case, other: PlacedDraft, second: Reading, alignment: Alignment
) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]], list[Note]]:
    """Return the confirmed bounds, those of them that are sure, and what is to be said of the others."""
    notes = []
    confirmed, sure = set(), set()
    entries = {(entry.at, entry.nth): entry for entry in case.entries}
    ours, theirs = _branches(case.reading), _branches(second)
    for pair in alignment.bounds:
        key = pair.left.atom, pair.left.nth
        fields: list[str] = sorted(pair.differs & _DECIDING)
        if _contradict(case, other, pair):
            fields.append("subject")
        if _sides_differ(pair):
            fields.append("direction")
        if _scales_differ(pair):
            fields.append("scale")
        if _polarity(case.reading, ours, pair.left.atom) is not _polarity(second, theirs, pair.right.atom):
            fields.append("polarity")
        if fields:
            message = f"the second reading has another {', '.join(fields)}"
            got, expected = (
                f"{pair.left.subject}: {pair.left.bound.quote}",
                f"{pair.right.subject}: {pair.right.bound.quote}",
            )
            notes.append(about(entries[key], "readings_differ", message, expected=expected, got=got))
            continue
        confirmed.add(key)
        if "subject" not in pair.differs:
            sure.add(key)
    atoms, others = case.reading.draft.atoms, second.draft.atoms
    both = dict.fromkeys((pair.left.atom, pair.right.atom) for pair in alignment.bounds if "number" not in pair.differs)
    named = [(atoms[a].id, others[b].id) for a, b in both]
    if (parts := joined_otherwise(case.reading.draft.logic, second.draft.logic, named)) is not None:
        message = f"the second reading joins {parts[0]} and {parts[1]} the other way, all or any"
        notes.append(note("readings_differ", message, expected=second.draft.logic, got=case.reading.draft.logic))
    for one in alignment.left_only:
        entry = entries[one.atom, one.nth]
        with_whom = next((key for key in sorted(confirmed) if _shared(case, entry, entries[key])), None)
        if with_whom is None:
            notes.append(about(entry, "readings_differ", "the second reading has no such bound"))
        else:
            other_subject = entries[with_whom].atom.atom.subject
            notes.append(about(entry, "bound_shared", f"the printed bound is read with {other_subject!r} too"))
    for one in alignment.right_only:
        message = f"only the second reading has {one.subject}: {one.bound.quote!r}"
        notes.append(note("readings_differ", message, span=one.span, expected=one.bound.quote))
    return frozenset(confirmed), frozenset(sure), notes


def _shared(case: Case, one: Entry, other: Entry) -> bool:
    """Say whether two bounds are one print that binds two things named in one breath."""
    if one.claimed is None or one.claimed is not other.claimed or one.atom.atom.type != other.atom.atom.type:
        return False
    mine, theirs = one.atom.span, other.atom.span
    if mine is None or theirs is None:
        return False
    first, last = sorted((mine, theirs))
    return _TOGETHER.fullmatch(case.context.text, first.end, max(first.end, last.start)) is not None


def _branches(reading: Reading) -> Mapping[str, Branch]:
    try:
        return branches(parsed(reading.draft.logic))
    except LogicError:
        return {}


def _polarity(reading: Reading, places: Mapping[str, Branch], at: int) -> bool:
    """Say whether an atom stands under an odd number of negations."""
    place = places.get(reading.draft.atoms[at].id)
    return place is not None and place.negated


def _sides_differ(pair: BoundPair) -> bool:
    """Say whether two readings of a time print opposite directions."""
    one, other = pair.left.bound, pair.right.bound
    if not isinstance(one, Time) or not isinstance(other, Time):
        return False
    return one.direction != other.direction and None not in (one.direction, other.direction)


def _scales_differ(pair: BoundPair) -> bool:
    """Say whether the vocabulary knows the scales of two grades, as two."""
    one, other = pair.left.bound, pair.right.bound
    if not isinstance(one, Grade) or not isinstance(other, Grade):
        return False
    known = scale_of(one.scale), scale_of(other.scale)
    return None not in known and known[0] != known[1]


def _contradict(case: Case, other: PlacedDraft, pair: BoundPair) -> bool:
    """Say whether two bounds are of two things.

    The vocabulary knows both as different, or the readings take the bound to different words of the text that have
    nothing in common.
    """
    one, two = pair.left.subject, pair.right.subject
    if "subject" not in pair.differs or same_name(one, two):
        return False
    ours, theirs = case.placed.atoms[pair.left.atom], other.atoms[pair.right.atom]
    apart = ours.span is not None and theirs.span is not None and not ours.span.overlaps(theirs.span)
    if not apart and ours.span is not None and content_words(one) <= content_words(ours.atom.quote):
        return False  # the same words, which the standing reading takes as they are printed
    if generic(theirs.atom):
        return False  # the second reading knows no name
    if _member_of(one, theirs.atom) or _member_of(two, ours.atom):
        return False  # one list, called by its name or by a member
    mine, other_words = content_words(one), content_words(two)
    return _known_apart(one, two) or (apart and not mine <= other_words and not other_words <= mine)


def _member_of(subject: str, atom: Atom) -> bool:
    """Say whether an atom lists the subject among its members."""
    wanted = content_words(subject)
    return any(one.kind == "member" and wanted <= content_words(one.text) for one in atom.modifiers)


def _known_apart(subject: str, other: str) -> bool:
    """Say whether the vocabulary knows both subjects, as two things."""
    one, two = concept_of(subject), concept_of(other)
    return one is not None and two is not None and one.id != two.id


def _same_whole(first: Reading, second: Reading, alignment: Alignment) -> bool:
    """Say whether two readings without bounds have the same subjects under the same logic."""
    atoms, others = first.draft.atoms, second.draft.atoms
    if not len(alignment.atoms) == len(atoms) == len(others):
        return False
    names = {others[b].id: atoms[a].id for a, b in alignment.atoms}
    if any(_known_apart(atoms[a].subject, others[b].subject) for a, b in alignment.atoms):
        return False
    try:
        one, two = parsed(first.draft.logic), parsed(second.draft.logic)
    except LogicError:
        return False
    if one is None or two is None:
        return one is two
    return same(one, rename(two, names))
