"""Words of a text as the vocabulary sees them: runs of letters or digits, and the spellings that count as one word."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from normalizer.concepts.table import spellings

#: A run of letters (with a possessive 's), a run of digits (also subscript ones), or one Greek letter.
WORD: Final = re.compile(r"[a-zà-öø-ÿ]+(?:['’´`]s(?![a-z]))?|[0-9₀-₉]+|[α-ω]")
_SUBSCRIPTS: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SHORTEST_PLURAL: Final = 4
_ENDINGS: Final = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("oses", "osis"))
#: Words that end like a plural and are none.
_SINGULAR: Final = frozenset(
    (  # noqa: SIM905 - words read better than quotation marks
        "aids always atlas bias canvas diabetes feces gas graves has herpes less lens menses mumps pancreas perhaps "
        "rabies series species sometimes texas was"
    ).split()
)


def lowered(text: str) -> str:
    """Return ``text`` in lower case, character for character (a letter whose lower case is longer stays)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def singular(word: str) -> str:
    """Return the American singular of a lower-case word, by the spelling table or by rule; any other word stays."""
    word = word.translate(_SUBSCRIPTS)
    if word[-2:-1] in ("'", "’", "´", "`"):
        return word[:-2]
    if (known := spellings().get(word)) is not None:
        return known
    if len(word) < _SHORTEST_PLURAL or word[-1] != "s" or word in _SINGULAR:
        return word
    for end, replacement in _ENDINGS:
        if word.endswith(end) and len(word) > len(end) + 1:
            return word[: -len(end)] + replacement
    if word[-2] in "suia":
        return word
    return spellings().get(word[:-1], word[:-1])


def surfaces(word: str) -> tuple[str, ...]:
    """Return the regular plurals of a singular word, in the spellings :func:`singular` undoes, and the word itself."""
    if len(word) < _SHORTEST_PLURAL - 1 or not word.isalpha():
        return (word,)
    for end, replacement in _ENDINGS:
        if word.endswith(replacement) and not (replacement == "y" and word[-2] in "aeiou"):
            return (word, word[: len(word) - len(replacement)] + end)
    return (word, word + "s")


def unaccented(word: str) -> str:
    """Return the word without accents ("sjögren" -> "sjogren")."""
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)).replace("ø", "o")
