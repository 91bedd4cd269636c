"""Where a time belongs: the event before it, all treatments under one verb, or what it says the length of."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from normalizer.concepts import expand, resolve
from normalizer.extract.rules import nouns
from normalizer.extract.rules.binding import name_ahead
from normalizer.extract.rules.gaps import has_content, joiner_in, says_where
from normalizer.extract.rules.listing import add_listed, earlier_members
from normalizer.extract.rules.naming import BASIS, add_phrase
from normalizer.extract.rules.phrases import Phrase
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.extract.rules.group import Group
    from normalizer.extract.rules.walk import Walk
    from normalizer.model.mention import Mention

_OF_WORD: Final = re.compile(r"\s+of\s", re.IGNORECASE)
#: Between a time and the name that it says the length of.
_IN_OR_BLANK: Final = re.compile(
    r"\s+(?:of\s+(?:(?:treatment|therapy|use|exposure)\s+(?:with|of|to)\s+)?)?"
    r"(?:(?:a|an|the|any|prior|previous|stable|continuous)\s+)*",
    re.IGNORECASE,
)
#: A verb behind a name begins another statement, which the time belongs to.
_NEW_VERB: Final = re.compile(
    r"\b(?:requires?|needs?|received|underwent|diagnosed|developed|experienced|treated|participated|performed|"
    r"conducted|occurring|occurred|used|taken|taking|had)\b",
    re.IGNORECASE,
)
#: The end of a gap: the name behind it only qualifies the event before it.
_SUBORDINATE: Final = re.compile(
    r"\b(?:requiring|needing|due to|caused by|associated with|related to|secondary to|because of|despite|preventing|"
    r"treated with)(?:\s+\w+){0,2}\s*$|"
    r"\b(?:that|which)\s+(?:would|could|may|might|can)\s[^.;]*$|"
    r"\bduring\s+(?:the\s+)?(?:administration|course|period|time)\s+of\s+[^.;]*$",
    re.IGNORECASE,
)
#: Before the name of an event: a word of time, and which part of it is meant.
_INTRODUCED: Final = re.compile(
    r"\s*(?:(?:from|after|since|following|the|their|his|her|last|final|most\s+recent|prior|previous|any)\s+)*"
    r"(?:(?:dose|administration|course|cycle|completion|end|receipt|date)\s+of\s+(?:(?:the|any|prior|previous|last)\s+)*)*",
    re.IGNORECASE,
)
#: The noun of a time that is one word with it; some only say that it is a length.
_LENGTH: Final = re.compile(r" (?!(?:duration|history|course|interval|length|time)\b)\w", re.IGNORECASE)
_SHARE_REACH: Final = 60


def place_time(walk: Walk, mention: Mention) -> None:
    """Bind a time to the event it dates or the length of which it gives."""
    left, gap = walk.left(), walk.gap(mention)
    ahead = name_ahead(walk, mention)
    if (
        ahead is not None
        and _IN_OR_BLANK.fullmatch(walk.flat[mention.span.end : ahead.span.start])
        and (mention.anchor_span is None or mention.anchor_span.start > ahead.span.end)
    ):
        walk.counted = mention
        return
    opens = _opens(walk, mention) or _names_length(walk, mention)
    high = walk.material.first_mention(mention.span.end, walk.scope.end)
    found = nouns.after(walk.flat, mention.span.end, high) if opens else None
    if found is not None and (mention.anchor_span is None or mention.anchor_span.start > found.span.end):
        add_phrase(walk, found).bind(mention, walk.material)
        return
    if left is not None and (not has_content(gap) or BASIS.search(gap) or says_where(gap)):
        head = _timed(walk, left)
        if not head.sketches and head.phrases[0].type != "measurement":
            low = walk.groups[-2].end if len(walk.groups) > 1 and head is left else walk.scope.start
            head.phrases[:0] = earlier_members(walk, low, head.phrases[0].span.start)
        head.bind(mention, walk.material)
        _share(walk, head, mention)
        return
    found = nouns.before(walk.flat, walk.at, mention.span.start)
    if found is not None and left is not None and _SUBORDINATE.search(walk.flat[left.end : found.span.start]):
        found = None
    if found is not None and (left is None or left.bounded or joiner_in(gap) or _NEW_VERB.search(gap)):
        add_listed(walk, found).bind(mention, walk.material)
    elif left is not None:
        head = _timed(walk, left)
        head.bind(mention, walk.material)
        head.doubt("other words stand between the event and its time")
    elif not walk.take_over(mention):
        event = _event(walk, mention)
        if event is None:
            walk.leading.append(mention)
        else:
            # the time is that since the event, which is no anchor then but what the statement is about
            without = replace(mention, anchor=None, anchor_text=None, anchor_span=None, direction=None)
            walk.late.append((add_phrase(walk, event), without))


def _event(walk: Walk, mention: Mention) -> Phrase | None:
    """Return the event that a time before all names is counted from ("at least 2 weeks from surgery")."""
    span = mention.anchor_span
    if span is None or mention.anchor != "other" or mention.direction != "after" or mention.combine is not None:
        return None
    introduced = _INTRODUCED.match(walk.flat, span.start, span.end)
    start = introduced.end() if introduced is not None else span.start
    about = resolve(walk.flat[start : span.end])
    if about is not None:
        return Phrase(Span(start, span.end), expand(walk.flat[start : span.end]), about.type, None)
    return nouns.after(walk.flat, start, span.end)


def _share(walk: Walk, head: Group, mention: Mention) -> None:
    """Give a time also to the treatments joined to its own by "and" under one verb ("A and at least one B for ...")."""
    index = walk.groups.index(head) if head in walk.groups else 0
    while index > 0 and walk.groups[index].joiner in ("and", "with"):
        head, index = walk.groups[index - 1], index - 1
        kinds = {head.phrases[0].type, walk.groups[index + 1].phrases[0].type}
        timed = any(sketch.times for sketch in head.sketches)
        between = walk.flat[head.end : walk.groups[index + 1].start]
        if timed or not kinds <= {"treatment", "procedure"} or len(between) > _SHARE_REACH or "," in between:
            return
        head.bind(mention, walk.material)


def _opens(walk: Walk, mention: Mention) -> bool:
    """Say whether a time says of what it is the length ("at least 6 months of dialysis"); half-lives never do."""
    lives = mention.unit is not None and mention.unit.code == "{half_life}"
    return not lives and mention.combine is None and _OF_WORD.match(walk.flat, mention.span.end) is not None


def _names_length(walk: Walk, mention: Mention) -> bool:
    """Say whether a time and the noun behind it are one word ("a 2-week washout"), of a length of its own."""
    if mention.comparator is not None or mention.unit is None or mention.low is None:
        return False
    joint = walk.flat[mention.low.span.end : mention.unit.span.start]
    return joint in ("-", "‑", "–") and _LENGTH.match(walk.flat, mention.span.end) is not None


def _timed(walk: Walk, left: Group) -> Group:
    """Return the head of a subordinate group ("embolism requiring anticoagulation within ...")."""
    if len(walk.groups) > 1 and left is walk.groups[-1] and not left.sketches:
        earlier = walk.groups[-2]
        between = walk.flat[earlier.end : left.start]
        indication = earlier.phrases[0].type == "treatment" and left.phrases[0].type == "condition"
        if _SUBORDINATE.search(between) or (indication and between.strip().lower() == "for"):
            return earlier
    return left
