"""Page layouts as data: recognise the one a page has, and read from it what the entry says."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from normalizer.model.document import Registry
from normalizer.model.span import Span
from normalizer.sources import registry as fields

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERIC: Final = "generic"
#: Registries print one id, title, age line; conditions beyond these are page furniture that a pattern caught.
_MAX_CONDITIONS: Final = 100
_MAX_TITLE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One entry of ``data/layouts.toml``, compiled; the file's head says what each field means."""

    name: str
    needs: int
    signature: tuple[str, ...]
    title: tuple[re.Pattern[str], ...]
    trial_id: tuple[re.Pattern[str], ...]
    conditions: tuple[re.Pattern[str], ...]
    split: re.Pattern[str]
    registry: tuple[re.Pattern[str], ...]
    begin: tuple[re.Pattern[str], ...]
    end: re.Pattern[str]
    open_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a layout found on a page; ``closed`` is False when an end mark that it promises is missing."""

    title: str | None
    trial_id: str | None
    conditions: tuple[str, ...]
    registry: Registry
    sections: tuple[Span, ...]
    closed: bool


def _compile(entry: Mapping[str, Any]) -> Layout:
    flags = re.MULTILINE | (re.IGNORECASE if entry.get("ignore_case") else 0)

    def patterns(key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern, flags) for pattern in entry.get(key, ()))

    return Layout(
        name=entry["name"],
        needs=entry["needs"],
        signature=tuple(entry["signature"]),
        title=patterns("title"),
        trial_id=patterns("trial_id"),
        conditions=patterns("conditions"),
        split=re.compile(entry["split"]),
        registry=patterns("registry"),
        begin=patterns("begin"),
        end=re.compile(entry["end"], flags),
        open_ended=entry.get("open_ended", False),
    )


@cache
def layouts() -> tuple[Layout, ...]:
    """Return all layouts in the order in which they are tried; the generic one is last."""
    data = tomllib.loads((files(__package__) / "data" / "layouts.toml").read_text("utf-8"))
    return tuple(_compile(entry) for entry in data["layout"])


def plain(text: str) -> str:
    """Return ``text`` as patterns see it, equally long: blank and LF for CR LF, LF for CR, blanks for no-break ones."""
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    return text.replace("\xa0", " ")


def recognise(text: str) -> Layout:
    """Return the layout of a page (its :func:`plain` text); the generic one when no signature fits."""
    framed = f"\n{text}"
    return next(layout for layout in layouts() if sum(mark in framed for mark in layout.signature) >= layout.needs)


def apply(layout: Layout, text: str) -> Page:
    """Read a page (its :func:`plain` text) by its layout; all spans are offsets into the text."""
    sections, closings, closed = _sections(layout, text)
    found: dict[str, tuple[str, int]] = {}
    for match in closings:
        _groups(match, found)
    for pattern in layout.registry:
        for match in pattern.finditer(text):
            if not _inside(match.start(), sections):
                _groups(match, found)
                break
    trial_id = _first(layout.trial_id, text, sections)
    title = _first(layout.title, text[: sections[0].start] if sections else text, ())
    block = _first(layout.conditions, text, sections) or ""
    parts = (part.strip(" \t\n,;") for part in layout.split.split(block))
    return Page(
        title=title[:_MAX_TITLE] if title else None,
        trial_id=trial_id,
        conditions=tuple(dict.fromkeys(part for part in parts if part))[:_MAX_CONDITIONS],
        registry=_registry(found),
        sections=sections,
        closed=closed,
    )


def _sections(layout: Layout, text: str) -> tuple[tuple[Span, ...], list[re.Match[str]], bool]:
    for begin in layout.begin:
        sections: list[Span] = []
        closings: list[re.Match[str]] = []
        closed = True
        at = 0
        while match := begin.search(text, at):
            start = match.start("at") if "at" in begin.groupindex else match.end()
            end = layout.end.search(text, match.end())
            if end is None:
                closed = layout.open_ended
            else:
                closings.append(end)
            stop = end.start() if end else len(text)
            if section := trimmed(text, start, stop):
                sections.append(section)
            if end is None:
                break
            at = max(end.end(), match.end())
        if sections:
            return tuple(sections), closings, closed
    return (), [], True


def trimmed(text: str, start: int, stop: int) -> Span | None:
    """Return the span of ``text[start:stop]`` without the white space at its ends, None when nothing is left."""
    body = text[start:stop]
    left = len(body) - len(body.lstrip())
    right = len(body.rstrip())
    return Span(start + left, start + right) if right > left else None


def _inside(offset: int, sections: tuple[Span, ...]) -> bool:
    return any(section.start <= offset < section.end for section in sections)


def _first(patterns: tuple[re.Pattern[str], ...], text: str, sections: tuple[Span, ...]) -> str | None:
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not _inside(match.start(1), sections) and (value := match[1].strip()):
                return value
    return None


def _groups(match: re.Match[str], found: dict[str, tuple[str, int]]) -> None:
    for name, value in match.groupdict().items():
        if value is not None and name != "at":
            found.setdefault(name, (value, match.start(name)))


def _registry(found: Mapping[str, tuple[str, int]]) -> Registry:
    low = high = None
    if "age" in found:
        low, high = fields.age_range(found["age"][0], "age", found["age"][1])
    if "minimum_age" in found:
        low = fields.age(found["minimum_age"][0], "minimum_age", found["minimum_age"][1])
    if "maximum_age" in found:
        high = fields.age(found["maximum_age"][0], "maximum_age", found["maximum_age"][1])
    sex = healthy = None
    if "sex" in found:
        sex = fields.sex(found["sex"][0], "sex", found["sex"][1])
    if "healthy_volunteers" in found:
        healthy = fields.healthy(found["healthy_volunteers"][0], "healthy_volunteers", found["healthy_volunteers"][1])
    return Registry(minimum_age=low, maximum_age=high, sex=sex, healthy_volunteers=healthy)
