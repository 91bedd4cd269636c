"""Pairs the bounds and the atoms of two placed drafts, one to one: by overlap, then number; the rest breaks ties.

A sweep over sorted spans finds the overlapping pairs, so the work grows with the pairs, not with the square of the
document. Among overlapping pairs the first taken are those with equal numbers, then those that overlap most, then those
with the same subject, the same slot and the fewest differing fields. Order of the input never decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from normalizer.align.fields import differences, same_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from normalizer.align.fields import Field
    from normalizer.model.draft import Bound
    from normalizer.model.span import Span
    from normalizer.text import PlacedAtom


@dataclass(frozen=True, slots=True)
class Stated:
    """A bound where an atom states it: index of the atom, index of the bound in ``Atom.bounds``."""

    atom: int
    nth: int
    bound: Bound
    span: Span | None
    subject: str
    atom_span: Span | None


@dataclass(frozen=True, slots=True)
class BoundPair:
    """Two bounds that stand for the same characters, and the fields in which they differ."""

    left: Stated
    right: Stated
    differs: frozenset[Field]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The pairs, and what has no partner: bounds as stated, atoms as (left index, right index)."""

    bounds: tuple[BoundPair, ...]
    left_only: tuple[Stated, ...]
    right_only: tuple[Stated, ...]
    atoms: tuple[tuple[int, int], ...]


def stated(atoms: Sequence[PlacedAtom]) -> tuple[Stated, ...]:
    """Return every bound of the atoms with its place."""
    return tuple(
        Stated(at, nth, placed.bound, placed.span, atom.atom.subject, atom.span)
        for at, atom in enumerate(atoms)
        for nth, placed in enumerate(atom.bounds)
    )


def overlapping(left: Sequence[Span | None], right: Sequence[Span | None]) -> Iterator[tuple[int, int]]:
    """Yield the index pairs of spans that share a character."""
    events = sorted(
        [(span.start, 0, at) for at, span in enumerate(left) if span is not None]
        + [(span.start, 1, at) for at, span in enumerate(right) if span is not None]
    )
    sides = (left, right)
    active: tuple[list[int], list[int]] = ([], [])
    for start, side, at in events:
        others = active[1 - side]
        others[:] = [other for other in others if _end(sides[1 - side][other]) > start]
        mine = sides[side][at]
        for other in others:
            if mine is not None and mine.end > start:
                yield (at, other) if side == 0 else (other, at)
        active[side].append(at)


def _end(span: Span | None) -> int:
    return -1 if span is None else span.end


def share(one: Span, other: Span) -> float:
    """Return the common part of two spans over their union."""
    common = min(one.end, other.end) - max(one.start, other.start)
    union = max(one.end, other.end) - min(one.start, other.start)
    return max(0, common) / union if union else 0.0


def greedy(edges: Iterable[tuple[tuple[object, ...], int, int]]) -> list[tuple[int, int]]:
    """Return pairs one to one, best key (smallest) first."""
    lefts: set[int] = set()
    rights: set[int] = set()
    pairs = []
    for _, left, right in sorted(edges):
        if left not in lefts and right not in rights:
            lefts.add(left)
            rights.add(right)
            pairs.append((left, right))
    return pairs


def _canonical(items: Sequence[Stated]) -> list[Stated]:
    """Return the bounds in an order that depends on nothing but what they say."""
    return sorted(
        items,
        key=lambda s: (s.span is None, s.span or (), s.atom_span is None, s.atom_span or (), s.subject, repr(s.bound)),
    )


def _pair_bounds(left: Sequence[Stated], right: Sequence[Stated]) -> Iterator[tuple[int, int, frozenset[Field]]]:
    edges: list[tuple[tuple[object, ...], int, int]] = []
    differing: dict[tuple[int, int], frozenset[Field]] = {}
    for one, other in overlapping([s.span for s in left], [s.span for s in right]):
        a, b = left[one], right[other]
        assert a.span is not None
        assert b.span is not None
        fields = differing[one, other] = differences(a.bound, b.bound, a.subject, b.subject)
        near = _atoms_apart(a.atom_span, b.atom_span)
        key = (
            "number" in fields, -round(share(a.span, b.span), 6), "subject" in fields,
            "slot" in fields, len(fields), near,
        )  # fmt: skip
        edges.append((key, one, other))
    for one, other in greedy(edges):
        yield one, other, differing[one, other]


def _atoms_apart(one: Span | None, other: Span | None) -> int:
    return 1 << 30 if one is None or other is None else abs(one.start - other.start)


def _pair_atoms(
    left: Sequence[PlacedAtom], right: Sequence[PlacedAtom], bounds: Sequence[BoundPair]
) -> tuple[tuple[int, int], ...]:
    shared: dict[tuple[int, int], int] = {}
    for pair in bounds:
        if "number" not in pair.differs:
            key = pair.left.atom, pair.right.atom
            shared[key] = shared.get(key, 0) + 1
    candidates = set(overlapping([a.span for a in left], [a.span for a in right])) | set(shared)
    edges: list[tuple[tuple[object, ...], int, int]] = []
    for one, other in candidates:
        a, b = left[one], right[other]
        overlap = share(a.span, b.span) if a.span is not None and b.span is not None else 0.0
        order = (
            -shared.get((one, other), 0), not same_name(a.atom.subject, b.atom.subject), -round(overlap, 6),
            abs(len(a.bounds) - len(b.bounds)), a.atom.type != b.atom.type,
            _modifiers_apart(a, b), one, other,
        )  # fmt: skip
        edges.append((order, one, other))
    return tuple(sorted(greedy(edges)))


def _modifiers_apart(one: PlacedAtom, other: PlacedAtom) -> int:
    return len(set(one.atom.modifiers) ^ set(other.atom.modifiers))


def align(left: Sequence[PlacedAtom], right: Sequence[PlacedAtom]) -> Alignment:
    """Pair the atoms and bounds of two drafts whose spans refer to one text.

    Args:
        left: placed atoms, of one block or of a whole document.
        right: the other reading's.

    """
    lefts, rights = _canonical(stated(left)), _canonical(stated(right))
    found = list(_pair_bounds(lefts, rights))
    used_left, used_right = {one for one, _, _ in found}, {other for _, other, _ in found}
    key: Callable[[Stated], tuple[int, int]] = lambda s: (s.atom, s.nth)  # noqa: E731 - used three times below
    pairs = sorted((BoundPair(lefts[a], rights[b], fields) for a, b, fields in found), key=lambda pair: key(pair.left))
    return Alignment(
        tuple(pairs),
        tuple(sorted((s for at, s in enumerate(lefts) if at not in used_left), key=key)),
        tuple(sorted((s for at, s in enumerate(rights) if at not in used_right), key=key)),
        _pair_atoms(left, right, pairs),
    )
