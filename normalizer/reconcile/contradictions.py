"""Limits on one subject that nobody can meet together, within the inclusion criteria and against the exclusions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from normalizer.model.finding import Finding
from normalizer.reconcile.demands import of_participant, unconditional
from normalizer.reconcile.value import concept_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from normalizer.model.criterion import Criterion, PublishedAtom, PublishedBound
    from normalizer.model.draft import Modifier
    from normalizer.model.span import Span

#: Subject (its concept where there is one), canonical unit, reference and what qualifies the atom.
_Key: TypeAlias = "tuple[str, str | None, str | None, frozenset[Modifier]]"


class _Limit(NamedTuple):
    """One side of what participants must show; ``open_`` when the number itself is not allowed."""

    number: Decimal
    open_: bool
    span: Span | None
    criterion: str
    subject: str


def check_contradictions(criteria: tuple[Criterion, ...]) -> Iterator[Finding]:
    """Yield ``contradictory_bounds`` where the common criteria, or those of one cohort with them, cannot all hold."""
    said: set[Finding] = set()
    plain = [(criterion, limit) for criterion in criteria for limit in _demanded(criterion)]
    if len(plain) < 2:  # noqa: PLR2004 - a contradiction takes two
        return
    for cohort in (None, *dict.fromkeys(one for criterion in criteria for one in criterion.cohorts)):
        lows: dict[_Key, _Limit] = {}
        highs: dict[_Key, _Limit] = {}
        for criterion, (key, is_low, limit) in plain:
            if criterion.cohorts and cohort not in criterion.cohorts:
                continue
            side = lows if is_low else highs
            best = side.get(key)
            if best is None or _tighter(limit, best, is_low=is_low):
                side[key] = limit
        for key, low in lows.items():
            finding = _between(low, highs[key]) if key in highs else None
            if finding is not None and finding not in said:
                said.add(finding)
                yield finding


def _tighter(limit: _Limit, best: _Limit, *, is_low: bool) -> bool:
    if limit.number == best.number:
        return limit.open_ and not best.open_
    return (limit.number > best.number) == is_low


def _between(low: _Limit, high: _Limit) -> Finding | None:
    if low.number < high.number or (low.number == high.number and not (low.open_ or high.open_)):
        return None
    later = max(low, high, key=lambda limit: (limit.span is not None, limit.span or ()))
    return Finding(
        code="contradictory_bounds", span=later.span, got=f"{low.criterion} and {high.criterion}",
        message=f"{low.subject} must be {'above' if low.open_ else 'at least'} {low.number} "
        f"and {'below' if high.open_ else 'at most'} {high.number}",
    )  # fmt: skip


def _demanded(criterion: Criterion) -> Iterator[tuple[_Key, bool, _Limit]]:
    """Yield what a criterion demands of everybody, as limits; an exclusion demands the opposite of what it lists."""
    excluded = criterion.kind == "exclusion"
    for atom in of_participant(unconditional(criterion)):
        if len(atom.bounds) != 1 and (excluded or any(bound.role != "value" for bound in atom.bounds)):
            continue
        for bound in atom.bounds:
            yield from _sides(criterion, atom, bound, excluded=excluded)


def _sides(
    criterion: Criterion, atom: PublishedAtom, bound: PublishedBound, *, excluded: bool
) -> Iterator[tuple[_Key, bool, _Limit]]:
    found = bound.canonical
    if bound.role != "value" or bound.change or found is None or found.refused is not None or bound.comparator is None:
        return
    if bound.reference not in ("absolute", "uln", "lln", "predicted") or bound.offset is not None:
        return
    concept = concept_of(atom.subject)
    subject = concept.id if concept is not None else atom.subject
    key = subject, found.unit, bound.reference, frozenset(atom.modifiers)
    strict = bound.comparator in (">", "<")
    wanted = "outside" if excluded else "between"
    if bound.comparator in (">=", ">", "<=", "<"):
        for is_low, number in ((True, found.low), (False, found.high)):
            if number is not None:
                limit = _Limit(number, strict != excluded, bound.span, criterion.id, atom.subject)
                yield key, is_low != excluded, limit
    elif bound.comparator == wanted and found.low is not None and found.high is not None:
        yield key, True, _Limit(found.low, False, bound.span, criterion.id, atom.subject)  # noqa: FBT003 - a field
        yield key, False, _Limit(found.high, False, bound.span, criterion.id, atom.subject)  # noqa: FBT003 - a field
