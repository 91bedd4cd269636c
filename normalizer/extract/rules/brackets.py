"""A bracket and what it does to the name before it: exception, condition, bound, definition, members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from normalizer.concepts import concept
from normalizer.extract.rules import connectives as words
from normalizer.extract.rules import nouns
from normalizer.extract.rules.gaps import has_content, is_link, joiner_in
from normalizer.extract.rules.group import Group, Memory
from normalizer.extract.rules.scope import Scope, scope
from normalizer.extract.rules.shapes import defined_term, excuse, under, with_condition
from normalizer.extract.rules.sketch import Branch, Tree, leaves

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.extract.rules.material import Material
    from normalizer.model.mention import Mention
    from normalizer.model.span import Span

_ABBREVIATION: Final = 24  # characters at most
_SEXES: Final = ("male_sex", "female_sex", "sex")


class StatementReader(Protocol):
    """Reads one statement into a tree; brackets hold statements, as statements hold brackets."""

    def __call__(self, material: Material, part: Scope, memory: Memory, *, describe: bool) -> Tree | None:
        """Return the tree of ``part``, None when it names nothing."""


@dataclass(frozen=True, slots=True)
class _Bracket:
    """The inside of a bracket, the group before it, and how to read what it says."""

    material: Material
    inner: Scope
    before: Group
    describe: bool
    reader: StatementReader

    def read(
        self, part: Scope, *, inherit: bool = False, repeats: bool = False, describe: bool | None = None
    ) -> Tree | None:
        """Return the tree of a part; with ``inherit`` quantities without a name go to the group before."""
        memory = Memory(self.before if inherit else None, repeats=repeats)
        return self.reader(self.material, part, memory, describe=self.describe if describe is None else describe)

    def wrap(self, change: Callable[[Tree], Tree]) -> None:
        """Put the tree of the group before under what ``change`` makes of it; a negation stays outside."""
        negated, self.before.negated = self.before.negated, False
        self.before.wrapped = change(self.before.tree(describe=self.describe))
        self.before.negated = negated

    def join(self, operator: Literal["all", "any"], tree: Tree) -> None:
        """Put the tree beside that of the group before."""
        self.wrap(lambda old: Branch(operator, [old, tree]))


def read_bracket(
    material: Material, part: Scope, inside: Span, before: Group | None, reader: StatementReader, *, describe: bool
) -> Tree | None:
    """Read the inside of a bracket and put it on the group before it; return what belongs to no group.

    Arguments:
        material: the block.
        part: the stretch that the bracket stands in.
        inside: the stretch between the bracket's signs.
        before: the group that the bracket follows, if any.
        reader: reads the statements in the bracket.
        describe: the sense of the place (see the design): what commas and lists without a word mean.

    """
    start, end = inside.start, inside.end
    mentions = [m for m in material.mentions_in(start, end) if m.kind != "inert"]
    if not mentions and not material.hits_in(start, end):
        return None
    inner = scope(material.text, start, end, part.depth + 1)
    defining = words.DEFINED.match(inner.flat, start, end)
    if defining is not None:
        inner = inner.narrow(defining.end(), end)
    if before is None:
        return reader(material, inner, Memory(), describe=describe)
    bracket = _Bracket(material, inner, before, describe, reader)
    excepted = words.EXCEPT.match(inner.flat, inner.start, end)
    if excepted is not None:
        exception = bracket.read(inner.narrow(excepted.end(), end), inherit=True, repeats=True, describe=True)
        if exception is not None:
            excused = excuse(exception)
            bracket.wrap(lambda old: Branch("unless", [old, excused]))
    elif not mentions:
        _words_only(bracket)
    else:
        _quantities(bracket, mentions)
    return None


def _quantities(bracket: _Bracket, mentions: list[Mention]) -> None:
    """Read a bracket that holds quantities: bounds of the group before, its definition, or statements beside it."""
    before, inner = bracket.before, bracket.inner
    hits = bracket.material.hits_in(inner.start, inner.end)
    basis = before.phrases[-1].type == "treatment" and _is_basis(bracket, mentions)
    named = set(before.phrases[-1].subject.split())
    if basis or (hits and not before.own and named.issuperset(hits[0].name.subject.split())):
        for mention in mentions:
            before.bind(mention, bracket.material)
        if basis:
            before.modifiers += [("basis", hit.span) for hit in hits]
        return
    known = {id(sketch) for sketch in before.realize()}
    tree = bracket.read(inner, inherit=True)
    if tree is None or all(id(sketch) in known for sketch in leaves(tree)):
        return
    example = words.EXAMPLE.match(inner.flat, inner.start, inner.end)
    behind = _condition_behind(bracket) if before.own else None
    if behind is not None and _repeats(before, tree):
        condition, bound = behind
        band = next((leaf for leaf in leaves(tree) if leaf.bounded), None) if bound is None else bound
        if band is not None:
            bracket.wrap(lambda old: with_condition(Branch("all", [old, band]), condition, describe=bracket.describe))
    elif not before.own and example is None and not before.bounded:
        bracket.wrap(lambda old: _defining(bracket, old, tree))
    else:
        members = example is not None and words.DEFINING.match(inner.flat, inner.start, inner.end) is None
        bracket.join("any" if members else "all", tree)


def _words_only(bracket: _Bracket) -> None:
    """Read a bracket without quantity: an abbreviation, a "no ..." clause, a condition, or members of a list."""
    before, inner = bracket.before, bracket.inner
    text = bracket.material.text[inner.start : inner.end]
    if _is_abbreviation(text):
        return
    hits = bracket.material.hits_in(inner.start, inner.end)
    opening = words.CONDITION_WORD.match(text)
    if words.NEGATIVE_WORD.match(text):
        tree = bracket.read(inner)
        if tree is not None:
            bracket.join("all", tree)
    elif before.bounded and (opening or all(hit.name.concept in _SEXES for hit in hits)):
        part = inner.narrow(inner.start + opening.end(), inner.end) if opening else inner
        condition = bracket.read(part, describe=True)
        if condition is not None:
            bracket.wrap(lambda old: Branch("when", [condition, old]))
    elif words.EXAMPLE.match(text) or not before.own:
        before.realize()[0].modifiers += [("member", hit.span) for hit in hits]


def _defining(bracket: _Bracket, old: Tree, tree: Tree) -> Tree:
    """Return the definition ``tree`` under the name before the bracket; a name already wrapped keeps what it has."""
    if isinstance(old, Branch):
        return Branch("all", [old, tree])
    return under(defined_term(bracket.material, bracket.before), tree) or old


def _is_basis(bracket: _Bracket, mentions: list[Mention]) -> bool:
    """Say whether a bracket only doses the class before it by a drug ("(deflazacort > 9 mg/day or equivalent)")."""
    text, start, end = bracket.material.text, bracket.inner.start, bracket.inner.end
    if len(mentions) != 1 or "equivalent" not in text[start:end].lower() or words.DEFINED.match(text, start, end):
        return False
    return all(concept(hit.name.concept).type == "treatment" for hit in bracket.material.hits_in(start, end))


def _repeats(before: Group, tree: Tree) -> bool:
    return {s.subject for s in leaves(tree) if s.bounded} <= {s.subject for s in before.realize()}


def _condition_behind(bracket: _Bracket) -> tuple[Tree, Tree | None] | None:
    """Return the condition behind the last quantity of a bracket ("<= 5 with liver metastases"), and what it bands."""
    inner = bracket.inner
    last = max((m.span.end for m in bracket.material.mentions_in(inner.start, inner.end)), default=inner.start)
    found = words.CONDITION_WORD.match(inner.flat, last, inner.end)
    condition = bracket.read(inner.narrow(found.end(), inner.end), describe=True) if found else None
    if found is None or condition is None:
        return None
    return condition, bracket.read(inner.narrow(inner.start, found.start()), inherit=True)


def _is_abbreviation(text: str) -> bool:
    return len(text) <= _ABBREVIATION and " " not in text.strip() and any(c.isupper() or c.isdigit() for c in text)


def group_before(material: Material, part: Scope, groups: list[Group], opened: int, closed: int) -> Group | None:
    """Return the group that a bracket follows; for a bracket with a bound, words outside the vocabulary make one."""
    before = next((g for g in reversed(groups) if g.start < opened), None)
    bound = any(m.kind != "inert" for m in material.mentions_in(opened, closed))
    if not bound or (before is not None and not has_content(part.flat[before.end : opened])):
        return before
    low = before.end if before is not None else part.start
    found = nouns.before(part.flat, low, opened)
    if found is None:
        return before or next((g for g in groups if g.start >= closed), None)
    if before is not None and not is_link(part.flat[low : found.span.start]):
        return before
    made = Group([found], found.span.start, found.span.end, joiner=joiner_in(part.flat[low : found.span.start]))
    groups.insert(groups.index(before) + 1 if before is not None else 0, made)
    return made
