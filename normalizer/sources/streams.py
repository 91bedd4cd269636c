"""Byte streams of inputs: gzip opened by its magic number, everything bounded."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from normalizer.model.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

#: Largest record of a stream (a line of JSONL, a row of a table), in bytes after decompression.
MAX_RECORD: Final = 16 * 2**20
#: Largest file that is read whole (a page, an XML file, a JSON array), in bytes after decompression.
MAX_WHOLE: Final = 256 * 2**20
#: A stream may unpack to this many times its packed size; criteria pack about 4 to 1, a bomb 1,000 to 1.
MAX_RATIO: Final = 200
_FREE: Final = 4 * 2**20  # the ratio is watched only beyond this many unpacked bytes
_CHUNK: Final = 2**16
_UNPACK_ERRORS: Final = (gzip.BadGzipFile, EOFError, zlib.error)


class Stream:
    """A readable input with its limits; every failure is a SourceError that names the input."""

    def __init__(self, raw: BinaryIO, source: str) -> None:
        """Wrap ``raw`` (buffered, need not be seekable), called ``source`` in errors."""
        self.source = source
        self._raw: io.BufferedReader[Any] = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)
        self._packed: _Counted | None = None
        self._unpacked = 0
        self._file: io.BufferedReader[Any] = self._raw
        if self._guard(self._raw.peek, 2)[:2] == b"\x1f\x8b":
            self._packed = _Counted(self._raw)
            self._file = io.BufferedReader(gzip.GzipFile(fileobj=self._packed))

    def _guard(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            return read(size)
        except _UNPACK_ERRORS as error:
            raise SourceError(self.source, f"is a damaged gzip file: {error}") from error
        except OSError as error:
            raise SourceError(self.source, f"cannot be read: {error.strerror or error}") from error

    def _count(self, data: bytes) -> bytes:
        self._unpacked += len(data)
        if self._packed and self._unpacked > _FREE and self._unpacked > MAX_RATIO * max(self._packed.count, 1):
            message = f"is refused: gzip data that unpacks to more than {MAX_RATIO} times its size (a gzip bomb?)"
            raise SourceError(self.source, message)
        return data

    def head(self) -> bytes:
        """Return the first bytes without consuming them (some kilobytes)."""
        return self._guard(self._file.peek, 1)

    def whole(self, limit: int = MAX_WHOLE) -> bytes:
        """Return all bytes that are left.

        Raises:
            SourceError: when they are more than ``limit``.

        """
        parts: list[bytes] = []
        size = 0
        while part := self._count(self._guard(self._file.read, _CHUNK)):
            parts.append(part)
            size += len(part)
            if size > limit:
                message = f"is larger than {limit >> 20} MiB (after decompression); give records one a line (JSONL)"
                raise SourceError(self.source, message)
        return b"".join(parts)

    def lines(self, limit: int = MAX_RECORD) -> Iterator[tuple[int, bytes | SourceError]]:
        """Yield number (from 1) and bytes of every line, its end included; a line over ``limit`` bytes as an error."""
        number = 0
        while line := self._count(self._guard(self._file.readline, limit + 1)):
            number += 1
            if len(line) <= limit:
                yield number, line
                continue
            yield number, SourceError(self.source, f"is a record of more than {limit >> 20} MiB", f"line {number}")
            while not line.endswith(b"\n") and line:
                line = self._count(self._guard(self._file.readline, _CHUNK))


class _Counted(io.RawIOBase):
    """Counts the packed bytes that gzip has taken."""

    def __init__(self, raw: io.BufferedReader[Any]) -> None:
        super().__init__()
        self._raw, self.count = raw, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        self.count += len(data)
        return data


@contextmanager
def opened(path: str) -> Iterator[Stream]:
    """Open a file as a Stream.

    Raises:
        SourceError: when it cannot be opened or read.

    """
    try:
        file = open(path, "rb")  # noqa: SIM115, PTH123 - closed below; a path from a glob stays a string
    except (OSError, ValueError) as error:
        raise SourceError(path, f"cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    with file:
        yield Stream(file, path)
