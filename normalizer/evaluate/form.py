"""Form of a labelled Draft: quotes stand in the block, numbers in their quotes, logic names exactly the atoms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.model.draft import Grade
from normalizer.model.errors import LogicError
from normalizer.model.logic import leaves, parse
from normalizer.text import QuoteIndex, clean, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.evaluate.lined import Lined
    from normalizer.model.draft import Atom, Bound, Draft

Path_ = tuple[str | int, ...]


def squeezed(text: str) -> str:
    """Return the cleaned text without white space, in lower case."""
    return "".join(clean(text).text.split()).lower()


def tokens(bound: Bound) -> Iterator[tuple[str, str]]:
    """Yield the printed numbers of a bound by the name of their field."""
    if isinstance(bound, Grade):
        yield from (("values", value) for value in bound.values)
        return
    for name, token in (("low", bound.low), ("high", bound.high)):
        if token is not None:
            yield name, token


def stands_in(token: str, quote: str) -> bool:
    """Say whether a printed token stands in a quote; the sign of a "±" range may be printed once."""
    inside = squeezed(quote)
    return squeezed(token) in inside or ("±" in inside and squeezed(token).lstrip("-+") in inside)


def _places(draft: Draft) -> Iterator[tuple[Path_, Atom, Bound]]:
    for at, atom in enumerate(draft.atoms):
        for name in ("limits", "times", "grades"):
            for nth, bound in enumerate(getattr(atom, name)):
                yield ("atoms", at, name, nth), atom, bound


def check_form(lined: Lined, path: Path_, text: str, draft: Draft) -> None:
    """Check a Draft against the text of its block.

    Args:
        lined: the file it was read from.
        path: where the block stands in the file.
        text: the block's characters.
        draft: the label.

    Raises:
        GoldError: at the first fault.

    """
    index = QuoteIndex.of(text)

    def quoted(place: Path_, quote: str) -> None:
        if not quote.strip() or not index.occurrences(quote):
            raise lined.error((*path, *place), f"{quote!r} does not stand in the block {fold(text)[:80]!r}")

    ids: set[str] = set()
    for at, atom in enumerate(draft.atoms):
        if atom.id in ids:
            raise lined.error((*path, "atoms", at, "id"), f"{atom.id} is used twice")
        ids.add(atom.id)
        quoted(("atoms", at, "quote"), atom.quote)
        for nth, modifier in enumerate(atom.modifiers):
            quoted(("atoms", at, "modifiers", nth, "text"), modifier.text)
    for place, _, bound in _places(draft):
        quoted((*place, "quote"), bound.quote)
        for name, token in tokens(bound):
            if not stands_in(token, bound.quote):
                raise lined.error((*path, *place, name), f"{token!r} does not stand in its quote {bound.quote!r}")
    try:
        named = set(leaves(parse(draft.logic)))
    except LogicError as error:
        raise lined.error((*path, "logic"), str(error)) from error
    if named != ids:
        wrong = ", ".join(sorted(named ^ ids))
        raise lined.error((*path, "logic"), f"logic and atoms name different ids: {wrong}")
