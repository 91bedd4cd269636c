"""What kills, torn files and a second process may not do to a run."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from normalizer.batch import Settings, run
from tests.bench.kills import FILES, Job, counting, distinct, disturbed, good, trials_of, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.bench.kills import Counting

IN_FLIGHT = 4
TRIALS = trials_of(6, 7)
QUESTIONS = distinct(TRIALS)
BEFORE = QUESTIONS * 2 // 3  # answers that the first process gets before the others are held
LONGEST = 50.0  # seconds to wait for a process
REFUSED = "another process is writing this run directory"


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_job_killed_again_and_again_ends_as_if_nothing_had_been() -> None:
    result = disturbed(40, 5, seed=9, latency=0.02)
    assert result.wrong == []  # blocks missing or doubled, answers paid twice, a process that would not go on
    assert result.equal
    assert result.kills >= 4  # the fifth, after the last answer, may come too late
    assert set(result.faults) == {"429", "500", "503", "reset", "cut", "slow"}
    assert result.twice["unexplained"] == 0
    assert result.delivered == result.questions + result.twice.total()


@dataclass(frozen=True)
class Refused:
    """How a second process on a directory in use ended, and what it said."""

    code: int
    told: str


@dataclass(frozen=True)
class Held:
    """A job whose model stopped answering in the middle.

    ``copy`` is its directory as it was then, ``refused`` what second processes came to meanwhile, without and with
    ``--fresh``; ``code``, ``told`` and ``end`` are how the first ended once the model answered again.
    """

    copy: Path
    refused: tuple[Refused, Refused]
    code: int
    told: str
    end: dict[str, bytes]
    whole: dict[str, bytes]
    file: Path
    server: Counting

    def answered(self, run: str) -> Counter[bytes]:
        """Return how often each question was answered to a process."""
        return Counter(one.question for one in self.server.delivered if one.run == run)


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST
    while not done():
        assert time.monotonic() < until
        time.sleep(0.005)


def second(job: Job, *more: str) -> Refused:
    with job.started("second", *more) as process:
        _, told = process.communicate(timeout=LONGEST)
    return Refused(process.returncode, told)


def settings(server: Counting) -> Settings:
    return Settings(extractor="hybrid", model="m", base_url=server.base_url)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("held")
    file = write(TRIALS, folder / "trials.jsonl")
    with counting(good) as server:
        server.held_after = BEFORE
        job = Job(file, folder / "out", server, IN_FLIGHT)
        with job.started("first") as process:
            wait_for(lambda: len(server.arrived["first"]) == BEFORE + IN_FLIGHT or process.poll() is not None)
            with ThreadPoolExecutor(2) as pool:  # starting takes long enough for all answers to be written
                plain, fresh = pool.submit(second, job), pool.submit(second, job, "--fresh")
            refused = plain.result(), fresh.result()
            copy = folder / "copy"
            shutil.copytree(job.out, copy)
            server.held_after = None
            _, told = process.communicate(timeout=LONGEST)
        whole = folder / "whole"
        assert run([str(file)], whole, settings(server)).exit_code == 0
        yield Held(copy, refused, process.returncode, told, contents(job.out), contents(whole), file, server)


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NORMALIZER_CACHE", raising=False)


@pytest.fixture
def out(held: Held, tmp_path: Path) -> Path:
    """Return a copy of the directory of a run that ended in the middle."""
    return shutil.copytree(held.copy, tmp_path / "out")


def contents(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in FILES}


def go_on(held: Held, out: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> int:
    """Finish the run, look at what it wrote, and return how many answers it had to pay."""
    monkeypatch.setenv("OPENAI_API_KEY", name)
    outcome = run([str(held.file)], out, settings(held.server))
    assert (outcome.exit_code, outcome.errors) == (0, [])
    assert contents(out) == held.whole
    paid = held.answered(name)
    assert set(paid.values()) <= {1}
    return paid.total()


def test_a_second_process_is_refused_and_the_first_goes_on(held: Held) -> None:
    for refused in held.refused:
        assert refused.code == 2
        assert REFUSED in " ".join(refused.told.split())
        assert "Traceback" not in refused.told
    assert held.server.arrived["second"] == []
    assert (held.code, held.told) == (0, "")
    assert held.end == held.whole
    assert held.answered("first").total() == QUESTIONS


def test_what_a_run_was_answered_a_second_ago_is_on_the_disk(
    held: Held, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert go_on(held, out, monkeypatch, "copied") == QUESTIONS - BEFORE
    again = held.answered("copied").keys() & {one.question for one in held.server.delivered[:BEFORE]}
    assert not again


#: Bytes that are left of so many.
CUTS: dict[str, Callable[[int], int]] = {
    "nothing": lambda _: 0,
    "half of the header": lambda _: 16,
    "the header": lambda _: 32,
    "a header of a page": lambda _: 32 + 24,
    "a page and a bit": lambda _: 32 + 24 + 4096 + 7,
    "half": lambda size: size // 2,
    "all but a page": lambda size: size - 24 - 4096,
    "all but a byte": lambda size: size - 1,
}


@pytest.mark.parametrize(
    ("cut", "index"),
    [
        *[(cut, "with its index") for cut in CUTS],
        *[(cut, "without its index") for cut in ("nothing", "half", "all but a byte")],
    ],
)
def test_a_ledger_whose_last_writes_are_torn_is_used_as_far_as_it_goes(
    held: Held, out: Path, monkeypatch: pytest.MonkeyPatch, cut: str, index: str
) -> None:
    wal = out / "ledger.sqlite-wal"
    size = wal.stat().st_size
    assert size > 32 + 2 * (24 + 4096)
    with wal.open("r+b") as file:
        file.truncate(CUTS[cut](size))
    if index == "without its index":
        (out / "ledger.sqlite-shm").unlink()
    paid = go_on(held, out, monkeypatch, f"{cut}-{index}".replace(" ", "-"))
    assert QUESTIONS - BEFORE <= paid <= QUESTIONS


JOURNAL = "journal.jsonl"
ZEROS = "ends in zeros"  # what a power cut leaves of a file that grew, never a kill
#: What is done to a file's last line.
TEARS: dict[str, Callable[[bytes], bytes]] = {
    "gone": lambda _: b"",
    "cut in half": lambda line: line[: len(line) // 2],
    "without its end": lambda line: line[:-1],
    ZEROS: lambda line: line[:-20] + bytes(20),
    "begun anew": lambda line: line + line[: len(line) // 2],
}


@pytest.mark.parametrize(
    ("name", "tear"),
    [(name, tear) for name in (JOURNAL, "trials.jsonl.part", "facts.jsonl.part") for tear in TEARS],
)
def test_a_torn_last_line_costs_nothing(
    held: Held, out: Path, monkeypatch: pytest.MonkeyPatch, name: str, tear: str
) -> None:
    *lines, last = (out / name).read_bytes().splitlines(keepends=True)
    assert lines
    (out / name).write_bytes(b"".join([*lines, TEARS[tear](last)]))
    assert go_on(held, out, monkeypatch, f"{name}-{tear.replace(' ', '-')}") == QUESTIONS - BEFORE
