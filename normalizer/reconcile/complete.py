"""Is a reading so complete and so plain that a second reader would add nothing: the test of the cascade."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.model.errors import LogicError
from normalizer.model.logic import All, Any_, Leaf, Not
from normalizer.reconcile.case import Case
from normalizer.reconcile.checks import run_checks
from normalizer.reconcile.parsed import parsed
from normalizer.reconcile.value import concept_of

if TYPE_CHECKING:
    from normalizer.model.block import BlockContext
    from normalizer.model.draft import Reading
    from normalizer.model.logic import Node
    from normalizer.model.span import Span

_WORD: Final = re.compile(r"[^\W_]+")
#: Words that join and introduce; what they join is covered by itself. Comparing and negating words are not among them:
#: those have to stand in a quote.
_JOINING: Final = frozenset(
    (  # noqa: SIM905 - words read better than quotation marks
        "a all an and any are at be by for has have having her his in is it its known must of on or other patient "
        "patients participant participants person persons should subject subjects that the their them they to who "
        "whose will with documented confirmed diagnosed diagnosis presence"
    ).split()
)
#: Notes that say nothing against a reading.
_HARMLESS: Final = frozenset({"unit_implied", "subject_unknown", "mixed_polarity"})


def complete(context: BlockContext, reading: Reading) -> bool:
    """Say whether a reading leaves nothing to ask: no finding, every numeral claimed, every word covered, plain logic.

    The vocabulary has to know every subject: a name that it does not know may be half a name, or none.

    Args:
        context: the block.
        reading: a reading of it that needed no model.

    """
    if reading.failure is not None or not reading.draft.atoms or context.block.findings:
        return False
    if not _plain(reading.draft.logic) or not all(concept_of(atom.subject) for atom in reading.draft.atoms):
        return False
    case = Case.of(context, reading)
    if any(note.finding.code not in _HARMLESS for note in run_checks(case)):
        return False
    return _covered(case)


def _plain(logic: str) -> bool:
    """Say whether the logic is one list of atoms, each perhaps negated."""
    try:
        node = parsed(logic)
    except LogicError:
        return False
    parts: tuple[Node | None, ...] = node.items if isinstance(node, All | Any_) else (node,)
    return all(isinstance(part.item if isinstance(part, Not) else part, Leaf) for part in parts)


def _covered(case: Case) -> bool:
    """Say whether every word of the block stands in a quote, a modifier or an anchor, or only joins."""
    text = case.context.text
    taken = bytearray(len(text))

    def cover(span: Span | None) -> None:
        if span is not None:
            taken[span.start : span.end] = b"\x01" * (span.end - span.start)

    for placed in case.placed.atoms:
        cover(placed.span)
        for bound in placed.bounds:
            cover(bound.span)
        times = [time.anchor_text for time in placed.atom.times if time.anchor_text]
        for words in (*(modifier.text for modifier in placed.atom.modifiers), *times):
            at = text.find(words)
            if at >= 0:
                taken[at : at + len(words)] = b"\x01" * len(words)
    return all(taken[word.start()] or word.group().lower() in _JOINING for word in _WORD.finditer(text))
