"""A quantity onto a group: which names of a list it speaks of, elliptical repeats, and the name that follows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.concepts import concept
from normalizer.extract.rules.gaps import joiner_in
from normalizer.extract.rules.group import Group
from normalizer.extract.rules.scope import MASK
from normalizer.units import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.concepts import NameHit
    from normalizer.extract.rules.phrases import Phrase
    from normalizer.extract.rules.walk import Walk
    from normalizer.model.mention import Mention

_WORDS_BETWEEN: Final = 4  # at most, between a quantity and the name behind it
_EQUIVALENT: Final = re.compile(r"\s*,?\s*or\s+(?:an?\s+|its\s+)?equivalent", re.IGNORECASE)


def name_ahead(walk: Walk, mention: Mention) -> NameHit | None:
    """Return the name that follows the quantity directly or after "of", "in" and the like."""
    for hit in walk.material.hits_in(mention.span.end, walk.scope.end):
        gap = walk.flat[mention.span.end : hit.span.start]
        if MASK in gap or any(sign in gap for sign in ",;:.") or len(gap.split()) > _WORDS_BETWEEN:
            return None
        blocked = any(
            mention.span.end <= m.span.start < hit.span.start
            for m in walk.material.mentions_in(mention.span.end, hit.span.start)
        )
        return None if blocked or joiner_in(gap) else hit
    return None


def alone(walk: Walk, group: Group, mention: Mention) -> Group:
    """Return the group that a dose, count or grade binds: of several members only the last one."""
    if group.sketches or len(group.phrases) == 1:
        return group
    if group.phrases[0].type == "measurement" and (group.inner or "/" in _between(walk, group)):
        multiple = mention.reference in ("uln", "lln")
        shared = [phrase for phrase in group.phrases if multiple or _alike(phrase, group.phrases[-1])]
        if len(shared) == len(group.phrases) and mention.reference != "detection_limit":
            return group
    return parted(walk.groups, group, walk.flat)


def parted(groups: list[Group], group: Group, flat: str) -> Group:
    """Make the last member of a list a group of its own, and return it."""
    last = group.phrases.pop()
    group.list_name = None
    group.end = group.phrases[-1].span.end
    own = Group([last], last.span.start, last.span.end, joiner=joiner_in(flat[group.end : last.span.start]))
    own.negated = group.negated and group.inner == "or"
    group.inner = "" if len(group.phrases) == 1 else group.inner
    groups.insert(groups.index(group) + 1, own)
    return own


def _between(walk: Walk, group: Group) -> str:
    """Return what stands between the first and the last name of a group."""
    return walk.flat[group.phrases[0].span.end : group.phrases[-1].span.start]


def bind(walk: Walk, group: Group, mention: Mention) -> None:
    """Bind a limit or grade: on a group that has one already, ``or`` makes an elliptical repeat."""
    if (
        group.has_limit(mention)
        and not mention.restates
        and mention.pair is None
        and joiner_in(walk.gap(mention)) == "or"
    ):
        again = group.repeat(mention, walk.material)
        again.joiner, again.negated = "or", group.negated
        walk.groups.append(again)
    else:
        group.bind(mention, walk.material)
    if mention.kind == "amount" and _EQUIVALENT.match(walk.flat, mention.span.end, walk.scope.end):
        for sketch in group.sketches:
            if sketch.type == "treatment" and "equivalent" not in sketch.subject:
                sketch.subject += " or equivalent"


def _alike(one: Phrase, other: Phrase) -> bool:
    """Say whether two measurements can share a bound: their levels are of one kind, or nothing is known of one."""
    kinds = [
        set(concept(phrase.hit.name.concept).kinds) if phrase.hit is not None else set() for phrase in (one, other)
    ]
    return not kinds[0] or not kinds[1] or bool(kinds[0] & kinds[1])


def measures(hit: NameHit | None, mention: Mention) -> bool | None:
    """Say whether a name is measured in the unit of an amount; None where one of them is not known."""
    code = mention.unit.code if mention.unit is not None else None
    kinds = concept(hit.name.concept).kinds if hit is not None else ()
    if code is None or code not in table() or not kinds:
        return None
    return table()[code].kind in kinds


def fitting(groups: Sequence[Group], left: Group, mention: Mention) -> Group | None:
    """Return the name before ``left`` that is measured in the unit of an amount, when ``left`` itself is not."""
    name = left.phrases[-1]
    if name.hit is None or name.type == "measurement" or measures(name.hit, mention):
        return None
    earlier = (group for group in reversed(groups) if group.start < left.start and not group.bounded)
    return next((group for group in earlier if measures(group.phrases[-1].hit, mention)), None)


def is_dose(mention: Mention) -> bool:
    """Say whether only a treatment can have an amount in this unit."""
    code = mention.unit.code if mention.unit is not None else None
    return code is not None and code in table() and table()[code].kind in ("dose_rate", "mass_per_body_mass")
