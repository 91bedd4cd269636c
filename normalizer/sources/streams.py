"""Byte streams of inputs: packed ones opened by their first bytes, everything bounded."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from normalizer.model.errors import SourceError
from normalizer.sources.packing import PACKINGS, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from normalizer.sources.packing import Packing

#: Largest record of a stream (a line of JSONL, a row of a table), in bytes after decompression.
MAX_RECORD: Final = 16 * 2**20
#: Largest file that is read whole (a page, an XML file, a JSON array), in bytes after decompression.
MAX_WHOLE: Final = 256 * 2**20
_FREE: Final = 4 * 2**20  # a packing's greatest ratio is watched only beyond this many unpacked bytes
_CHUNK: Final = 2**16
_PACKED_CHUNK: Final = 2**13  # small, so that the packed bytes taken say how far a reader of the unpacked ones is


class Stream:
    """A readable input with its limits; every failure is a SourceError that names the input."""

    def __init__(self, raw: BinaryIO, source: str) -> None:
        """Wrap ``raw`` (buffered, need not be seekable), called ``source`` in errors."""
        self.source = source
        self._raw: io.BufferedReader[Any] = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)
        self._packing: Packing | None = None
        self._damage: tuple[type[Exception], ...] = ()
        self._packed: _Counted | None = None
        self._unpacked = 0
        self._handed = 1.0
        self._file: io.BufferedReader[Any] = self._raw
        head = self._guard(self._raw.peek, 4)
        self._packing = next((packing for packing in PACKINGS if packing.begins.match(head)), None)
        if self._packing is not None:
            self._packed = _Counted(self._raw)
            try:
                self._file = io.BufferedReader(self._packing.unpack(self._packed))
                self._damage = self._packing.damage()
            except MissingExtraError as error:
                raise SourceError(source, f"cannot be unpacked: {error}") from error

    def _guard(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            return read(size)
        except self._damage as error:  # before OSError, which gzip's are
            assert self._packing is not None
            raise SourceError(self.source, f"{self._packing.broken}: {error}") from error
        except OSError as error:
            raise SourceError(self.source, f"cannot be read: {error.strerror or error}") from error

    def _count(self, data: bytes) -> bytes:
        self._unpacked += len(data)
        if self._packing and self._packed and self._unpacked > _FREE:
            most = self._packing.max_ratio
            if self._unpacked > most * max(self._packed.count, 1):
                name = self._packing.name
                message = f"is refused: {name} data that unpacks to more than {most:,} times its size (a {name} bomb?)"
                raise SourceError(self.source, message)
        return data

    @property
    def taken(self) -> float:
        """How many bytes were taken, as they stand in the file, packed or not."""
        return self._handed * (self._unpacked if self._packed is None else self._packed.count)

    def handed(self, share: float) -> None:
        """Say which share of the bytes taken, read whole, was handed on as records."""
        self._handed = share

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
    """Counts the packed bytes that were taken, a few at a time."""

    def __init__(self, raw: io.BufferedReader[Any]) -> None:
        super().__init__()
        self._raw, self.count = raw, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(_PACKED_CHUNK if size < 0 else min(size, _PACKED_CHUNK))
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
