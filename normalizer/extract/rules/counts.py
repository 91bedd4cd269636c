"""Where a count belongs: the things counted after it, or the event repeated before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.extract.rules import nouns
from normalizer.extract.rules.binding import bind, name_ahead
from normalizer.extract.rules.last_resorts import bind_somehow
from normalizer.extract.rules.naming import add_phrase

if TYPE_CHECKING:
    from normalizer.extract.rules.walk import Walk
    from normalizer.model.mention import Mention

#: What a count before it repeats: measurements, not things.
_REPEATS: Final = re.compile(
    r"\s*(?:separate|consecutive|different|independent)?\s*"
    r"(?:occasions?|times|measurements?|readings?|visits?|assessments?|samples?|determinations?)\b",
    re.IGNORECASE,
)
_FOLLOWING: Final = re.compile(r"\s*(?:of\s+)?(?:the\s+|these\s+)?(?:following|below|above|listed)\b", re.IGNORECASE)
_TIMES: Final = re.compile(r"\b(?:twice|once|times|occasions?|consecutive)\b", re.IGNORECASE)


def place_count(walk: Walk, mention: Mention) -> None:
    """Bind a count to the things it counts."""
    left = walk.left()
    end = mention.span.end
    if left is not None and (
        _TIMES.search(mention.span.of(walk.flat)) or _REPEATS.match(walk.flat, end, walk.scope.end)
    ):
        left.bind(mention, walk.material)
        return
    if mention.unit is not None and mention.low is not None and mention.unit.span.start > mention.low.span.end:
        counted = nouns.before(walk.flat, mention.low.span.end, mention.unit.span.start)
        if counted is not None:
            add_phrase(walk, counted).bind(mention, walk.material)
            return
    following = _FOLLOWING.match(walk.flat, end, walk.scope.end)
    if following is not None:
        end = following.end()
    found = nouns.after(walk.flat, end, walk.material.first_mention(max(end, mention.span.end), walk.scope.end))
    ahead = name_ahead(walk, mention) if following is None else None
    if ahead is not None and (found is None or found.span.end > ahead.span.start):
        walk.counted = mention
        return
    if found is not None:
        add_phrase(walk, found).bind(mention, walk.material)
    elif left is not None:
        bind(walk, left, mention)
    elif (found := nouns.before(walk.flat, walk.at, mention.span.start)) is not None:
        add_phrase(walk, found).bind(mention, walk.material)
    else:
        bind_somehow(walk, mention, left)
