"""Does each bound stand with its subject: quantity words for subjects, times that may belong to two, repeats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.model.draft import Grade, Limit, Time
from normalizer.reconcile.case import about
from normalizer.reconcile.value import concept_of, number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.draft import Atom
    from normalizer.reconcile.case import Case, Entry, Note
    from normalizer.text import PlacedAtom

#: Words that say how something is counted or graded, not what; a subject of these alone names nothing.
_GENERIC: Final = frozenset(
    (  # noqa: SIM905 - words read better than quotation marks
        "absolute actual amount average baseline cc change class count cycle cr day decrease degree "
        "dose duration frequency grade graded gram hour increase interval iu kg least length level limit litre liter "
        "mean median meter metre mg milli milliliter milligram min minimum maximum minute ml mm mmol mol month most "
        "normal number period percent point range rate ratio result scale score size stage status tesla test time "
        "total type unit upper lower value volume week x year more than of per the a an or and in "
        "consecutive daily e each edition every first g given i last monthly next same separate single version weekly"
    ).split()
)
_WORDS: Final = re.compile(r"[^\W\d_]+")
#: Two things named in one breath before a time that may bind both.
_TOGETHER: Final = re.compile(r"[^.;:\n]{0,40}\b(?:or|and|with|plus)\b[^.;:\n]{0,25}|\s*/\s*", re.IGNORECASE)
_WITHOUT_LEVEL: Final = frozenset({"condition", "treatment", "procedure", "consent", "logistics", "judgement"})
#: The level of a condition ("pain score").
_MEASURED: Final = (" score", " scale", " index", " rate", " ratio")
_DEGREE: Final = frozenset({"<", "<=", ">", ">="})
_SHARING: Final = frozenset({"treatment", "procedure"})


def check_attachment(case: Case) -> Iterator[Note]:
    """Yield doubts about what a bound belongs to."""
    for entry in case.entries:
        atom = entry.atom.atom
        if generic(atom):
            yield about(entry, "subject_missing", f"{atom.subject!r} does not say what is measured")
        bound = entry.bound
        if isinstance(bound, Limit) and (doubt := _unmeasured(atom, bound)) is not None:
            yield about(entry, "role_ambiguous", doubt)
        if isinstance(bound, Time):
            if bound.slot != "window" and bound.comparator is None and bound.direction and _unanchored(bound):
                yield about(entry, "role_ambiguous", "the time may be a window or a length")
            if (other := _shared(case, entry)) is not None:
                message = f"the time may also bind {other.atom.subject!r}"
                yield about(entry, "attachment_ambiguous", message)
    if len(case.entries) > 1:
        yield from _repeated(case)


def _unmeasured(atom: Atom, bound: Limit) -> str | None:
    """Return the doubt when the vocabulary knows the subject as something that has no such level or number."""
    concept = concept_of(atom.subject)
    if concept is None or bound.reference != "absolute" or bound.change is not None:
        return None
    if bound.slot == "count" and concept.type == "measurement" and concept.kinds and "count" not in concept.kinds:
        return f"{concept.name} is measured, not counted"
    one = bound.slot == "count" and bound.unit is None and not atom.quote.endswith("s") and _several(bound)
    if one and concept.type == "condition" and bound.comparator in _DEGREE and not concept.kinds:
        return f"{concept.name} is printed as one thing; its degree may be meant"
    levelless = not concept.kinds and concept.type in _WITHOUT_LEVEL and not atom.subject.endswith(_MEASURED)
    if bound.slot == "value" and bound.unit is None and levelless:
        return f"{concept.name} has no level"
    return None


def _several(bound: Limit) -> bool:
    number = number_of(bound.low if bound.low is not None else bound.high)
    return number is not None and number > 1


def generic(atom: Atom) -> bool:
    """Say whether the subject names nothing: one word outside the vocabulary ("recent"), or words that quantify.

    A list name ("treatments") says what is meant by its members.
    """
    if any(modifier.kind == "member" for modifier in atom.modifiers):
        return False
    words = _WORDS.findall(atom.subject)
    if atom.type == "heading" or atom.subject == "criterion" or not (len(words) == 1 or _GENERIC.issuperset(words)):
        return False
    return concept_of(atom.subject) is None


def _unanchored(bound: Time) -> bool:
    """Say whether nothing tells a length ("for 30 days after the last dose") from a window ("in the past year")."""
    return bound.anchor is None or bound.slot == "interval"


def _shared(case: Case, entry: Entry) -> PlacedAtom | None:
    """Return the thing named right before the bound's own, in the same breath and without a time, else None."""
    atom, span = entry.atom, entry.placed.span
    if entry.at == 0 or atom.span is None or span is None or span.start < atom.span.end:
        return None
    before = case.placed.atoms[entry.at - 1]
    if before.span is None or before.span.end > atom.span.start or before.atom.times:
        return None
    if atom.atom.type not in _SHARING or before.atom.type not in _SHARING:
        return None
    return before if _TOGETHER.fullmatch(case.context.text, before.span.end, atom.span.start) else None


def _repeated(case: Case) -> Iterator[Note]:
    """Yield ``repeated_bound`` for the same limit on the same subject printed at another place of the block."""
    seen: dict[tuple[str, ...], Entry] = {}
    for entry in case.entries:
        bound = entry.bound
        if isinstance(bound, Grade) or not isinstance(bound, Limit) or bound.slot != "value":
            continue
        key = (entry.atom.atom.subject, str(bound.comparator), str(bound.low), str(bound.high), str(bound.unit))
        first = seen.setdefault(key, entry)
        if first is not entry and first.placed.span != entry.placed.span:
            yield about(entry, "repeated_bound", "the same limit on the same subject stands before")
