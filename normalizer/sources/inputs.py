"""What a user names to a stream of documents."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

from normalizer.model.errors import SourceError
from normalizer.sources.containers import read_csv, read_json, read_jsonl, read_xml
from normalizer.sources.identity import unique_ids
from normalizer.sources.names import STDIN, files_of, names_of, suffix_of
from normalizer.sources.pages import document_from_bytes
from normalizer.sources.streams import Stream, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from normalizer.model.document import TrialDocument
    from normalizer.sources.containers import Columns, Outcome
    from normalizer.sources.intake import Intake
    from normalizer.sources.names import Source

#: Largest page, in bytes after decompression; saved registry pages have some ten kilobytes.
MAX_PAGE: Final = 64 * 2**20
_READERS: Final = {
    ".json": read_json, ".jsonl": read_jsonl, ".ndjson": read_jsonl,
    ".xml": read_xml, ".csv": read_csv, ".tsv": read_csv,
}  # fmt: skip
_PAGES: Final = frozenset({".txt", ".text", ".md", ".html", ".htm"})
_XML_HEAD: Final = re.compile(rb"\s*<(?:\?xml|clinical_study|Trial|trial|allTrials)\b")
_JSON_HEAD: Final = re.compile(rb"\s*(?:\[|\{\s*(?:\"studies\"|\n|\r))")


def load(source: Source, *, id_column: str = "id", text_column: str = "criteria") -> Iterator[TrialDocument]:
    """Read trials one after the other, in constant memory for JSONL and CSV.

    Args:
        source: a file, a folder (its ``.txt .html .json .jsonl .xml .csv`` files, with ``.gz`` or ``.zst`` behind too,
            sorted by name), a glob pattern, ``-`` for standard input, or several of these.
        id_column: name of the trial id in CSV and JSONL records of (id, criteria).
        text_column: name of the criteria in them.

    Raises:
        SourceError: at the first input or record that cannot be read; it names file and place.

    """
    return read(source, id_column=id_column, text_column=text_column)


def read(
    source: Source,
    *,
    id_column: str = "id",
    text_column: str = "criteria",
    on_error: Callable[[SourceError], None] | None = None,
    intake: Intake | None = None,
) -> Iterator[TrialDocument]:
    """Read like :func:`load`, and go on after errors.

    Args:
        source: as for :func:`load`.
        id_column: as for :func:`load`.
        text_column: as for :func:`load`.
        on_error: called with every error; reading goes on with the next record or file. None: the error is raised.
        intake: told of every file that is begun and ended.

    Raises:
        SourceError: as :func:`load`, when ``on_error`` is None.

    """

    def documents() -> Iterator[TrialDocument]:
        for outcome in _outcomes(source, (id_column, text_column), intake):
            if not isinstance(outcome, SourceError):
                yield outcome
            elif on_error is None:
                raise outcome
            else:
                on_error(outcome)

    return unique_ids(documents())


def _outcomes(source: Source, columns: Columns, intake: Intake | None) -> Iterator[Outcome]:
    for name in names_of(source):
        try:
            paths = files_of(name)
        except SourceError as error:
            yield error
            continue
        for path in paths:
            try:
                if path == STDIN:
                    yield from _trials(Stream(sys.stdin.buffer, "stdin"), "", columns)
                else:
                    with opened(path) as stream:
                        if intake is not None:
                            intake.begin(stream)
                        yield from _trials(stream, suffix_of(path), columns)
            except SourceError as error:
                yield error
            if intake is not None:
                intake.end(path)


def _trials(stream: Stream, suffix: str, columns: Columns) -> Iterator[Outcome]:
    reader = _READERS.get(suffix) or (None if suffix in _PAGES else _sniffed(stream.head(), columns))
    if reader:
        yield from reader(stream, columns)
    else:
        yield document_from_bytes(stream.whole(MAX_PAGE), stream.source)


def _sniffed(head: bytes, columns: Columns) -> Callable[[Stream, Columns], Iterator[Outcome]] | None:
    head = head.removeprefix(b"\xef\xbb\xbf")
    if _XML_HEAD.match(head) and b"<html" not in head[:1_000].lower():
        return read_xml
    if _JSON_HEAD.match(head):
        return read_json
    if head.lstrip()[:1] == b"{":
        return read_jsonl
    first = head.partition(b"\n")[0].decode("utf-8", "replace").lower()
    if all(column.lower() in first for column in columns) and any(mark in first for mark in ",;\t|"):
        return read_csv
    return None
