r"""The cleaned view of a text: each change by a named rule, one character for one stretch, offsets kept.

==============  ==========================================================================================
escape          a backslash before ASCII punctuation goes (``\<`` reads ``<``)
entity          HTML character references, also doubly escaped (``&amp;lt;``)
tag             ``<br>`` and block tags and comments read as a blank, inline tags as nothing, ``<sup>9`` as ``^9``
spreadsheet     control characters that a spreadsheet wrote out (``_x000D_``, ECMA-376 ST_Xstring): a blank
blank           no-break, narrow, figure and ideographic spaces
invisible       soft hyphen, zero-width and directional marks, byte order mark: dropped
sign            hyphen and minus look-alikes, curly quotation marks
full_width      full-width and small forms of ASCII (recorded as a repair unless mere punctuation)
symbol_font     private-use characters of the Symbol font (recorded)
underlined      an underlined ``<`` or ``>`` is ``≤`` or ``≥`` (recorded)
mojibake        UTF-8 read as Windows-1252 (recorded)
composed        a letter and its combining accent
==============  ==========================================================================================
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from html.entities import name2codepoint
from typing import TYPE_CHECKING, Final, NamedTuple

from normalizer.model.finding import Repair
from normalizer.model.span import Span
from normalizer.model.view import View
from normalizer.text import mojibake

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Rules that change meaning-bearing characters: each use is a Repair, but for punctuation that was only wide. The
#: others only undo how text was stored.
RECORDED: Final = frozenset({"full_width", "symbol_font", "underlined", "mojibake"})

_WIDE_PUNCTUATION: Final = frozenset("!\"'(),:;?[]{}")
_BLANKS: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INVISIBLE: Final = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_SIGNS: Final = dict(zip("‐‑⁃−‒―‘’ʼ“”„", "----–—'''\"\"\"", strict=True))
_FULL_WIDTH: Final = "\uff01-\uff5e\ufe50-\ufe52\ufe54-\ufe57\ufe59-\ufe66\ufe68-\ufe6b"
#: Symbol font code points as word processors store them, U+F000 + code (Adobe Symbol encoding vector).
_SYMBOL_FONT: Final = {
    0xF02B: "+", 0xF02D: "-", 0xF03C: "<", 0xF03D: "=", 0xF03E: ">", 0xF061: "α", 0xF062: "β", 0xF067: "γ",
    0xF06D: "μ", 0xF0A3: "≤", 0xF0B0: "°", 0xF0B1: "±", 0xF0B3: "≥", 0xF0B4: "×", 0xF0B7: "•", 0xF0B9: "≠",
}  # fmt: skip
_MARKS: Final = "\u0300-\u036f"

_LT: Final = r"(?:\\?<|\\?&(?:amp;)*lt;)"
_GT: Final = r"(?:\\?>|\\?&(?:amp;)*gt;)"
_ATTRIBUTES: Final = rf"(?:\s+[a-zA-Z-]+=\"[^\"<>]{{0,200}}\")*\s*/?{_GT}"
_NAMES: Final = "|".join(sorted({*name2codepoint, "apos"}, key=lambda name: (-len(name), name)))
_RULES: Final = {
    "underlined": rf"\\?[<>][\u0332\u0333]|{_LT}u{_GT}\s*(?:{_LT}|{_GT})\s*{_LT}/u{_GT}",
    "composed": f"[A-Za-z][{_MARKS}]",
    "comment": r"<!--[\s\S]{0,200}?-->",
    "block": rf"{_LT}/?(?i:br|p|div|li|ul|ol|tr|td|th|table|hr){_ATTRIBUTES}",
    # at the end of a cut-out stretch the tag stands for itself, so that a part reads as it did in the whole
    "raised": rf"{_LT}(?i:sup){_ATTRIBUTES}(?=[-+−]?\d|\Z)",
    "inline": rf"{_LT}/?(?i:b|i|u|em|strong|span|font|sub|sup){_ATTRIBUTES}",
    "entity": rf"\\?&(?:amp;)*(?:(?:{_NAMES});|#\d{{1,7}};|#[xX][0-9a-fA-F]{{1,6}};|(?:lt|gt|nbsp|amp);?)",
    "escape": r"\\[!-/:-@\[-`{-~]",
    "spreadsheet": "_x00[01][0-9A-Fa-f]_",
    "mojibake": mojibake.PATTERN,
    "blank": f"[{_BLANKS}]",
    "invisible": f"[{_INVISIBLE}]",
    "sign": f"[{''.join(_SIGNS)}]",
    "full_width": f"[{_FULL_WIDTH}]",
    "symbol_font": f"[{''.join(map(chr, _SYMBOL_FONT))}]",
}
_TRIGGERS: Final = rf"\\&<_{_BLANKS}{_INVISIBLE}{''.join(_SIGNS)}{_FULL_WIDTH}{''.join(map(chr, _SYMBOL_FONT))}"
#: Only where one of these characters stands can a rule apply; an accent applies to the letter before it.
_TRIGGER: Final = re.compile(f"[{_TRIGGERS}{mojibake.LEADS}]")
_TRIGGER_BEFORE_MARK: Final = re.compile(f"[{_TRIGGERS}{mojibake.LEADS}]|[A-Za-z>][{_MARKS}]")
_MARK: Final = re.compile(f"[{_MARKS}]")


class Change(NamedTuple):
    """A stretch ``[start, end)`` of the original that reads ``after`` (one character or none) by ``rule``."""

    start: int
    end: int
    rule: str
    after: str


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _RULES.items()))


def _character(character: str) -> str:
    """Return what one character, escaped or not, reads after the single-character rules."""
    if character in _SIGNS:
        return _SIGNS[character]
    if ord(character) in _SYMBOL_FONT:
        return _SYMBOL_FONT[ord(character)]
    if re.match(f"[{_BLANKS}]", character):
        return " "
    if re.match(f"[{_INVISIBLE}]", character):
        return ""
    if re.match(f"[{_FULL_WIDTH}]", character):
        return unicodedata.normalize("NFKC", character)
    return character


def _entity(printed: str) -> str:
    """Return what a character reference reads, by the HTML rules also for numbers that name no character."""
    name = printed.replace("amp;", "").lstrip("\\&").rstrip(";") or "amp"
    character = html.unescape(f"&{name};")
    return " " if character.isspace() else _character(character) if character else ""


def _after(rule: str, printed: str) -> str | None:
    """Return what a match reads (one character or none), or None when it stays as it is."""
    match rule:
        case "escape":
            return printed[1]
        case "entity":
            return _entity(printed)
        case "raised":
            return "^"
        case "block" | "comment" | "spreadsheet":
            return " "
        case "inline":
            return ""
        case "underlined":
            inner = re.sub(rf"{_LT}/?u{_GT}", "", printed)
            return "≥" if ">" in inner or "gt;" in inner else "≤"
        case "mojibake":
            decoded = mojibake.repaired(printed)
            return None if decoded is None else _character(decoded)
        case "composed":
            whole = unicodedata.normalize("NFC", printed)
            return whole if len(whole) == 1 else None
        case _:
            return _character(printed)


def _changes(text: str) -> Iterator[Change]:
    trigger = (_TRIGGER_BEFORE_MARK if _MARK.search(text) else _TRIGGER).search
    candidate = trigger(text)
    while candidate is not None:
        at = candidate.start()
        match = _pattern().match(text, at)
        after = None
        if match is not None:
            rule = match.lastgroup or ""
            after = _after(rule, match.group())
            if after is not None:
                yield Change(at, match.end(), rule, after)
        candidate = trigger(text, at + 1 if match is None or after is None else match.end())


def clean(text: str) -> View:
    """Return the cleaned view of a text, with exact maps back to the original characters.

    Args:
        text: any text; newlines and tabs stay as they are.

    """
    if text.isascii():  # quick looks: most blocks hold nothing that a rule applies to
        if "\\" not in text and "<" not in text and "&" not in text and "_" not in text:
            return View(text)
    elif _TRIGGER.search(text) is None and _MARK.search(text) is None:
        return View(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for start, end, _, after in _changes(text):
        if at < start:
            pieces.append(text[at:start])
            starts.extend(range(at, start))
            ends.extend(range(at + 1, start + 1))
        if after:
            pieces.append(after)
            starts.append(start)
            ends.append(end)
        at = end
    if not at:
        return View(text)
    pieces.append(text[at:])
    starts.extend(range(at, len(text)))
    ends.extend(range(at + 1, len(text) + 1))
    return View("".join(pieces), tuple(starts), tuple(ends))


def repairs(text: str, view: View) -> tuple[Repair, ...]:
    """Return the changes of meaning-bearing characters that the cleaned view made; neighbours of one rule are one.

    Args:
        text: the original text.
        view: its cleaned view, from :func:`clean`.

    """
    if view.starts is None:
        return ()
    found: list[Change] = []
    for change in _changes(text):
        if change.rule not in RECORDED or (change.rule == "full_width" and change.after in _WIDE_PUNCTUATION):
            continue
        if found and found[-1].end == change.start and found[-1].rule == change.rule:
            found[-1] = Change(found[-1].start, change.end, change.rule, found[-1].after + change.after)
        else:
            found.append(change)
    return tuple(
        Repair(rule=rule, span=Span(start, end), before=text[start:end], after=after)
        for start, end, rule, after in found
    )
