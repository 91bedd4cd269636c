"""Abbreviations that a text itself explains: "macrophage activation syndrome (MAS)".

The long form is found by the method of Schwartz and Hearst (Pac Symp Biocomput 2003:451-62): the letters of the short
form stand, in order and from the right, in the words before the bracket, its first letter at the start of a word.
"""

from __future__ import annotations

import re
from typing import Final

_SHORT: Final = re.compile(r"\(([A-Za-z][A-Za-z0-9/-]{1,9})s?\)")
_REACH: Final = 90


def find_abbreviations(text: str) -> dict[str, str]:
    """Return the short forms that ``text`` explains with their long forms as printed; the first explanation counts."""
    found: dict[str, str] = {}
    for match in _SHORT.finditer(text):
        short = match[1]
        if short in found or sum(letter.isupper() for letter in short) < 2:  # noqa: PLR2004 - one capital is a word
            continue
        before = re.split(r"[.;:()\n]", text[max(0, match.start() - _REACH) : match.start()])[-1]
        long = _long_form(short, before.rstrip())
        if long is not None:
            found[short] = long
    return found


def _long_form(short: str, before: str) -> str | None:
    at = len(before)
    letters = [letter for letter in short.lower() if letter.isalnum()]
    for index in range(len(letters) - 1, -1, -1):
        at -= 1
        while at >= 0 and (
            before[at].lower() != letters[index] or (index == 0 and at > 0 and before[at - 1].isalnum())
        ):
            at -= 1
        if at < 0:
            return None
    long = before[at:]
    words = len(long.split())
    most = min(len(letters) + 5, len(letters) * 2)
    return long if 1 < words <= most and len(long) > len(short) else None
