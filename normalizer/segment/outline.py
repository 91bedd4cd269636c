"""The outline of a section: which lines are headings, which open a cohort, which are items of which list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.model.span import Span
from normalizer.segment import headings
from normalizer.segment.cohorts import Scope
from normalizer.segment.diseases import disease_phrase, has_course, key_words
from normalizer.segment.flattened import flat_headings
from normalizer.segment.groups import Group, Outline, unwrap
from normalizer.segment.headings import Heading
from normalizer.segment.items import last_number
from normalizer.segment.lines import after_blanks, line_from, listed_below
from normalizer.segment.markers import bare_number_at
from normalizer.segment.nesting import Nesting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.document import Kind, TrialDocument
    from normalizer.segment.lines import Line

_OR: Final = re.compile(r"[-–—*•\s]*(?:and\s*/\s*or|or)\b[\s.,:;–—-]*\Z", re.IGNORECASE)
_TOPIC_ON_LINE: Final = re.compile(r"[A-Z][A-Z/, -]{7,60}:\s*")
#: A cohort heading is compared with so many headings before it.
_RECENT: Final = 40
_LEAD_END: Final = (":", "：")


class _Reader:
    """Reads the lines once, in order, keeping what is in force: kind, heading, cohort, open list."""

    __slots__ = ("_cohort_line", "_document", "_flat", "_group", "_head", "_kind",
                 "_lines", "_path", "_scope", "_text", "outline")  # fmt: skip

    def __init__(self, document: TrialDocument, lines: Sequence[Line]) -> None:
        self._document = document
        self._text = document.text
        self._lines = lines
        self._kind: Kind = "inclusion"
        self._head: str | None = None
        self._scope: Scope | None = None
        self._group: Group | None = None
        #: The cohort heading stands in a marked line whose bare followers are its criteria.
        self._cohort_line: Line | None = None
        self._path: tuple[str, ...] = ()
        self._flat: frozenset[int] | None = None
        self.outline = Outline()

    def read(self) -> Outline:
        """Return the outline of all lines."""
        starts = iter([section.start for section in self._document.sections[1:]])
        border = next(starts, None)
        synthetic = self._document.synthetic
        for index, line in enumerate(self._lines):
            while border is not None and line.start >= border:
                self._group = None
                border = next(starts, None)
            if synthetic and any(span.start <= line.start < span.end for span in synthetic):
                self._synthetic(line)
            else:
                self._line(index, line)
        for group in self.outline.groups:
            if len(group.nesting.roots) == 1 and group.nesting.roots[0].children:
                unwrap(self._text, group, self.outline)
        return self.outline

    def _synthetic(self, line: Line) -> None:
        body = self._text[line.start : line.end]
        found = headings.section_heading(body, marked=False, listed=True)
        if found is not None:
            self._open_section(found, None)
        self.outline.furniture.append(Span(line.start, line.end))
        self._group = None

    def _line(self, index: int, line: Line) -> None:
        text = self._text
        body = text[line.body : line.end] if line.end - line.body < 400 else text[line.body : line.body + 400]  # noqa: PLR2004
        following = self._lines[index + 1] if index + 1 < len(self._lines) else None
        marked = line.marker is not None
        listed = (
            not marked and following is not None and (following.marker is not None or following.indent > line.indent)
        )
        margin = self._at_margin(line)
        if margin or not marked:
            found = headings.section_heading(body, marked=marked, listed=listed)
            if found is not None and not (self._under_choice(found, line)):
                self._open_section(found, line)
                self._rest(index, line, found)
                return
        if marked and listed_below(line, following) and not self._open_items():
            found = headings.list_lead(body, self._kind)
            if found is not None:
                self._title(line, line.end)
                return
        if self._cohort_line is not None and marked and line.indent <= self._cohort_line.indent + 1:
            self._close_line_cohort()
        if margin and headings.is_furniture(body):
            self.outline.furniture.append(Span(line.body, line.end))
            self._end_group()
            return
        if margin and not marked and _OR.match(body) and self._group is not None and self._group.nesting.roots:
            self._group.joins.append(len(self._group.nesting.roots))
            return
        if margin:
            found = self._cohort(index, line, body, following, listed=listed)
            if found is not None:
                self._open_cohort(found, line, following)
                self._rest(index, line, found)
                return
            if not marked and self._topic(line, body, following, listed=listed):
                return
        elif (
            not marked
            and line.gap
            and following is not None
            and following.marker is not None
            and self._at_margin(following)
        ):
            if headings.is_title(body):
                self._title(line, line.end)
                return
        self._add(line)

    def _open_items(self) -> bool:
        return self._group is not None and bool(self._group.nesting.roots)

    def _at_margin(self, line: Line) -> bool:
        if self._group is None or not self._group.nesting.roots:
            return True
        return line.indent <= self._group.nesting.roots[0].indent + 1

    def _under_choice(self, found: Heading, line: Line) -> bool:
        """Say whether the lead-in asks for some of its list: it is then the head of one criterion."""
        return (
            found.scope == "same"
            and found.kind == self._kind == "inclusion"
            and headings.is_choice(self._text[line.body : line.end])
        )

    def _open_section(self, found: Heading, line: Line | None) -> None:
        self._group = None
        self._cohort_line = None
        self._path = ()
        changed = found.kind is not None and (found.kind != self._kind or not self.outline.sectioned)
        if found.kind is not None:
            self._kind = found.kind
            self.outline.sectioned = True
        self._head = found.title or self._head
        if found.scope == "cohort" and line is not None:
            self._enter(found.label, Span(line.body, line.body + found.end))
        elif found.scope == "all" or changed:
            self._scope = None

    def _enter(self, label: str, heading: Span) -> None:
        self._scope = Scope(self._kind, label.strip(" \t:：*#_.").strip(), heading)
        self.outline.scopes.append(self._scope)

    def _rest(self, index: int, line: Line, found: Heading) -> None:
        """Take the heading off the line; what follows it on the line is an item."""
        end = line.body + found.end
        stop = end
        while stop > line.body and self._text[stop - 1].isspace():
            stop -= 1
        self.outline.heads.append(Span(line.body, stop))
        if end >= line.end:
            return
        rest = line_from(self._text, end, line.end, line.indent)
        if rest is not None:
            self._line_rest(index, rest)

    def _line_rest(self, index: int, rest: Line) -> None:
        body = self._text[rest.body : rest.end]
        if headings.is_furniture(body):
            self.outline.furniture.append(Span(rest.body, rest.end))
            return
        following = self._lines[index + 1] if index + 1 < len(self._lines) else None
        if (
            rest.marker is None
            and following is not None
            and following.marker is not None
            and following.marker.style == "digitbare"
        ):
            rest.marker = bare_number_at(self._text, rest.body, rest.end)
            rest.body = after_blanks(self._text, rest.marker.end, rest.end) if rest.marker else rest.body
        if rest.marker is None and following is not None and following.marker is not None and body.endswith(_LEAD_END):
            self.outline.heads.append(Span(rest.body, rest.end))
            return
        self._add(rest)

    def _close_line_cohort(self) -> None:
        last = self._cohort_line.marker if self._cohort_line is not None else None
        self._scope = None
        self._cohort_line = None
        self._path = ()
        self._start(last.value if last is not None else 0)

    def _open_cohort(self, found: Heading, line: Line, following: Line | None) -> None:
        self._group = None
        self._path = ()
        self._cohort_line = None
        if found.scope == "all":
            self._scope = None
        else:
            self._enter(found.label, Span(line.body, line.body + found.end))
        self._head = found.title
        if line.marker is not None:
            alone = line.body + found.end >= line.end
            flat = (
                alone and following is not None and following.marker is not None and following.indent <= line.indent + 1
            )
            if not flat:
                self._cohort_line = line
                self._path = (self._text[line.marker.start : line.marker.end],)

    def _cohort(self, index: int, line: Line, body: str, following: Line | None, *, listed: bool) -> Heading | None:
        marked = line.marker is not None
        if index in self._flat_headings():
            return Heading(len(body), None, "cohort", body, body.strip(" .:"))
        if not marked and not line.gap and self._group is not None and self._group.nesting.roots and not listed:
            root = self._group.nesting.roots[-1]
            if root.marker is not None and self._text[root.end - 1] in ",:(":
                return None
        if marked and ":" not in body and "：" not in body and following is not None and following.marker is not None:
            return None
        found = headings.cohort_heading(body, marked=marked)
        if found is not None:
            shared = found.end < len(body)
            bare_next = following is not None and following.marker is None
            if not marked:
                return (
                    found if shared or listed or found.scope == "all" or line.gap or body.endswith(_LEAD_END) else None
                )
            if shared or bare_next:
                return found if bare_next or found.unit or self._shared_form() else None
            deeper = following is not None and following.indent > line.indent + 1
            if not body.endswith(_LEAD_END) or following is None or following.marker is None or line.marker is None:
                return None
            if deeper:
                return found if found.unit else None
            if line.marker.counts and following.marker.style == line.marker.style:
                return found if following.marker.value == 1 else None
            return found if found.unit or following.marker.value == 1 or body[:4].lower() == "for " else None
        if marked or not listed or not headings.topic_heading(body):
            return None
        phrase = disease_phrase(body, short=True)
        if phrase and self._known_disease(body):
            label = body.strip(" \t:：*#_.")
            return Heading(len(body), None, "cohort", label, label)
        return None

    def _shared_form(self) -> bool:
        """Say whether a heading opened a cohort here before, so that one without followers is one as well."""
        return any(scope.heading is not None and scope.kind == self._kind for scope in self.outline.scopes[-_RECENT:])

    def _known_disease(self, body: str) -> bool:
        words = key_words(body)
        if not words:
            return False
        if has_course(body):
            return True
        for scope in self.outline.scopes[-_RECENT:]:
            if words & key_words(scope.label):
                return True
        about = " ".join((*self._document.conditions, self._document.title or ""))
        return bool(about) and words <= key_words(about)

    def _flat_headings(self) -> frozenset[int]:
        if self._flat is None:
            self._flat = flat_headings(self._text, self._lines)
        return self._flat

    def _topic(self, line: Line, body: str, following: Line | None, *, listed: bool) -> bool:
        """Take an unmarked title or general lead-in for a heading; say whether the line was one."""
        on_line = _TOPIC_ON_LINE.match(body)
        if on_line is not None:
            end = line.body + on_line.end()
            self._title(line, end)
            if end < line.end:
                rest = line_from(self._text, end, line.end, line.indent)
                if rest is not None:
                    self._add(rest)
            return True
        if not listed or following is None or following.marker is None:
            return False
        group = self._group
        if group is not None and group.nesting.roots and group.nesting.roots[-1].marker is not None and not line.gap:
            last = group.nesting.roots[-1]
            if self._text[max(last.body, last.last() - 1)] in ",:":
                return False
        if self._kind == "inclusion" and headings.is_choice(body):
            self._end_group()
            return False
        colon = body.endswith(_LEAD_END)
        first = group is None or not group.nesting.roots
        if first and colon and headings.states_criterion(body):
            self._add(line)
            self._end_group()
            return True
        if (
            headings.topic_heading(body)
            or (colon and (first or headings.is_lead_in(body)))
            or (first and headings.is_lead_in(body))
        ):
            self._title(line, line.end)
            return True
        return False

    def _title(self, line: Line, end: int) -> None:
        stop = end
        while stop > line.body and self._text[stop - 1].isspace():
            stop -= 1
        self.outline.heads.append(Span(line.body, stop))
        self._head = self._text[line.body : stop].strip(" \t:：*#_")
        self._end_group()

    def _end_group(self) -> None:
        if self._group is not None and self._group.nesting.roots:
            last = last_number(self._group.nesting.roots)
            self._group = None
            self._start(last)

    def _start(self, after: int = 0) -> Group:
        self._group = Group(self._kind, self._head, self._scope, Nesting(self._text, after), self._path)
        self.outline.groups.append(self._group)
        return self._group

    def _add(self, line: Line) -> None:
        group = self._group
        if group is None:
            group = self._start()
        elif not group.nesting.roots:
            group.heading, group.scope, group.path = self._head, self._scope, self._path
        group.nesting.add(line)


def outline(document: TrialDocument, lines: Sequence[Line]) -> Outline:
    """Return the outline of the document's eligibility lines."""
    return _Reader(document, lines).read()
