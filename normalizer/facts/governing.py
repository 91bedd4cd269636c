"""The printed words of the conditions and exceptions that govern an atom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.criterion import Criterion, PublishedAtom
    from normalizer.model.span import Span

#: Two parts closer than this many characters, with nothing of another atom between them, are one stretch of print.
_NEAR: Final = 60


def printed(ids: Sequence[str], criterion: Criterion, text: str) -> str | None:
    """Return the text in which the named atoms and their bounds stand, white space folded, or None for no atoms.

    Args:
        ids: atoms of the criterion.
        criterion: the criterion that holds them.
        text: the document's text, to which all spans refer.

    """
    if not ids:
        return None
    wanted = frozenset(ids)
    others = [atom.span for atom in criterion.atoms if atom.id not in wanted and atom.span is not None]
    stretches = [span for atom in criterion.atoms if atom.id in wanted for span in _stretch(atom, others)]
    joined: list[Span] = []
    for span in sorted(stretches):
        if joined and _near(joined[-1], span, others):
            joined[-1] = joined[-1].cover(span)
        else:
            joined.append(span)
    words = [" ".join(span.of(text).split()) for span in joined]
    if words:
        return " … ".join(words)
    return " … ".join(atom.quote or atom.subject for atom in criterion.atoms if atom.id in wanted) or None


def _stretch(atom: PublishedAtom, others: Sequence[Span]) -> tuple[Span, ...]:
    """Return where an atom is printed; an elliptical repeat, which borrows another's quote, stands at its bounds."""
    bounds = [bound.span for bound in atom.bounds if bound.span is not None]
    parts = bounds if atom.span is None or (bounds and atom.span in others) else [atom.span, *bounds]
    parts = sorted(parts)
    if not parts:
        return ()
    whole = parts[0].cover(max(parts, key=lambda span: span.end))
    return tuple(parts) if any(whole.overlaps(other) for other in others) else (whole,)


def _near(one: Span, other: Span, others: Sequence[Span]) -> bool:
    cover = one.cover(other)
    return other.start - one.end <= _NEAR and not any(
        cover.overlaps(span) and not one.overlaps(span) and not other.overlaps(span) for span in others
    )
