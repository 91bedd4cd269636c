"""List markers as printed: bullets, numbers, letters, romans, circled numerals, with or without escapes and blanks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from normalizer.model.quick import quick_init

BULLETS: Final = "*•·●▪■◦‣⁃∙–—○◆◇➢►✓\uf0b7\uf0a7\uf02d-"
_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_ROMAN: Final = {
    word: value
    for value, word in enumerate(
        [
            "i",
            "ii",
            "iii",
            "iv",
            "v",
            "vi",
            "vii",
            "viii",
            "ix",
            "x",
            "xi",
            "xii",
            "xiii",
            "xiv",
            "xv",
            "xvi",
            "xvii",
            "xviii",
            "xix",
            "xx",
        ],
        1,
    )
}

#: A marker at the start of a line. A number needs a delimiter that is not a decimal point; a letter may stand alone.
_START: Final = re.compile(
    rf"""
      (?P<bullet>(?:â€¢|‚Ä¢|Â·)(?=\s)
               | [{re.escape(BULLETS)}](?=[\s\S])(?!\d)(?!-) | \\[•·-](?=\s) | o(?=[ \t]{{1,4}}[^\W\d_]) )
    | (?P<circled>[{_CIRCLED}])
    | (?P<multi>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}[.)]?)(?=\s+[^\W\d_])
    | (?P<digit>[(（\[]?\d{{1,3}})\s?(?P<delim>\\?[.)）\]、．:：/]|\)\.|-(?=[\s^\W\d_]|[A-Z]))(?!\d|[.,]\d|/)
    | (?P<prefix>(?:[IE]C?|\#)\s?\d{{1,2}})[.:)]?(?=\s)
    | (?P<letter>[(（]?(?:[ivxIVX]{{1,5}}|[A-Za-z]))(?P<close>\\?[.)）])(?=\s|[A-Z0-9≥≤<>])(?!\d\.)
    """,
    re.VERBOSE,
)
#: A candidate for a marker inside a line; whether it is one is decided by the sequence of numbers.
INLINE: Final = re.compile(
    rf"""
      (?P<circled>[{_CIRCLED}])
    | (?<![\w.,/-])(?P<digit>[(（]?\d{{1,2}})(?P<delim>\)\.|\\?[.)）、．])(?!\d|[.,;)])(?=\s*\S)
    | (?<![\w.,/-])(?P<letter>[(（]?(?:[ivx]{{1,5}}|[a-h]))(?P<close>[.)）])(?=\s?[\w≥≤<>])(?!\w[.)])
    | (?<=[\s;:.,])(?P<bullet>[•·●▪])(?=\s?\w)
    """,
    re.VERBOSE,
)
#: What any marker inside a line looks like at least; a quick look before the full pattern, from its rarest character.
_BEHIND: Final = "|".join(
    rf"(?<=[\s(（;:.,)]{token}{escape}[.)）、．])"
    for escape in ("", r"\\")
    for token in (r"[\da-hivx]", r"\d\d", *(rf"[ivx]{{{size}}}" for size in range(2, 6)))
)
HINT: Final = re.compile(rf"[.)）、．](?:{_BEHIND})|[{_CIRCLED}•·●▪]")
_ONLY: Final = re.compile(r"\(?(?:\d{1,2}|[a-z])\\?[.)]|[*•·●▪■◦-]")
_BARE_NUMBER: Final = re.compile(r"(\d{1,2})[ \t]+(?=[^\W\d_])")


@quick_init
@dataclass(frozen=True, slots=True)
class Marker:
    """A printed marker: its ``style`` (what must agree among siblings), its place in the sequence, its characters."""

    style: str
    value: int
    start: int
    end: int
    #: The second reading of one letter: "i." is the roman one or the ninth letter.
    letter: int = 0
    glued: bool = False
    #: Where a bullet before the number ends ("* 1. "), 0 when there is none.
    bullet: int = 0

    @property
    def counts(self) -> bool:
        """Say whether siblings count up (bullets do not)."""
        return self.value > 0


def _marker(match: re.Match[str], text: str) -> Marker:
    start, end = match.span()
    kind = match.lastgroup
    glued = end < len(text) and not text[end].isspace()
    if kind == "bullet":
        return Marker("bullet" + text[end - 1], 0, start, end, glued=glued)
    if kind == "circled":
        return Marker("circled", _CIRCLED.index(match["circled"]) + 1, start, end, glued=glued)
    if kind == "delim":
        printed = match["digit"]
        digits = printed.lstrip("(（[")
        delim = match["delim"].lstrip("\\")[0]
        style = "digit" + ("(" if digits != printed else "") + _DELIMITERS.get(delim, delim)
        return Marker(style, int(digits) + 1 if digits == "0" else int(digits), start, end, glued=glued)
    if kind == "close":
        printed = match["letter"]
        letter = printed.lstrip("(（")
        case = "upper" if letter.isupper() else "lower"
        style = ("(" if letter != printed else "") + _DELIMITERS.get(match["close"].lstrip("\\"), ")")
        lower = letter.lower()
        ordinal = ord(lower) - 96 if len(lower) == 1 else 0
        if lower in _ROMAN and lower not in "cdlm":
            return Marker(f"roman{case}{style}", _ROMAN[lower], start, end, letter=ordinal, glued=glued)
        return Marker(f"letter{case}{style}", ordinal, start, end, glued=glued)
    if kind == "multi":
        parts = match["multi"].rstrip(".)").split(".")
        return Marker(f"multi{len(parts)}", int(parts[-1]), start, end, glued=glued)
    return Marker("prefix", int(re.sub(r"\D", "", match["prefix"])), start, end, glued=glued)


_DELIMITERS: Final = {"）": ")", "．": ".", "]": ")", "：": ":", "、": ".", "/": "."}


def marker_at(text: str, start: int, stop: int) -> Marker | None:
    """Return the marker that begins at ``start`` (first non-blank of a line ending at ``stop``), or None."""
    match = _START.match(text, start, stop)
    if match is None or match.end() >= stop:
        return None
    return _marker(match, text)


def only_marker(text: str, start: int, end: int) -> bool:
    """Say whether ``[start, end)`` holds a list number and nothing else."""
    return end - start < 6 and _ONLY.fullmatch(text, start, end) is not None  # noqa: PLR2004


def markers_inside(text: str, start: int, stop: int) -> list[Marker]:
    """Return every candidate marker inside ``[start, stop)``, in order."""
    return [_marker(match, text) for match in INLINE.finditer(text, start, stop)]


def bare_number_at(text: str, start: int, stop: int) -> Marker | None:
    """Return a number without delimiter that begins a line ("2 Adults"); only a run of lines makes it a marker."""
    match = _BARE_NUMBER.match(text, start, stop)
    return Marker("digitbare", int(match[1]), start, match.end(1)) if match else None
