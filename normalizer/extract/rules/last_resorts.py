"""A quantity that no rule gives a name: the group before it, the words after it, else the quantity itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.extract.rules import nouns
from normalizer.extract.rules.binding import bind, is_dose
from normalizer.extract.rules.naming import add_phrase
from normalizer.extract.rules.phrases import Phrase

if TYPE_CHECKING:
    from normalizer.extract.rules.group import Group
    from normalizer.extract.rules.walk import Walk
    from normalizer.model.draft import AtomType
    from normalizer.model.mention import Mention


def bind_somehow(walk: Walk, mention: Mention, left: Group | None) -> None:
    """Take the last resorts: the group before, that before the bracket, the words after; else the quantity itself."""
    if left is not None:
        bind(walk, left, mention)
        left.doubt("the quantity stands apart from the name that it was given to")
    elif walk.inherited is not None:
        if walk.inherited.has_limit(mention) and not mention.restates:
            walk.groups.append(walk.inherited.repeat(mention, walk.material))
        else:
            walk.take_over(mention)
    else:
        found = nouns.after(walk.flat, end_of(mention), walk.scope.end)
        kind: AtomType = "treatment" if is_dose(mention) else "measurement"
        phrase = (
            Phrase(found.span, found.subject, kind, None)
            if found
            else Phrase(mention.span, "unspecified", "other", None)
        )
        add_phrase(walk, phrase).bind(mention, walk.material)


def end_of(mention: Mention) -> int:
    """Return where a quantity and its anchor end."""
    return max(mention.span.end, mention.anchor_span.end if mention.anchor_span is not None else 0)
