"""Scopes of criteria to cohorts: one id a group, its inclusion and exclusion parts matched by name or by order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from normalizer.model.block import Cohort
from normalizer.segment.diseases import disease_phrase, disease_words, key_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.document import Kind
    from normalizer.model.span import Span

#: Two names mean one group when they share this part of the shorter one's words.
_SAME_NAME: Final = 0.5
_OPENING: Final = re.compile(
    r"^(?:(?:has|have|having|had|is|are|with|diagnos\w+|meets?|patients?|subjects?|participants?|of|an?|the)\s+)+(?=\S)",
    re.IGNORECASE,
)
#: More groups than this are matched by exact name only.
_MOST: Final = 40


@dataclass(slots=True, eq=False)
class Scope:
    """A stretch of criteria for one group: its printed label and heading, or none when the heading is lost."""

    kind: Kind
    label: str
    heading: Span | None
    #: Ids of the blocks in scope and their text, filled while blocks are numbered.
    blocks: list[str] = field(default_factory=list)
    text: str = ""
    first: str = ""


def resolve(scopes: Sequence[Scope]) -> tuple[tuple[Cohort, ...], dict[int, str]]:
    """Return the cohorts, and the cohort id of each scope that has blocks by its place in ``scopes``."""
    used = [index for index, scope in enumerate(scopes) if scope.blocks]
    owner = {index: index for index in used}
    by_name: dict[tuple[str, ...], int] = {}
    for index in used:
        scope = scopes[index]
        if scope.heading is None:
            continue
        name = tuple(sorted(key_words(scope.label))) or (scope.label.lower(),)
        owner[index] = by_name.setdefault(name, index)
    paired = {owner[index] for index in used if scopes[index].kind == "exclusion"}
    left = [index for index in used if owner[index] == index and index not in paired]
    right = [index for index in used if owner[index] == index and scopes[index].kind == "exclusion"]
    if left and right and len(left) <= _MOST and len(right) <= _MOST:
        for one, other in _match(scopes, left, right):
            first, second = min(one, other), max(one, other)
            for index, root in owner.items():
                if root == second:
                    owner[index] = first
    ids: dict[int, str] = {}
    cohorts: list[Cohort] = []
    parts: dict[int, list[Scope]] = {}
    for index in used:
        parts.setdefault(owner[index], []).append(scopes[index])
    for root, members in parts.items():
        ids[root] = f"c{len(cohorts) + 1}"
        cohorts.append(_cohort(ids[root], members))
    return tuple(cohorts), {index: ids[owner[index]] for index in used}


def _cohort(identity: str, parts: list[Scope]) -> Cohort:
    headed = next((part for part in parts if part.heading is not None), None)
    if headed is not None:
        return Cohort(id=identity, label=headed.label, heading=headed.heading)
    return Cohort(id=identity, label=inferred_label(parts[0]), heading=None, inferred_from=parts[0].blocks[0])


def inferred_label(scope: Scope) -> str:
    """Return the name of a group whose heading is lost: the disease its first criteria name, else their first words."""
    name = disease_phrase(scope.first, short=True) or disease_phrase(scope.text) or " ".join(scope.first.split()[:6])
    return _OPENING.sub("", name)


def _match(scopes: Sequence[Scope], left: list[int], right: list[int]) -> list[tuple[int, int]]:
    """Pair inclusion with exclusion scopes: by shared words, then by order where a heading is lost."""
    words = {index: _words(scopes[index]) for index in (*left, *right)}
    headed = {index for index in words if scopes[index].heading is not None}
    scores = [
        [_likeness(words[one], words[other], headed=one in headed and other in headed) for other in right]
        for one in left
    ]
    pairs = [
        (i, j)
        for i, j in _greedy(scores)
        if scopes[left[i]].heading is not None and scopes[right[j]].heading is not None
    ]
    taken_left, taken_right = {i for i, _ in pairs}, {j for _, j in pairs}
    if any(scopes[index].heading is None for index in (*left, *right)):
        free = [
            [0.0 if i in taken_left or j in taken_right else scores[i][j] for j in range(len(right))]
            for i in range(len(left))
        ]
        pairs += _ordered(free)
        pairs = _fill(sorted(pairs), scopes, left, right)
    return [(left[i], right[j]) for i, j in pairs]


def _words(scope: Scope) -> frozenset[str]:
    return key_words(scope.label) if scope.heading is not None else disease_words(scope.text)


def _likeness(first: frozenset[str], second: frozenset[str], *, headed: bool) -> float:
    """Return how much two scopes share, 1 or more where they are alike; ``headed`` when both names are printed."""
    shared = first & second
    if not shared:
        return 0.0
    if headed:
        return len(shared) / len(first | second) + (
            1 if len(shared) >= _SAME_NAME * min(len(first), len(second)) else 0
        )
    return 1 + len(shared) / min(len(first), len(second))


def _greedy(scores: list[list[float]]) -> list[tuple[int, int]]:
    ranked = sorted(
        ((score, i, j) for i, row in enumerate(scores) for j, score in enumerate(row) if score >= 1),
        key=lambda s: (-s[0], s[1], s[2]),
    )
    pairs: list[tuple[int, int]] = []
    for _, i, j in ranked:
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs


def _ordered(scores: list[list[float]]) -> list[tuple[int, int]]:
    """Return the order-preserving pairing of the greatest total likeness."""
    rows, columns = len(scores), len(scores[0])
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            with_pair = scores[i][j] + best[i + 1][j + 1] if scores[i][j] > 0 else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], with_pair)
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < rows and j < columns:
        if scores[i][j] > 0 and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _fill(
    pairs: list[tuple[int, int]], scopes: Sequence[Scope], left: list[int], right: list[int]
) -> list[tuple[int, int]]:
    """Pair what stands between two pairs in equal number on both sides, where one of the two lost its heading."""
    ends = [*sorted(pairs), (len(left), len(right))]
    filled = list(pairs)
    at = (-1, -1)
    for i, j in ends:
        gap = i - at[0] - 1
        if gap > 0 and gap == j - at[1] - 1:
            for step in range(1, gap + 1):
                a, b = at[0] + step, at[1] + step
                if scopes[left[a]].heading is None or scopes[right[b]].heading is None:
                    filled.append((a, b))
        at = (i, j)
    return filled
