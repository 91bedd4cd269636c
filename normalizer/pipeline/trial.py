"""The path of one trial: blocks and quantities (prepare), then readings into criteria (settle); pure, synchronous."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.model.block import BlockContext
from normalizer.model.criterion import DocumentRecord, NormalizedTrial
from normalizer.quantities import read
from normalizer.reconcile import (
    Case,
    agreement,
    check_trial,
    claims,
    coverage,
    marked,
    publish,
    registry_criteria,
    run_checks,
)
from normalizer.segment import segment
from normalizer.text import clean, find_abbreviations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from normalizer.model.block import Item, Segmentation
    from normalizer.model.document import TrialDocument
    from normalizer.model.draft import Reading
    from normalizer.model.span import Span
    from normalizer.model.view import View


def _markers(items: Iterable[Item]) -> Iterable[Span]:
    for item in items:
        if item.marker_span is not None:
            yield item.marker_span
        yield from _markers(item.items)


def _without_markers(text: str, block_start: int, items: tuple[Item, ...]) -> View:
    """Return the cleaned view of a block in which the nested items' markers are blanks: list numbers are no text."""
    characters = None
    for span in _markers(items):
        characters = characters or list(text)
        for at in range(span.start - block_start, span.end - block_start):
            characters[at] = " "
    return clean(text if characters is None else "".join(characters))


def prepare(document: TrialDocument) -> tuple[Segmentation, tuple[BlockContext, ...]]:
    """Return the document's segmentation and, for every block, what an extractor is given."""
    segmentation = segment(document)
    labels = {cohort.id: cohort.label for cohort in segmentation.cohorts}
    abbreviations: dict[str, str] = {}
    for span in document.sections:
        abbreviations |= find_abbreviations(span.of(document.text))
    contexts = []
    for block in segmentation.blocks:
        text = block.span.of(document.text)
        view = _without_markers(text, block.span.start, (*block.items, *block.joined))
        contexts.append(
            BlockContext(
                block=block,
                text=text,
                view=view,
                mentions=read(view.text),
                conditions=document.conditions,
                cohort_labels=tuple(labels[cohort] for cohort in block.cohorts),
                abbreviations=abbreviations,
            )
        )
    return segmentation, tuple(contexts)


def _standing(readings: Sequence[Reading]) -> tuple[Reading, tuple[Reading, ...]]:
    """Return the reading that stands, the first that did not fail, and the others."""
    if len(readings) == 1:
        return readings[0], ()
    at = next((at for at, reading in enumerate(readings) if reading.failure is None), 0)
    return readings[at], (*readings[:at], *readings[at + 1 :])


def settle(
    document: TrialDocument,
    segmentation: Segmentation,
    contexts: Sequence[BlockContext],
    readings: Mapping[str, Sequence[Reading]],
) -> NormalizedTrial:
    """Return the normalized trial.

    Arguments:
        document: the trial as read.
        segmentation: from :func:`prepare`, as ``contexts``.
        contexts: one for each block.
        readings: block id to its readings, the primary first; every block has at least one.

    """
    criteria, numerals = [], []
    for context in contexts:
        case = Case.of(context, *_standing(readings[context.block.id]))
        case, second = agreement(case)
        criterion = publish(case, second.settle(run_checks(case)), second, document.trial_id)
        criteria.append(criterion)
        numerals += claims(case, criterion.id)
    found = tuple(criteria)
    covered = coverage(document, segmentation, numerals)
    whole = check_trial(document, found, covered)
    found = marked(found, whole)
    return NormalizedTrial(
        trial_id=document.trial_id,
        document=DocumentRecord(
            source=document.source,
            locator=document.locator,
            layout=document.layout,
            sha256=document.sha256,
            title=document.title,
            conditions=document.conditions,
            text=document.text,
        ),
        registry=document.registry,
        cohorts=segmentation.cohorts,
        criteria=(*found, *registry_criteria(document, found)),
        findings=(*document.findings, *segmentation.findings, *whole),
        coverage=covered,
        input_tokens=sum(one.input_tokens or 0 for criterion in found for one in criterion.provenance),
        output_tokens=sum(one.output_tokens or 0 for criterion in found for one in criterion.provenance),
    )
