"""The losslessness record of a trial: all numerals of its sections with their claims, and the tiling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.model.criterion import Coverage, PublishedTile
from normalizer.model.ledger import NumeralClaim
from normalizer.model.span import Span
from normalizer.quantities import read
from normalizer.reconcile.ledger import DIGITS
from normalizer.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from normalizer.model.block import Segmentation
    from normalizer.model.document import TrialDocument


def _outside(document: TrialDocument, segmentation: Segmentation) -> Iterator[NumeralClaim]:
    """Claims of the numerals in headings, markers and boilerplate: what a heading quantifies stays unclaimed."""
    for tile in segmentation.tiles:
        if tile.kind == "block":
            continue
        if tile.kind == "separator":
            for match in DIGITS.finditer(document.text, tile.span.start, tile.span.end):
                span = Span(match.start(), match.end())
                yield NumeralClaim(span=span, printed=match.group(), reason="list_number")
            continue
        text = tile.span.of(document.text)
        if DIGITS.search(text) is None:
            continue
        view = clean(text)
        for mention in read(view.text):
            for numeral in mention.numerals:
                span = view.original(numeral).shift(tile.span.start)
                reason = (
                    mention.reason if mention.kind == "inert" else "synthetic" if tile.kind == "boilerplate" else None
                )
                yield NumeralClaim(span=span, printed=numeral.of(view.text), reason=reason)


def coverage(document: TrialDocument, segmentation: Segmentation, claims: Sequence[NumeralClaim]) -> Coverage:
    """Return the coverage of a trial; ``claims`` are those of its blocks, spans in the document."""
    numerals = sorted((*claims, *_outside(document, segmentation)), key=lambda claim: claim.span)
    bounds = reasons = nobody = tiled = 0
    for claim in numerals:
        bounds += claim.claimed_by is not None
        reasons += claim.reason is not None
        nobody += claim.claimed_by is None and claim.reason is None
    tiles = []
    for tile in segmentation.tiles:
        start, end = tile.span.start, tile.span.end
        tiled += end - start
        tiles.append(PublishedTile(kind=tile.kind, start=start, end=end))
    return Coverage(
        numerals=tuple(numerals),
        numerals_in_bounds=bounds,
        numerals_with_reason=reasons,
        numerals_unclaimed=nobody,
        section_characters=sum([span.end - span.start for span in document.sections]),
        tiled_characters=tiled,
        tiles=tuple(tiles),
    )
