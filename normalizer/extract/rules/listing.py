"""Lists whose members stand outside the vocabulary: the members printed before the one that a quantity follows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.extract.rules import nouns
from normalizer.extract.rules.gaps import LIST_END, is_link, joiner_in
from normalizer.extract.rules.lexicon import lexicon
from normalizer.extract.rules.naming import OTHER, add_phrase

if TYPE_CHECKING:
    from normalizer.extract.rules.group import Group
    from normalizer.extract.rules.phrases import Phrase
    from normalizer.extract.rules.walk import Walk

#: A preposition before a phrase, at most one word between: the phrase is no list member.
_PREPOSITION: Final = re.compile(r"\b(?:of|with|for|to|in|by|on|from)\s+(?:\w+\s+)?$", re.IGNORECASE)
_MEMBER_WORDS: Final = 3
_LINK_REACH: Final = 24


def add_listed(walk: Walk, found: Phrase) -> Group:
    """Add a phrase outside the vocabulary with the members of the list that ends with it."""
    members = earlier_members(walk, walk.at, found.span.start)
    if not members:
        return add_phrase(walk, found)
    group = add_phrase(walk, members[0])
    for member in (*members[1:], found):
        between = walk.flat[group.end : member.span.start]
        group.inner = joiner_in(between) or group.inner
        if OTHER.search(between):
            group.list_name = member
        group.phrases.append(member)
        group.end = member.span.end
    walk.at = max(walk.at, group.end)
    return group


def earlier_members(walk: Walk, low: int, start: int) -> list[Phrase]:
    """Return the members outside the vocabulary that a list prints before ``start``, in text order."""
    members: list[Phrase] = []
    while (link := LIST_END.search(walk.flat, max(low, start - _LINK_REACH), start)) is not None:
        earlier = nouns.before(walk.flat, low, link.start())
        if earlier is not None and lexicon().modifier_pattern.fullmatch(earlier.span.of(walk.flat).lower()):
            break
        if (
            earlier is None
            or len(earlier.subject.split()) > _MEMBER_WORDS
            or _PREPOSITION.search(walk.flat, low, earlier.span.start)
        ):
            break
        if not is_link(walk.flat[earlier.span.end : start]):
            break
        members.insert(0, earlier)
        start = earlier.span.start
    return members
