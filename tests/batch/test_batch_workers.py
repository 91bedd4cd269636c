from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from normalizer.batch import Tally, workers
from normalizer.batch.done import Done
from normalizer.batch.workers import WorkerError, done, in_parallel
from normalizer.facts import row_to_json, rows, to_json
from normalizer.pipeline import normalize
from normalizer.sources.pages import document_from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from normalizer.model import TrialDocument

PAGE = """Inclusion Criteria:
- Age {number} years or older
- Creatinine ≤ 1.5 x ULN or clearance > {number} mL/min

Exclusion Criteria:
- LVEF below {number}%
"""
#: Reads endless trials and says when the first is done; then it is interrupted or killed.
ENDLESS = """
import itertools, sys
from contextlib import closing
from normalizer.batch.workers import in_parallel
from normalizer.sources.pages import document_from_bytes

def documents():
    for number in itertools.count():
        yield document_from_bytes(b"Inclusion Criteria:\\n- Age over %d years\\n" % number, f"t{number}.txt")

if __name__ == "__main__":
    try:
        with closing(in_parallel(documents(), 2)) as found:
            for number, _ in enumerate(found):
                if not number:
                    print("first", flush=True)
    except KeyboardInterrupt:
        print("interrupted")
        sys.exit(130)
"""


def trial(number: int) -> TrialDocument:
    return document_from_bytes(PAGE.format(number=number + 10).encode(), f"trial{number}.txt")


def trials(count: int) -> Iterator[TrialDocument]:
    return map(trial, range(count))


def broken(number: int) -> TrialDocument:
    return replace(trial(number), sections=None, locator="line 7")  # type: ignore[arg-type]


class Deadly(str):
    """A title that kills the process that it is sent to."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return signal.raise_signal, (signal.SIGKILL,)


def nothing_left() -> bool:
    return not multiprocessing.active_children()


def test_one_trial_comes_to_its_lines_and_counts() -> None:
    document = trial(1)
    normalized = normalize(document)
    facts = [row_to_json(row) for row in rows(normalized)]
    counts = Tally.of(normalized, len(facts)).to_json()
    assert done(document) == Done(document, to_json(normalized) + b"\n", b"".join(facts), counts, None)


def test_a_trial_that_breaks_the_program_comes_to_an_error() -> None:
    found = done(broken(1))
    assert (found.line, found.facts, found.counts) == (b"", b"", Tally(failed=1).to_json())
    assert found.error is not None
    assert found.error.startswith("trial1.txt (line 7): trial trial1 failed: TypeError: ")


def test_one_worker_is_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_started", None)
    read: list[TrialDocument] = []
    found = in_parallel((read.append(one) or one for one in trials(50)), 1)  # type: ignore[func-returns-value]
    assert next(found).document is read[-1]
    assert len(read) == 1
    assert len(list(found)) == 49


def test_a_handful_of_trials_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_started", None)
    assert list(in_parallel(trials(5), 8)) == [done(one) for one in trials(5)]
    assert list(in_parallel(trials(0), 8)) == []


def test_no_worker_is_refused() -> None:
    with pytest.raises(ValueError, match="0 workers"):
        in_parallel(trials(1), 0)


def test_two_workers_give_the_same_in_the_same_order() -> None:
    """Among them a long trial, behind which the others have to wait, and two that break the program."""
    long = document_from_bytes((PAGE.format(number=3) * 60).encode(), "long.txt")
    given = [trial(0), long, broken(2), *trials(80), broken(3)]

    def documents() -> Iterator[TrialDocument]:
        yield from given
        raise OSError("the disk is gone")

    found = in_parallel(documents(), 2)
    got = list(itertools.islice(found, len(given)))
    assert got == [done(document) for document in given]
    assert all(one.document is document for one, document in zip(got, given, strict=True))
    with pytest.raises(OSError, match="the disk is gone"):  # an error of the input comes after the trials before it
        next(found)
    assert nothing_left()


def test_an_error_of_a_short_input_comes_after_its_trials() -> None:
    def documents() -> Iterator[TrialDocument]:
        yield trial(0)
        raise OSError("the disk is gone")

    found = in_parallel(documents(), 2)
    assert next(found) == done(trial(0))
    with pytest.raises(OSError, match="the disk is gone"):
        next(found)


def test_closing_early_stops_the_workers_and_reads_no_further() -> None:
    read = itertools.count()
    documents = (trial(number) for number in read)
    found = in_parallel(documents, 2)
    assert [next(found).document.trial_id for _ in range(3)] == ["trial0", "trial1", "trial2"]
    found.close()
    assert nothing_left()
    assert next(read) <= 2 * workers._AHEAD * workers._CHUNK + 3 * workers._CHUNK
    with pytest.raises(StopIteration):
        next(found)


def test_a_killed_worker_is_told_with_the_trials_it_had() -> None:
    deadly = replace(trial(18), title=Deadly("x"))
    documents = itertools.chain(trials(18), [deadly], map(trial, itertools.count(19)))
    with pytest.raises(
        WorkerError, match=r"was killed by SIGKILL at one of the trials .*trial1\d.*exit code -9"
    ) as told:
        list(workers._together(documents, 1))  # one that starts is enough
    assert told.value.code == -signal.SIGKILL
    assert told.value.trial_ids
    assert nothing_left()


def test_messages_of_other_endings() -> None:
    assert str(WorkerError(1, [])).startswith("a worker process ended (exit code 1)")
    assert '`if __name__ == "__main__":`' in str(WorkerError(1, []))
    assert "killed by signal 999 " in str(WorkerError(-999, []))


def endless(tmp_path: Path) -> subprocess.Popen[str]:
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS)
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, str(script)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def test_an_interrupt_stops_at_once_without_traces(tmp_path: Path) -> None:
    with endless(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "first\n"
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all processes of the group
        out, errors = process.communicate(timeout=10)  # ends when nobody holds the pipes, so no worker is left
    assert (process.returncode, out, errors) == (130, "interrupted\n", "")


def test_workers_end_when_the_run_is_killed(tmp_path: Path) -> None:
    with endless(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "first\n"
        process.kill()
        _, errors = process.communicate(timeout=10)
    assert errors == ""
