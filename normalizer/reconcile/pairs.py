"""Limits on two quantities of which one can never exceed the other in the same person."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from normalizer.model.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from normalizer.model.criterion import Criterion, PublishedBound


@cache
def ordered_pairs() -> tuple[tuple[str, str], ...]:
    """Return the pairs (lesser, greater) of subjects or of words in which two subjects differ."""
    text = files("normalizer.reconcile").joinpath("data", "ordered_pairs.csv").read_text(encoding="utf-8")
    return tuple((row["lesser"], row["greater"]) for row in csv.DictReader(text.splitlines()))


@cache
def _lessers() -> tuple[str, ...]:
    return tuple(dict.fromkeys(lesser for lesser, _ in ordered_pairs()))


def check_pairs(criteria: tuple[Criterion, ...]) -> Iterator[Finding]:
    """Yield ``implausible_pair`` where the limit on the greater quantity is below that on the lesser one."""
    for criterion in criteria:
        subjects = [atom.subject for atom in criterion.atoms if atom.bounds]
        if len(subjects) < 2:  # noqa: PLR2004 - a pair
            continue
        if not any(lesser in subject for lesser in _lessers() for subject in subjects):
            continue
        limits = [(a.subject, b) for a in criterion.atoms for b in a.bounds if b.role == "value" and not b.change]
        for lesser, greater in ordered_pairs():
            yield from _swapped(limits, lesser, greater)


def _swapped(limits: list[tuple[str, PublishedBound]], lesser: str, greater: str) -> Iterator[Finding]:
    for subject, bound in limits:
        if lesser not in subject:
            continue
        partner = subject.replace(lesser, greater)
        for other, against in limits:
            if other != partner or against.reference != bound.reference:
                continue
            for one, two in zip(_ends(bound), _ends(against), strict=True):
                if one is not None and two is not None and one > two:
                    yield Finding(
                        code="implausible_pair", span=against.span, got=against.quote, expected=f"not below {one}",
                        message=f"the limit on {other} is lower than that on {subject}: the values may be swapped",
                    )  # fmt: skip


def _ends(bound: PublishedBound) -> tuple[Decimal | None, Decimal | None]:
    """Return low and high in the canonical unit; none for a bound that has both ends, or no common unit."""
    found = bound.canonical
    if found is None or found.refused is not None or bound.comparator in ("between", "outside"):
        return None, None
    return found.low, found.high
