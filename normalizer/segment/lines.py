"""The lines of the eligibility sections: printed or exported line ends, indents, markers, hard wraps undone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from normalizer.segment.markers import Marker, bare_number_at, marker_at, only_marker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from normalizer.model.span import Span

_TAB: Final = 4
#: Widths between which a text counts as hard-wrapped (registry XML wraps near 80 with its indent).
_WRAP_LEAST, _WRAP_MOST = 60, 100
#: Share of unmarked lines that a wrap must explain before it is believed.
_WRAPPED_SHARE: Final = 0.6

_NEWLINE: Final = re.compile(r"(?:_x000[dD]_)?(?:\r\n?|\n|\x0b|\x0c|\x1e|\u2028|\u2029)")
_ODD_NEWLINE: Final = re.compile(r"[\r\x0b\x0c\x1e\u2028\u2029]")
_TAG: Final = re.compile(r"<\s?/?\s?(?:br|p|li|ul|ol|div)\b", re.IGNORECASE)
_EXPORTED: Final = re.compile(
    r"(?:_x000[dD]_)?(?:\s*<\s*/?\s*(?:br|p|li|ul|ol|div)\s*/?\s*>\s?|\r\n?|\n|\x0b|\x0c|\u2028|\u2029)|_x000[dD]_",
    re.IGNORECASE,
)
#: A tilde stands for a line end unless it means "about" or "to" before a number.
_TILDE: Final = re.compile(r"\s?~(?=\s*(?:[^\d\s<>≤≥]|\d{1,2}[.)]\s?\D|$))|\r\n?|\n")
#: A section heading in the middle of a line begins a new one.
_MIDDLE: Final = re.compile(
    r"(?<=[\s.;:)>~])(?:(?:(?:Key|Main|Major|General|Common|Specific|Additional)\s)?(?:Non-?)?"
    r"(?:Inclusion|Exclusion|INCLUSION|EXCLUSION|In|Ex)\s?(?:Criteria|CRITERIA|criteria)\s?[:：]"
    r"|(?:INCLUSION|EXCLUSION) CRITERIA(?=\s)"
    r"|(?:DISEASE|PATIENT) CHARACTERISTICS:|PRIOR(?:/CONCURRENT| CONCURRENT) THERAPY:)"
)
_SECTION_HINT: Final = re.compile(r"clusion|CLUSION|CHARACTERISTICS|THERAPY")
_WORD: Final = re.compile(r"\S+")
_EMPTY: Final = re.compile(r"[\s*_#=~-]*\Z|<!--.*-->\Z")


@dataclass(slots=True)
class Line:
    """One logical line: printed marker, body span (trimmed), indent in columns, what stood before it."""

    start: int
    body: int
    end: int
    indent: int
    marker: Marker | None
    gap: bool = False
    restart: bool = False
    split: bool = False


def read_lines(text: str, sections: Sequence[Span]) -> list[Line]:
    """Return the logical lines of all ``sections`` of ``text``, in order."""
    lines: list[Line] = []
    for section in sections:
        part = _lines(text, section.start, section.end)
        _number_runs(text, part)
        _plain_bullets(text, part)
        lines.extend(_unwrap(text, part))
    return lines


def line_from(text: str, start: int, end: int, indent: int) -> Line | None:
    """Return the logical line that stands in ``[start, end)``, None when that is blank."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start >= end:
        return None
    marker = marker_at(text, start, end)
    body = start
    if marker is not None:
        body = after_blanks(text, marker.end, end)
        if not marker.counts and (inner := marker_at(text, body, end)) is not None and inner.counts:
            marker = Marker(inner.style, inner.value, start, inner.end, inner.letter, inner.glued, marker.end)
            body = after_blanks(text, inner.end, end)
    elif only_marker(text, start, end):
        return None
    return Line(start, body, end, indent, marker)


def after_blanks(text: str, at: int, end: int) -> int:
    """Return the first offset from ``at`` on that is no white space, at most ``end``."""
    while at < end and text[at].isspace():
        at += 1
    return at


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    pattern = _NEWLINE
    if text.find("_x000", start, end) >= 0 or (text.find("<", start, end) >= 0 and _TAG.search(text, start, end)):
        pattern = _EXPORTED
    elif text.count("~", start, end) > 1 and text.count("\n", start, end) <= text.count("~", start, end) // 2:
        pattern = _TILDE
    at = start
    if pattern is _NEWLINE and not _ODD_NEWLINE.search(text, start, end):
        while (stop := text.find("\n", at, end)) >= 0:
            yield at, stop
            at = stop + 1
        yield at, end
        return
    for match in pattern.finditer(text, start, end):
        yield at, match.start()
        at = match.end()
    yield at, end


def _lines(text: str, start: int, end: int) -> list[Line]:
    lines: list[Line] = []
    gap = restart = False
    sectioned = _SECTION_HINT.search(text, start, end) is not None
    for left, right in _pieces(text, start, end):
        first = left
        while first < right and text[first].isspace():
            first += 1
        if first >= right or (text[first] in "*_#=~-<" and right - first < 220 and _EMPTY.match(text, first, right)):  # noqa: PLR2004
            gap = True
            restart = restart or text.startswith("<!--", first, right)
            continue
        indent = first - left
        if "\t" in text[left:first]:
            indent = len(text[left:first].expandtabs(_TAB))
        cuts = [first]
        if sectioned and right - first > 20 and _SECTION_HINT.search(text, first + 1, right):  # noqa: PLR2004
            cuts += [
                match.start() for match in _MIDDLE.finditer(text, first, right) if _breaks(text, first, match.start())
            ]
        cuts.append(right)
        for at, stop in pairwise(cuts):
            line = line_from(text, at, stop, indent)
            if line is not None:
                line.gap, line.restart = gap, restart
                lines.append(line)
                gap = restart = False
    return lines


def _breaks(text: str, start: int, at: int) -> bool:
    """Say whether a heading at ``at`` follows other text and does not end its own ("Key Inclusion Criteria")."""
    before = text[start:at].strip()
    return before[-1:] in tuple(".;:)~") or len(before.split(None, 9)) > 8  # noqa: PLR2004


def _number_runs(text: str, lines: list[Line]) -> None:
    """Read "1 Adults", "2 Consent" as numbered lines when they count up (the first may stand behind its heading)."""
    run: list[tuple[Line, Marker]] = []
    for line in lines:
        if line.marker is not None or not text[line.body].isdigit():
            continue
        marker = bare_number_at(text, line.body, line.end)
        if marker is None:
            continue
        if not run or marker.value != run[-1][1].value + 1:
            _number(text, run)
            run = []
            if marker.value > 2:  # noqa: PLR2004
                continue
        run.append((line, marker))
    _number(text, run)


def _number(text: str, run: list[tuple[Line, Marker]]) -> None:
    if len(run) < 2:  # noqa: PLR2004
        return
    for line, marker in run:
        line.marker = marker
        line.body = after_blanks(text, marker.end, line.end)


def _plain_bullets(text: str, lines: list[Line]) -> None:
    """Undo "* a)" as a marker where no "b)" stands near: the letter then belongs to the bullet's own text."""
    if not any(line.marker is not None and line.marker.bullet for line in lines):
        return
    numbers = {(line.marker.style, line.marker.value) for line in lines if line.marker is not None}
    for line in lines:
        marker = line.marker
        if marker is None or not marker.bullet:
            continue
        if (marker.style, marker.value + 1) not in numbers and (marker.style, marker.value - 1) not in numbers:
            line.marker = Marker("bullet" + text[marker.bullet - 1], 0, marker.start, marker.bullet)
            line.body = after_blanks(text, marker.bullet, line.end)


def _unwrap(text: str, lines: list[Line]) -> list[Line]:
    """Join the lines of a hard-wrapped text: the next word would not have fitted before the width."""
    plain = sum(1 for line in lines if line.marker is None and not line.gap)
    if plain < 2:  # noqa: PLR2004
        return lines
    width = max(line.indent + line.end - line.start for line in lines)
    if not _WRAP_LEAST <= width <= _WRAP_MOST:
        return lines
    wrapped = [False] * len(lines)
    last_width = 0
    for index, line in enumerate(lines):
        if index and line.marker is None and not line.gap and not line.restart:
            word = _WORD.match(text, line.start, line.end)
            wrapped[index] = word is not None and last_width + 1 + len(word[0]) > width
        last_width = line.indent + line.end - line.start
    if sum(wrapped) < _WRAPPED_SHARE * plain:
        return lines
    joined: list[Line] = []
    for line, continues in zip(lines, wrapped, strict=True):
        if continues:
            joined[-1].end = line.end
        else:
            joined.append(line)
    return joined


def listed_below(line: Line, following: Line | None) -> bool:
    """Say whether a marked line stands at or under the level of ``line`` right after it."""
    return following is not None and following.marker is not None and following.indent >= line.indent
