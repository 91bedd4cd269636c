"""One page or plain text to one TrialDocument."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from normalizer.model.document import Registry, TrialDocument
from normalizer.model.errors import SourceError
from normalizer.model.finding import Finding
from normalizer.sources import layouts
from normalizer.sources.decode import decode, mojibake
from normalizer.sources.language import not_english
from normalizer.sources.markup import displayed, is_html
from normalizer.sources.packing import unpacked_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.model.span import Span


def stem(source: str) -> str:
    """Return a source's name without folders, ``.gz``, ``.zst`` and its suffix: the id of a trial that prints none."""
    name = unpacked_name(PurePath(source).name)
    return PurePath(name).stem or name or "trial"


def document_from_bytes(data: bytes, source: str = "bytes", *, trial_id: str | None = None) -> TrialDocument:
    """Read one page from its bytes.

    Args:
        data: the file's bytes, decompressed. HTML is read as the text it displays; every other text stays whole.
        source: the name by which outputs and errors call it.
        trial_id: the id to use instead of the printed one.

    Raises:
        SourceError: when the bytes are empty, no text, or a page without text.

    """
    text, findings = decode(data, source)
    if is_html(text):
        text = displayed(text)
        if not text:
            raise SourceError(source, "is an HTML page that displays no text")
    return _document(text, source, hashlib.sha256(data).hexdigest(), trial_id, findings=findings)


def document_from_text(
    text: str,
    source: str = "text",
    *,
    trial_id: str | None = None,
    title: str | None = None,
    conditions: Sequence[str] = (),
    criteria_only: bool = False,
) -> TrialDocument:
    """Make a document of a text in memory.

    Args:
        text: a page, or eligibility criteria.
        source: the name by which outputs and errors call it.
        trial_id: the id to use instead of the printed one; without both it is the source's stem.
        title: the title to use instead of the printed one.
        conditions: the conditions to use instead of the printed ones.
        criteria_only: the whole text is criteria; no layout is looked for.

    """
    text = text.removeprefix("\ufeff").encode("utf-8", "replace").decode("utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    if not criteria_only:
        return _document(text, source, digest, trial_id, title=title, conditions=conditions)
    section = layouts.trimmed(text, 0, len(text))
    sections = (section,) if section else ()
    return TrialDocument(
        source=source, locator=None, layout="text", sha256=digest, text=text, trial_id=trial_id or stem(source),
        title=title, conditions=tuple(conditions), registry=Registry(), sections=sections,
        findings=(*(() if trial_id else (no_trial_id(),)), *criteria_findings(text, sections)),
    )  # fmt: skip


def no_trial_id() -> Finding:
    """Return the finding for a trial that prints no id."""
    return Finding(code="no_trial_id", message="no trial id is printed; the source's name stands for it")


def criteria_findings(text: str, sections: Sequence[Span]) -> tuple[Finding, ...]:
    """Return what is to be said of any document's criteria: missing, in another language, wrongly decoded."""
    if not sections:
        return (Finding(code="no_criteria", message="no eligibility criteria were found"), *not_english(text))
    body = text if len(sections) == 1 and len(text) == sections[0].end else "\n".join(s.of(text) for s in sections)
    return (*not_english(body), *mojibake(text, sections))


def _document(
    text: str,
    source: str,
    digest: str,
    trial_id: str | None,
    *,
    findings: tuple[Finding, ...] = (),
    title: str | None = None,
    conditions: Sequence[str] = (),
) -> TrialDocument:
    plain = layouts.plain(text)
    layout = layouts.recognise(plain)
    page = layouts.apply(layout, plain)
    if not page.sections and layout.name != layouts.GENERIC:
        page = replace(page, sections=layouts.apply(layouts.layouts()[-1], plain).sections)
    if layout.name == layouts.GENERIC:
        findings = (*findings, Finding(code="no_layout", message="no known page layout; read by its headings"))
    if not page.closed:
        message = "the page ends inside its eligibility section"
        findings = (*findings, Finding(code="truncated_input", message=message))
    if not (trial_id or page.trial_id):
        findings = (*findings, no_trial_id())
    return TrialDocument(
        source=source, locator=None, layout=layout.name, sha256=digest, text=text,
        trial_id=trial_id or page.trial_id or stem(source), title=title or page.title,
        conditions=tuple(conditions) or page.conditions, registry=page.registry, sections=page.sections,
        findings=(*findings, *criteria_findings(text, page.sections)),
    )  # fmt: skip
