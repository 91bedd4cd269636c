"""Rules on several processes: documents go out in small chunks, results come back in input order.

Each worker has a pipe of its own and no lock is shared, so one that is killed in the middle of an answer cannot hang
the others, as it can in a pool with common queues. A worker ends itself as soon as its pipe is closed: none outlives
the run, however that ends.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import wait
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from normalizer.batch.done import Done, done_by
from normalizer.extract.rules import RulesExtractor
from normalizer.model.errors import NormalizerError
from normalizer.pipeline import normalize

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from normalizer.model.document import TrialDocument

_FEW: Final = 16  # so many trials are done sooner than a process has started (half a second of CPU)
_CHUNK: Final = 4  # trials that travel together
_CHARACTERS: Final = 40_000  # a chunk with so many is full
_GIVEN: Final = 2  # chunks at a worker: the one it reads, and the next
_AHEAD: Final = 32  # chunks for each worker that may be done before the oldest one is, which bounds memory

_Answer: TypeAlias = "tuple[bytes, bytes, dict[str, Any], str | None]"


class WorkerError(NormalizerError):
    """A worker process ended; keeps its exit code (negative: the signal) and the ids of the trials it had."""

    def __init__(self, code: int | None, trial_ids: Sequence[str]) -> None:
        ended = "ended" if code is None or code >= 0 else f"was killed by {_signal(-code)}"
        place = f" at one of the trials {', '.join(trial_ids)}" if trial_ids else ""
        super().__init__(
            f"a worker process {ended}{place} (exit code {code}); was there memory enough? Fewer workers need less. "
            'A script that starts workers must do so under `if __name__ == "__main__":`'
        )
        self.code, self.trial_ids = code, tuple(trial_ids)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def done(document: TrialDocument) -> Done:
    """Normalize one trial by rules, in this process; an exception becomes the error of the result."""
    return done_by(document, lambda: normalize(document, (RulesExtractor(),)))


def in_parallel(documents: Iterator[TrialDocument], workers: int) -> Generator[Done, None, None]:
    """Normalize trials by rules and yield what each came to, in input order; close it to stop the processes.

    Args:
        documents: read at most some hundred trials ahead; an error of it is raised after the trials before it.
        workers: processes; with 1, or with a handful of trials, none is started.

    Raises:
        ValueError: when there is no worker.
        WorkerError: when a process is killed or cannot start.

    """
    if workers < 1:
        raise ValueError(f"{workers} workers: at least 1 is needed")
    return map_done(documents) if workers == 1 else _together(documents, workers)


def map_done(documents: Iterable[TrialDocument]) -> Generator[Done, None, None]:
    """Normalize trials one after the other in this process."""
    for document in documents:
        yield done(document)


def _together(documents: Iterator[TrialDocument], count: int) -> Generator[Done, None, None]:
    errors: list[Exception] = []
    documents = _until_error(documents, errors)
    first = list(islice(documents, _FEW))
    if len(first) < _FEW:
        yield from map_done(first)
    else:
        with _started(count) as workers:
            yield from _read(workers, _chunks(chain(first, documents)))
    for error in errors:
        raise error


def _until_error(documents: Iterator[TrialDocument], errors: list[Exception]) -> Iterator[TrialDocument]:
    try:
        yield from documents
    except Exception as error:  # noqa: BLE001 - raised when its turn comes
        errors.append(error)


@dataclass(slots=True)
class _Chunk:
    documents: list[TrialDocument]
    done: list[Done] | None = None


def _chunks(documents: Iterator[TrialDocument]) -> Iterator[_Chunk]:
    some: list[TrialDocument] = []
    for document in documents:
        some.append(document)
        if len(some) == _CHUNK or sum(len(one.text) for one in some) >= _CHARACTERS:
            yield _Chunk(some)
            some = []
    if some:
        yield _Chunk(some)


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    given: deque[_Chunk] = field(default_factory=deque)

    def give(self, chunk: _Chunk) -> None:
        self.given.append(chunk)
        try:
            self.pipe.send(chunk.documents)
        except OSError:
            raise self._error() from None

    def take(self) -> None:
        try:
            answers: list[_Answer] = self.pipe.recv()
        except (EOFError, OSError):
            raise self._error() from None
        chunk = self.given.popleft()
        chunk.done = [Done(document, *answer) for document, answer in zip(chunk.documents, answers, strict=True)]

    def _error(self) -> WorkerError:
        self.process.join(5)
        reading = self.given[0].documents if self.given else ()
        return WorkerError(self.process.exitcode, [document.trial_id for document in reading])


def _read(workers: Sequence[_Worker], chunks: Iterator[_Chunk]) -> Iterator[Done]:
    by_pipe = {worker.pipe: worker for worker in workers}
    open_: deque[_Chunk] = deque()  # given away and not yet yielded, in input order
    chunk = next(chunks, None)
    while chunk is not None or open_:
        while chunk is not None and len(open_) < _AHEAD * len(workers):
            worker = min(workers, key=lambda worker: len(worker.given))
            if len(worker.given) == _GIVEN:
                break
            worker.give(chunk)
            open_.append(chunk)
            chunk = next(chunks, None)
        oldest = open_[0]
        for pipe in wait(by_pipe, 0 if oldest.done else None):
            by_pipe[pipe].take()  # type: ignore[index] # wait gives back what it was given
        if oldest.done:
            open_.popleft()
            yield from oldest.done


@contextmanager
def _started(count: int) -> Iterator[list[_Worker]]:
    """Start workers, which an interrupt from the keyboard does not reach; at the end none is left."""
    context = get_context("spawn")
    resource_tracker.ensure_running()  # to be started later it would lift the mask
    workers: list[_Worker] = []
    try:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
        try:
            for _ in range(count):
                ours, theirs = context.Pipe()
                workers.append(_Worker(context.Process(target=_work, args=(theirs,), daemon=True), ours))
                with theirs:
                    workers[-1].process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        yield workers
    finally:
        for worker in workers:
            worker.pipe.close()
            if worker.process.pid is not None:
                worker.process.kill()  # it keeps nothing
        for worker in workers:
            if worker.process.pid is not None:
                worker.process.join()
            worker.process.close()


def _work(pipe: Connection) -> None:
    """Answer chunks until the pipe is closed, in a process of its own."""
    chunks: SimpleQueue[list[TrialDocument]] = SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, chunks), daemon=True).start()
    with suppress(OSError):
        while True:
            found = map(done, chunks.get())
            answers: list[_Answer] = [(one.line, one.facts, one.counts, one.error) for one in found]
            pipe.send(answers)


def _receive(pipe: Connection, chunks: SimpleQueue[list[TrialDocument]]) -> None:
    """Take in chunks while others are read, so that neither side waits to send; the end of the pipe ends all."""
    try:
        with suppress(EOFError, OSError):
            while True:
                chunks.put(pipe.recv())
    finally:
        os._exit(1)
