"""Does the reading hold together: logic, polarity, duplicates, doubts that others recorded."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from normalizer.model.draft import Atom
from normalizer.model.errors import LogicError
from normalizer.model.logic import Any_, Not, Permit, check
from normalizer.reconcile.case import Note, note, shifted
from normalizer.reconcile.parsed import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from normalizer.model.document import Kind
    from normalizer.model.draft import AtomType, Draft
    from normalizer.model.finding import Finding
    from normalizer.model.logic import Node
    from normalizer.reconcile.case import Case

#: A sentence that asks for something: among exclusions it is a requirement and stands under ``not``.
_DEMAND: Final = re.compile(
    r"(?:^|[.;]\s+)(?:(?:all|the|eligible)\s+)?(?:(?:patient|subject|participant|women|men|female|male)\w*\s+)"
    r"(?:must|should|(?:is|are) required to|need to)\s+(?!not\b)",
    re.IGNORECASE,
)


def check_logic(case: Case) -> Iterator[Note]:
    """Yield ``logic_error``, ``count_mismatch``, ``mixed_polarity`` and ``polarity_doubtful``."""
    draft = case.reading.draft
    exclusion = case.context.block.kind == "exclusion"
    if exclusion and "not(" not in draft.logic and draft.atoms and _demands(case.context.view.text):
        yield note("polarity_doubtful", "a requirement stands among the exclusions and is not read as one")
    if _flat(draft):
        return
    try:
        node = parsed(draft.logic)
    except LogicError as error:
        yield note("logic_error", str(error), got=draft.logic)
        return
    for finding in _breaches(draft, case.context.block.kind):
        counted = finding.atom is not None and finding.code == "count_mismatch"
        yield Note(finding, _index(draft).get(finding.atom or "") if counted else None)
    if node is not None and ("permit(" in draft.logic or (exclusion and "not(" in draft.logic)):
        yield from _polarity(node, exclusion=exclusion)


def _breaches(draft: Draft, kind: Kind) -> tuple[Finding, ...]:
    """Return what breaks the rules of logic; without a count to look at, ids and types of the atoms decide."""
    if "atleast(" in draft.logic:
        return check(parsed(draft.logic), draft.atoms, kind)
    return _breaches_of(draft.logic, tuple([(atom.id, atom.type) for atom in draft.atoms]), kind)


@lru_cache(maxsize=4096)
def _breaches_of(logic: str, atoms: tuple[tuple[str, AtomType], ...], kind: Kind) -> tuple[Finding, ...]:
    bare = [Atom(id=name, type=type_, subject="", quote="") for name, type_ in atoms]
    return check(parsed(logic), bare, kind)


def _index(draft: Draft) -> dict[str, int]:
    return {atom.id: at for at, atom in enumerate(draft.atoms)}


def _demands(text: str) -> bool:
    some = "must" in text or "should" in text or "required to" in text or "need to" in text
    return some and _DEMAND.search(text) is not None


def _flat(draft: Draft) -> bool:
    """Say whether the logic just lists the atoms, in order: nothing can be wrong with it."""
    ids = [atom.id for atom in draft.atoms]
    logic = draft.logic
    if len(ids) > 1:
        if logic[:4] not in ("all(", "any(") or logic[4:-1] != ", ".join(ids) or len(set(ids)) < len(ids):
            return False
    elif ids != ([logic] if logic else []):
        return False
    return "heading" not in [atom.type for atom in draft.atoms]


def _polarity(node: Node, *, exclusion: bool) -> Iterator[Note]:
    parts = node.items if isinstance(node, Any_) else (node,)
    if any(isinstance(part, Permit) for part in parts) or not exclusion:
        yield note("mixed_polarity", "a permission stands among what the section lists")
    if exclusion and any(isinstance(part, Not) for part in parts):
        yield note("mixed_polarity", "a requirement, or the lack of something, stands among the exclusions")


def check_duplicates(case: Case) -> Iterable[Note]:
    """Return ``duplicate_atom`` for atoms that say the same of the same characters."""
    return _duplicates(case) if len(case.placed.atoms) > 1 else ()


def _duplicates(case: Case) -> Iterator[Note]:
    atoms = case.placed.atoms
    if len({(one.atom.subject, one.span) for one in atoms}) == len(atoms):
        return
    seen = set()
    for at, one in enumerate(atoms):
        key = (one.atom.subject, one.atom.bounds, one.atom.modifiers, one.span)
        if key in seen:
            yield note("duplicate_atom", "the same statement stands twice", atom=at)
        seen.add(key)


def check_doubts(case: Case) -> Iterable[Note]:
    """Return the doubts that the extractor recorded with its reading, and the findings of segmentation."""
    return _doubts(case) if case.reading.findings or case.context.block.findings else ()


def _doubts(case: Case) -> Iterator[Note]:
    index = _index(case.reading.draft) if case.reading.findings else {}
    for finding in case.reading.findings:
        yield Note(finding, index.get(finding.atom) if finding.atom is not None else None)
    back = -case.context.block.span.start
    for finding in case.context.block.findings:
        yield Note(shifted(finding, back))


def check_names(case: Case) -> Iterable[Note]:
    """Return ``name_mistranslated`` at every atom whose quote has a damaged name, else at the criterion."""
    return _names(case) if case.names else ()


def _names(case: Case) -> Iterator[Note]:
    for repair in case.names:
        at = next((i for i, one in enumerate(case.placed.atoms) if one.span and one.span.overlaps(repair.span)), None)
        message = f"{repair.before!r} is read as {repair.after!r}"
        yield note("name_mistranslated", message, atom=at, span=repair.span, expected=repair.after, got=repair.before)
