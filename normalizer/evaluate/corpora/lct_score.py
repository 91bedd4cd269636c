"""Matches comparisons of the LCT corpus one to one and counts them, at four levels and by what is printed.

A prediction and a comparison match when they share characters and agree in what the level asks: ``values``,
``values+unit``, ``op+values``, ``op+values+unit``. Two one-sided predictions may together meet one BETWEEN, and one
BETWEEN two one-sided comparisons. Predictions on comparisons that are not asked for are neither right nor wrong.
``recall of <subject>`` is that of operator and values. ``written_comparator`` is the precision of operator and values
where a comparator is written: of predictions that read one, without those on a comparison that has no annotated
operator (mostly "in the last n months").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.evaluate.mistakes import Mistake
from normalizer.evaluate.tally import Tally, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from normalizer.evaluate.corpora.lct import Comparison, Document
    from normalizer.evaluate.mistakes import Kind
    from normalizer.model.span import Span

LEVELS: Final = ("values", "values+unit", "op+values", "op+values+unit")
_LOW: Final = frozenset({"GT", "GTEQ"})
_HIGH: Final = frozenset({"LT", "LTEQ"})


def _common(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _unit_agrees(gold: Comparison, predicted: Comparison, level: str) -> bool:
    return not level.endswith("unit") or bool(gold.units & predicted.units)


def _fits(gold: Comparison, predicted: Comparison, level: str) -> bool:
    wanted = gold.readings[0]
    return (
        (gold.operator == predicted.operator or not level.startswith("op"))
        and any(one == wanted or sorted(one) == sorted(wanted) for one in predicted.readings)
        and _unit_agrees(gold, predicted, level)
    )


def _half(one: Comparison, ops: frozenset[str], number: float, level: str) -> bool:
    return (one.operator in ops or not level.startswith("op")) and (number,) in one.readings


def _match(golds: Sequence[Comparison], preds: Sequence[Comparison], level: str) -> tuple[set[int], set[int], int, int]:
    """Return the matched indexes of both sides, how many pairs were merged into a BETWEEN, how many were split."""
    edges = sorted(
        (-common, abs(gold.span.start - pred.span.start), i, j)
        for i, gold in enumerate(golds)
        for j, pred in enumerate(preds)
        if (common := _common(gold.span, pred.span)) and _fits(gold, pred, level)
    )
    left: set[int] = set()
    right: set[int] = set()
    for _, _, i, j in edges:
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
    merged = split = 0
    for i, gold in enumerate(golds):
        if i not in left and gold.operator == "BETWEEN" and (pair := _halves(gold, preds, right, level)):
            left.add(i)
            right.update(pair)
            merged += 1
    for j, pred in enumerate(preds):
        if j not in right and pred.operator == "BETWEEN" and (pair := _halves(pred, golds, left, level, strict=True)):
            left.update(pair)
            right.add(j)
            split += 1
    return left, right, merged, split


def _halves(
    whole: Comparison, others: Sequence[Comparison], used: set[int], level: str, *, strict: bool = False
) -> set[int] | None:
    """Return the two free comparisons that together are the range."""
    asked = "op" if strict else level
    free = [
        at
        for at, one in enumerate(others)
        if at not in used and _common(whole.span, one.span) and _unit_agrees(whole, one, level)
    ]
    for reading in whole.readings:
        if len(reading) != 2:  # noqa: PLR2004 - a range has two ends
            continue
        lows = [at for at in free if _half(others[at], _LOW, min(reading), asked)]
        highs = [at for at in free if _half(others[at], _HIGH, max(reading), asked) and at not in lows[:1]]
        if lows and highs:
            return {lows[0], highs[0]}
    return None


def tallies(document: Document, predicted: Sequence[Comparison]) -> dict[str, Tally]:
    """Return the tallies of one document."""
    golds = document.gold
    found = {}
    for level in LEVELS:
        left, right, merged, split = _match(golds, predicted, level)
        dropped = sum(j not in right and _unasked(document, one) for j, one in enumerate(predicted))
        found[level] = Tally(len(left), len(predicted) - dropped - merged + split, len(golds))
        if level == "op+values":
            written = [j for j, one in enumerate(predicted) if one.written and not _unread(document, one)]
            found["written_comparator"] = share(sum(j in right for j in written), len(written))
            for subject in dict.fromkeys(gold.subject for gold in golds):
                some = [i for i, gold in enumerate(golds) if gold.subject == subject]
                found[f"recall of {subject}"] = share(sum(i in left for i in some), len(some))
    return found


def _unasked(document: Document, one: Comparison) -> bool:
    return any(_common(span, one.span) for span in document.unasked) and not any(
        _common(gold.span, one.span) for gold in document.gold
    )


def _unread(document: Document, one: Comparison) -> bool:
    golds = [gold for gold in document.gold if _common(gold.span, one.span)]
    return _unasked(document, one) or (bool(golds) and not any(gold.written for gold in golds))


def _shown(one: Comparison) -> str:
    values = " or ".join(", ".join(f"{number:g}" for number in reading) for reading in one.readings)
    return f"{one.operator} {values} [{' or '.join(sorted(one.units))}]"


def mistakes(document: Document, predicted: Sequence[Comparison]) -> Iterator[Mistake]:
    """Yield what is missing and invented at the level of operator, values and unit, with the overlapping other side."""
    golds = document.gold
    left, right, _, _ = _match(golds, predicted, "op+values+unit")
    for i, gold in enumerate(golds):
        if i not in left:
            near = [_shown(one) for one in predicted if _common(gold.span, one.span)]
            yield _mistake(
                "missing", document, f"«{gold.span.of(document.text)}» in {gold.text[:160]}", _shown(gold), near
            )
    for j, one in enumerate(predicted):
        if j not in right and not _unasked(document, one) and not any(_common(gold.span, one.span) for gold in golds):
            around = document.text[max(0, one.span.start - 60) : one.span.end + 40]
            yield _mistake("invented", document, f"«{one.text}» in {' '.join(around.split())}", None, [_shown(one)])


def _mistake(kind: Kind, document: Document, source: str, gold: str | None, near: list[str]) -> Mistake:
    return Mistake(
        kind=kind, trial=document.id, block="", status="review", source=source, gold=gold,
        predicted="; ".join(near) or None, fields=(),
    )  # fmt: skip
