"""Cohort headings that a flattened page prints as items of the list: a disease's name alone, over its criteria."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.segment import headings
from normalizer.segment.diseases import disease_phrase, has_course, key_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.document import Kind
    from normalizer.segment.lines import Line

_CRITERION_LIKE: Final = re.compile(r"criteri|diagnos|defin|meet|classif|positive|confirmed", re.IGNORECASE)


def flat_headings(text: str, lines: Sequence[Line]) -> frozenset[int]:
    """Return the lines of a flattened list that are only a disease's name with its course and stand over criteria."""
    found: list[int] = []
    kind: Kind = "inclusion"
    cued = False
    for index, line in enumerate(lines[:-1]):
        length = line.end - line.body
        if length > 140:  # noqa: PLR2004
            continue
        body = text[line.body : line.end]
        named = (
            headings.section_heading(body, marked=line.marker is not None, listed=True)
            if "lusi" in body or "LUSI" in body
            else None
        )
        if named is not None:
            kind = named.kind or kind
            cued = "specific" in body.lower()
            continue
        following = lines[index + 1]
        if (
            kind != "inclusion"
            or line.marker is None
            or line.marker.counts
            or following.marker is None
            or following.marker.style != line.marker.style
            or abs(following.indent - line.indent) > 1
            or body[-1] in ";,"
            or not (cued or has_course(body))
            or not headings.topic_heading(body.rstrip(" .:"))
        ):
            continue
        phrase = disease_phrase(body)
        if (
            phrase
            and key_words(phrase)
            and _ends_with(body, phrase)
            and _CRITERION_LIKE.search(text, following.body, following.end)
        ):
            found.append(index)
    near = {index + step for index in found for step in (-1, 1)}
    spaced = [index for index in found if index not in near]
    return frozenset(spaced) if len(spaced) > 1 or (spaced and cued) else frozenset()


def _ends_with(body: str, phrase: str) -> bool:
    """Say whether nothing but one more word or a bracket follows the disease's name ("lupus erythematosus (SLE)")."""
    rest = body[body.find(phrase) + len(phrase) :]
    return re.fullmatch(r"(?:\s+[a-z]+)?\s*(?:\([^()]{1,30}\))?\s*[.:]?\s*", rest) is not None
