"""A bracket and what it does to the name before it: exception, condition, bound, definition, members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.concepts import concept
from normalizer.extract.rules import connectives as words
from normalizer.extract.rules.scope import Scope, scope
from normalizer.extract.rules.sketch import Branch, Tree, leaves

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.extract.rules.group import Group
    from normalizer.extract.rules.material import Material
    from normalizer.model.mention import Mention

_ABBREVIATION: Final = 24  # characters at most
_FACTS: Final = ("measurement", "demographic")


def read_bracket(
    material: Material, part: Scope, start: int, end: int, before: Group | None, *, describe: bool
) -> Tree | None:
    """Read ``[start, end)`` inside a bracket and put it on the group before it; return what belongs to no group."""
    from normalizer.extract.rules import statement  # noqa: PLC0415 - brackets hold statements, statements brackets

    mentions = [m for m in material.mentions_in(start, end) if m.kind != "inert"]
    hits = material.hits_in(start, end)
    if not mentions and not hits:
        return None
    inner = scope(material.text, start, end, part.depth + 1)
    defining = words.DEFINED.match(inner.flat, start, end)
    if defining is not None:
        start = defining.end()
        inner = inner.narrow(start, end)
    if before is None:
        return statement.read_statement(material, inner, statement.Memory(), describe=describe)
    excepted = words.EXCEPT.match(inner.flat, start, end)
    if excepted is not None:
        rest = inner.narrow(excepted.end(), end)
        exception = statement.read_statement(material, rest, statement.Memory(before), describe=True)
        if exception is not None:
            excuse = statement.excuse(exception)
            _wrap(before, lambda old: Branch("unless", [old, excuse]), describe=describe)
        return None
    if not mentions:
        _words_only(material, inner, before, describe=describe)
        return None
    if before.phrases[-1].type == "treatment" and _is_basis(material, mentions, start, end):
        for mention in mentions:
            before.bind(mention, material)
        before.modifiers += [("basis", hit.span) for hit in hits]
        return None
    if hits and not before.own and set(hits[0].name.subject.split()) <= set(before.phrases[-1].subject.split()):
        for mention in mentions:
            before.bind(mention, material)
        return None
    known = {id(sketch) for sketch in before.realize()}
    tree = statement.read_statement(material, inner, statement.Memory(before), describe=describe)
    if tree is None or all(id(sketch) in known for sketch in leaves(tree)):
        return None
    example = words.EXAMPLE.match(inner.flat, start, end)
    condition = _condition_behind(material, inner) if before.own and _repeats(before, tree) else None
    if condition is not None:
        found = condition
        bound = tree
        _wrap(
            before,
            lambda old: statement.with_condition(Branch("all", [old, bound]), found, describe=describe),
            describe=describe,
        )
    elif not before.own and example is None and not before.bounded:
        _wrap(before, lambda old: _defining(material, before, old, tree), describe=describe)
    elif example is not None and words.DEFINING.match(inner.flat, start, end) is None:
        _wrap(before, lambda old: Branch("any", [old, tree]), describe=describe)
    else:
        _wrap(before, lambda old: Branch("all", [old, tree]), describe=describe)
    return None


def _words_only(material: Material, inner: Scope, before: Group, *, describe: bool) -> None:
    """Read a bracket without quantity: an abbreviation, a "no ..." clause, a condition, or members of a list."""
    from normalizer.extract.rules import statement  # noqa: PLC0415 - as above

    text = material.text[inner.start : inner.end]
    hits = material.hits_in(inner.start, inner.end)
    if _is_abbreviation(text):
        return
    people = all(hit.name.concept in ("male_sex", "female_sex", "sex") for hit in hits)
    if words.NEGATIVE_WORD.match(text):
        tree = statement.read_statement(material, inner, statement.Memory(), describe=describe)
        if tree is not None:
            _wrap(before, lambda old: Branch("all", [old, tree]), describe=describe)
    elif before.bounded and (people or words.CONDITION_WORD.match(text)):
        opening = words.CONDITION_WORD.match(inner.flat, inner.start, inner.end)
        part = inner.narrow(opening.end(), inner.end) if opening else inner
        condition = statement.read_condition(material, part)
        if condition is not None:
            _wrap(before, lambda old: Branch("when", [condition, old]), describe=describe)
    elif words.EXAMPLE.match(text) or before.phrases[0].type not in _FACTS:
        before.realize()[0].modifiers += [("member", hit.span) for hit in hits]


def _defining(material: Material, before: Group, old: Tree, tree: Tree) -> Tree:
    """Return the definition ``tree`` under the name before the bracket; a name already wrapped keeps what it has."""
    from normalizer.extract.rules import statement  # noqa: PLC0415 - as above

    if isinstance(old, Branch):
        return Branch("all", [old, tree])
    return statement.under(statement.defined_term(material, before), tree) or old


def _is_basis(material: Material, mentions: list[Mention], start: int, end: int) -> bool:
    """Say whether a bracket only doses the class before it by a drug ("(deflazacort > 9 mg/day or equivalent)")."""
    drugs = all(concept(hit.name.concept).type == "treatment" for hit in material.hits_in(start, end))
    if words.DEFINED.match(material.text, start, end):
        return False
    return drugs and len(mentions) == 1 and "equivalent" in material.text[start:end].lower()


def _repeats(before: Group, tree: Tree) -> bool:
    return {s.subject for s in leaves(tree) if s.bounded} <= {s.subject for s in before.realize()}


def _condition_behind(material: Material, inner: Scope) -> Tree | None:
    """Return the condition that follows the last quantity of a bracket ("<= 5 with liver metastases")."""
    from normalizer.extract.rules import statement  # noqa: PLC0415 - as above

    last = max((m.span.end for m in material.mentions_in(inner.start, inner.end)), default=inner.start)
    found = words.CONDITION_WORD.match(inner.flat, last, inner.end)
    return statement.read_condition(material, inner.narrow(found.end(), inner.end)) if found else None


def _wrap(group: Group, change: Callable[[Tree], Tree], *, describe: bool) -> None:
    negated, group.negated = group.negated, False
    group.wrapped = change(group.tree(describe=describe))
    group.negated = negated


def _is_abbreviation(text: str) -> bool:
    return len(text) <= _ABBREVIATION and " " not in text.strip() and any(c.isupper() or c.isdigit() for c in text)
