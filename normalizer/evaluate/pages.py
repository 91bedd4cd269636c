"""Labels put at the characters of the page they were made from, or of the page as a run has published it.

A block's span runs from the first occurrence of ``starts`` after the block before to the first occurrence of ``ends``
before which every quote of the block stands.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from normalizer.evaluate.form import check_form
from normalizer.evaluate.gold import Gold, GoldBlock
from normalizer.model.span import Span
from normalizer.text import QuoteIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from normalizer.evaluate.gold import LabelledBlock, Labels
    from normalizer.model.criterion import NormalizedTrial
    from normalizer.model.document import TrialDocument
    from normalizer.model.draft import Atom


def _quotes(atoms: tuple[Atom, ...]) -> Iterator[str]:
    for atom in atoms:
        yield atom.quote
        yield from (modifier.text for modifier in atom.modifiers)
        yield from (bound.quote for bound in atom.bounds)


def _end(text: str, start: int, ends: list[Span], block: LabelledBlock) -> int:
    """Return the first end before which every quote of the block stands, else the first end of all."""
    for span in ends:
        index = QuoteIndex.of(text[start : span.end])
        if all(index.occurrences(quote) for quote in _quotes(block.draft.atoms)):
            return span.end
    return ends[0].end


def locate(labels: Labels, text: str, sections_start: int = 0) -> Gold:
    """Return the labels at their characters.

    Args:
        labels: from :func:`read_gold`.
        text: the document's text as the sources room decodes it.
        sections_start: offset where the eligibility sections begin, so that a title or summary is not searched.

    Raises:
        GoldError: when a block or a quote is not found, or the form of a Draft is wrong.

    """
    index = QuoteIndex.of(text)
    cursor = sections_start
    blocks = []
    for at, block in enumerate(labels.blocks):
        path = ("blocks", at)
        starts = [span for span in index.occurrences(block.starts) if span.start >= cursor]
        if not starts:
            raise labels.lined.error((*path, "starts"), f"{block.starts!r} is not found after the block before")
        start = starts[0]
        ends = [span for span in index.occurrences(block.ends) if span.start >= start.start and span.end >= start.end]
        if not ends:
            raise labels.lined.error((*path, "ends"), f"{block.ends!r} is not found after the start of the block")
        span = Span(start.start, _end(text, start.start, ends, block))
        check_form(labels.lined, path, span.of(text), block.draft)
        cursor = span.end
        blocks.append(
            GoldBlock(
                id=block.id, kind=block.kind, cohorts=block.cohorts, span=span, draft=block.draft, notes=block.notes
            )
        )
    return Gold(
        trial=labels.trial, source=labels.source, text=text, cohorts=labels.cohorts, blocks=tuple(blocks)
    )  # fmt: skip


def located(labels: Labels, documents: Iterable[TrialDocument]) -> Gold:
    """Return the labels at the characters of their page, found by its file name.

    Raises:
        GoldError: when there is no such page, or a label does not fit it.

    """
    for document in documents:
        if PurePath(document.source).name == labels.source:
            return locate(labels, document.text, document.sections[0].start if document.sections else 0)
    raise labels.lined.error(("source",), f"no page {labels.source}")


def located_in(labels: Labels, trial: NormalizedTrial) -> Gold:
    """Return the labels at the characters of a published trial.

    Raises:
        GoldError: when a label does not fit its text.

    """
    return locate(labels, trial.document.text, min((tile.start for tile in trial.coverage.tiles), default=0))
