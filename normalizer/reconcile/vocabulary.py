"""Names that a translation or a slip damaged: the vocabulary's reading is recorded as a repair."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from normalizer.concepts import find, names
from normalizer.model.finding import Repair
from normalizer.reconcile.case import Note, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.reconcile.case import Case

_DAMAGED: Final = frozenset({"mistranslation", "misspelling"})
_WORD: Final = re.compile(r"[a-z]{3,}")


@cache
def _marks() -> frozenset[str]:
    """Return, for every damaged name, its word that fewest sound names use: without it the name cannot stand."""
    uses: dict[str, int] = {}
    for name in names():
        if name.status not in _DAMAGED:
            for word in set(_WORD.findall(name.printed.lower())):
                uses[word] = uses.get(word, 0) + 1
    found = set()
    for name in names():
        if name.status in _DAMAGED:
            words = _WORD.findall(name.printed.lower())
            if words:
                mark = min(words, key=lambda word: (uses.get(word, 0), word))
                found |= {mark, mark + "s", mark.removesuffix("s")}
    return frozenset(found)


def mended(case: Case) -> tuple[Repair, ...]:
    """Return a repair (rule ``vocabulary``) for every damaged name in the block; spans are offsets into its text."""
    view = case.context.view
    low = view.text.lower()
    if _marks().isdisjoint(_WORD.findall(low)):
        return ()
    return tuple(
        Repair(
            rule="vocabulary", span=view.original(hit.span), before=view.original(hit.span).of(case.context.text),
            after=hit.name.subject,
        )  # fmt: skip
        for hit in find(view.text, " ".join(case.context.conditions))
        if hit.name.status in _DAMAGED
    )


def check_names(case: Case) -> Iterator[Note]:
    """Yield ``name_mistranslated`` at every atom whose quote has a damaged name, else at the criterion."""
    for repair in mended(case):
        at = next((i for i, one in enumerate(case.placed.atoms) if one.span and one.span.overlaps(repair.span)), None)
        message = f"{repair.before!r} is read as {repair.after!r}"
        yield note("name_mistranslated", message, atom=at, span=repair.span, expected=repair.after, got=repair.before)
