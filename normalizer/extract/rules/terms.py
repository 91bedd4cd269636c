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


def read_terms(material: Material, scope: Scope, inherited: Group | None = None) -> list[Group]:
    """Return the groups of a statement in text order, each quantity bound to the group it speaks of.

    ``inherited`` is the group before a bracket, which takes the quantities that name nothing themselves.
    """
    start, end = scope.start, scope.end
    modifiers = [modifier for modifier in material.modifiers if start <= modifier[1].start < end]
    walk = Walk(material, scope, inherited, scope.flat, start, modifiers)
    for element in _elements(material, scope):
        if isinstance(element, NameHit):
            place_name(walk, element)
        else:
            _place_quantity(walk, element)
    _close(walk)
    return walk.groups


def _elements(material: Material, scope: Scope) -> list[NameHit | Mention]:
    flat = scope.flat
    found: list[NameHit | Mention] = [h for h in material.hits_in(scope.start, scope.end) if flat[h.span.start] != MASK]
    found += [
        m for m in material.mentions_in(scope.start, scope.end) if m.kind != "inert" and flat[m.span.start] != MASK
    ]
    return sorted(found, key=lambda e: (e.span.start, isinstance(e, NameHit)))


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
    for mention in walk.leading:
        free = [group for group in walk.groups if not any(sketch.times for sketch in group.sketches)]
        if mention.kind == "time" and free:
            for group in free:
                group.bind(mention, walk.material)
        else:
            bind_somehow(walk, mention, walk.left())
    walk.groups = _without_repeats(walk.groups)
    _modify(walk)


def _modify(walk: Walk) -> None:
    """Give each modifier phrase to the group it stands before, else to the group it stands behind."""
    for kind, span in walk.modifiers:
        if walk.flat[span.start] == MASK:
            continue
        if any(phrase.span.overlaps(span) for group in walk.groups for phrase in group.phrases):
            continue
        later = next((g for g in walk.groups if g.start >= span.end), None)
        earlier = next((g for g in reversed(walk.groups) if g.phrases[0].span.start < span.start), None)
        if (
            later is not None
            and not any(sign in walk.flat[span.end : later.start] for sign in ",;:.")
            and len(walk.flat[span.end : later.start].split()) <= _WORDS_BETWEEN
        ):
            later.modifiers.append((kind, span))
        elif earlier is not None:
            earlier.modifiers.append((kind, span))


def _without_repeats(groups: list[Group]) -> list[Group]:
    """Drop names without a bound that say nothing more: printed again, or the sex of who can be pregnant."""
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
