"""Running text into a tree: its sentences and semicolon parts, each a statement."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from normalizer.extract.rules import connectives as words
from normalizer.extract.rules import nouns
from normalizer.extract.rules.group import Memory
from normalizer.extract.rules.scope import scope
from normalizer.extract.rules.sketch import Branch, Sketch, Tree, join, leaves
from normalizer.extract.rules.statement import read_statement
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.extract.rules.material import Material

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
