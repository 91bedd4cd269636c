"""Where a grade belongs: the condition it grades, or the scale itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.concepts import concept, expand, scale_of
from normalizer.extract.rules import nouns
from normalizer.extract.rules.binding import alone, bind, name_ahead
from normalizer.extract.rules.gaps import is_filler
from normalizer.extract.rules.last_resorts import bind_somehow
from normalizer.extract.rules.naming import add_phrase
from normalizer.extract.rules.phrases import Phrase

if TYPE_CHECKING:
    from normalizer.extract.rules.group import Group
    from normalizer.extract.rules.walk import Walk
    from normalizer.model.mention import Mention
    from normalizer.model.span import Span

_STATED_SCALES: Final = ("grade", "stage", "class", "CTCAE", "type", "level", "category")


def place_grade(walk: Walk, mention: Mention) -> None:
    """Bind a grade to the name it stands beside, else to its scale."""
    left, ahead = walk.left(), name_ahead(walk, mention)
    graded = ahead is not None and concept(ahead.name.concept).type != "measurement"
    if ahead is not None and graded and walk.flat[mention.span.end : ahead.span.start].strip(" -") == "":
        if left is not None and mention.scale_span is not None and not left.sketches:
            left.phrases = [p for p in left.phrases if not p.span.overlaps(mention.scale_span)]
            walk.groups = [group for group in walk.groups if group.phrases]
        walk.counted = mention
        return
    scale = mention.scale_span
    named = left is not None and scale is not None and left.phrases[-1].span.overlaps(scale)
    near = left is not None and (named or is_filler(walk.gap(mention)) or left.bounded)
    if mention.scale is not None and mention.scale not in _STATED_SCALES and mention.scale_span is not None:
        bind(walk, _scaled(walk, mention, left if near else None, mention.scale_span), mention)
        return
    if left is not None and near:
        bind(walk, alone(walk, left, mention), mention)
        return
    found = nouns.after(walk.flat, mention.span.end, walk.scope.end)
    if found is None or (left is not None and walk.flat[mention.span.end : found.span.start].strip(" -")):
        found = nouns.before(walk.flat, walk.at, mention.span.start) if left is None else None
    if found is not None:
        add_phrase(walk, found).bind(mention, walk.material)
    else:
        bind_somehow(walk, mention, left)


def _scaled(walk: Walk, mention: Mention, left: Group | None, span: Span) -> Group:
    """Return the group of a named scale: the condition it grades, else the scale itself, named once."""
    subject = _scale_subject(mention.scale or "")
    others = [group for group in walk.groups if not any(phrase.span.overlaps(span) for phrase in group.phrases)]
    if not others and walk.inherited is not None and walk.inherited.phrases[0].type == "condition":
        walk.groups.clear()
        return walk.inherited
    if left is not None and left.phrases[0].type != "measurement":
        return alone(walk, left, mention)
    if left is not None and not left.bounded:
        own = [p for p in left.phrases if p.subject.startswith(subject) or p.span.overlaps(span)]
        if own or "performance" in left.phrases[-1].subject:
            named = own[0] if own else left.phrases[-1]
            left.phrases = [Phrase(named.span, subject, "measurement", named.hit)]
            return left
    elif left is not None and any(phrase.subject.startswith(subject) for phrase in left.phrases):
        return left
    return add_phrase(walk, Phrase(span, subject, "measurement", None))


def _scale_subject(scale: str) -> str:
    known = scale_of(scale)
    return concept(known.concept).name if known is not None and known.concept is not None else expand(scale)
