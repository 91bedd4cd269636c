"""Files of many records, streamed: JSONL, JSON, CSV, XML; a record that cannot be read is an error among documents."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final, TypeAlias

import orjson

from normalizer.model.document import TrialDocument
from normalizer.model.errors import SourceError
from normalizer.sources.decode import decode
from normalizer.sources.families import families
from normalizer.sources.records import document_from_record
from normalizer.sources.streams import MAX_RECORD, Stream
from normalizer.sources.trial_xml import xml_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from normalizer.model.finding import Finding

Outcome: TypeAlias = TrialDocument | SourceError
#: (id column, text column)
Columns: TypeAlias = tuple[str, str]
_DELIMITERS: Final = (",", "\t", ";", "|")
_BOM: Final = b"\xef\xbb\xbf"


def read_jsonl(stream: Stream, columns: Columns) -> Iterator[Outcome]:
    """Read one JSON record a line; blank lines are passed over."""
    for number, line in stream.lines():
        if isinstance(line, SourceError):
            yield line
            continue
        line = line.removeprefix(_BOM) if number == 1 else line  # noqa: PLW2901 - the mark is not part of the line
        if line.strip():
            yield from _json_text(line, stream.source, f"line {number}", columns)


def read_json(stream: Stream, columns: Columns) -> Iterator[Outcome]:
    """Read one JSON record, a list of them or ``{"studies": [...]}``; JSON lines under a ``.json`` name too."""
    data = stream.whole().removeprefix(_BOM)
    first = data.strip().partition(b"\n")
    if first[2].strip() and _is_json(first[0]):
        lines = Stream(io.BytesIO(data), stream.source)
        for outcome in read_jsonl(lines, columns):
            stream.handed(lines.taken / len(data))
            yield outcome
    elif not data.strip():
        yield SourceError(stream.source, "is empty")
    else:
        yield from _json_text(data, stream.source, None, columns, stream.handed)


def _is_json(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True


def _json_text(
    data: bytes,
    source: str,
    place: str | None,
    columns: Columns,
    handed: Callable[[float], None] = lambda _: None,
) -> Iterator[Outcome]:
    findings: tuple[Finding, ...] = ()
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        try:
            text, findings = decode(data, source, place)
            if not findings:
                yield SourceError(source, f"is not JSON: {error}", place)
                return
            value = orjson.loads(text)
        except SourceError as refused:
            yield refused
            return
        except orjson.JSONDecodeError as still:
            yield SourceError(source, f"is not JSON: {still}", place)
            return
    if isinstance(value, dict) and isinstance(studies := value.get("studies"), list):
        value = studies
    if not isinstance(value, list):
        yield from _record(value, source, place, columns, findings)
        return
    for index, item in enumerate(value):
        handed((index + 1) / len(value))
        at = f"{place}, index {index}" if place else f"index {index}"
        yield from _record(item, source, at, columns, findings)


def _record(
    value: object, source: str, place: str | None, columns: Columns, findings: tuple[Finding, ...]
) -> Iterator[Outcome]:
    try:
        if not isinstance(value, dict):
            raise SourceError(source, f"holds {type(value).__name__} where a record (an object) is expected", place)  # noqa: TRY301 - one way out
        xml = value.get("xml")
        records = xml_records(xml, source, place) if isinstance(xml, str) and columns[1] not in value else [value]
        for record in records:
            yield document_from_record(
                record, source, place, id_column=columns[0], text_column=columns[1], findings=findings
            )
    except SourceError as error:
        yield error


def read_xml(stream: Stream, columns: Columns) -> Iterator[Outcome]:
    """Read the trial records of one XML file."""
    records = list(xml_records(stream.whole(), stream.source))
    for index, record in enumerate(records):
        stream.handed((index + 1) / len(records))
        yield from _record(record, stream.source, f"index {index}" if len(records) > 1 else None, columns, ())


def read_csv(stream: Stream, columns: Columns) -> Iterator[Outcome]:
    """Read a table with a header line; the delimiter is the one that makes the header hold the columns asked for."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    lines = _Lines(stream)
    header_line = next(lines, None)
    if header_line is None:
        yield lines.error or SourceError(stream.source, "is empty")
        return
    header, delimiter = _header(header_line, columns)
    if not header:
        message = f"has no columns {columns[0]!r} and {columns[1]!r} in its header {header_line.strip()[:200]!r}"
        yield SourceError(stream.source, message, "line 1")
        return
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        first = lines.number + 1
        lines.findings = ()
        try:
            row = next(reader)
        except StopIteration:
            if lines.error:
                yield lines.error
            return
        except (csv.Error, SourceError) as error:
            yield error if isinstance(error, SourceError) else SourceError(stream.source, str(error), f"line {first}")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(header):
            message = f"has {len(row)} fields under {len(header)} columns"
            yield SourceError(stream.source, message, f"line {first}")
            continue
        row += [""] * (len(header) - len(row))
        yield from _record(dict(zip(header, row, strict=True)), stream.source, f"line {first}", columns, lines.findings)


def _header(line: str, columns: Columns) -> tuple[list[str], str]:
    wanted = [*(set(family.needs) for family in families()), {columns[1]}]
    for delimiter in _DELIMITERS:
        try:
            names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
        except csv.Error:
            continue
        folded = {name.lower(): name for name in names}
        names = [
            next((column for column in columns if column not in names and folded.get(column.lower()) == name), name)
            for name in names
        ]
        if any(need <= set(names) for need in wanted):
            return names, delimiter
    return [], ""


class _Lines:
    """The decoded lines of a table, with the number of the last one and what was noticed since it was asked."""

    def __init__(self, stream: Stream) -> None:
        self._lines = stream.lines()
        self.source = stream.source
        self.number = 0
        self.findings: tuple[Finding, ...] = ()
        self.error: SourceError | None = None

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            self.number, line = next(self._lines)
        except SourceError as error:
            self.error = error
            raise StopIteration from error
        if isinstance(line, SourceError):
            raise line
        try:
            return line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError:
            text, self.findings = decode(line, self.source, f"line {self.number}")
            return text
