"""Running text into a tree: its sentences and semicolon parts, each a statement."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from normalizer.extract.rules import connectives as words
from normalizer.extract.rules import nouns
from normalizer.extract.rules.bounds import attach
from normalizer.extract.rules.group import Memory
from normalizer.extract.rules.scope import scope
from normalizer.extract.rules.sketch import Branch, Sketch, Tree, join, leaves
from normalizer.extract.rules.statement import read_statement
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.extract.rules.material import Material

#: What follows the count of an at-least-n list, up to its colon.
_LIST_OF: Final = re.compile(r"(\s+of(?:\s+(?:the|these))?(?:\s+following)?(?:\s+[\w-]+){0,4}?)\s*:\s*", re.IGNORECASE)
#: A full stop ends a sentence before a capital or the end; not behind a capital (initials) or a common abbreviation.
#: The sign stands first in each branch, so that a search skips from sign to sign.
_BREAK: Final = re.compile(
    r";|\.(?<![A-Z.]\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)(?<!\bvs\.)(?<!\bapprox\.)(?=\s+[A-Z(\[]|\s*$)|"
    r"\.(?=\s+[A-Z][a-z]+ )"
)


def read_sentences(material: Material, start: int, end: int, *, describe: bool) -> Tree | None:
    """Return the tree of running text: its sentences and semicolon parts, each a statement."""
    whole = scope(material.text, start, end)
    flat = whole.flat
    if ":" in flat and (listed := _counted_list(material, start, end, describe=describe)) is not None:
        return listed
    cuts = [start]
    if ";" in flat or 0 <= flat.find(".", start, end) < end - 1:  # a full stop at the end cuts nothing off
        cuts += [found.end() for found in _BREAK.finditer(flat, start, end)]
    cuts.append(end)
    alternatives: list[list[Tree]] = [[]]
    memory = Memory()
    for begun, ended in pairwise(cuts):
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
            and material.connected.obliged
            and words.OBLIGED.search(material.text, begun, ended)
            and not (isinstance(tree, Branch) and tree.operator in ("not", "permit"))
        ):
            tree = Branch("not", [tree])
        if alternatives[-1] and words.OR.match(material.text, begun, ended):
            alternatives.append([])
        alternatives[-1].append(tree)
    if len(alternatives) == 1:
        return join("any" if describe else "all", alternatives[0])
    parts = [t for trees in alternatives if (t := join("any" if describe else "all", trees)) is not None]
    return join("any", parts)


def _counted_list(material: Material, start: int, end: int, *, describe: bool) -> Tree | None:
    """Return the tree of "at least two of the following: A; B" in one run of text, None when there is no such list."""
    for count in material.mentions_in(start, end):
        found = _LIST_OF.match(material.text, count.span.end, end) if count.kind == "count" else None
        if found is None or not material.text[start : count.span.start].strip():
            before = None
        else:
            before = read_sentences(material, start, count.span.start, describe=describe)
        if found is None:
            continue
        body = read_sentences(material, found.end(), end, describe=describe)
        if isinstance(body, Sketch) and any(kind == "member" for kind, _ in body.modifiers) and not body.bounded:
            attach(body, count, material)
            return body if before is None else join("any" if describe else "all", [before, body])
        if isinstance(body, Branch) and body.operator in ("any", "all"):
            heading = Sketch("heading", "criterion", Span(count.span.start, found.end(1)), count.span.start)
            attach(heading, count, material)
            group = Branch("atleast", [heading, *body.children])
            return group if before is None else join("any" if describe else "all", [before, group])
        return None
    return None


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
    found = nouns.after(material.text, 0, len(material.text))
    if found is None:
        words = list(re.finditer(r"\S+", material.text))
        if not words:
            return None
        span = Span(words[0].start(), words[-1].end())
        return Sketch("other", span.of(material.text).lower()[:120], span, span.start)
    return Sketch("other", found.subject, found.span, found.span.start)
