"""Finds vocabulary names in a text: every longest one, left to right, none overlapping."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from normalizer.concepts.table import Name, names, spellings
from normalizer.concepts.words import WORD, lowered, singular, surfaces, unaccented
from normalizer.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What may not stand between two words of one name: anything but white space, hyphens, slash, apostrophe, dot, plus.
_BREAK: Final = re.compile(r"[^\w\s\-‐‑–⁃'’´`/.&+]|(?<![Ss]t)\.\s|\n\s*[\n*•-]")
_JOINTS: Final = str.maketrans({c: None for c in " \t\r\n\xa0-‐‑–⁃./'’"} | dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)))
_GLUED: Final = re.compile(r"[-–‑]?\d")
_FRACTION: Final = re.compile(r"[.,]?\d")
_LONE_LETTER: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]\s+\d")
_SHORT: Final = 3
_POSSESSIVES: Final = ("'s", "’s", "´s", "`s")


class NameHit(NamedTuple):
    """A vocabulary name at its characters in the text that was read."""

    span: Span
    name: Name


@dataclass(slots=True)
class _Node:
    """A place in the tree of names: what may follow, and the names that end here."""

    next: dict[str, _Node] = field(default_factory=dict)
    ends: list[tuple[Name, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Index:
    """The names as a tree over singular words; ``words`` maps each spelling of a vocabulary word to that word."""

    words: dict[str, str]
    root: dict[str, _Node]


def _add_spellings(words: dict[str, str], printed: str, word: str) -> None:
    words[printed] = words[unaccented(printed)] = word
    if word == printed:
        for surface in surfaces(word):
            words.setdefault(surface, word)
            words.setdefault(unaccented(surface), word)


@cache
def index() -> Index:
    """Return the names as a tree, built once."""
    words: dict[str, str] = {}
    root: dict[str, _Node] = {}
    for name in names():
        children, node = root, None
        for printed in WORD.findall(name.printed.lower()):
            if (word := words.get(printed)) is None:
                word = unaccented(singular(printed))
                _add_spellings(words, printed, word)
                _add_spellings(words, word, word)
                if printed[-2:-1] in ("'", "’"):
                    words.update((word + mark, word) for mark in _POSSESSIVES)
            node = children.get(word)
            if node is None:
                node = children[word] = _Node()
            children = node.next
        if node is not None:
            node.ends.append((name, name.printed.translate(_JOINTS)))
    for printed, word in spellings().items():
        if word in words:
            words[printed] = words[unaccented(printed)] = word
            words.setdefault(printed + "s", word)
    return Index(words, root)


def _reads(surface: str, printed: str, name: Name, all_capitals: bool) -> bool:
    """Say whether the characters are this name, given its letter-case rule."""
    if name.case == "any":
        return True
    if all_capitals and name.case == "word":
        return False
    bare = surface.translate(_JOINTS)
    return bare == printed or (bare[-1] == "s" and bare[:-1] == printed)


def _choose(
    node: _Node, text: str, low: str, start: int, end: int, hint: str, all_capitals: bool
) -> Name | None:
    """Return the name that ends at ``node`` and reads ``text[start:end]``, by case, then by context."""
    surface = text[start:end]
    if text[end : end + 1].isdigit() or text[end : end + 1] in ("-", "–", "‑", ".", ","):
        if surface[-1].isdigit() and _FRACTION.match(text, end):
            return None
        if len(surface) <= _SHORT and _GLUED.match(text, end):
            return None
    chosen = None
    for name, printed in node.ends:
        if not _reads(surface, printed, name, all_capitals):
            continue
        if name.case != "any" and _LONE_LETTER.search(surface):
            continue
        if not name.context:
            chosen = chosen or name
        elif any(cue in low or cue in hint for cue in name.context):
            return name
    return chosen


def find(text: str, hint: str = "") -> tuple[NameHit, ...]:
    """Return all longest, non-overlapping vocabulary names in ``text``, left to right.

    Full names match in any letter case, in singular or plural, in British or American spelling and with hyphen, space
    or nothing between their words; abbreviations match as printed in the vocabulary, also with a plural s.

    Args:
        text: the text to search; spans refer to it.
        hint: words from the surroundings (title, conditions, heading) that settle an ambiguous abbreviation.
    """
    low = lowered(text)
    tree = index()
    words: Sequence[str | None] = list(map(tree.words.get, WORD.findall(low)))
    root = tree.root
    starts = [at for at, word in enumerate(words) if word in root]
    if not starts:
        return ()
    matches = list(WORD.finditer(low))
    all_capitals = text.isupper()
    hint = hint.lower()
    words.append(None)
    hits: list[NameHit] = []
    free = 0
    for at in starts:
        if at < free:
            continue
        node = root[words[at]]  # type: ignore[index] - starts holds words of the root only
        found: list[tuple[int, _Node]] = [(at, node)] if node.ends else []
        last = at + 1
        while (word := words[last]) is not None and (child := node.next.get(word)) is not None:
            node = child
            if node.ends:
                found.append((last, node))
            last += 1
        start = matches[at].start()
        for last, node in reversed(found):
            end = matches[last].end()
            if last > at and _BREAK.search(text, start, end):
                continue
            name = _choose(node, text, low, start, end, hint, all_capitals)
            if name is not None:
                hits.append(NameHit(Span(start, end), name))
                free = last + 1
                break
    return tuple(hits)
