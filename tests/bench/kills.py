"""A run that is killed again and again, against a model server with faults: ``python -m tests.bench.kills``.

The job must come out byte for byte as without kills and faults, and no answer may be paid twice but those that a kill
took: in flight, or answered so shortly before it that the ledger had not written them. The server counts what it
delivered, and to which process: each has a key of its own.
"""
# ruff: noqa: T201 - it prints a report

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from normalizer.extract.llm.mapping import wire_of
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.rules import RulesExtractor
from normalizer.pipeline import prepare
from normalizer.sources import document_from_text
from tests.server.behaviour import Answer, Behaviour, Cut, Reset, Slow, Status
from tests.server.faults import faulty
from tests.server.model import ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiohttp import web

    from tests.server.behaviour import Script

ROOT: Final = Path(__file__).parents[2]
FILES: Final = ("trials.jsonl", "facts.jsonl")
RATES: Final = {"429": 0.02, "500": 0.01, "503": 0.01, "reset": 0.01, "cut": 0.01, "slow": 0.04}
KEPT: Final = 0.1  # seconds after which an answer is promised to be on the disk
GRACE: Final = 0.1  # of the time that a process takes to its first request: for the commit, and to read the answer
EARLY: Final = 0.25  # of the kills come at any time of starting, the others at any request
LONGEST: Final = 600.0  # seconds for one process
PATIENCE: Final = 10.0  # seconds for the server's thread to start, and to end
LINES: Final = (
    "Age {} years or older", "Hemoglobin ≥ {} g/dL", "Platelet count ≥ {} x 10^9/L", "Total bilirubin ≤ {} x ULN",
    "AST and ALT ≤ {} x ULN", "Creatinine clearance ≥ {} mL/min", "LVEF below {}%", "Albumin ≥ {} g/dL",
    "Stroke within {} months before screening", "Systolic blood pressure > {} mmHg",
    "Live vaccine within {} weeks before screening", "Pregnancy", "Written informed consent",
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """A trial of the job: an id, and the texts of its blocks."""

    name: str
    inclusions: tuple[str, ...]
    exclusions: tuple[str, ...]


def trials_of(count: int, seed: int) -> list[Trial]:
    """Return trials of 3 to 6 blocks; some blocks stand in several trials, none twice in one."""
    chance = random.Random(seed)  # noqa: S311 - variety, not secrecy
    made = []
    for number in range(1, count + 1):
        texts = [line.format(chance.randint(1, 199)) for line in chance.sample(LINES, chance.randint(3, 6))]
        cut = chance.randint(1, len(texts) - 1)
        made.append(Trial(f"T{number:04d}", tuple(texts[:cut]), tuple(texts[cut:])))
    return made


def write(trials: Sequence[Trial], path: Path) -> Path:
    """Write one (id, criteria) record a line."""
    with path.open("wb") as file:
        for trial in trials:
            lines = ["Inclusion Criteria:", *[f"- {text}" for text in trial.inclusions], ""]
            lines += ["Exclusion Criteria:", *[f"- {text}" for text in trial.exclusions]]
            record = {"id": trial.name, "criteria": "\n".join(lines)}
            file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
    return path


def distinct(trials: Sequence[Trial]) -> int:
    """Return the number of different questions: equal blocks of one kind are asked about once."""
    both = ((kind, texts) for t in trials for kind, texts in enumerate((t.inclusions, t.exclusions)))
    return len({(kind, text) for kind, texts in both for text in texts})


@cache
def _reading(kind: str, text: str) -> dict[str, Any]:
    """Return what a good model says of a block: what the rules read."""
    _, contexts = prepare(document_from_text(f"{kind.title()} Criteria:\n- {text}\n", trial_id="T"))
    return wire_of(RulesExtractor().read(contexts[0]).draft, "")


def _answer(asked: dict[str, Any]) -> str:
    blocks = [{**_reading(block["kind"], block["text"]), "block": block["block"]} for block in asked["blocks"]]
    return orjson.dumps({"blocks": blocks}).decode()


def _asked(body: dict[str, Any]) -> dict[str, Any]:
    """Return the texts that a request asks about, and nothing of the prompt: faults stay where they are without it."""
    turns = body["messages"][len(load_prompt().messages) :]
    blocks = orjson.loads(turns[0]["content"])["blocks"]
    return {"blocks": [{name: one[name] for name in ("block", "kind", "text")} for one in blocks], "turns": len(turns)}


def good(body: dict[str, Any], _number: int, _seen: int) -> Behaviour:
    """Answer as a good model does."""
    return Answer(_answer(_asked(body)))


class Flaky:
    """A good model behind a bad line; ``faults`` counts what went wrong by kind."""

    def __init__(self, seed: int) -> None:
        self.faults: Counter[str] = Counter()
        self._script = faulty(_answer, seed=seed, rates=RATES)

    def __call__(self, body: dict[str, Any], number: int, seen: int) -> Behaviour:
        """Answer, or fail."""
        does = self._script(_asked(body), number, seen)
        match does:
            case Status(code):
                self.faults[str(code)] += 1
            case Reset() | Cut() | Slow():
                self.faults[type(does).__name__.lower()] += 1
        return does


@dataclass(frozen=True)
class Delivery:
    """An answer that was sent: to which process (by its key), to which question, and when."""

    run: str
    question: bytes
    at: float


class Counting(ModelServer):
    """A model server that notes every answer it delivers; it answers so many requests and holds others while told to.

    Times are those of ``time.perf_counter``.
    """

    def __init__(self, script: Script, latency: float) -> None:
        super().__init__(script, latency, record=False)
        self.delivered: list[Delivery] = []
        self.arrived: defaultdict[str, list[float]] = defaultdict(list)
        self.held_after: int | None = None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.arrived[_key(request)].append(time.perf_counter())
        return await super()._handle(request)

    async def _act(self, request: web.Request, does: Behaviour, model: str, number: int) -> web.StreamResponse:
        while self.held_after is not None and number > self.held_after:  # noqa: ASYNC110 - another thread ends it
            await asyncio.sleep(0.01)
        sent = await super()._act(request, does, model, number)
        if isinstance(does, Answer):  # what is slow comes here again with its answer
            self.delivered.append(Delivery(_key(request), await request.read(), time.perf_counter()))
        return sent


def _key(request: web.Request) -> str:
    return request.headers["authorization"].removeprefix("Bearer ")


@contextlib.contextmanager
def counting(script: Script, latency: float = 0.0) -> Iterator[Counting]:
    """Run a counting server in a thread of this process; raise what its script raised."""
    server = Counting(script, latency)
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(server.run(started)), name="counting server", daemon=True)
    thread.start()
    loop, stop = started.result(PATIENCE)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
    if server.failure is not None:
        raise server.failure


@dataclass(frozen=True)
class Job:
    """What is run: a file into a directory."""

    file: Path
    out: Path
    server: Counting
    concurrency: int

    @contextlib.contextmanager
    def started(self, run: str, *more: str) -> Iterator[subprocess.Popen[str]]:
        """Start it as a process whose key is ``run``; the process ends with the block."""
        command = [sys.executable, "-m", "normalizer.cli", "run", str(self.file), "-o", str(self.out), "--model", "m"]
        command += ["--base-url", self.server.base_url, "--concurrency", str(self.concurrency), "-q", *more]
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("NORMALIZER_")}
        with subprocess.Popen(  # noqa: S603 - our own
            command, cwd=ROOT, env={**surroundings, "OPENAI_API_KEY": run}, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.kill()

    def contents(self) -> dict[str, bytes]:
        """Return the bytes of the result, of those files that are there."""
        return {name: (self.out / name).read_bytes() for name in FILES if (self.out / name).is_file()}


@dataclass(kw_only=True)
class Result:
    """What a disturbed job came to.

    ``twice`` counts answers that were delivered again by why; ``oldest`` is the age in seconds of the oldest answer
    that a kill took; ``grace`` are the seconds beyond 100 ms that a commit may take on this machine; ``wrong`` says
    what must not be.
    """

    questions: int
    kills: int = 0
    starts: int = 0
    requests: int = 0
    delivered: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    twice: Counter[str] = field(default_factory=Counter)
    oldest: float = 0.0
    grace: float = 0.0
    equal: bool = False
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def disturbed(trials: int, kills: int, seed: int = 1, *, concurrency: int = 4, latency: float = 0.05) -> Result:
    """Run a job with faults and kills, and beside it once more without, and compare.

    Args:
        trials: trials of the job.
        kills: so many at random points, the last one shortly after the last answer, if it does not come too late.
        seed: another seed, other trials, faults and kills.
        concurrency: questions in flight.
        latency: seconds before every answer; with too short ones a process asks all between two commits.

    """
    job_of = trials_of(trials, seed)
    result = Result(questions=distinct(job_of))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = write(job_of, folder / "trials.jsonl")
        start = time.perf_counter()
        flaky = Flaky(seed)
        with counting(good, latency) as calm, counting(flaky, latency) as server, ThreadPoolExecutor(1) as beside:
            whole = Job(file, folder / "whole", calm, 4 * concurrency)  # the bytes do not depend on it
            undisturbed = beside.submit(_finish, whole, "calm", result)
            job = Job(file, folder / "out", server, concurrency)
            killed = _kill_often(job, kills, seed, result)
            _finish(job, "last", result)
            undisturbed.result()
            if not len(calm.delivered) == len({one.question for one in calm.delivered}) == result.questions:
                result.wrong.append(f"undisturbed: {len(calm.delivered)} answers to {result.questions} questions")
            result.requests, result.delivered, result.faults = server.count, len(server.delivered), flaky.faults
            result.kills, result.starts = len(killed), len(killed) + 1
            _explain(server, killed, result)
        result.seconds = time.perf_counter() - start
        _compare(job_of, whole, job, result)
    return result


def _finish(job: Job, run: str, result: Result) -> None:
    with job.started(run) as process:
        _, told = process.communicate(timeout=LONGEST)
    if process.returncode or told:
        result.wrong.append(f"process {run} ended with {process.returncode}: {told.strip()}")


def _kill_often(job: Job, kills: int, seed: int, result: Result) -> dict[str, float]:
    """Start and kill the job; return when each process was killed."""
    chance = random.Random(seed)  # noqa: S311 - as above
    server, killed = job.server, dict[str, float]()
    starting = 0.0  # seconds to the first request, once the first process has shown it
    for number in range(kills):
        ending = number > 0 and number == kills - 1
        run = f"run{number}"
        left = result.questions - len({one.question for one in server.delivered})
        requests = chance.randint(1, max(1, round(1.7 * left / (kills - number))))
        early = number > 0 and not ending and chance.random() < EARLY
        seconds = chance.uniform(0, 1.2 * starting) if early else LONGEST
        pause = chance.uniform(0, 0.1 if ending else 0.02)
        with job.started(run) as process:
            start = time.perf_counter()
            until = start + seconds
            while process.poll() is None and time.perf_counter() < until:
                if ending:
                    if len({one.question for one in server.delivered}) == result.questions:
                        break
                elif len(server.arrived[run]) >= requests:
                    break
                time.sleep(0.002)
            time.sleep(pause)
            at = time.perf_counter()
            process.kill()
            _, told = process.communicate()
        if not number and server.arrived[run]:
            starting = server.arrived[run][0] - start
            result.grace = GRACE * starting
        if process.returncode == -signal.SIGKILL:
            killed[run] = at
        elif process.returncode:
            result.wrong.append(f"process {run} ended with {process.returncode}: {told.strip()}")
        else:
            break  # it was done before it could be killed
        if told and process.returncode == -signal.SIGKILL:
            result.wrong.append(f"process {run} said before it was killed: {told.strip()}")
    return killed


def _explain(server: Counting, killed: dict[str, float], result: Result) -> None:
    """Say of every answer that was delivered again which kill took it."""
    times: defaultdict[bytes, list[Delivery]] = defaultdict(list)
    for one in server.delivered:
        times[one.question].append(one)
    if len(times) != result.questions:
        result.wrong.append(f"{len(times)} questions were answered, not {result.questions}")
    for deliveries in times.values():
        for one, again in itertools.pairwise(deliveries):
            if one.run == again.run or one.run not in killed:
                result.twice["unexplained"] += 1
                result.wrong.append(f"an answer to {one.run} was paid again by {again.run}, and no kill was between")
                continue
            age = killed[one.run] - one.at
            result.oldest = max(result.oldest, age)
            silent = killed[one.run] - server.arrived[one.run][-1]
            why = _why(age, silent, result.grace)
            result.twice[why] += 1
            if why == "unexplained":
                result.wrong.append(f"an answer was lost that stood {age:.3f} s when {one.run} was killed")


def _why(age: float, silent: float, grace: float) -> str:
    """Return why an answer was paid again that was so old at a kill, the process being silent for so long."""
    if age <= 0:
        return "in flight at a kill"
    if age <= KEPT:
        return "in the last 100 ms"
    if age <= KEPT + grace:
        return "being written"
    return "process stood still" if age - silent <= KEPT + grace else "unexplained"


def _compare(trials: Sequence[Trial], whole: Job, job: Job, result: Result) -> None:
    """Compare the files, and look for every block of the input."""
    result.equal = len(job.contents()) == len(FILES) and job.contents() == whole.contents()
    if not result.equal:
        result.wrong.append("the files differ from those of the undisturbed run")
    lines = [orjson.loads(line) for line in job.contents().get("trials.jsonl", b"").splitlines()]
    if [line["trial_id"] for line in lines] != [trial.name for trial in trials]:
        result.wrong.append("trials are missing, doubled or in another order")
    found = Counter((line["trial_id"], one["text"]) for line in lines for one in line["criteria"])
    expected = Counter((trial.name, text) for trial in trials for text in (*trial.inclusions, *trial.exclusions))
    if found != expected:
        missing, doubled = (expected - found).total(), (found - expected).total()
        result.wrong.append(f"{missing} blocks are missing, {doubled} are too many")


def show(result: Result) -> None:
    """Print what it came to."""
    faults = ", ".join(f"{kind} {count}" for kind, count in sorted(result.faults.items()))
    twice = ", ".join(f"{count} {why}" for why, count in sorted(result.twice.items()))
    again = result.twice.total()
    print(f"kills            {result.kills}, then left to finish; {result.starts} starts")
    print(f"requests         {result.requests:,} for {result.questions:,} questions; faults: {faults or 'none'}")
    print(f"delivered        {result.delivered:,} answers, {again:,} of them again: {twice or 'none'}")
    if result.kills:
        print(
            f"                 {again / result.kills:.1f} a kill; the oldest stood {1000 * result.oldest:,.0f} ms "
            f"(100 + {1000 * result.grace:,.0f} for the commit on this machine)"
        )
    print(f"byte-equal       {'yes' if result.equal else 'NO'}")
    print(f"seconds          {result.seconds:.1f}")
    for problem in result.wrong:
        print(f"WRONG            {problem}")


def main() -> None:
    """Kill, compare, print; exit 1 when anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.kills", description=__doc__)
    parser.add_argument("--trials", type=int, default=500, help="trials of the job (default 500)")
    parser.add_argument("--kills", type=int, default=50, help="times that it is killed (default 50)")
    parser.add_argument("--seed", type=int, default=1, help="of trials, faults and kills (default 1)")
    parser.add_argument("--concurrency", type=int, default=4, help="questions in flight (default 4)")
    arguments = parser.parse_args()
    result = disturbed(arguments.trials, arguments.kills, arguments.seed, concurrency=arguments.concurrency)
    show(result)
    sys.exit(1 if result.wrong else 0)


if __name__ == "__main__":
    main()
