"""A lower-case copy of a text with look-alike signs made one, character for character, so that offsets stay."""

from __future__ import annotations

from typing import Final

_SAME: Final = {
    "-": "–—−‐‑‒⁃﹣－",
    ">": "＞˃›﹥",
    "<": "＜˂‹﹤",
    "≥": "≧⩾⪰≽⋝",
    "≤": "≦⩽⪯≼⋜",
    "=": "＝",
    "~": "∼～˜〜",
    "x": "×✕⨯✖Х",
    "/": "／∕⁄",
    "%": "％",
    "(": "（[",
    ")": "）]",
    ",": "，、",
    ";": "；",
    ":": "：∶",
    "+": "＋",
    "^": "＾",
    " ": "\u00a0\u2007\u2009\u202f\u3000\t",
    "'": "’‘`´",
    "*": "∙·⋅•",
    "µ": "μ",
}
_TABLE: Final = {ord(c): to for to, chars in _SAME.items() for c in chars} | {0xFF10 + i: str(i) for i in range(10)}


def fold(text: str) -> str:
    """Return ``text`` in lower case with dashes, comparison signs, blanks and full-width forms made one.

    The result has exactly as many characters as ``text``.
    """
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return (
        lower
        if lower.isascii() and "[" not in lower and "]" not in lower and "\t" not in lower and "`" not in lower
        else lower.translate(_TABLE)
    )
