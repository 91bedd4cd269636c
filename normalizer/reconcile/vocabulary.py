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
def _marks() -> frozenset[str]:
    """Return for every damaged name its word that fewest names use: without that word the name cannot stand."""
    uses: dict[str, int] = {}
    for name in names():
        for word in set(_WORD.findall(name.printed.lower())):
            uses[word] = uses.get(word, 0) + 1
    found: set[str] = set()
    for name in names():
        if name.status in _DAMAGED and (words := _WORD.findall(name.printed.lower())):
            mark = min(words, key=lambda word: (uses[word], -len(word)))
            found |= {mark, mark + "s", mark.removesuffix("s")}
    return frozenset(found)


def mended(context: BlockContext) -> tuple[Repair, ...]:
    """Return a repair (rule ``vocabulary``) for every damaged name in the block; spans are offsets into its text."""
    view = context.view
    if _marks().isdisjoint(_WORD.findall(view.text.lower())):
        return ()
    found = []
    for hit in find(view.text, " ".join(context.conditions)):
        if hit.name.status in _DAMAGED:
            span = view.original(hit.span)
            found.append(Repair(rule="vocabulary", span=span, before=span.of(context.text), after=hit.name.subject))
    return tuple(found)
