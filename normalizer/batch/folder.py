"""The run directory: one writer at a time, files complete or absent, and a journal that makes a run resumable.

While a run goes on, its lines grow in ``*.part`` files. The journal gets one line for each finished trial, after
the trial's own lines: how long the files were then, which document it was, what it adds to the summary. A run that
ended early is cut back to its last journal line and goes on from there.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

import orjson

from normalizer.batch.errors import BusyError, RunError
from normalizer.batch.parts import discard, found

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

MANIFEST: Final = "run.json"
TRIALS: Final = "trials.jsonl"
FACTS: Final = "facts.jsonl"
JOURNAL: Final = "journal.jsonl"
LOCK: Final = ".lock"
_PART: Final = ".part"
LEDGER: Final = "ledger.sqlite"
_OUTPUTS: Final = (TRIALS, FACTS, JOURNAL)
_OURS: Final = (MANIFEST, TRIALS, FACTS, JOURNAL, LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm")


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal line: the document's fingerprint, its id, what it added, the error of the program if it failed.

    The sizes are those of the files behind the trial's lines, ``crc`` is over these lines.
    """

    fingerprint: str
    trial_id: str
    counts: dict[str, Any]
    error: str | None
    trials_size: int = 0
    facts_size: int = 0
    crc: int = 0


class RunFolder:
    """A locked run directory; use as a context manager."""

    def __init__(self, path: Path, *, fresh: bool = False, again: bool = False) -> None:
        """Name the directory.

        Args:
            path: the directory.
            fresh: discard what an earlier run left in it.
            again: discard its outputs, but keep the manifest and the answers of a model.

        """
        self.path, self._discarded = path, _OURS if fresh else _OUTPUTS if again else ()
        self._fresh = fresh
        self._open = ExitStack()
        self._trials: BinaryIO
        self._facts: BinaryIO
        self._journal: BinaryIO

    def __enter__(self) -> Self:
        """Create the directory and lock it.

        Raises:
            RunError: when it cannot be written; BusyError, which is one, when another process holds it.

        """
        with self._guarded(), self._open:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = self._open.enter_context((self.path / LOCK).open("ab"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BusyError(self.path, "another process is writing this run directory") from error
            if self._fresh:
                for part in found(self.path):
                    with RunFolder(part):
                        pass  # nobody writes it
                discard(self.path)
            if self._discarded:
                for name in self._discarded:
                    (self.path / name).unlink(missing_ok=True)
                    self._part(name).unlink(missing_ok=True)
            self._open = self._open.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all files; the parts stay for the next run."""
        with self._guarded():
            self._open.close()

    def _part(self, name: str) -> Path:
        return self.path / f"{name}{_PART}"

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            place = f" ({error.filename})" if error.filename else ""
            raise RunError(self.path, f"cannot be written: {error.strerror or error}{place}") from error

    def manifest(self) -> dict[str, Any] | None:
        """Return the manifest that stands in the directory, None in a new one.

        Raises:
            RunError: when there are a run's files without a manifest, or it cannot be read.

        """
        return read_manifest(self.path)

    def write_manifest(self, manifest: dict[str, Any]) -> None:
        """Replace the manifest in one step.

        Raises:
            RunError: when it cannot be written.

        """
        with self._guarded():
            part = self._part(MANIFEST)
            with part.open("wb") as file:
                file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
                _settle(file)
            part.replace(self.path / MANIFEST)

    @property
    def complete(self) -> bool:
        """Say whether the run's files are all there."""
        return (self.path / TRIALS).is_file() and (self.path / FACTS).is_file()

    def entries(self) -> Iterator[Entry]:
        """Yield the journal's lines as far as the files hold the lines that they speak of, byte for byte.

        Raises:
            RunError: when it cannot be read.

        """
        with self._guarded():
            path = self.path / JOURNAL
            if not path.is_file():
                return
            with ExitStack() as files:
                journal = files.enter_context(path.open("rb"))
                parts = [self._opened(name, files) for name in (TRIALS, FACTS)]
                sizes = [0, 0]
                for line in journal:
                    if not line.endswith(b"\n"):
                        return
                    entry = Entry(**orjson.loads(line))
                    ends = [entry.trials_size, entry.facts_size]
                    read = [part.read(end - size) for part, end, size in zip(parts, ends, sizes, strict=True)]
                    if zlib.crc32(read[1], zlib.crc32(read[0])) != entry.crc:
                        return
                    sizes = ends
                    yield entry

    def _opened(self, name: str, files: ExitStack) -> BinaryIO:
        """Open a file of the run, finished or not; an empty one when it is not there."""
        for path in (self.path / name, self._part(name)):
            if path.is_file():
                return files.enter_context(path.open("rb"))
        return BytesIO()

    def cut(self, kept: int, last: Entry | None) -> None:
        """Cut the parts back to the journal's first ``kept`` lines, of which ``last`` is the last, and append there.

        Raises:
            RunError: when they cannot be written.

        """
        with self._guarded():
            for name in (TRIALS, FACTS):  # a run that died between two renames is a part again
                if (self.path / name).is_file():
                    (self.path / name).replace(self._part(name))
            self._trials = self._appending(self._part(TRIALS), last.trials_size if last else 0)
            self._facts = self._appending(self._part(FACTS), last.facts_size if last else 0)
            journal = self.path / JOURNAL
            size = 0
            if kept:
                with journal.open("rb") as file:
                    size = sum(len(file.readline()) for _ in range(kept))
            self._journal = self._appending(journal, size)

    def _appending(self, path: Path, size: int) -> BinaryIO:
        file = self._open.enter_context(path.open("r+b" if path.exists() else "w+b"))
        file.truncate(size)
        file.seek(size)
        return file

    def append(self, entry: Entry, trial: bytes, facts: bytes) -> None:
        """Add a trial's lines, then its journal line, in which the sizes are filled in here.

        Raises:
            RunError: when they cannot be written; what stood before stays usable.

        """
        with self._guarded():
            for file, data in ((self._trials, trial), (self._facts, facts)):
                file.write(data)
                file.flush()
            crc = zlib.crc32(facts, zlib.crc32(trial))
            sized = replace(entry, trials_size=self._trials.tell(), facts_size=self._facts.tell(), crc=crc)
            self._journal.write(orjson.dumps(sized, option=orjson.OPT_APPEND_NEWLINE))
            self._journal.flush()

    def finish(self) -> None:
        """Put the parts under their final names.

        Raises:
            RunError: when they cannot be written.

        """
        with self._guarded():
            for file, name in ((self._facts, FACTS), (self._trials, TRIALS)):
                _settle(file)
                self._part(name).replace(self.path / name)
            _settle(self._journal)


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return the manifest of a run directory, None when there is no run in it.

    Args:
        path: the directory.

    Raises:
        RunError: when there are a run's files without a manifest, or it cannot be read.

    """
    try:
        data = (path / MANIFEST).read_bytes()
    except FileNotFoundError:
        if strays := [name for name in _OURS if (path / name).exists()]:
            message = f"holds {', '.join(strays)} but no {MANIFEST}: not a run directory"
            raise RunError(path, message) from None
        return None
    except OSError as error:
        raise RunError(path, f"{MANIFEST} cannot be read: {error.strerror or error}") from error
    try:
        manifest = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise RunError(path, f"{MANIFEST} is damaged: {error}") from error
    if not isinstance(manifest, dict):
        raise RunError(path, f"{MANIFEST} is damaged: not an object")
    return manifest
