"""Turns a printed noun phrase into the subject to publish, and says when two subjects are the same thing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from normalizer.concepts.finder import NameHit, find
from normalizer.concepts.table import Concept, concepts
from normalizer.concepts.words import WORD, lowered, singular, unaccented

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARTICLE: Final = re.compile(
    r"^(?:the|an?|any|their|his|her|its|(?:patient|subject|participant)(?:['’]?s['’]?)?)\s+", re.IGNORECASE
)
#: Words before a name that say how it stands to the participant, not what it is.
_LEAD: Final = re.compile(
    r"^(?:(?:history|use|presence|diagnosis|administration|receipt|level|value) of|(?:treatment|therapy) with|"
    r"(?:an? )?(?:absolute |relative )?(?:change|increase|decrease|reduction|decline|fall|drop|rise|elevation) "
    r"(?:in|of)|known|documented|confirmed)\s+",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(r"\s+(?:levels?|values?|results?|readings?|measurements?)$", re.IGNORECASE)
_BRACKET: Final = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_EDGE: Final = " \t\r\n\xa0,;:.*•-–—"
#: Words that add nothing to the identity of what is measured.
_FILLERS: Final = frozenset(
    (  # noqa: SIM905 - words read better than quotation marks
        "a an the of in at for by and or baseline screening current level value result score scale test index total "
        "serum plasma blood concentration measurement history known documented confirmed active patient subject "
        "participant estimated mean calculated measured resting positive negative status disease therapy treatment "
        "drug use assessment grade class"
    ).split()
)
#: Phrases whose answers are kept: trials repeat themselves.
_REMEMBERED: Final = 8192
_ACRONYM: Final = re.compile(r"[A-Za-z][A-Za-z0-9\-+/]{1,9}$")


def _initials(words: list[str]) -> str:
    return "".join(word[0] for word in words)


def _is_acronym_of(bracket: str, before: str) -> bool:
    """Say whether the bracket's letters are, in order, initials of the words right before it."""
    letters = [c for c in bracket.lower() if c.isalpha()]
    words = re.findall(r"[a-z]+", before.lower())[-2 * len(letters) :]
    remaining = iter(_initials(words))
    return bool(letters) and sum(c.isupper() for c in bracket) > 1 and all(c in remaining for c in letters)


def _without_repeats(text: str) -> str:
    """Drop a bracket that only repeats what stands before it, as abbreviation or as full name."""

    def settle(match: re.Match[str]) -> str:
        inner, before = match[1].strip(), match.string[: match.start()]
        last = find(before, match.string)[-1:]
        inside = find(inner, match.string)
        if (
            last
            and inside
            and last[0].name.concept == inside[0].name.concept
            and last[0].span.end == len(before.rstrip())
        ):
            return ""
        return "" if _ACRONYM.match(inner) and _is_acronym_of(inner, before) else match[0]

    return _BRACKET.sub(settle, text)


def _plain(text: str) -> str:
    """Return words outside the vocabulary in American spelling and lower case, each in the singular."""
    low = lowered(text)
    parts: list[str] = []
    at = 0
    for match in WORD.finditer(low):
        word = match.group()
        parts += (low[at : match.start()], word if word[-2:-1] in ("'", "’") else singular(word))
        at = match.end()
    return "".join((*parts, low[at:]))


def _pieces(text: str, hits: tuple[NameHit, ...]) -> Iterator[str]:
    at = 0
    for span, name in hits:
        yield _plain(text[at : span.start])
        yield name.subject
        at = span.end
    yield _plain(text[at:])


def _core(text: str, hint: str) -> tuple[str, tuple[NameHit, ...]]:
    """Return the phrase without what only repeats, introduces or closes the name, and the names in it."""
    phrase, before = " ".join(_without_repeats(text).split()).strip(_EDGE), None
    while before != phrase:
        before = phrase
        phrase = _LEAD.sub("", _ARTICLE.sub("", phrase))
    hits = find(phrase, hint)
    if not hits or hits[-1].span.end < len(phrase):
        phrase = _TAIL.sub("", phrase)
        hits = find(phrase, hint)
    return phrase, hits


@lru_cache(maxsize=_REMEMBERED)
def expand(text: str, hint: str = "") -> str:
    """Return the subject to publish for a printed noun phrase.

    Plain English in lower case, singular and American spelling; abbreviations, misspellings and mistranslations that
    the vocabulary knows are written out, a bracket that repeats the name is dropped, and so are articles, ``level``,
    ``history of`` and words of change. Symbols of genes, antigens and drug codes stay, in lower case.

    Args:
        text: the phrase as printed.
        hint: words from the surroundings that settle an ambiguous abbreviation.

    """
    phrase, hits = _core(text, hint)
    return " ".join("".join(_pieces(phrase, hits)).split()).strip(_EDGE) or text.strip().lower()


def _words(text: str) -> list[str]:
    return [unaccented(singular(word)) for word in WORD.findall(lowered(text))]


@lru_cache(maxsize=_REMEMBERED)
def resolve(phrase: str, hint: str = "") -> Concept | None:
    """Return the concept that the whole phrase names, None when it names none or more than one.

    Words that add nothing ("serum", "baseline", "level", articles) may stand around the name, and a second name of
    the same concept may follow in brackets.
    """
    phrase, hits = _core(phrase, hint)
    if len({hit.name.concept for hit in hits}) != 1:
        return None
    rest = list(phrase)
    for hit in hits:
        rest[hit.span.start : hit.span.end] = " " * (hit.span.end - hit.span.start)
    if all(word in _FILLERS for word in _words("".join(rest))):
        return concepts()[hits[0].name.concept]
    return None


@lru_cache(maxsize=_REMEMBERED)
def same_subject(a: str, b: str) -> bool:
    """Say whether two subjects name the same thing: equal words after expansion, or the same concept."""
    if a == b or _words(a) == _words(b):
        return True
    one, other = resolve(a), resolve(b)
    if one is not None and other is not None:
        return one.id == other.id
    return _words(expand(a)) == _words(expand(b))
