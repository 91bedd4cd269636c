"""Finds vocabulary names in a text: every longest one, left to right, none overlapping."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, repeat
from typing import Final, NamedTuple

from normalizer.concepts.table import Name, names, spellings
from normalizer.concepts.words import WORD, lowered, singular, surfaces, unaccented
from normalizer.model.span import Span

#: What may not stand between two words of one name: anything but white space, hyphens, slash, apostrophe, dot, plus.
_BREAK: Final = re.compile(r"[^\w\s\-‐‑–⁃'’´`/.&+]|(?<![Ss]t)(?<!\b\w)\.\s|\n\s*[\n*•-]")
_PIECES: Final = re.compile(f"({WORD.pattern})")
_JOINTS: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789", " \t\r\n\xa0-‐‑–⁃./'’")
_TO_SUBSCRIPT: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_JOINED: Final = frozenset({" ", "-", "", "/"})
_GLUED: Final = re.compile(r"[-–‑]?\d")
_FRACTION: Final = re.compile(r"[.,]?\d")
_LONE_LETTER: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]\s+\d")
_SHORT: Final = 3
_POSSESSIVES: Final = ("'s", "’s", "´s", "`s")


class NameHit(NamedTuple):
    """A vocabulary name at its characters in the text that was read."""

    span: Span
    name: Name


@dataclass(frozen=True, slots=True)
class Index:
    """The names by their singular words.

    ``words`` maps each spelling of a vocabulary word to that word; ``phrases`` the words of a name, joined by blanks,
    to the names so printed, each with its letters alone; ``plain`` those of them that need no second look at letter
    case, context or what follows; ``heads`` the first word of every name, then its second, to the numbers of words of
    the names that so begin, longest first.
    """

    words: dict[str, str]
    phrases: dict[str, list[tuple[Name, str]]]
    plain: dict[str, Name]
    heads: dict[str, dict[str, list[int]]]


def _add_spellings(words: dict[str, str], printed: str, word: str) -> None:
    words[printed] = words[unaccented(printed)] = word
    for surface in surfaces(word):
        words.setdefault(surface, word)
    if word.isdigit():
        words[word.translate(_TO_SUBSCRIPT)] = word
    if printed[-2:-1] in ("'", "’"):
        words.update((base + mark, word) for mark in _POSSESSIVES for base in (word, printed[:-2]))


@cache
def index() -> Index:
    """Return the names by their words, built once."""
    words: dict[str, str] = {}
    phrases: dict[str, list[tuple[Name, str]]] = {}
    heads: dict[str, dict[str, list[int]]] = {}
    for name in names():
        parts = []
        for printed in WORD.findall(name.printed.lower()):
            if (word := words.get(printed)) is None:
                word = unaccented(printed if name.status == "abbreviation" else singular(printed))
                _add_spellings(words, printed, word)
            parts.append(word)
        bare = name.printed.translate(_JOINTS) if name.case != "any" else ""
        phrases.setdefault(" ".join(parts), []).append((name, bare))
        seconds = heads.setdefault(parts[0], {})
        if len(parts) > 1:
            lengths = seconds.setdefault(parts[1], [])
            if len(parts) not in lengths:
                lengths.append(len(parts))
                lengths.sort(reverse=True)
    for printed, word in spellings().items():
        if word in words:
            words[printed] = words[unaccented(printed)] = word
            words.setdefault(printed + "s", word)
    return Index(words, phrases, {key: found[0][0] for key, found in phrases.items() if _is_plain(found)}, heads)


def _is_plain(candidates: list[tuple[Name, str]]) -> bool:
    name = candidates[0][0]
    printed = name.printed
    simple = name.case == "any" and not name.context and len(printed) > _SHORT and not printed[-1].isdigit()
    return simple and len(candidates) == 1 and "(" not in printed


def _reads(surface: str, printed: str, name: Name, all_capitals: bool) -> bool:
    """Say whether the characters are this name, whose letter case counts."""
    if (all_capitals and name.case == "word") or _LONE_LETTER.search(surface):
        return False
    bare = surface.translate(_JOINTS)
    return bare == printed or (bare[-1] == "s" and bare[:-1] == printed)


def _mentions(low: str, cue: str) -> bool:
    """Say whether a word of the lower-case text begins with ``cue``."""
    at = low.find(cue)
    while at > 0 and low[at - 1].isalpha():
        at = low.find(cue, at + 1)
    return at >= 0


@dataclass(frozen=True, slots=True)
class _Reader:
    """Decides which of the names with the same words stands at a place of one text."""

    text: str
    low: str
    hint: str
    all_capitals: bool

    def choose(self, candidates: list[tuple[Name, str]], start: int, end: int) -> Name | None:
        """Return the candidate that reads ``text[start:end]``, by letter case, then by context."""
        text = self.text
        surface = text[start:end]
        after = text[end : end + 1]
        if after.isdigit() or (after and after in "-–‑.,"):
            if surface[-1].isdigit() and _FRACTION.match(text, end):
                return None
            if len(surface) <= _SHORT and _GLUED.match(text, end):
                return None
        chosen = None
        broken = _BREAK.search(text, start, end) is not None
        for name, printed in candidates:
            if broken and surface.lower() != name.printed.lower():
                continue
            if name.case != "any" and not _reads(surface, printed, name, self.all_capitals):
                continue
            if not name.context:
                chosen = chosen or name
            elif any(_mentions(self.low, cue) or _mentions(self.hint, cue) for cue in name.context):
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
    tables = index()
    heads, plain, phrases = tables.heads, tables.plain, tables.phrases
    pieces = _PIECES.split(low)
    words = list(map(tables.words.get, pieces[1::2], repeat("")))
    starts = [at for at, word in enumerate(words) if word in heads]
    if not starts:
        return ()
    words.append("")
    ends = list(accumulate(map(len, pieces)))
    reader = _Reader(text, low, hint.lower(), text.isupper())
    hits: list[NameHit] = []
    free = 0
    for at in starts:
        if at < free:
            continue
        word = words[at]
        start = ends[2 * at]
        for length in heads[word].get(words[at + 1], ()):
            key = " ".join(words[at : at + length])
            if key not in phrases:
                continue
            end = ends[2 * (at + length) - 1]
            joints = pieces[2 * at + 2 : 2 * (at + length) : 2]
            name = plain.get(key) if _JOINED.issuperset(joints) else None
            if name is None:
                name = reader.choose(phrases[key], start, end)
            if name is not None:
                hits.append(NameHit(Span(start, end), name))
                free = at + length
                break
        else:
            if word in phrases:
                end = ends[2 * at + 1]
                name = plain.get(word) or reader.choose(phrases[word], start, end)
                if name is not None:
                    hits.append(NameHit(Span(start, end), name))
    return tuple(hits)
