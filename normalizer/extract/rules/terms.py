"""Which name each quantity belongs to, within one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.concepts import NameHit
from normalizer.extract.rules.amounts import place_amount
from normalizer.extract.rules.counts import place_count
from normalizer.extract.rules.grades import place_grade
from normalizer.extract.rules.last_resorts import bind_somehow, end_of
from normalizer.extract.rules.naming import place_name
from normalizer.extract.rules.scope import MASK
from normalizer.extract.rules.times import place_time
from normalizer.extract.rules.walk import Walk

if TYPE_CHECKING:
    from normalizer.extract.rules.group import Group
    from normalizer.extract.rules.material import Material
    from normalizer.extract.rules.scope import Scope
    from normalizer.model.mention import Mention
_WORDS_BETWEEN: Final = 3  # at most, between a modifier and the name it qualifies


def read_terms(
    material: Material, scope: Scope, inherited: Group | None = None, *, repeats: bool = False
) -> list[Group]:
    """Return the groups of a statement in text order, each quantity bound to the group it speaks of.

    ``inherited`` is the group before a bracket, which takes the quantities that name nothing themselves; with
    ``repeats`` its elliptical repeat takes them.
    """
    start, end = scope.start, scope.end
    modifiers = material.modifiers
    if modifiers and (start > modifiers[0][1].start or modifiers[-1][1].start >= end):
        modifiers = [modifier for modifier in modifiers if start <= modifier[1].start < end]
    walk = Walk(material, scope, inherited, scope.flat, start, modifiers, repeats=repeats)
    for element in _elements(material, scope):
        if isinstance(element, NameHit):
            place_name(walk, element)
        else:
            _place_quantity(walk, element)
    _close(walk)
    return walk.groups


def _elements(material: Material, scope: Scope) -> list[NameHit | Mention]:
    """Return the names and quantities outside brackets, in text order; a quantity before a name at the same place."""
    flat = scope.flat
    names = [hit for hit in material.hits_in(scope.start, scope.end) if flat[hit.span.start] != MASK]
    quantities = [
        m for m in material.mentions_in(scope.start, scope.end) if m.kind != "inert" and flat[m.span.start] != MASK
    ]
    if not quantities or not names:
        return [*names, *quantities]
    return sorted((*quantities, *names), key=_begin)  # the sort is stable


def _begin(element: NameHit | Mention) -> int:
    return element.span.start


def _place_quantity(walk: Walk, mention: Mention) -> None:
    if mention.kind == "time":
        place_time(walk, mention)
    elif mention.kind == "grade":
        place_grade(walk, mention)
    elif mention.kind == "count":
        place_count(walk, mention)
    else:
        place_amount(walk, mention)
    walk.at = max(walk.at, end_of(mention))


def _close(walk: Walk) -> None:
    """Give the quantities that still wait to a group, then the modifiers."""
    if walk.counted is not None:
        counted, walk.counted = walk.counted, None
        bind_somehow(walk, counted, walk.left())
    for first, mention in walk.late:
        for group in walk.groups[walk.groups.index(first) :]:
            if group is not first and (group.joiner != "or" or any(sketch.times for sketch in group.sketches)):
                break
            group.bind(mention, walk.material)
    for mention in walk.leading:
        free = [group for group in walk.groups if not any(sketch.times for sketch in group.sketches)]
        if mention.kind == "time" and free:
            for group in free:
                group.bind(mention, walk.material)
        else:
            bind_somehow(walk, mention, walk.left())
    walk.groups = _without_repeats(walk.groups)
    if walk.modifiers:
        _modify(walk)


def _modify(walk: Walk) -> None:
    """Give each modifier phrase to the group it stands before, else to the group it stands behind."""
    flat = walk.flat
    for modifier in walk.modifiers:
        start, end = modifier[1].start, modifier[1].end
        if flat[start] == MASK or _is_named(walk, start, end):
            continue
        later = next((g for g in walk.groups if g.start >= end), None)
        if later is not None and _is_near(flat[end : later.start]):
            later.modifiers.append(modifier)
            continue
        for group in reversed(walk.groups):
            if group.phrases[0].span.start < start:
                group.modifiers.append(modifier)
                break


def _is_named(walk: Walk, start: int, end: int) -> bool:
    for group in walk.groups:
        for phrase in group.phrases:
            if phrase.span.start < end and start < phrase.span.end:
                return True
    return False


def _is_near(gap: str) -> bool:
    if len(gap) == 1:
        return gap not in ",;:."
    return not any(sign in gap for sign in ",;:.") and len(gap.split()) <= _WORDS_BETWEEN


def _without_repeats(groups: list[Group]) -> list[Group]:
    """Drop names without a bound that say nothing more: printed again, or the sex of who can be pregnant."""
    if len(groups) <= 1:
        return groups
    reproductive = any(phrase.type == "reproductive" for group in groups for phrase in group.phrases)
    seen: set[tuple[str, bool]] = set()
    kept: list[Group] = []
    for group in groups:
        plain = len(group.phrases) == 1 and not group.bounded and group.wrapped is None
        subject = group.phrases[0].subject
        if plain and ((subject, group.negated) in seen or (reproductive and subject == "female sex")):
            continue
        if plain:
            seen.add((subject, group.negated))
        kept.append(group)
    return kept
