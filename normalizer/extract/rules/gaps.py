"""What the text between two names or quantities says: joined, side by side, filler or content."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from normalizer.extract.rules.lexicon import WORD, lexicon
from normalizer.extract.rules.scope import MASK

Joiner = Literal["and", "or", "with", ""]
#: Up to two joiners ("and/or", ", and") and light words; a blank must follow, which the reader adds.
_LINK: Final = re.compile(
    rf"[\s{MASK}]*(?:[,/&+]|(?:and/or|and|or|nor|as well as|plus)\b)[\s,{MASK}]*"
    rf"(?:(?:and/or|and|or|nor)\b)?[\s,{MASK}]*(?:(?:a|an|the|any|other|related|associated|similar|of|be|have|use)\s+)*",
    re.IGNORECASE,
)
_LONGEST_LINK: Final = 80  # characters
_LINK_SIGN: Final = re.compile(r"[,/&+]|\b(?:and|or|nor|plus)\b|as well as", re.IGNORECASE)
_JOINERS: Final = re.compile(r"\b(?:and/or|or|and|nor)\b|/", re.IGNORECASE)

#: A comma or joiner at the end of a stretch: what follows it goes on with a list.
LIST_END: Final = re.compile(
    rf"[\s{MASK}]*(?:,|/|\band\b|\bor\b)[\s,{MASK}]*(?:(?:and|or|a|an|the|any|other)\s+)*$", re.IGNORECASE
)
_WHERE: Final = re.compile(
    r"\s*(?:of|to|in|on|at|into|involving)\s+(?:(?:the|a|an|any|his|her|their)\s+)?[^\W\d_]+(?:\s+[^\W\d_]+)?\s*",
    re.IGNORECASE,
)
_LIST_ENDINGS: Final = ("/", ",", "and", "or", "a", "an", "the", "any", "other")


@lru_cache(maxsize=2048)
def joiner_in(gap: str) -> Joiner:
    """Return the word that joins what stands on both sides of ``gap``; the last one printed decides."""
    found = [match.group().lower() for match in _JOINERS.finditer(gap)]
    words = [word for word in found if word != "/"]
    if not words:
        return ""
    return "and" if words[-1] == "and" else "or"


@lru_cache(maxsize=2048)
def is_link(gap: str) -> bool:
    """Say whether ``gap`` only coordinates (commas, and, or, slashes, brackets, articles, modifier phrases)."""
    if len(gap) > _LONGEST_LINK:
        return False
    if _LINK.fullmatch(gap + " ") is not None:
        return True
    if _LINK_SIGN.search(gap) is None:
        return False
    return _LINK.fullmatch(lexicon().modifier_pattern.sub("", gap.lower()) + " ") is not None


def is_apposition(gap: str) -> bool:
    """Say whether two names stand side by side with nothing between ("disease activity score DAS28")."""
    return gap == " " or (0 < len(gap) <= 40 and gap.replace(MASK, " ").isspace())  # noqa: PLR2004 - a bracket between is short


def ends_list(gap: str) -> bool:
    """Say whether a list goes on behind ``gap``; most gaps are told by their last letters, without the pattern."""
    tail = gap.rstrip(f" {MASK}")[-5:].lower()
    return (tail.endswith(_LIST_ENDINGS) or not tail or tail[-1].isspace()) and LIST_END.search(gap) is not None


def is_filler(gap: str) -> bool:
    """Say whether nothing but filler words, masked brackets and light signs stand in ``gap``."""
    filler = lexicon().filler
    rest = gap.replace(MASK, " ")
    if rest.strip(" \t\r\n:=-–,/") == "":
        return "," not in rest
    if any(sign in rest for sign in ",;."):
        return False
    return all(match.group().lower() in filler for match in WORD.finditer(rest))


def says_where(gap: str) -> bool:
    """Say whether ``gap`` only says where or to what something happened ("to the pelvis", "of the bone marrow")."""
    return _WHERE.fullmatch(gap) is not None


def has_content(gap: str) -> bool:
    """Say whether ``gap`` holds a word that could name something."""
    words = lexicon()
    return any(
        (word := match.group().lower()) not in words.filler
        and word not in words.boundary
        and word not in words.drop_first
        and word not in words.drop_last
        and word not in words.group
        and word not in words.modifiers
        for match in WORD.finditer(gap)
    )
