"""Where an amount belongs: levels, doses, ages, changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.concepts import concept, expand
from normalizer.extract.rules import nouns
from normalizer.extract.rules.binding import alone, bind, fitting, is_dose, measures, name_ahead
from normalizer.extract.rules.gaps import has_content, is_filler, says_where
from normalizer.extract.rules.last_resorts import bind_somehow
from normalizer.extract.rules.lexicon import lexicon
from normalizer.extract.rules.naming import add_phrase
from normalizer.extract.rules.phrases import Phrase, of_hit
from normalizer.extract.rules.sketch import Branch
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.extract.rules.group import Group
    from normalizer.extract.rules.walk import Walk
    from normalizer.model.draft import AtomType
    from normalizer.model.mention import Mention

#: Before a name: nothing but a preposition and articles, so that the quantity waits for it.
_OF: Final = re.compile(
    r"\s*(?:of|in|from|for|on|per)?\s*(?:(?:the|a|an|any|his|her|their|oral|systemic)\s+)*$", re.IGNORECASE
)
_IN: Final = re.compile(r"\s*(?:in|of|from)\b", re.IGNORECASE)
#: "of prednisone or equivalent" behind a dose: the drug in which a class is counted.
_EQUIVALENT: Final = re.compile(r"\bequivalent", re.IGNORECASE)
_EQUIVALENT_REACH: Final = 20
#: Words that only an age is compared with.
_OLD: Final = re.compile(r"\b(?:older|younger|age|aged)\b", re.IGNORECASE)
#: Between a condition and a number: what is measured follows ("leukemia with > 20 % blasts").
_HAVING: Final = re.compile(r"\s*\b(?:with|having|has|had)(?:\s+an?)?\s*", re.IGNORECASE)
_DIMENSION: Final = re.compile(
    r"((?:[\w-]*[a-z]-[\w-]+\s+)?([a-z]+)\s+of\s+)(?:(?:the|a|an|any|each)\s+)?$", re.IGNORECASE
)
#: Before a name that is only the way something is measured ("on echocardiography").
_METHOD: Final = re.compile(r"\b(?:on|by|via|using|with|in)\s+(?:(?:a|an|the)\s+)?$", re.IGNORECASE)


def place_amount(walk: Walk, mention: Mention) -> None:
    """Bind an amount to the subject inside it, to an age, or to the name beside it that fits best."""
    before = walk.left() or walk.inherited
    if mention.restates and before is not None and before.sketches:
        before.bind(mention, walk.material)
        return
    inside = _inside(walk, mention)
    if inside is not None:
        add_phrase(walk, inside).bind(mention, walk.material)
        return
    left, gap = walk.left(), walk.gap(mention)
    if _is_age(walk, mention):
        named_behind = nouns.after(walk.flat, mention.span.end, walk.scope.end)  # "32 weeks of gestation"
        if named_behind is not None and "age" in named_behind.subject.split():
            add_phrase(walk, named_behind._replace(type="demographic")).bind(mention, walk.material)
            return
        named = left is not None and "age" in left.phrases[-1].subject.split()
        if left is None or not (named and (not left.bounded or is_filler(gap))):
            left = add_phrase(walk, Phrase(mention.span, "age", "demographic", None))
        bind(walk, alone(walk, left, mention), mention)
        return
    if left is not None and (base := _banded(walk, left, mention)) is not None:
        again = base.repeat(mention, walk.material)
        again.joiner = left.joiner
        bound = again.tree(describe=True)
        again.wrapped = Branch("when", [left.tree(describe=True), bound])
        walk.groups[-1] = again
        return
    ahead = name_ahead(walk, mention)
    behind = walk.flat[mention.span.end : ahead.span.start] if ahead is not None else ""
    if mention.change is not None and ahead is not None and (left is None or _IN.match(behind) or not is_filler(gap)):
        add_phrase(walk, of_hit(walk.flat, ahead, mention.span.end, walk.scope.end, walk.modifiers)).bind(
            mention, walk.material
        )
        return
    if left is not None and ahead is not None and left.phrases[-1].type == "treatment" and _IN.match(behind):
        drug = concept(ahead.name.concept).type == "treatment"
        if drug and _EQUIVALENT.search(walk.flat[ahead.span.start : ahead.span.end + _EQUIVALENT_REACH]):
            bind(walk, alone(walk, left, mention), mention)
            left.modifiers.append(("basis", ahead.span))
            walk.at = ahead.span.end
            return
    if left is not None and left.phrases[-1].type == "condition" and _HAVING.fullmatch(gap) and not left.bounded:
        if ahead is not None and behind in (" ", " of "):
            walk.counted = mention
            return
        high = walk.material.first_mention(mention.span.end, walk.scope.end)
        found = nouns.after(walk.flat, mention.span.end, high) if ahead is None else None
        if found is not None and walk.flat[mention.span.end : found.span.start] == " ":
            add_phrase(walk, found._replace(type="measurement")).bind(mention, walk.material)
            return
    directly = ahead is not None and _OF.match(walk.flat, mention.span.end, ahead.span.start) is not None
    for_ahead = directly and left is not None and left.bounded and measures(left.phrases[-1].hit, mention) is False
    if left is not None and not for_ahead and (is_filler(gap) or (left.bounded and not has_content(gap))):
        measured = fitting(walk.groups, left, mention) or _dimension(walk, alone(walk, _measured(walk, left), mention))
        bind(walk, measured, mention)
        return
    if directly:
        walk.counted = mention
        return
    if left is not None and not left.bounded and left.phrases[-1].type == "condition" and says_where(gap):
        bind(walk, alone(walk, left, mention), mention)
        return
    found = nouns.before(walk.flat, walk.at, mention.span.start)
    if found is not None:
        kind: AtomType = "treatment" if is_dose(mention) else "measurement"
        add_phrase(walk, Phrase(found.span, found.subject, kind, None)).bind(mention, walk.material)
        return
    bind_somehow(walk, mention, left)


def _inside(walk: Walk, mention: Mention) -> Phrase | None:
    """Return the subject printed inside the quantity ("weight loss > 5 %", "minimum disc height of 5 mm")."""
    numbers = [number.span.start for number in (mention.low, mention.high) if number is not None]
    if mention.change is None and (mention.comparator_span is None or not numbers):
        return None
    start = mention.span.start if mention.change is not None else mention.comparator_span.end  # type: ignore[union-attr]
    end = mention.span.end if mention.change is not None else min(numbers)
    if start >= end:
        return None
    unit = mention.unit.span.end if mention.unit is not None else start
    for hit in walk.material.hits_in(start, end):
        return of_hit(walk.flat, hit, unit if start < unit <= hit.span.start else start, end, walk.modifiers)
    if mention.change is not None or not has_content(walk.flat[start:end]):
        return None
    found = nouns.before(walk.flat, start, end)
    return Phrase(found.span, found.subject, "measurement", None) if found is not None else None


def _banded(walk: Walk, left: Group, mention: Mention) -> Group | None:
    """Return the measurement that a number behind a group of patients repeats ("QTc: men > 450, women > 470 ms")."""
    if left.phrases[-1].type not in ("condition", "demographic", "procedure", "reproductive") or left.bounded:
        return None
    base = next((group for group in reversed(walk.groups[:-1]) if group.phrases[0].type == "measurement"), None)
    base = base or walk.inherited
    if base is None or base.phrases[0].type != "measurement":
        return None
    if mention.reference in ("uln", "lln") and is_filler(walk.gap(mention).replace(",", " ")):
        return base
    if not is_filler(walk.gap(mention)):
        return None
    return base if measures(base.phrases[-1].hit, mention) else None


def _measured(walk: Walk, left: Group) -> Group:
    """Return the measurement that a group left of a number only says the method of ("pressure on echocardiography")."""
    if left.phrases[0].type == "procedure" and len(walk.groups) > 1 and walk.groups[-2].own:
        earlier = walk.groups[-2]
        if not earlier.bounded and _METHOD.search(walk.flat[earlier.end : left.start]):
            return earlier
    return left


def _dimension(walk: Walk, group: Group) -> Group:
    """Name what is measured of a thing where that is printed before it ("diameter of the spinal canal < 10 mm")."""
    first = group.phrases[0]
    if len(group.phrases) > 1 or group.bounded or first.type in ("measurement", "treatment"):
        return group
    printed = _DIMENSION.search(walk.flat, walk.scope.start, first.span.start)
    if printed is not None and printed[2].lower() in lexicon().dimension:
        span = Span(printed.start(1), first.span.end)
        group.phrases[0] = Phrase(span, expand(span.of(walk.flat)), "measurement", None)
        group.start = span.start
    return group


def _is_age(walk: Walk, mention: Mention) -> bool:
    if mention.reference != "absolute" or mention.change is not None:
        return False
    if mention.unit is None:
        return _OLD.search(walk.flat, mention.span.start, mention.span.end) is not None
    return mention.unit.code in ("a", "mo", "wk", "d", "h")
