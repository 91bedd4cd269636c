"""One registry record (a JSON object, an XML element, a table row) to one TrialDocument."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from normalizer.model.document import Registry, TrialDocument
from normalizer.model.errors import SourceError
from normalizer.model.span import Span
from normalizer.sources import registry as fields
from normalizer.sources.families import Family, family_of, values
from normalizer.sources.layouts import trimmed
from normalizer.sources.pages import criteria_findings, no_trial_id, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from normalizer.model.finding import Finding

INCLUSION_HEADING: Final = "Inclusion Criteria:"
EXCLUSION_HEADING: Final = "Exclusion Criteria:"
_LEAD: Final = r"(?:\s|<br[ /]{0,3}>|[*#_-]){0,80}(?:\w{1,12} ){0,2}"
_OWN_HEADING: Final = {
    kind: re.compile(rf"{_LEAD}{kind}(?: criteri|s? ?:)", re.IGNORECASE) for kind in ("inclusion", "exclusion")
}
#: Office Open XML writes a carriage return in a cell as ``_x000D_`` (ECMA-376 part 1, 22.9.2.19).
_EXCEL_RETURN: Final = "_x000D_"
#: A record's id and title are labels; what is longer is a field in the wrong place.
_MAX_LABEL: Final = 1_000


def document_from_record(
    record: Mapping[str, object],
    source: str,
    locator: str | None,
    *,
    id_column: str = "id",
    text_column: str = "criteria",
    findings: tuple[Finding, ...] = (),
) -> TrialDocument:
    """Make a document of one record.

    Args:
        record: the decoded object. One with a ``text_column`` string is (id, criteria), unless it is of a known family.
        source: the name by which outputs and errors call its file.
        locator: the record's place in it, None when the file holds one trial.
        id_column: the key of the id in (id, criteria) records.
        text_column: the key of the criteria in them.
        findings: what was noticed while it was decoded.

    ``sha256`` is that of the criteria text in UTF-8: the record's container may be laid out in many ways.

    Raises:
        SourceError: when the object is of no known family, or its text is no text.

    """
    custom = (id_column, text_column) != ("id", "criteria") and text_column in record
    family = None if custom else family_of(record)
    if family is None:
        return _plain(record, source, locator, (id_column, text_column), findings)
    text, synthetic = _criteria(record, family)
    trial_id = _label(_one(record, family, "id")[0])
    if trial_id and not trial_id.upper().startswith(family.id_prefix.upper()):
        trial_id = family.id_prefix + trial_id
    conditions = [value for path in family.paths["conditions"] for value in values(record, path.keys)]
    if family.conditions_split:
        conditions = [part for value in conditions for part in family.conditions_split.split(value)]
    return _document(
        text,
        source,
        locator,
        layout=family.name,
        trial_id=trial_id,
        title=_label(_one(record, family, "title")[0]),
        conditions=conditions,
        registry=_registry(record, family),
        synthetic=synthetic,
        furniture=family.furniture,
        findings=findings,
    )


def _label(value: str) -> str:
    return " ".join(value.replace(_EXCEL_RETURN, " ").split())[:_MAX_LABEL]


def _plain(
    record: Mapping[str, object],
    source: str,
    locator: str | None,
    columns: tuple[str, str],
    findings: tuple[Finding, ...],
) -> TrialDocument:
    id_column, text_column = columns
    if text_column not in record:
        keys = ", ".join(repr(str(key)[:40]) for key in list(record)[:8])
        raise SourceError(source, f"is no known kind of record and has no {text_column!r} (it has {keys})", locator)
    return _document(
        "\n".join(values(record, (text_column,))),
        source,
        locator,
        layout="table",
        trial_id=_label(" ".join(values(record, (id_column,)))),
        title=_label(" ".join(values(record, ("title",)))),
        conditions=values(record, ("conditions",)),
        registry=Registry(),
        findings=findings,
    )


def _document(
    text: str,
    source: str,
    locator: str | None,
    *,
    layout: str,
    trial_id: str,
    title: str,
    conditions: Iterable[str],
    registry: Registry,
    synthetic: tuple[Span, ...] = (),
    furniture: re.Pattern[str] | None = None,
    findings: tuple[Finding, ...] = (),
) -> TrialDocument:
    if "\0" in text:
        raise SourceError(source, f"holds a NUL character in the criteria of {trial_id or 'a trial'}", locator)
    if not trial_id:
        findings = (*findings, no_trial_id())
        number = locator.rpartition(" ")[2] if locator else ""
        trial_id = f"{stem(source)}-{number}" if number else stem(source)
    sections = _sections(text, furniture)
    return TrialDocument(
        source=source,
        locator=locator,
        layout=layout,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        trial_id=trial_id,
        title=title or None,
        conditions=tuple(dict.fromkeys(part for value in conditions if (part := _label(value)))),
        registry=registry,
        sections=sections,
        synthetic=synthetic,
        findings=(*findings, *criteria_findings(text, sections)),
    )


def _sections(text: str, furniture: re.Pattern[str] | None) -> tuple[Span, ...]:
    sections = []
    at = 0
    for match in furniture.finditer(text) if furniture else ():
        sections.append(trimmed(text, at, match.start()))
        at = match.end()
    sections.append(trimmed(text, at, len(text)))
    return tuple(section for section in sections if section)


def _criteria(record: Mapping[str, object], family: Family) -> tuple[str, tuple[Span, ...]]:
    if family.paths["criteria"]:
        return _field(record, family, "criteria"), ()
    text = ""
    synthetic: list[Span] = []
    for field, heading in (("inclusion", INCLUSION_HEADING), ("exclusion", EXCLUSION_HEADING)):
        part = _field(record, family, field)
        if not part.strip():
            continue
        if text:
            text += "\n\n"
        if not _OWN_HEADING[field].match(part):
            synthetic.append(Span(len(text), len(text) + len(heading)))
            text += heading + "\n"
        text += part
    return text, tuple(synthetic)


def _field(record: Mapping[str, object], family: Family, field: str) -> str:
    for path in family.paths[field]:
        if found := [value for value in values(record, path.keys) if value.strip()]:
            text = "\n\n".join(found)
            return text.replace(_EXCEL_RETURN, "\r") if family.excel_escapes else text
    return ""


def _one(record: Mapping[str, object], family: Family, field: str) -> tuple[str, str]:
    for path in family.paths[field]:
        for value in values(record, path.keys):
            if value.strip():
                return value, path.printed
    return "", ""


def _registry(record: Mapping[str, object], family: Family) -> Registry:
    sex, sex_field = _one(record, family, "sex")
    if family.paths["female"]:
        female, female_field = _one(record, family, "female")
        male, male_field = _one(record, family, "male")
        sex, sex_field = f"female: {female}, male: {male}", f"{female_field}, {male_field}"
    return Registry(
        minimum_age=fields.age(*_one(record, family, "minimum_age")),
        maximum_age=fields.age(*_one(record, family, "maximum_age")),
        sex=fields.sex(sex, sex_field),
        healthy_volunteers=fields.healthy(*_one(record, family, "healthy_volunteers")),
    )
