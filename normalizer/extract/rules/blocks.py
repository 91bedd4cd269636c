"""A block's items and sentences into one tree: lead-ins, at-least-n lists, headings that bind their children."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from normalizer.extract.rules import connectives as words
from normalizer.extract.rules import phrases
from normalizer.extract.rules.bounds import attach
from normalizer.extract.rules.scope import scope
from normalizer.extract.rules.sketch import Branch, Sketch, Tree, join, leaves
from normalizer.extract.rules.statement import Memory, read_statement, with_adjectives
from normalizer.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.rules.material import Material
    from normalizer.model.block import Item
    from normalizer.model.mention import Mention

_BREAK: Final = re.compile(
    r";|(?<![A-Z.])(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bvs)(?<!\bapprox)\.(?=\s+[A-Z(\[]|\s*$)|\.(?=\s+[A-Z][a-z]+ )"
)
_LIST: Final = re.compile(r"\b(?:following|below)\b|:\s*$", re.IGNORECASE)
_FOLLOWING: Final = re.compile(r"\s*(?:\w+\s+){0,2}?(?:of\s+)?(?:the\s+|these\s+)?following(?:\s+\w+)?", re.IGNORECASE)
_ALL: Final = re.compile(r"\b(?:all|both|each)\s+(?:of\s+)?(?:the\s+)?(?:following|these)\b", re.IGNORECASE)
_ANY: Final = re.compile(
    r"\b(?:any|either|one)\s+(?:one\s+)?(?:or\s+more\s+)?(?:of\s+)?(?:the\s+)?(?:following|these)\b", re.IGNORECASE
)


def read_block(material: Material, items: Sequence[Item], to_view: ViewMap) -> Tree | None:
    """Return the tree of a block: its own text before, between and after its items, and the items below their lead-in."""
    describe = material.kind == "exclusion"
    return _region(material, 0, len(material.text), items, to_view, describe=describe, depth=0)


class ViewMap:
    """Maps offsets of the original document to offsets of the block's view."""

    def __init__(self, block_start: int, starts: tuple[int, ...] | None) -> None:
        self._block, self._starts = block_start, starts

    def __call__(self, span: Span) -> Span:
        start, end = span.start - self._block, span.end - self._block
        if self._starts is None:
            return Span(start, end)
        return Span(bisect_left(self._starts, start), bisect_left(self._starts, end))


def _region(
    material: Material, start: int, end: int, items: Sequence[Item], to_view: ViewMap, *, describe: bool, depth: int
) -> Tree | None:
    if not items or depth > 6:
        return _sentences(material, start, end, describe=describe)
    first = to_view(items[0].marker_span or items[0].span).start
    children: list[Tree] = []
    joined_or = False
    for index, item in enumerate(items):
        span = to_view(item.span)
        tree = _region(material, span.start, span.end, item.items, to_view, describe=describe, depth=depth + 1)
        if tree is not None:
            children.append(tree)
        following = (
            to_view(items[index + 1].marker_span or items[index + 1].span).start if index + 1 < len(items) else end
        )
        between = material.text[span.end : following]
        joined_or = joined_or or (
            index + 1 < len(items)
            and bool(re.search(r"\bor\s*$", material.text[span.start : following].rstrip(" ,;"), re.IGNORECASE))
        )
        if (
            between.strip(" ;,.*-\n")
            and (tree := _sentences(material, span.end, following, describe=describe)) is not None
        ):
            children.append(tree)
    return _under_lead_in(material, start, first, children, joined_or=joined_or, describe=describe)


def _under_lead_in(
    material: Material, start: int, first: int, children: list[Tree], *, joined_or: bool, describe: bool
) -> Tree | None:
    lead = material.text[start:first]
    quantities = [m for m in material.mentions_in(start, first) if m.kind != "inert"]
    announces = _LIST.search(lead.rstrip()) is not None
    operator = "any" if describe or joined_or else "all"
    if _ALL.search(lead):
        operator = "all"
    elif _ANY.search(lead):
        operator = "any"
    counts = [
        m
        for m in quantities
        if m.kind == "count" and _LIST.search(material.text, m.span.end, min(first, m.span.end + 40))
    ]
    if counts and len(children) > 1:
        count = counts[-1]
        lead_in = _FOLLOWING.match(material.text, count.span.end, first)
        quote = Span(count.span.start, lead_in.end()) if lead_in else count.span
        heading = Sketch("heading", "criterion", quote, count.span.start)
        attach(heading, count, material)
        rest = (
            _sentences(material, start, count.span.start, describe=describe) if count.span.start - start > 3 else None
        )
        group: Tree = Branch("atleast", [heading, *children])
        return join("all", [rest, group]) if rest is not None else group
    body = join("any" if operator == "any" else "all", children)
    if not lead.strip():
        return body
    if announces and not quantities:
        return body
    own = _sentences(material, start, first, describe=describe)
    if own is None or body is None:
        return own or body
    if announces and isinstance(own, Sketch) and own.times and not own.limits and not own.grades:
        if isinstance(merged := _as_members(own, children), Sketch):
            return merged
        own.type = "heading"
        own.modifiers = with_adjectives(material, own, own.modifiers)
        if own.subject == "unspecified":
            own.subject = "criterion"
        return Branch("under", [own, body])
    return join("any" if describe else "all", [own, body])


def _as_members(lead_in: Sketch, children: list[Tree]) -> Sketch | None:
    """Return plain nouns under a lead-in with a window ("any of the following drugs within ...") as one atom."""
    nouns = [child for child in children if isinstance(child, Sketch) and not child.bounded]
    if len(nouns) != len(children) or any(noun.type not in ("treatment", "condition", "procedure", "other") for noun in nouns):
        return None
    first = nouns[0]
    first.times = lead_in.times
    first.modifiers = [("member", noun.span) for noun in nouns] if len(nouns) > 1 else first.modifiers
    return first


def _sentences(material: Material, start: int, end: int, *, describe: bool) -> Tree | None:
    """Return the tree of running text: its sentences and semicolon parts, each a statement."""
    whole = scope(material.text, start, end)
    cuts = [start, *(m.end() for m in _BREAK.finditer(whole.flat, start, end)), end]
    alternatives: list[list[Tree]] = [[]]
    memory = Memory()
    for begun, ended in zip(cuts, cuts[1:], strict=False):
        if not material.text[begun:ended].strip(" ;.,\n\t"):
            continue
        part = whole.narrow(begun, ended)
        tree = read_statement(material, part, memory, describe=describe)
        if tree is None:
            continue
        if describe and isinstance(tree, Branch) and tree.operator == "permit":
            tree = _permission(alternatives, tree)
            if tree is None:
                continue
        if (
            describe
            and words.OBLIGED.search(material.text, begun, ended)
            and not (isinstance(tree, Branch) and tree.operator in ("not", "permit"))
        ):
            tree = Branch("not", [tree])
        if words.OR.match(material.text, begun, ended) and alternatives[-1]:
            alternatives.append([])
        alternatives[-1].append(tree)
    parts = [t for trees in alternatives if (t := join("any" if describe else "all", trees)) is not None]
    return join("any", parts)


def _permission(before: list[list[Tree]], permit: Branch) -> Tree | None:
    """Attach a permission to the statement that it narrows (a shared word in their subjects); else it stands alone."""
    allowed = permit.children[0]
    words = {word for sketch in leaves(allowed) for word in sketch.subject.split()}
    for trees in reversed(before):
        for index in range(len(trees) - 1, -1, -1):
            if words & {word for sketch in leaves(trees[index]) for word in sketch.subject.split()}:
                trees[index] = Branch("unless", [trees[index], allowed])
                return None
    return permit


def fallback(material: Material) -> Sketch | None:
    """Return one atom for a block in which nothing is named: its first noun phrase, of type ``other``."""
    found = phrases.after(material.text, 0, len(material.text))
    if found is None:
        words = [m for m in re.finditer(r"\S+", material.text)]
        if not words:
            return None
        span = Span(words[0].start(), words[-1].end())
        return Sketch("other", span.of(material.text).lower()[:120], span, span.start)
    return Sketch("other", found.subject, found.span, found.span.start)


def unclaimed(material: Material, tree: Tree | None) -> list[Mention]:
    """Return the quantities that no atom carries (a safeguard: each must end in the Draft or in a finding)."""
    carried = sum(len(s.limits) + len(s.times) + len(s.grades) for s in leaves(tree)) if tree is not None else 0
    quantities = [m for m in material.mentions if m.kind != "inert"]
    return quantities if carried < len(quantities) else []
