"""HTML pages as the text they display: one line a block, ``*`` before list items."""

from __future__ import annotations

import html
import re
from typing import Final

_HEAD: Final = re.compile(r"<!doctype html|<html\b|<body\b|<head\b", re.IGNORECASE)
_NAMES: Final = (
    "a|abbr|address|article|aside|b|blockquote|body|br|button|caption|center|code|dd|details|div|dl|dt|em|fieldset|"
    "figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|label|legend|li|link|main|mark|"
    "meta|nav|noscript|ol|option|p|path|pre|s|script|section|select|small|span|strong|style|sub|summary|sup|svg|table|"
    "tbody|td|template|textarea|tfoot|th|thead|title|tr|u|ul|video"
)
_TAG: Final = re.compile(rf"<!--|<!doctype[^<>]*>|<(/?)({_NAMES})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_SILENT: Final = frozenset({"script", "style", "template", "svg", "head", "noscript"})
_INLINE: Final = frozenset(
    {"a", "abbr", "b", "code", "em", "font", "i", "label", "mark", "s", "small", "span", "strong", "sub", "sup", "u"}
)
_TITLE: Final = re.compile(r"<title[^<>]*>([^<]*)<", re.IGNORECASE)
_TITLE_WITHIN: Final = 20_000
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")


def is_html(text: str) -> bool:
    """Say whether a text is an HTML page, by its head; stray tags in a plain text do not make it one."""
    return _HEAD.search(text, 0, 2_000) is not None


def displayed(page: str) -> str:
    """Return the text that an HTML page displays; runs in linear time on any input.

    Blocks begin new lines, list items begin with ``* ``, table cells are set apart by a tab, character references
    are resolved. Comments, scripts, styles and the head (save for its title) are dropped.
    """
    lines: list[str] = []
    line: list[str] = []
    at = 0
    prefix = ""
    missing: set[str] = set()

    def flush() -> None:
        nonlocal prefix
        body = _BLANKS.sub(" ", html.unescape("".join(line)).replace("\t", " ")).strip()
        if body:
            lines.append(prefix + body)
            prefix = ""
        line.clear()

    while match := _TAG.search(page, at):
        line.append(page[at : match.start()])
        at = match.end()
        name = (match[2] or "").lower()
        if match[0] == "<!--":
            close = page.find("-->", at)
            at = len(page) if close < 0 else close + 3
        elif name in _SILENT and not match[1] and not match[0].endswith("/>"):
            if name == "head" and name not in missing and (title := _TITLE.search(page, at, at + _TITLE_WITHIN)):
                flush()
                line.append(title[1])
                flush()
            close_tag = None if name in missing else re.compile(rf"</{name}\s*>", re.IGNORECASE).search(page, at)
            if close_tag:
                at = close_tag.end()
            else:
                missing.add(name)
        elif name in {"td", "th"}:
            line.append(" ")
        elif name not in _INLINE:
            flush()
            prefix = "* " if name == "li" and not match[1] else prefix if name == "p" else ""
    line.append(page[at:])
    flush()
    return "\n".join(lines)
