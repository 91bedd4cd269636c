"""Runs on a cluster of Ray of several machines, which are processes of this one; the last test kills one of them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from normalizer.batch import RunError, Settings, run
from normalizer.batch.ledger import spent
from tests.bench.kills import FILES, Trial, counting, distinct, good, trials_of, write
from tests.server.cluster import cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.kills import Counting
    from tests.server.cluster import Machines

pytest.importorskip("ray")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[2]
PARTS = 2  # one for each machine with a processor
CONCURRENCY = 4  # of the whole
TRIALS = [  # without the criteria that have no number, no question is asked twice
    Trial(one.name, *(tuple(filter(re.compile("[0-9]").search, texts)) for texts in (one.inclusions, one.exclusions)))
    for one in trials_of(16, 5)
]
QUESTIONS = distinct(TRIALS)
BEFORE = 12  # answers before the others are held, fewer than either part has questions
LONGEST = 40.0  # seconds to wait for a process


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with cluster(2, OPENAI_API_KEY="of-the-machines") as found:
        yield found


@dataclass(frozen=True)
class Whole:
    """The inputs, and what undisturbed runs of as many parts make of them."""

    file: Path
    folder: Path


def shards(file: Path, folder: Path, settings: Settings) -> None:
    """Do the parts as plain schedulers do them, one after the other."""
    for number in range(1, PARTS + 1):
        part = Settings(
            **{name: getattr(settings, name) for name in settings.__slots__} | {"shard": f"{number}/{PARTS}"}
        )
        assert run([str(file)], folder / f"{number}", part).exit_code == 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    file = write(TRIALS, folder / "trials.jsonl")
    with counting(good) as server:
        shards(file, folder / "model", Settings(extractor="hybrid", model="m", base_url=server.base_url))
    shards(file, folder / "rules", Settings())
    assert len(server.delivered) == QUESTIONS
    return Whole(file, folder)


@contextlib.contextmanager
def driver(machines: Machines, file: Path, out: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Start a run on the cluster; it ends with the block."""
    command = [sys.executable, "-m", "normalizer.cli", "run", str(file), "-o", str(out), "--engine", "ray"]
    command += ["--ray-address", machines.address, "--parts", str(PARTS), *more]
    with subprocess.Popen(  # noqa: S603 - our own
        command,
        cwd=ROOT,
        env={**machines.environment, "OPENAI_API_KEY": "of-the-driver"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, told = process.communicate(timeout=LONGEST)
    return process.returncode, out, told


def asking(server: Counting) -> list[str]:
    return ["--model", "m", "--base-url", server.base_url, "--concurrency", str(CONCURRENCY), "-q"]


def parts_of(out: Path) -> list[Path]:
    return [out / "parts" / f"{number:04d}-of-{PARTS:04d}" for number in range(1, PARTS + 1)]


def assert_as_undisturbed(out: Path, whole: Whole, reader: str) -> None:
    for number, part in enumerate(parts_of(out), 1):
        for name in FILES:
            assert (part / name).read_bytes() == (whole.folder / reader / f"{number}" / name).read_bytes()
    assert [path.name for path in sorted((out / "facts").iterdir())] == ["part-0001.parquet", "part-0002.parquet"]


def wait_for(done: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + LONGEST
    while not done():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)


def held(server: Counting, out: Path, process: subprocess.Popen[str]) -> None:
    """Wait until all questions that may be open are, and the answers before them are in the ledgers."""
    wait_for(lambda: sum(map(len, server.arrived.values())) == BEFORE + CONCURRENCY, process)

    def kept() -> bool:
        with contextlib.suppress(RunError):  # it is being made
            return sum(spent(part).requests for part in parts_of(out)) == BEFORE
        return False

    wait_for(kept, process)


def test_rules_on_two_machines(machines: Machines, whole: Whole, tmp_path: Path) -> None:
    with driver(machines, whole.file, tmp_path) as process:
        code, out, told = end(process)
    assert (code, told) == (0, "")
    assert f"trials     {len(TRIALS)}" in out
    assert_as_undisturbed(tmp_path, whole, "rules")


def test_without_a_cluster_ray_is_started_for_the_run(whole: Whole, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NORMALIZER_", "RAY_"))}
    command = [sys.executable, "-m", "normalizer.cli", "run", str(whole.file), "-o", str(tmp_path / "out")]
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp", ignore_cleanup_errors=True) as short:
        done = subprocess.run(  # noqa: S603 - our own
            [*command, "--engine", "ray", "--parts", str(PARTS), "-q"], cwd=ROOT, capture_output=True, text=True,
            env={**kept, "HOME": str(tmp_path), "RAY_TMPDIR": short}, timeout=LONGEST, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if short.encode() in _read(path)]
    assert left == []
    assert_as_undisturbed(tmp_path / "out", whole, "rules")


def _read(path: Path) -> bytes:
    with contextlib.suppress(OSError):  # it ended
        return path.read_bytes()
    return b""


def test_an_interrupted_run_goes_on(machines: Machines, whole: Whole, tmp_path: Path) -> None:
    with counting(good) as server:
        server.held_after = BEFORE
        with driver(machines, whole.file, tmp_path, *asking(server)) as process:
            held(server, tmp_path, process)
            process.send_signal(signal.SIGINT)
            code, _, told = end(process)
        assert code == 130
        assert "the same command goes on from there" in told
        assert "Traceback" not in told
        server.held_after = None
        with driver(machines, whole.file, tmp_path, *asking(server)) as process:
            assert end(process) == (0, "", "")
        assert_paid_once(server, CONCURRENCY)
    assert_as_undisturbed(tmp_path, whole, "model")


def assert_paid_once(server: Counting, in_flight: int) -> None:
    """Check that nothing was answered twice but so many questions that were in flight, and limits and keys."""
    answers = Counter(one.question for one in server.delivered)
    again = [question for question, times in answers.items() if times > 1]
    assert len(answers) == QUESTIONS
    assert len(server.delivered) - QUESTIONS == len(again) <= in_flight
    assert not {one.question for one in server.delivered[:BEFORE]} & set(again)
    assert server.max_open == CONCURRENCY
    assert set(server.arrived) == {"of-the-machines"}  # the driver's key goes nowhere


def test_a_machine_that_is_killed_costs_what_was_in_flight(machines: Machines, whole: Whole, tmp_path: Path) -> None:
    with counting(good) as server:
        server.held_after = BEFORE
        with driver(machines, whole.file, tmp_path, *asking(server)) as process:
            held(server, tmp_path, process)
            machines.kill()
            server.held_after = None
            code, _, told = end(process)
        assert code == 0, told
        assert "its process was lost and is replaced: Task failed because the node" in told
        assert_paid_once(server, CONCURRENCY // PARTS)
    assert_as_undisturbed(tmp_path, whole, "model")
