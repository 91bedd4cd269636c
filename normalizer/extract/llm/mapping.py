"""The wire form and the Draft, each from the other: one function a direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from normalizer.extract.llm.wire import (
    WireBareTime,
    WireFullLimit,
    WireGrade,
    WireLimit,
    WirePairedTime,
    WireRelative,
    WireTime,
)
from normalizer.model.draft import Atom, Draft, Grade, Limit, Modifier, Time

if TYPE_CHECKING:
    from normalizer.extract.llm.wire import WireAtom, WireBlock, WireBound
    from normalizer.model.draft import Bound

_TWO: Final = 2
_UPPER: Final = frozenset({"<=", "<"})
_BOTH: Final = frozenset({"between", "outside"})


def draft_of(block: WireBlock) -> Draft:
    """Return the Draft that a block's reading stands for.

    Raises:
        ValueError: when a bound has too many or too few numbers for its comparator, or an id is used twice.

    """
    atoms = tuple([_atom(atom) for atom in block.atoms])
    ids = [atom.id for atom in atoms]
    if len(set(ids)) < len(ids):
        raise ValueError(f"atom ids are used twice: {', '.join(sorted({i for i in ids if ids.count(i) > 1}))}")
    return Draft(atoms=atoms, logic=block.logic)


def _atom(atom: WireAtom) -> Atom:
    limits, times, grades = [], [], []
    for bound in atom.bounds:
        if isinstance(bound, WireGrade):
            grades.append(Grade(scale=bound.scale, quote=bound.grade, comparator=bound.comparator, values=bound.values))
        elif isinstance(bound, WireLimit | WireRelative | WireFullLimit):
            limits.append(_limit(bound))
        else:
            times.append(_time(bound))
    return Atom(
        id=atom.id, type=atom.type, subject=atom.subject, quote=atom.quote,
        modifiers=tuple([Modifier(kind=m.kind, text=m.text) for m in atom.modifiers]),
        limits=tuple(limits), times=tuple(times), grades=tuple(grades),
    )  # fmt: skip


def _limit(bound: WireLimit | WireRelative | WireFullLimit) -> Limit:
    if isinstance(bound, WireLimit):
        low, high = _ends(bound.limit, bound.comparator, bound.numbers)
        return Limit(
            slot=bound.slot, quote=bound.limit, comparator=bound.comparator, low=low, high=high, unit=bound.unit
        )
    if isinstance(bound, WireRelative):
        low, high = _ends(bound.relative, bound.comparator, bound.numbers)
        return Limit(
            slot=bound.slot, quote=bound.relative, comparator=bound.comparator, low=low, high=high, unit=bound.unit,
            reference=bound.reference,
        )  # fmt: skip
    low, high = _ends(bound.full_limit, bound.comparator, bound.numbers)
    return Limit(
        slot=bound.slot, quote=bound.full_limit, comparator=bound.comparator, low=low, high=high, unit=bound.unit,
        reference=bound.reference, change=bound.change, offset=bound.offset, restates=bound.restates,
    )  # fmt: skip


def _time(bound: WireBareTime | WireTime | WirePairedTime) -> Time:
    if isinstance(bound, WireBareTime):
        low, high = _ends(bound.bare_time, bound.comparator, bound.numbers)
        return Time(
            slot=bound.slot, quote=bound.bare_time, comparator=bound.comparator, low=low, high=high, unit=bound.unit
        )
    quote = bound.time if isinstance(bound, WireTime) else bound.paired_time
    low, high = _ends(quote, bound.comparator, bound.numbers)
    return Time(
        slot=bound.slot, quote=quote, comparator=bound.comparator, low=low, high=high, unit=bound.unit,
        anchor=bound.anchor, anchor_text=bound.anchor_text, direction=bound.direction,
        combine=bound.combine if isinstance(bound, WirePairedTime) else None,
    )  # fmt: skip


def _ends(quote: str, comparator: str | None, numbers: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Return low and high: which end a single number is follows from the comparator."""
    if comparator in _BOTH:
        if len(numbers) != _TWO:
            raise ValueError(f"the bound {quote!r} with {comparator!r} needs two numbers, has {len(numbers)}")
        return numbers[0], numbers[1]
    if len(numbers) > 1:
        raise ValueError(f"the bound {quote!r} with {comparator!r} has {len(numbers)} numbers; one is the most")
    number = numbers[0] if numbers else None
    return (None, number) if comparator in _UPPER else (number, None)


def wire_of(draft: Draft, block: str) -> dict[str, Any]:
    """Return the reading of a block as JSON-ready data, in the shortest form that says all of it.

    Args:
        draft: limits, times and grades of an atom come in this order.
        block: the block's name in the request.

    """
    return {"block": block, "atoms": [_wire_atom(atom) for atom in draft.atoms], "logic": draft.logic}


def _wire_atom(atom: Atom) -> dict[str, Any]:
    return {
        "id": atom.id, "quote": atom.quote, "subject": atom.subject, "type": atom.type,
        "modifiers": [{"kind": m.kind, "text": m.text} for m in atom.modifiers],
        "bounds": [_wire_bound(bound).model_dump(mode="json") for bound in atom.bounds],
    }  # fmt: skip


def _wire_bound(bound: Bound) -> WireBound:
    # what the Draft's types allow and the wire form does not ("in" of a limit) raises pydantic's ValidationError
    if isinstance(bound, Grade):
        return WireGrade(
            grade=bound.quote, scale=bound.scale, comparator=bound.comparator, values=bound.values,  # type: ignore[arg-type]
        )  # fmt: skip
    common: dict[str, Any] = {
        "slot": bound.slot, "comparator": bound.comparator, "unit": bound.unit,
        "numbers": tuple(end for end in (bound.low, bound.high) if end is not None),
    }  # fmt: skip
    if isinstance(bound, Limit):
        if bound.change is None and bound.offset is None and not bound.restates:
            if bound.reference == "absolute":
                return WireLimit(limit=bound.quote, **common)
            return WireRelative(relative=bound.quote, reference=bound.reference, **common)
        return WireFullLimit(
            full_limit=bound.quote, reference=bound.reference, change=bound.change, offset=bound.offset,
            restates=bound.restates, **common,
        )  # fmt: skip
    anchored: dict[str, Any] = {
        "anchor": bound.anchor, "anchor_text": bound.anchor_text, "direction": bound.direction,
    }  # fmt: skip
    if bound.combine is not None:
        return WirePairedTime(paired_time=bound.quote, combine=bound.combine, **anchored, **common)
    if any(value is not None for value in anchored.values()):
        return WireTime(time=bound.quote, **anchored, **common)
    return WireBareTime(bare_time=bound.quote, **common)
