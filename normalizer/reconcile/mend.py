"""Where two readings differ and the source decides: the standing reading is mended, and the repair recorded.

The source decides a field when the quantity at the bound's quote is read without doubt, the second reading says the
same of it, and the print is plain: a number that the standing reading's quote does not hold, a comparator printed as a
sign, a unit that the quote does not hold, a limit of normal named in the quote or not. Everything else stays as it is,
and the difference goes to review.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from normalizer.align import numbers
from normalizer.model.draft import Atom, Draft, Grade, Limit, Time
from normalizer.model.finding import Repair
from normalizer.reconcile.case import Case
from normalizer.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.align import Alignment
    from normalizer.model.draft import Bound
    from normalizer.model.mention import Mention
    from normalizer.model.span import Span
    from normalizer.reconcile.case import Entry

_SIGN: Final = re.compile(r"[<>=≤≥]+")
_NORMAL: Final = re.compile(r"\b(?:ULN|LLN|normal)\b", re.IGNORECASE)
#: Words without which a quote does not say what its number is relative to.
_NAMED: Final = {"uln": _NORMAL, "lln": _NORMAL, "predicted": re.compile(r"pred|normal|expected|theor", re.IGNORECASE)}
_NEAR: Final = 1  # characters: a blank
_LIMITS_OF_NORMAL: Final = frozenset({"uln", "lln"})
_UPPER: Final = frozenset({"<=", "<"})
_BOTH: Final = frozenset({"between", "outside"})


def mend(case: Case, alignment: Alignment) -> Case:
    """Return the case with its standing reading mended where the source decides; the same case when nowhere.

    Args:
        case: the standing reading, placed.
        alignment: of it with the second reading.

    """
    seconds = {(pair.left.atom, pair.left.nth): pair.right.bound for pair in alignment.bounds}
    changed: dict[tuple[int, int], Bound] = {}
    repairs = []
    for entry in case.entries:
        second = seconds.get((entry.at, entry.nth))
        bound, span = entry.bound, entry.placed.span
        mention = _plain(entry, second)
        if mention is None or span is None:
            continue
        steps = (
            _graded(case, entry, bound, mention) if isinstance(bound, Grade) else _steps(case, entry, bound, mention)
        )
        for rule, mended in steps:
            repairs.append(Repair(rule=rule, span=span, before=_shown(bound), after=_shown(mended)))
            bound = mended
        if bound is not entry.bound:
            changed[entry.at, entry.nth] = bound
    if not changed:
        return case
    draft = _with(case.reading.draft, changed)
    again = Case.of(case.context, replace(case.reading, draft=draft), case.others)
    return replace(again, mends=tuple(repairs))


def _plain(entry: Entry, second: Bound | None) -> Mention | None:
    """Return the one quantity at a bound's quote, if it is read without doubt and the second reading says the same."""
    if entry.placed.span is None:
        return None
    near = [one for one in entry.near if one.kind != "grade"]
    mention = entry.claimed or (near[0] if len(near) == 1 else None)
    if mention is None or any(finding.severity == "open" for finding in mention.findings):
        return None
    if isinstance(second, Limit | Time):
        printed = {end.value.normalize() for end in (mention.low, mention.high) if end is not None}
        if second.comparator == mention.comparator and (not printed or printed == set(numbers(second))):
            return mention
    same = isinstance(second, Grade) and (second.comparator, second.values) == (mention.comparator, mention.values)
    return mention if same else None


def _graded(case: Case, entry: Entry, bound: Grade, mention: Mention) -> Iterator[tuple[str, Bound]]:
    """Yield the completion of a grade's quote whose comparator was cut off."""
    view, span = case.context.view, entry.placed.span
    if span is None or mention.comparator_span is None or span.contains(view.original(mention.comparator_span)):
        return
    whole = view.original(mention.span)
    if whole.contains(span):
        yield "quote_completed", replace(bound, quote=whole.of(case.context.text))


def _steps(case: Case, entry: Entry, bound: Limit | Time, mention: Mention) -> Iterator[tuple[str, Bound]]:
    """Yield each rule that applies with the bound after it."""
    text = case.context.view.text
    if entry.claimed is None and _count(mention) == _ends(bound) and not _printed(bound):
        bound = _repriced(bound, mention)
        yield "number_as_printed", bound
    sign = mention.comparator_span.of(text) if mention.comparator_span is not None else ""
    if bound.comparator != mention.comparator and _SIGN.fullmatch(sign):
        bound = _repriced(replace(bound, comparator=mention.comparator), mention)
        yield "comparator_as_printed", bound
    unit = mention.unit
    if (
        unit is not None
        and bound.unit != unit.printed
        and not _holds(bound.quote, bound.unit)
        and _holds(bound.quote, unit.printed)
    ):
        bound = replace(bound, unit=unit.printed)
        yield "unit_as_printed", bound
    if isinstance(bound, Limit) and bound.reference != mention.reference:
        named = _NORMAL.search(bound.quote) is not None
        if (mention.reference in _LIMITS_OF_NORMAL) is named and {
            bound.reference,
            mention.reference,
        } & _LIMITS_OF_NORMAL:
            bound = replace(bound, reference=mention.reference)
            yield "reference_as_printed", bound
    whole = _whole(case, entry, mention)
    if whole is not None:
        bound = replace(bound, quote=whole)
        yield "quote_completed", bound


def _ends(bound: Limit | Time) -> int:
    return (bound.low is not None) + (bound.high is not None)


def _count(mention: Mention) -> int:
    return (mention.low is not None) + (mention.high is not None)


def _repriced(bound: Limit | Time, mention: Mention) -> Limit | Time:
    """Return the bound with the quantity's numbers at the ends that its comparator asks for."""
    ends = [end.printed for end in (mention.low, mention.high) if end is not None]
    if not ends:
        return replace(bound, low=None, high=None)
    if bound.comparator in _BOTH:
        return replace(bound, low=ends[0], high=ends[-1])
    return replace(
        bound, low=None if bound.comparator in _UPPER else ends[0], high=ends[0] if bound.comparator in _UPPER else None
    )


def _printed(bound: Limit | Time) -> bool:
    """Say whether the quote holds the bound's numbers, whatever the quantity reader makes of them."""
    return all(_holds(bound.quote, end) for end in (bound.low, bound.high) if end is not None)


def _holds(quote: str, printed: str | None) -> bool:
    """Say whether every part of a number or unit stands in the quote."""
    squeezed = "".join(clean(quote).text.split()).casefold()
    return printed is not None and all(part in squeezed for part in clean(printed).text.casefold().split())


def _whole(case: Case, entry: Entry, mention: Mention) -> str | None:
    """Return the quote with the comparator and the unit that a cut one left out, None when it left out nothing."""
    view, span = case.context.view, entry.placed.span
    assert span is not None
    parts: list[Span] = [view.original(numeral) for numeral in mention.numerals]
    parts += [view.original(part) for part in (mention.comparator_span, mention.unit and mention.unit.span) if part]
    named = _NAMED.get(mention.reference)
    if named is not None and named.search(span.of(case.context.text)) is None:
        parts.append(view.original(mention.span))
    if not parts:
        return None
    start, end = min(part.start for part in parts), max(part.end for part in parts)
    if span.start <= start and end <= span.end:
        return None
    if _gap(parts, span) > _NEAR:
        return None  # shared with another bound, whose quote holds it
    return case.context.text[min(start, span.start) : max(end, span.end)].strip()


def _gap(parts: list[Span], span: Span) -> int:
    """Return the longest run of characters between the parts that a quote left out and the quote."""
    gap = 0
    for part in parts:
        if not part.overlaps(span):
            gap = max(gap, span.start - part.end, part.start - span.end)
    return gap


def _shown(bound: Bound) -> str:
    if isinstance(bound, Grade):
        return f"{bound.scale} {bound.comparator or 'none'} {', '.join(bound.values)} in {bound.quote!r}"
    ends = " to ".join(end for end in (bound.low, bound.high) if end is not None)
    reference = f" {bound.reference}" if isinstance(bound, Limit) and bound.reference != "absolute" else ""
    return f"{bound.comparator or 'none'} {ends} {bound.unit or ''}{reference} in {bound.quote!r}"


def _with(draft: Draft, changed: dict[tuple[int, int], Bound]) -> Draft:
    atoms: list[Atom] = []
    for at, atom in enumerate(draft.atoms):
        bounds = [changed.get((at, nth), bound) for nth, bound in enumerate(atom.bounds)]
        atoms.append(
            replace(
                atom,
                limits=tuple(one for one in bounds if isinstance(one, Limit)),
                times=tuple(one for one in bounds if isinstance(one, Time)),
                grades=tuple(one for one in bounds if isinstance(one, Grade)),
            )
        )
    return replace(draft, atoms=tuple(atoms))
