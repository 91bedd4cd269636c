"""The truth value of logic, with its two senses.

The root demands in an inclusion and describes in an exclusion; ``not`` swaps the sense; the condition of ``when`` and
the exception of ``unless`` always describe.

============  ==============  ================
..            demand          describe
============  ==============  ================
when(c, x)    not c or x      c and x
unless(x, e)  x or e          x and not e
permit(x)     true            false
============  ==============  ================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from normalizer.model.errors import LogicError
from normalizer.model.logic.grammar import dump
from normalizer.model.logic.tree import All, Any_, AtLeast, Leaf, Node, Not, Permit, Under, Unless, When

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from normalizer.model.document import Kind
    from normalizer.model.draft import Atom, Limit

Sense = Literal["demand", "describe"]

#: English number words, as far as lists of criteria go.
_WORDS: Final = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
NUMBER_WORDS: Final = {word: number for number, word in enumerate(_WORDS.split(" "))}
_MOST_DIGITS: Final = 6


def sense_of(kind: Kind) -> Sense:
    """Return the sense of the root: an inclusion demands, an exclusion describes."""
    return "demand" if kind == "inclusion" else "describe"


def swapped(sense: Sense) -> Sense:
    """Return the other sense."""
    return "describe" if sense == "demand" else "demand"


def whole_number(token: str | None) -> int | None:
    """Return the value of a printed count ("2", "two"), None when it is no whole number."""
    word = (token or "").strip().lower()
    if word.isdecimal() and len(word) <= _MOST_DIGITS:
        return int(word)
    return NUMBER_WORDS.get(word)


def count_limit(heading: Atom) -> Limit | None:
    """Return the one count limit that decides a heading's group, None when there is none or more than one."""
    counts = [limit for limit in heading.limits if limit.slot == "count" and not limit.restates]
    return counts[0] if len(counts) == 1 else None


def countable(limit: Limit) -> bool:
    """Say whether a count can be held against the limit: a comparator that counts and readable whole numbers."""
    low, high = whole_number(limit.low), whole_number(limit.high)
    match limit.comparator:
        case "between":
            return low is not None and high is not None
        case "<=" | "<":
            return high is not None
        case ">=" | ">" | "=" | None:
            return low is not None
        case _:
            return False


def holds(limit: Limit, count: int) -> bool:
    """Say whether ``count`` satisfies a countable limit; no comparator reads as ``>=``."""
    low, high = whole_number(limit.low) or 0, whole_number(limit.high) or 0
    match limit.comparator:
        case "between":
            return low <= count <= high
        case "<=":
            return count <= high
        case "<":
            return count < high
        case ">":
            return count > low
        case "=":
            return count == low
        case _:
            return count >= low


def evaluate(node: Node, values: Mapping[str, bool], kind: Kind, atoms: Sequence[Atom]) -> bool:
    """Return the truth value of a criterion for given truth values of its atoms.

    Args:
        node: the criterion's logic.
        values: whether each tested atom holds, by id; headings need no value.
        kind: inclusion (the root demands) or exclusion (the root describes; true means excluded).
        atoms: the criterion's atoms; those of type heading carry the counts of ``atleast``.

    Raises:
        LogicError: when an atom has no value, or a heading of ``atleast`` no count limit that can be counted.

    """
    return _value(node, values, sense_of(kind), {atom.id: atom for atom in atoms})


def _value(node: Node, values: Mapping[str, bool], sense: Sense, atoms: Mapping[str, Atom]) -> bool:
    match node:
        case Leaf(id=name):
            if name not in values:
                raise LogicError(f"atom {name!r} has no value", name, 0)
            return values[name]
        case All(items=items):
            return all(_value(item, values, sense, atoms) for item in items)
        case Any_(items=items):
            return any(_value(item, values, sense, atoms) for item in items)
        case Not(item=item):
            return not _value(item, values, swapped(sense), atoms)
        case AtLeast(heading=heading, items=items):
            limit = count_limit(atoms[heading]) if heading in atoms else None
            if limit is None or not countable(limit):
                raise LogicError(f"heading {heading!r} has no count", dump(node), 0)
            return holds(limit, sum(_value(item, values, sense, atoms) for item in items))
        case Under(item=item):
            return _value(item, values, sense, atoms)
        case When(condition=condition, main=main):
            met = _value(condition, values, "describe", atoms)
            holding = _value(main, values, sense, atoms)
            return (not met or holding) if sense == "demand" else (met and holding)
        case Unless(main=main, exception=exception):
            exempt = _value(exception, values, "describe", atoms)
            holding = _value(main, values, sense, atoms)
            return (holding or exempt) if sense == "demand" else (holding and not exempt)
        case Permit():
            return sense == "demand"
