"""One statement into a tree: definitions, exceptions and conditions taken apart, then the terms that remain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.extract.rules import connectives as words
from normalizer.extract.rules import nouns
from normalizer.extract.rules.binding import fitting, parted
from normalizer.extract.rules.brackets import group_before, read_bracket
from normalizer.extract.rules.group import Memory, fold
from normalizer.extract.rules.scope import MASK, Scope
from normalizer.extract.rules.shapes import defined_term, excuse, under, with_condition
from normalizer.extract.rules.sketch import Branch, Sketch, Tree, join, leaves
from normalizer.extract.rules.terms import read_terms
from normalizer.model.span import Span

if TYPE_CHECKING:
    import re

    from normalizer.extract.rules.material import Material


_LONGEST: Final = 5000  # characters of a statement that is taken apart by its connectives; longer ones are lists
_SEXES: Final = ("female sex", "male sex", "sex")
_MOST_BRACKETS: Final = 40  # brackets that may wrap each other's groups; further ones stand beside


def read_statement(material: Material, part: Scope, memory: Memory, *, describe: bool) -> Tree | None:
    """Return the tree of one statement, None when it names nothing.

    Arguments:
        material: the block.
        part: the stretch to read, brackets masked.
        memory: the group before the statement; replaced by the statement's last group.
        describe: the sense of the place (see the design): what commas and lists without a word mean.

    """
    flat = part.flat
    shut = words.SHUT_OUT.search(flat, part.start, part.end) if material.connected.shut_out else None
    if shut is not None and shut.start() > part.start:
        out = read_statement(material, part.narrow(part.start, shut.start()), memory, describe=True)
        return out if describe or out is None else Branch("not", [out])
    if not material.connected.at_all or part.end - part.start > _LONGEST:
        return _plain(material, part, memory, describe=describe)
    if material.connected.defined:
        definition = words.DEFINITION.match(flat, part.start, part.end)
        if definition is not None:
            term = nouns.after(flat, definition.start(1), definition.end(1))
            body = read_statement(material, part.narrow(definition.end(), part.end), memory, describe=describe)
            return under(Sketch("heading", term.subject, term.span, term.span.start) if term else None, body)
        defined = words.DEFINED.search(flat, part.start, part.end)
        if defined is not None and defined.start() > part.start:
            return _defined(material, part, defined, memory, describe=describe)
    exception = words.search_except(flat, part.start, part.end) if material.connected.excepted else None
    if exception is not None:
        return _excepted(material, part, exception, memory, describe=describe)
    leading = words.LEADING_IF.match(flat, part.start, part.end)
    if leading is not None and leading.end() < part.end:
        condition = read_condition(material, part.narrow(leading.start(1), leading.end(1)))
        body = read_statement(material, part.narrow(leading.end(), part.end), memory, describe=describe)
        return Branch("when", [condition, body]) if condition is not None and body is not None else body or condition
    obliged = words.OBLIGED_GROUP.match(flat, part.start, part.end) if not describe else None
    if obliged is not None:
        group = read_condition(material, part.narrow(obliged.start(1), obliged.end(1)))
        body = read_statement(material, part.narrow(obliged.end(), part.end), memory, describe=describe)
        if group is not None and body is not None and not any(leaf.bounded for leaf in leaves(group)):
            sexes = all(leaf.subject in _SEXES for leaf in leaves(group))
            if sexes and any(leaf.type == "reproductive" for leaf in leaves(body)):
                return body
            return Branch("when", [group, body])
    trailing = words.search_if(flat, part.start + 1, part.end)
    if trailing is not None:
        return _conditioned(material, part, trailing, memory, describe=describe)
    return _plain(material, part, memory, describe=describe)


def read_condition(material: Material, part: Scope) -> Tree | None:
    """Return the tree of a condition or exception, always read as a description of the patient."""
    return read_statement(material, part, Memory(), describe=True)


def _defined(material: Material, part: Scope, found: re.Match[str], memory: Memory, *, describe: bool) -> Tree | None:
    groups = read_terms(material, part.narrow(part.start, found.start()), None)
    if groups:
        memory.group = groups[-1]
    body = read_statement(material, part.narrow(found.end(), part.end), memory, describe=describe)
    if not groups:
        term = nouns.before(part.flat, part.start, found.start())
        return under(Sketch("heading", term.subject, term.span, term.span.start) if term else None, body)
    known = {id(sketch) for sketch in groups[-1].sketches}
    if body is not None and any(id(sketch) not in known for sketch in leaves(body)):
        groups[-1].wrapped = under(defined_term(material, groups[-1]), body)
    return fold(groups, describe=describe)


def _excepted(material: Material, part: Scope, found: re.Match[str], memory: Memory, *, describe: bool) -> Tree | None:
    main = read_statement(material, part.narrow(part.start, found.start()), memory, describe=describe)
    exception = read_statement(
        material, part.narrow(found.end(), part.end), Memory(memory.group, repeats=True), describe=True
    )
    if main is None or exception is None:
        return main or exception
    exception = excuse(exception)
    if isinstance(main, Branch) and main.operator == "not":
        return Branch("not", [Branch("unless", [main.children[0], exception])])
    if isinstance(main, Branch) and main.operator in ("all", "any") and "," not in found.group():
        *others, last = main.children
        return Branch(main.operator, [*others, Branch("unless", [last, exception])])
    return Branch("unless", [main, exception])


def _conditioned(
    material: Material, part: Scope, found: re.Match[str], memory: Memory, *, describe: bool
) -> Tree | None:
    """Read "A if C", "A in men, B in women": the condition ends where a joiner leads to a further quantity."""
    quantities = [m.span.start for m in material.mentions_in(part.start, part.end) if m.kind != "inert"]
    main = read_statement(material, part.narrow(part.start, found.start()), memory, describe=describe)
    end = part.end
    if any(start < found.start() for start in quantities):
        for joiner in words.JOINER.finditer(part.flat, found.end(), part.end):
            if any(found.end() <= start < joiner.start() for start in quantities):
                break
            if any(start >= joiner.end() for start in quantities):
                end = joiner.start()
                break
    condition = read_condition(material, part.narrow(found.end(), end))
    if main is not None and condition is not None:
        main = with_condition(main, condition, describe=describe)
    rest = None
    if end < part.end:
        rest = read_statement(material, part.narrow(end, part.end), memory, describe=describe)
    trees = [tree for tree in (main or condition, rest) if tree is not None]
    return join("any" if describe else "all", trees)


def _plain(material: Material, part: Scope, memory: Memory, *, describe: bool) -> Tree | None:
    topic = words.TOPIC.match(part.flat, part.start, part.end) if ":" in part.flat else None
    if topic is not None and _is_topic(material, part, topic):
        part = part.narrow(topic.end(), part.end)
    groups = read_terms(material, part, memory.group, repeats=memory.repeats)
    extra: list[Tree] = []
    for number, (opened, closed) in enumerate(part.brackets):
        before = None
        if number < _MOST_BRACKETS:
            before = group_before(material, part, groups, opened, closed) or memory.group
            first = next((m for m in material.mentions_in(opened, closed) if m.kind != "inert"), None)
            if before is not None and first is not None and first.kind in {"amount", "grade"}:
                before = (fitting(groups, before, first) if first.kind == "amount" else None) or before
                if len(before.phrases) > 1 and not before.own and not before.sketches and before in groups:
                    behind = not part.flat[before.phrases[-1].span.end : opened].strip()
                    before = parted(groups, before, part.flat) if behind else before
        tree = read_bracket(material, part, Span(opened + 1, closed - 1), before, read_statement, describe=describe)
        if tree is not None:
            extra.append(tree)
    if groups:
        memory.group = groups[-1]
    elif not extra and not any(m.kind != "inert" for m in material.mentions_in(part.start, part.end)):
        found = nouns.after(part.flat, part.start, part.end)
        if found is not None and found.span.end - found.span.start > 1:
            extra.append(Sketch("other", found.subject, found.span, found.span.start))
    result = fold(groups, describe=describe)
    if extra:
        result = join("any" if describe else "all", [*([result] if result is not None else []), *extra])
    if result is not None and material.connected.permitted:
        text = part.flat[part.start : part.end]
        if words.PERMITTED.search(text) and not words.FORBIDDEN.search(text):
            return Branch("permit", [result])
    return result


def _is_topic(material: Material, part: Scope, topic: re.Match[str]) -> bool:
    """Say whether the words before a colon only announce ("Renal function: creatinine ...") and name no subject."""
    names = [h for h in material.hits_in(topic.end(), part.end) if part.flat[h.span.start] != MASK]
    if material.mentions_in(part.start, topic.end()):
        return False
    quantities = [m for m in material.mentions_in(topic.end(), part.end) if m.kind != "inert"]
    if not quantities:
        return bool(names)
    return bool(names) and names[0].span.start < quantities[0].span.start
