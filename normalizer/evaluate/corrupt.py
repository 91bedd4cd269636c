"""Drafts with one field made wrong: what a reader might do, for measuring what the checks notice."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from normalizer.model.draft import Draft, Grade, Limit, Time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from normalizer.model.draft import Atom, Bound, Change, Comparator, Direction, Reference

_DIGIT: Final = re.compile(r"\d")
_COMPARATORS: Final[tuple[Comparator, ...]] = (">=", ">", "<=", "<", "=")
_UPPER: Final = frozenset({"<=", "<"})
_UNITS: Final = ("mg/dL", "g/L", "mmol/L", "%", "mL/min", "U/L", "mg/day", "ng/mL")
_TIME_UNITS: Final = ("days", "weeks", "months", "years", "hours")
_REFERENCES: Final[tuple[Reference, ...]] = ("absolute", "uln", "lln", "predicted", "baseline")
_OTHER_SIDE: Final[dict[Direction | None, Direction]] = {"before": "after", "after": "before"}
_OTHER_WAY: Final[dict[Change | None, Change]] = {"increase": "decrease", "decrease": "increase"}
_INVENTED: Final = 42
#: Words that a quote may lose and still carry comparator, number and unit.
_EMPTY: Final = frozenset({"a", "an", "by", "during", "for", "in", "of", "on", "the", "through", "test"})


def _with_number(bound: Bound, change: Callable[[str], str]) -> Bound | None:
    """Return the bound with its first number changed, None when it has none or the change does nothing."""
    if isinstance(bound, Grade):
        if not bound.values or change(bound.values[0]) == bound.values[0]:
            return None
        return replace(bound, values=(change(bound.values[0]), *bound.values[1:]))
    if bound.low is not None and change(bound.low) != bound.low:
        return replace(bound, low=change(bound.low))
    if bound.high is not None and change(bound.high) != bound.high:
        return replace(bound, high=change(bound.high))
    return None


def _digit(bound: Bound, random: Random) -> Bound | None:
    def change(token: str) -> str:
        places = [match.start() for match in _DIGIT.finditer(token)]
        if not places:
            return token
        at = random.choice(places)
        return token[:at] + str((int(token[at]) + random.randint(1, 8)) % 10) + token[at + 1 :]

    return _with_number(bound, change)


def _point(bound: Bound, _: Random) -> Bound | None:
    def change(token: str) -> str:
        if "." in token:
            return token.replace(".", "", 1)
        return (
            f"{token[:-1]}.{token[-1]}"
            if token.isdigit() and len(token) > 1
            else f"{token}0"
            if token.isdigit()
            else token
        )

    return None if isinstance(bound, Grade) else _with_number(bound, change)


def _comparator(bound: Bound, random: Random) -> Bound | None:
    wanted = random.choice([one for one in _COMPARATORS if one != bound.comparator])
    if isinstance(bound, Grade):
        return replace(bound, comparator=wanted)
    ends = [end for end in (bound.low, bound.high) if end is not None]
    end = ends[0] if ends else None
    low, high = (None, end) if wanted in _UPPER else (end, None)
    return replace(bound, comparator=wanted, low=low, high=high)


def _unit(bound: Bound, random: Random) -> Bound | None:
    if isinstance(bound, Grade):
        return None
    units = _TIME_UNITS if isinstance(bound, Time) else _UNITS
    now = (bound.unit or "").rstrip("s")
    return replace(bound, unit=random.choice([unit for unit in units if unit.rstrip("s") != now]))


def _reference(bound: Bound, random: Random) -> Bound | None:
    if not isinstance(bound, Limit) or bound.slot != "value":
        return None
    return replace(bound, reference=random.choice([one for one in _REFERENCES if one != bound.reference]))


def _cut(bound: Bound, random: Random) -> Bound | None:
    words = bound.quote.split(" ")
    if len(words) < 2:  # noqa: PLR2004 - a word has to be left
        return None
    first = random.random() < 0.5  # noqa: PLR2004 - a coin
    if words[0 if first else -1].lower() in _EMPTY:
        return None
    return replace(bound, quote=" ".join(words[1:] if first else words[:-1]))


def _flip(bound: Bound, _: Random) -> Bound | None:
    if isinstance(bound, Time) and bound.direction in _OTHER_SIDE:
        return replace(bound, direction=_OTHER_SIDE[bound.direction])
    if isinstance(bound, Limit) and bound.change in _OTHER_WAY:
        return replace(bound, change=_OTHER_WAY[bound.change])
    return None


_OF_BOUNDS: Final[dict[str, Callable[[Bound, Random], Bound | None]]] = {
    "digit": _digit, "decimal point": _point, "comparator": _comparator, "unit": _unit, "reference": _reference,
    "cut quote": _cut, "flipped direction": _flip,
}  # fmt: skip
KINDS: Final = (
    "digit", "decimal point", "comparator", "unit", "reference", "dropped bound", "invented bound", "moved bound",
    "swapped subjects", "cut quote", "flipped direction", "wrong polarity", "joined otherwise",
)  # fmt: skip
#: Kinds that change the number, comparator, unit or reference of a bound.
DECIDING: Final = frozenset(KINDS[:5])
Corruption: TypeAlias = tuple[str, Draft]


def _with_bounds(atom: Atom, bounds: list[Bound]) -> Atom:
    return replace(
        atom,
        limits=tuple(one for one in bounds if isinstance(one, Limit)),
        times=tuple(one for one in bounds if isinstance(one, Time)),
        grades=tuple(one for one in bounds if isinstance(one, Grade)),
    )


def _with_atom(draft: Draft, at: int, atom: Atom) -> Draft:
    return replace(draft, atoms=(*draft.atoms[:at], atom, *draft.atoms[at + 1 :]))


def corruptions(draft: Draft, random: Random) -> Iterator[Corruption]:
    """Yield the kind and the Draft of every way to make one field of a Draft wrong, each bound once a kind.

    Args:
        draft: a reading.
        random: decides among equal ways; the same seed gives the same corruptions.

    """
    for at, atom in enumerate(draft.atoms):
        bounds = list(atom.bounds)
        for nth, bound in enumerate(bounds):
            before, after = bounds[:nth], bounds[nth + 1 :]
            for kind, change in _OF_BOUNDS.items():
                changed = change(bound, random)
                if changed is not None:
                    yield kind, _with_atom(draft, at, _with_bounds(atom, [*before, changed, *after]))
            yield "dropped bound", _with_atom(draft, at, _with_bounds(atom, before + after))
            if (other := _elsewhere(draft, at, random)) is not None:
                moved = _with_bounds(draft.atoms[other], [*draft.atoms[other].bounds, bound])
                yield "moved bound", _with_atom(_with_atom(draft, at, _with_bounds(atom, before + after)), other, moved)
            if (other := _elsewhere(draft, at, random, bound=True)) is not None:
                swapped = replace(draft.atoms[other], subject=atom.subject)
                theirs = replace(atom, subject=draft.atoms[other].subject)
                yield "swapped subjects", _with_atom(_with_atom(draft, at, theirs), other, swapped)
        if bounds:
            invented = Limit(
                slot="value", comparator=">=", low=str(_INVENTED), unit="mg/dL", quote=f"≥ {_INVENTED} mg/dL"
            )
            yield "invented bound", _with_atom(draft, at, replace(atom, limits=(*atom.limits, invented)))
            yield "wrong polarity", replace(draft, logic=_turned(draft.logic, atom.id))

    if sum(bool(atom.bounds) for atom in draft.atoms) > 1 and (joined := _rejoined(draft.logic)) != draft.logic:
        yield "joined otherwise", replace(draft, logic=joined)


def _rejoined(logic: str) -> str:
    """Return the logic with its outermost list joined by the other word."""
    if logic.startswith("all("):
        return "any(" + logic.removeprefix("all(")
    return "all(" + logic.removeprefix("any(") if logic.startswith("any(") else logic


def _elsewhere(draft: Draft, at: int, random: Random, *, bound: bool = False) -> int | None:
    """Return the index of another atom with another subject, with a bound of its own when asked."""
    atoms = draft.atoms
    others = [
        i
        for i, one in enumerate(atoms)
        if i != at and one.subject != atoms[at].subject and (not bound or (one.bounds and not _alike(one, atoms[at])))
    ]
    return random.choice(others) if others else None


def _alike(one: Atom, other: Atom) -> bool:
    """Say whether two atoms have the same bounds, so that it makes no difference which is which."""
    return {replace(bound, quote="") for bound in one.bounds} == {replace(bound, quote="") for bound in other.bounds}


def _turned(logic: str, atom: str) -> str:
    """Return the logic with an atom's negation added or taken away."""
    negated = f"not({atom})"
    if negated in logic:
        return logic.replace(negated, atom)
    return re.sub(rf"\b{atom}\b", negated, logic)
