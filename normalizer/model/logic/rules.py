"""The rules that logic must obey together with its atoms; each breach is a Finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.model.finding import Finding
from normalizer.model.logic.tree import All, Any_, AtLeast, Leaf, Node, Not, Permit, Under, Unless, When, leaves
from normalizer.model.logic.truth import (
    NUMBER_WORDS,
    Sense,
    count_limit,
    countable,
    sense_of,
    swapped,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from normalizer.model.document import Kind
    from normalizer.model.draft import Atom

#: The size of a list in its lead-in: "two of the following five", "3 of these 4 signs", "2 out of 5".
_LIST_SIZE: Final = re.compile(
    rf"\b(?:of|from|among)\s+(?:the\s+)?(?:(?:following|below|above|these|those|listed)\s+)*(\d{{1,2}}|{'|'.join(NUMBER_WORDS)})\b",
    re.IGNORECASE,
)


def check(node: Node | None, atoms: Sequence[Atom], kind: Kind) -> tuple[Finding, ...]:
    """Return what breaks the rules of logic.

    ``logic_error``: an atom that is missing or unknown, an id used twice, a heading that is tested alone or an ordinary
    atom in its place, a heading of ``atleast`` without one count, a permission where it would change the truth value.
    ``count_mismatch``: a list that has not as many items as its lead-in says, or fewer than its count asks for.

    Args:
        node: the parsed logic, None for the empty string.
        atoms: the Draft's atoms.
        kind: inclusion or exclusion, which decides where a permission may stand.

    """
    by_id = {atom.id: atom for atom in atoms}
    findings = [_error(f"atom id {name!r} is used twice", name) for name in _repeated(atoms)]
    if node is None:
        return (*findings, *((_error("the logic is empty but there are atoms"),) if atoms else ()))
    named = leaves(node)
    findings += [_error(f"atom {name!r} is not in the logic", name) for name in by_id if name not in named]
    findings += [_error(f"the logic names {name!r}, which is no atom", name) for name in named if name not in by_id]
    if isinstance(node, Permit):
        node = node.item
    findings += _walk(node, sense_of(kind), by_id)
    return tuple(findings)


def _error(message: str, atom: str | None = None) -> Finding:
    return Finding(code="logic_error", message=message, atom=atom)


def _repeated(atoms: Sequence[Atom]) -> list[str]:
    seen: set[str] = set()
    return [atom.id for atom in atoms if atom.id in seen or seen.add(atom.id)]  # type: ignore[func-returns-value]


def _walk(node: Node, sense: Sense, atoms: Mapping[str, Atom]) -> Iterator[Finding]:
    match node:
        case Leaf(id=name):
            if name in atoms and atoms[name].type == "heading":
                yield _error(f"heading {name!r} is tested alone", name)
        case All(items=items) | Any_(items=items):
            neutral = sense == ("demand" if isinstance(node, All) else "describe")
            for item in items:
                yield from _walk(item.item if neutral and isinstance(item, Permit) else item, sense, atoms)
        case Not(item=item):
            yield from _walk(item, swapped(sense), atoms)
        case AtLeast(heading=heading, items=items):
            yield from _heading(heading, atoms)
            if heading in atoms:
                yield from _counts(atoms[heading], len(items))
            for item in items:
                yield from _walk(item, sense, atoms)
        case Under(heading=heading, item=item):
            yield from _heading(heading, atoms)
            yield from _walk(item, sense, atoms)
        case Unless(main=main, exception=part) | When(main=main, condition=part):
            yield from _walk(main, sense, atoms)
            yield from _walk(part, "describe", atoms)
        case Permit(item=item):
            yield _error("a permission stands where it changes the truth value", leaves(item)[0])
            yield from _walk(item, sense, atoms)


def _heading(heading: str, atoms: Mapping[str, Atom]) -> Iterator[Finding]:
    if heading in atoms and atoms[heading].type != "heading":
        yield _error(f"atom {heading!r} stands in the place of a heading", heading)


def _counts(heading: Atom, items: int) -> Iterator[Finding]:
    limit = count_limit(heading)
    if limit is None or not countable(limit):
        yield _error(f"heading {heading.id!r} needs one count limit", heading.id)
        return
    least = whole_number(limit.low) or 0
    size = _LIST_SIZE.search(heading.quote)
    expected = whole_number(size[1]) if size else None
    if expected is not None and expected != items:
        yield _mismatch(heading, f"the lead-in says {expected} items, the list has {items}", expected, items)
    elif least > items:
        yield _mismatch(heading, f"{least} items are asked for, the list has {items}", least, items)


def _mismatch(heading: Atom, message: str, expected: int, got: int) -> Finding:
    return Finding(code="count_mismatch", message=message, expected=str(expected), got=str(got), atom=heading.id)
