"""A block of one criterion read by the rules, told in the few words that tables of cases compare."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import pytest

from normalizer.extract.rules import RulesExtractor
from normalizer.model.draft import Grade, Limit
from normalizer.model.logic import check, dump, parse, rename
from normalizer.pipeline import prepare
from normalizer.sources import document_from_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.block import BlockContext
    from normalizer.model.draft import Atom, Bound, Draft

Kind: TypeAlias = Literal["in", "ex"]

FOLDER: Final = Path(__file__).parent / "cases"
HEADINGS: Final = {"in": "Inclusion Criteria:", "ex": "Exclusion Criteria:"}


@dataclass(frozen=True)
class Told:
    """A reading in words: logic over subjects, one line an atom with bounds, one line a modifier."""

    logic: str
    bounds: tuple[str, ...]
    modifiers: tuple[str, ...] = ()


def _context(kind: Kind, text: str) -> BlockContext:
    document = document_from_text(f"{HEADINGS[kind]}\n\n1. {text}\n", criteria_only=True)
    _, contexts = prepare(document)
    assert len(contexts) == 1, [found.text for found in contexts]
    return contexts[0]


def _draft(kind: Kind, text: str) -> Draft:
    return RulesExtractor().read(_context(kind, text)).draft


def _bound(bound: Bound) -> str:
    words: list[str | None]
    if isinstance(bound, Grade):
        words = [bound.scale, bound.comparator, *bound.values]
    else:
        words = [bound.slot, bound.comparator, bound.low, bound.high, bound.unit]
        if isinstance(bound, Limit):
            words += [None if bound.reference == "absolute" else bound.reference, bound.change, bound.offset]
            words += ["restates" if bound.restates else None]
        else:
            words += [bound.combine, f"@{bound.anchor}" if bound.anchor else None, bound.direction]
    return " ".join(word for word in words if word)


def _names(atoms: tuple[Atom, ...]) -> dict[str, str]:
    """Return id to subject; the second atom of a subject is called "subject #2"."""
    seen: dict[str, int] = {}
    called = {}
    for atom in atoms:
        seen[atom.subject] = seen.get(atom.subject, 0) + 1
        called[atom.id] = atom.subject if seen[atom.subject] == 1 else f"{atom.subject} #{seen[atom.subject]}"
    return called


def _told(kind: Kind, text: str) -> Told:
    draft = _draft(kind, text)
    tree = parse(draft.logic)
    broken = check(tree, draft.atoms, "inclusion" if kind == "in" else "exclusion")
    assert not [finding for finding in broken if finding.code == "logic_error"]
    called = _names(draft.atoms)
    return Told(
        logic=dump(rename(tree, called)) if tree is not None else "",
        bounds=tuple(
            f"{called[atom.id]}: {'; '.join(map(_bound, atom.bounds))}" for atom in draft.atoms if atom.bounds
        ),
        modifiers=tuple(f"{called[atom.id]}: {m.kind} {m.text}" for atom in draft.atoms for m in atom.modifiers),
    )


def cases(name: str) -> list[tuple[Kind, str, Told]]:
    r"""Return the cases of a file.

    Each begins with a line ``in`` or ``ex`` and the criterion's text ("\n" for a line end); indented below stand the
    logic, then the atoms with bounds (``- subject: bound; bound``) and, where they are compared, the modifiers
    (``+ subject: kind text``). Lines with ``#`` at their start are headings.
    """
    found: list[tuple[Kind, str, Told]] = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith(("in ", "ex ")):
            kind: Kind = "in" if line.startswith("in ") else "ex"
            found.append((kind, line[3:].replace("\\n", "\n"), Told("", ())))
            continue
        kind, text, so_far = found.pop()
        sign, _, words = line.strip().partition(" ")
        if sign == "-":
            so_far = Told(so_far.logic, (*so_far.bounds, words), so_far.modifiers)
        elif sign == "+":
            so_far = Told(so_far.logic, so_far.bounds, (*so_far.modifiers, words))
        else:
            assert not so_far.logic, line
            so_far = Told(line.strip(), (), ())
        found.append((kind, text, so_far))
    return found


@pytest.fixture(scope="session")
def read_told() -> Callable[[Kind, str], Told]:
    """Return a reader that also holds every reading to the rules of logic."""
    return _told


@pytest.fixture(scope="session")
def one_block() -> Callable[[Kind, str], BlockContext]:
    return _context


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for ``case`` or ``shortfall`` the cases of the files."""
    if "case" in metafunc.fixturenames:
        found = [
            (f.stem, *case) for f in sorted(FOLDER.glob("*.txt")) if f.stem != "shortfalls" for case in cases(f.stem)
        ]
        metafunc.parametrize("case", [one[1:] for one in found], ids=[f"{one[0]}: {one[2]}" for one in found])
    if "shortfall" in metafunc.fixturenames:
        known = cases("shortfalls")
        metafunc.parametrize("shortfall", known, ids=[text for _, text, _ in known])
