"""Names that a translation or a slip damaged: the vocabulary's reading is recorded as a repair."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from normalizer.concepts import find, names
from normalizer.model.finding import Repair

if TYPE_CHECKING:
    from normalizer.model.block import BlockContext

_DAMAGED: Final = frozenset({"mistranslation", "misspelling"})
_WORD: Final = re.compile(r"[a-zà-öø-ÿ]{3,}")


@cache
def _marks() -> dict[str, tuple[frozenset[str], ...]]:
    """Return the words of the damaged names, each set under its word that fewest names use; plural s left out."""
    uses: dict[str, int] = {}
    for name in names():
        for word in _words(name.printed):
            uses[word] = uses.get(word, 0) + 1
    found: dict[str, list[frozenset[str]]] = {}
    for name in names():
        if name.status in _DAMAGED and (words := _words(name.printed)):
            found.setdefault(min(words, key=lambda word: (uses[word], word)), []).append(words)
    return {mark: tuple(sets) for mark, sets in found.items()}


def _words(text: str) -> frozenset[str]:
    return _singular(_WORD.findall(text.lower()))


def _singular(words: list[str]) -> frozenset[str]:
    return frozenset([word.removesuffix("s") for word in words])


@cache
def _alarms() -> frozenset[str]:
    return frozenset([form for mark in _marks() for form in (mark, mark + "s")])


def mended(context: BlockContext) -> tuple[Repair, ...]:
    """Return a repair (rule ``vocabulary``) for every damaged name in the block; spans are offsets into its text."""
    view = context.view
    printed = _WORD.findall(view.text.lower())
    if _alarms().isdisjoint(printed):
        return ()
    marks, words = _marks(), _singular(printed)
    if not any(name <= words for mark in marks.keys() & words for name in marks[mark]):
        return ()
    found = []
    for hit in find(view.text, " ".join(context.conditions)):
        if hit.name.status in _DAMAGED:
            span = view.original(hit.span)
            found.append(Repair(rule="vocabulary", span=span, before=span.of(context.text), after=hit.name.subject))
    return tuple(found)
