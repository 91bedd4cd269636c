"""Finds vocabulary names in a text: every longest one, left to right, none overlapping."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from normalizer.concepts.table import Name, names, spellings
from normalizer.concepts.words import WORD, lowered, singular, surfaces, unaccented
from normalizer.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What may not stand between two words of one name: anything but white space, hyphens, slash, apostrophe, dot, plus.
_BREAK: Final = re.compile(r"[^\w\s\-‐‑–⁃'’´`/.&+]|(?<![Ss]t)(?<!\b\w)\.\s|\n\s*[\n*•-]")
_PIECES: Final = re.compile(f"({WORD.pattern})")
#: The same for a text of plain letters without apostrophes.
_SIMPLE: Final = re.compile("([a-z]+|[0-9]+)")
#: Words that say little about which name may stand at their place.
_WEAK: Final = frozenset(
    (  # noqa: SIM905 - words read better than quotation marks
        "a an and any as at be by for from had has have history in is less more month no non not of on one or other "
        "patient per prior than that the three to two under use was week who with within year day study able unable"
    ).split()
)
_JOINTS: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789", " \t\r\n\xa0-‐‑–⁃./'’")
_TO_SUBSCRIPT: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_JOINED: Final = frozenset({" ", "-", "", "/"})
_GLUED: Final = re.compile(r"[-–‑]?\d")
_FRACTION: Final = re.compile(r"[.,]?\d")
_LONE_LETTER: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]\s+\d")
_SHORT: Final = 3
#: Words that an abbreviation in brackets can have, and words that a name can have behind it.
_BRACKET: Final = 3
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
    case, context or what follows. ``anchors`` maps each spelling of a word by which names are looked up (the first
    that is not a mere function word or number) to the places those names can take: by the word that follows it, "" for
    the names that end with it, how many words a name begins before it and how many it has, widest first.
    """

    words: dict[str, str]
    phrases: dict[str, list[tuple[Name, str]]]
    plain: dict[str, Name]
    anchors: dict[str, dict[str, tuple[tuple[int, int], ...]]]


def _add_spellings(words: dict[str, str], printed: str, word: str) -> None:
    words[printed] = words[unaccented(printed)] = word
    for surface in surfaces(word):
        words.setdefault(surface, word)
    if word.isdigit():
        words[word.translate(_TO_SUBSCRIPT)] = word
    if printed[-2:-1] in ("'", "’"):
        words.update((base + mark, word) for mark in _POSSESSIVES for base in (word, printed[:-2]))


def _anchors(keys: Iterable[str]) -> dict[str, dict[str, tuple[tuple[int, int], ...]]]:
    """Return the places of the names by their anchor words and the words after these (see :class:`Index`)."""
    split = [key.split(" ") for key in keys]
    weak = {word for parts in split for word in parts if word in _WEAK or word.isdigit()}
    for parts in split:
        if weak.issuperset(parts):
            weak.difference_update(parts)
    places: dict[str, dict[str, set[tuple[int, int]]]] = {}
    for parts in split:
        back = next((at for at, word in enumerate(parts) if word not in weak), 0)
        follows = parts[back + 1] if len(parts) > back + 1 else ""
        places.setdefault(parts[back], {"": set()}).setdefault(follows, set()).add((-back, -len(parts)))
    return {
        word: {
            follows: tuple((-back, -length) for back, length in sorted(found | by_next[""]))
            for follows, found in by_next.items()
        }
        for word, by_next in places.items()
    }


@cache
def index() -> Index:
    """Return the names by their words, built once."""
    words: dict[str, str] = {}
    phrases: dict[str, list[tuple[Name, str]]] = {}
    for name in names():
        parts = []
        for printed in WORD.findall(name.printed.lower()):
            if (word := words.get(printed)) is None:
                word = unaccented(printed if name.status == "abbreviation" else singular(printed))
                _add_spellings(words, printed, word)
            parts.append(word)
        bare = name.printed.translate(_JOINTS) if name.case != "any" else ""
        phrases.setdefault(" ".join(parts), []).append((name, bare))
    for printed, word in spellings().items():
        if word in words:
            words[printed] = words[unaccented(printed)] = word
            words.setdefault(printed + "s", word)
    places = _anchors(phrases)
    anchors = {printed: places[word] for printed, word in words.items() if word in places}
    return Index(words, phrases, {key: found[0][0] for key, found in phrases.items() if _is_plain(found)}, anchors)


def _is_plain(candidates: list[tuple[Name, str]]) -> bool:
    first = candidates[0][0]
    return all(
        name.case == "any"
        and not name.context
        and len(name.printed) > _SHORT
        and not name.printed[-1].isdigit()
        and "(" not in name.printed
        and (name.concept, name.subject) == (first.concept, first.subject)
        for name, _ in candidates
    )


def _reads(surface: str, printed: str, name: Name, all_capitals: bool) -> bool:
    """Say whether the characters are this name, whose letter case counts."""
    if all_capitals and name.case == "word":
        return False
    if surface == name.printed:
        return True
    if _LONE_LETTER.search(surface):
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
        broken = not surface.isalnum() and _BREAK.search(surface) is not None
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


def _across(tables: Index, pieces: list[str], tokens: list[str], first: int, opened: int) -> tuple[Name | None, int]:
    """Return the longer name that goes on behind a bracket, and the token it ends before ("b virus (BV) antibody")."""
    known = tables.words.get
    closed = next((at for at in range(opened + 1, opened + _BRACKET + 1) if pieces[2 * at : 2 * at + 1] == [") "]), 0)
    if closed:
        head = [known(token, "") for token in tokens[first:opened]]
        for last in range(closed + _BRACKET, closed, -1):
            name = tables.plain.get(" ".join((*head, *(known(token, "") for token in tokens[closed:last]))))
            if name is not None and _JOINED.issuperset(pieces[2 * closed + 2 : 2 * last : 2]):
                return name, last
    return None, opened


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
    words, anchors = tables.words, tables.anchors
    simple = low.isascii() and "'" not in low and "`" not in low
    pieces = (_SIMPLE if simple else _PIECES).split(low)
    tokens = [*pieces[1::2], ""]
    known = words.get
    starts = [
        (at, found)
        for at, places in enumerate(map(anchors.get, tokens))
        if places and (found := places.get(known(tokens[at + 1], ""), places[""]))
    ]
    if not starts:
        return ()
    plain, phrases = tables.plain, tables.phrases
    ends = list(accumulate(map(len, pieces)))
    reader: _Reader | None = None
    hits: list[NameHit] = []
    free = 0
    for at, found in starts:
        if at < free:
            continue
        for back, length in found:
            if length == 1:
                first, key, joined = at, words[tokens[at]], True
                start, end = ends[2 * at], ends[2 * at + 1]
            else:
                first = at - back
                key = " ".join([known(token, "") for token in tokens[first : first + length]])
                if first < free or key not in phrases:
                    continue
                stop = 2 * (first + length)
                joined = _JOINED.issuperset(pieces[2 * first + 2 : stop : 2])
                start, end = ends[2 * first], ends[stop - 1]
            name = plain.get(key) if joined else None
            if name is None:
                reader = reader or _Reader(text, low, hint.lower(), text.isupper() and text.count(" ") > 1)
                name = reader.choose(phrases[key], start, end)
                if name is None:
                    continue
            free = first + length
            if pieces[2 * free].rstrip().endswith("("):
                longer, beyond = _across(tables, pieces, tokens, first, free)
                if longer is not None:
                    name, free, end = longer, beyond, ends[2 * beyond - 1]
            hits.append(NameHit(Span(start, end), name))
            break
    return tuple(hits)
