"""Checks over the whole trial: registry, contradictions, implausible pairs, repeated text, numbers in headings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from normalizer.model.finding import Finding
from normalizer.model.span import Span
from normalizer.reconcile.contradictions import check_contradictions
from normalizer.reconcile.pairs import check_pairs
from normalizer.reconcile.registry import check_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from normalizer.model.criterion import Coverage, Criterion
    from normalizer.model.document import TrialDocument

#: A sentence shorter than this is no evidence of copied text.
_SENTENCE: Final = 60
_ENDS: Final = re.compile(r"[.;](?=\s)|\n")


def check_repeated(criteria: Sequence[Criterion]) -> Iterator[Finding]:
    """Yield ``repeated_text`` for every criterion that holds a sentence printed before, at that sentence."""
    seen: dict[str, str] = {}
    for criterion in criteria:
        if criterion.span is None or len(criterion.text) < _SENTENCE:
            continue
        at = 0
        text = criterion.text
        even = text.isprintable() and "  " not in text  # no line break, no run of blanks
        for sentence in _ENDS.split(text) if not even or ". " in text or "; " in text else (text,):
            if len(sentence) >= _SENTENCE:
                key = sentence.strip() if even else " ".join(sentence.split())
                first = seen.setdefault(key, criterion.id)
                if first != criterion.id:
                    start = criterion.span.start + at
                    yield Finding(
                        code="repeated_text", message="the sentence stands before", expected=first, got=criterion.id,
                        span=Span(start, start + len(sentence)),
                    )  # fmt: skip
                    break
            at += len(sentence) + 1


def check_headings(coverage: Coverage, criteria: Sequence[Criterion]) -> Iterator[Finding]:
    """Yield ``numeral_unclaimed`` for numerals outside all criteria (in headings) that no reason claims."""
    if not coverage.numerals_unclaimed:
        return
    spans = [criterion.span for criterion in criteria if criterion.span is not None]
    for claim in coverage.numerals:
        if claim.claimed_by is None and claim.reason is None and not any(span.contains(claim.span) for span in spans):
            message = f"{claim.printed!r} stands in a heading and belongs to no criterion"
            yield Finding(code="numeral_unclaimed", message=message, span=claim.span, got=claim.printed)


def marked(criteria: tuple[Criterion, ...], findings: Sequence[Finding]) -> tuple[Criterion, ...]:
    """Return the criteria with each open finding about a bound also on that bound, which goes to review."""
    about: dict[Span, list[Finding]] = {}
    for finding in findings:
        if finding.span is not None and finding.severity == "open":
            about.setdefault(finding.span, []).append(finding)
    if not about:
        return criteria
    return tuple(_with(criterion, about) for criterion in criteria)


def _with(criterion: Criterion, about: dict[Span, list[Finding]]) -> Criterion:
    if not any(bound.span in about for atom in criterion.atoms for bound in atom.bounds):
        return criterion
    atoms = tuple(
        replace(
            atom,
            bounds=tuple(
                replace(bound, status="review", findings=(*bound.findings, *about[bound.span]))
                if bound.span is not None and bound.span in about
                else bound
                for bound in atom.bounds
            ),
        )
        for atom in criterion.atoms
    )
    status = criterion.status if criterion.status == "failed" else "review"
    return replace(criterion, atoms=atoms, status=status)


def check_trial(document: TrialDocument, criteria: tuple[Criterion, ...], coverage: Coverage) -> tuple[Finding, ...]:
    """Return what the checks over the whole trial find, each thing once.

    Arguments:
        document: the trial as read.
        criteria: those of its blocks, in order.
        coverage: its number ledger.

    """
    bounded = tuple([one for one in criteria if any([atom.bounds for atom in one.atoms])])  # noqa: C419 - quicker
    found = (
        *check_registry(document, criteria),
        *check_contradictions(bounded),
        *check_pairs(bounded),
        *check_repeated(criteria),
        *check_headings(coverage, criteria),
    )
    return tuple(dict.fromkeys(found)) if found else ()
