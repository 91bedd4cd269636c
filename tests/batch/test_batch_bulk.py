"""Runs that ask through a provider's batch interface: the same bytes as live ones, every answer paid once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from normalizer.batch import Means, RunError, Settings, run
from normalizer.batch.budget import BudgetError
from normalizer.batch.ledger import spent
from normalizer.cli import app
from normalizer.extract.llm.errors import EndpointError
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.usage import Usage, in_bulk, price_of
from tests.bench.kills import FILES, distinct, good, trials_of, write
from tests.server.behaviour import Answer, Refusal, Status, truncated
from tests.server.behaviour import Usage as Tokens
from tests.server.bulk import BulkFaults
from tests.server.model import serving

if TYPE_CHECKING:
    from normalizer.batch.jobs import Sent
    from tests.server.behaviour import Behaviour, Script
    from tests.server.model import ModelServer

ROOT = Path(__file__).parents[2]
TRIALS = trials_of(12, 5)
QUESTIONS = distinct(TRIALS)
MEANS = Means(poll=0.0)
LONGEST = 50.0  # seconds for a process


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("normalizer.extract.llm.transport._FIRST_WAIT", 0.0)
    monkeypatch.delenv("NORMALIZER_CACHE", raising=False)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(TRIALS, tmp_path_factory.mktemp("in") / "trials.jsonl")


@pytest.fixture(scope="module")
def live(table: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of a run that asked question by question."""
    out = tmp_path_factory.mktemp("live")
    with serving(good) as server:
        assert run([str(table)], out, settings(server, bulk=False)).exit_code == 0
    return contents(out)


def contents(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in FILES}


def settings(server: ModelServer, **changes: Any) -> Settings:
    return Settings(**{"extractor": "hybrid", "model": "m", "base_url": server.base_url, "bulk": True, **changes})


def small_files(monkeypatch: pytest.MonkeyPatch, questions: int) -> None:
    """Let a file of requests hold so many questions."""
    monkeypatch.setattr("normalizer.batch.outbox.MOST_REQUESTS", questions)


def is_reask(body: dict[str, Any]) -> bool:
    return len(body["messages"]) > len(load_prompt().messages) + 1


def test_what_is_asked_in_bulk_comes_out_as_if_it_was_asked_live(
    table: Path, live: dict[str, bytes], tmp_path: Path
) -> None:
    with serving(good) as server:
        outcome = run([str(table)], tmp_path / "out", settings(server), means=MEANS)
        assert (outcome.exit_code, server.requests, len(server.bulk.jobs)) == (0, [], 1)
        assert Counter(server.bulk.asked) == dict.fromkeys(server.bulk.asked, 1)
        assert len(server.bulk.asked) == QUESTIONS
        assert outcome.asked.usage == Usage(QUESTIONS, 100 * QUESTIONS, 0, 20 * QUESTIONS)
        assert contents(tmp_path / "out") == live
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
            ".lock", "facts.jsonl", "journal.jsonl", "ledger.sqlite", "run.json", "trials.jsonl",
        ]  # fmt: skip
        again = run([str(table)], tmp_path / "out", settings(server), means=MEANS)
        assert (again.skipped, len(server.bulk.jobs)) == (len(TRIALS), 1)


FAULTS = {
    "uploads are refused": BulkFaults(refused_uploads=2),
    "a job is made and nobody hears of it": BulkFaults(lost_creations=3),
    "creations are limited": BulkFaults(limited_creations=3),
    "answers break off": BulkFaults(cut_downloads=2),
    "looks fail": BulkFaults(broken_looks=4),
    "jobs expire": BulkFaults(expiring=2),
    "answers are lost, doubled and mixed up": BulkFaults(lost_lines=1, strange_lines=True),
    "jobs are too large": BulkFaults(largest=5),
    "one at a time": BulkFaults(at_once=1),
    "all at once": BulkFaults(
        1, 1, 1, largest=7, at_once=2, expiring=1, cut_downloads=1, broken_looks=1, strange_lines=True
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_the_interface_change_nothing(
    name: str, table: Path, live: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_files(monkeypatch, 20)
    told: list[str] = []
    with serving(good, bulk=FAULTS[name]) as server:
        outcome = run([str(table)], tmp_path / "out", settings(server), means=MEANS, on_error=told.append)
        lost = name.startswith("answers are lost")
        assert (outcome.exit_code, contents(tmp_path / "out")) == (0, live)
        assert len(server.bulk.asked) == QUESTIONS + lost  # an answer that never came is asked for again
        assert [("answers to what was not asked" in message) for message in told] == [True] * len(told)
        assert bool(told) == FAULTS[name].strange_lines
        files = Counter(job.file for job in server.bulk.jobs.values() if not job.errors)
        assert set(files.values()) == {1}  # no file became two jobs


def only_first(wrong: Behaviour) -> Script:
    """Return the script of a model that answers some questions badly when they come for the first time."""

    def script(body: dict[str, Any], number: int, seen: int) -> Behaviour:
        question = body["messages"][len(load_prompt().messages)]["content"]
        bad = not is_reask(body) and seen == 1 and "Hemoglobin" in question
        return wrong if bad else good(body, number, seen)

    return script


@pytest.mark.parametrize(
    ("wrong", "rounds"), [(Answer('{"blocks": 1}'), 2), (Status(500), 2), (Status(429), 2)], ids=str
)
def test_what_went_wrong_is_asked_in_a_second_round(
    wrong: Behaviour, rounds: int, table: Path, live: dict[str, bytes], tmp_path: Path
) -> None:
    with serving(only_first(wrong)) as server:
        outcome = run([str(table)], tmp_path / "out", settings(server), means=MEANS)
        assert (outcome.exit_code, len(server.bulk.jobs), outcome.asked.failed.total()) == (0, rounds, 0)
        first, second = (len(job.lines) for job in server.bulk.jobs.values())
        assert (first, 0 < second < first) == (QUESTIONS, True)
        assert contents(tmp_path / "out")["facts.jsonl"] == live["facts.jsonl"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (Status(400), "HTTP 400"), (Refusal("no"), "the model declined"), (truncated("{}", 1), "length limit"),
        (Status(500), "HTTP 500"),
    ],
    ids=["refused", "declined", "cut off", "broken"],
)  # fmt: skip
def test_a_question_without_an_answer_is_told_and_asked_again_on_demand(
    wrong: Behaviour, error: str, table: Path, live: dict[str, bytes], tmp_path: Path
) -> None:
    broken = True

    def script(body: dict[str, Any], number: int, seen: int) -> Behaviour:
        question = body["messages"][len(load_prompt().messages)]["content"]
        return wrong if broken and "Hemoglobin" in question else good(body, number, seen)

    with serving(script) as server:
        out = tmp_path / "out"
        assert run([str(table)], out, settings(server), means=MEANS).exit_code == 1
        failed = spent(out).failed
        assert failed
        assert all(error in message for *_, message in failed)
        before, broken = Counter(server.bulk.asked), False
        assert run([str(table)], out, settings(server), means=MEANS, retry_failed=True).exit_code == 0
        again = Counter(server.bulk.asked) - before
        assert (0 < len(again) < QUESTIONS, spent(out).failed, contents(out)) == (True, (), live)


def test_a_cancelled_job_is_not_sent_again_unasked(table: Path, live: dict[str, bytes], tmp_path: Path) -> None:
    with serving(good, bulk=BulkFaults(cancelled=1)) as server:
        out = tmp_path / "out"
        assert run([str(table)], out, settings(server), means=MEANS).exit_code == 1
        assert len(server.bulk.jobs) == 1
        assert {message for *_, message in spent(out).failed} == {"EndpointError: batch_cancelled"}
        assert run([str(table)], out, settings(server), means=MEANS, retry_failed=True).exit_code == 0
        assert (len(server.bulk.asked), contents(out)) == (QUESTIONS, live)


def test_a_file_that_is_refused_stops_the_run_and_costs_nothing(
    table: Path, live: dict[str, bytes], tmp_path: Path
) -> None:
    with serving(good, bulk=BulkFaults(refused=["billing_hard_limit_reached"])) as server:
        out = tmp_path / "out"
        with pytest.raises(RunError, match=r"refused .* billing_hard_limit_reached"):
            run([str(table)], out, settings(server), means=MEANS)
        assert server.bulk.asked == []
        assert run([str(table)], out, settings(server), means=MEANS).exit_code == 0
        assert contents(out) == live


def test_an_endpoint_without_the_interface_is_told(table: Path, tmp_path: Path) -> None:
    with serving(good) as server, pytest.raises(EndpointError, match="HTTP 404"):
        run([str(table)], tmp_path / "out", settings(server, base_url=f"{server.base_url}/none"), means=MEANS)


def test_a_budget_stops_before_it_is_passed_and_a_higher_one_goes_on(
    table: Path, live: dict[str, bytes], tmp_path: Path
) -> None:
    out, price = tmp_path / "out", price_of("gpt-4o-mini")
    assert price is not None

    def long(body: dict[str, Any], number: int, seen: int) -> Behaviour:
        answer = good(body, number, seen)
        assert isinstance(answer, Answer)
        return replace(answer, usage=Tokens(12_000, 100))

    with serving(long) as server:
        asked = settings(server, model="gpt-4o-mini")
        with pytest.raises(BudgetError, match="--budget-usd"):
            run([str(table)], out, asked, means=Means(poll=0.0, budget_usd=Decimal("0.01")))
        first = list(server.bulk.asked)
        assert 0 < len(first) < QUESTIONS
        outcome = run([str(table)], out, asked, means=Means(poll=0.0, budget_usd=Decimal(5)))
        assert (outcome.exit_code, len(server.bulk.asked), len(set(server.bulk.asked))) == (0, QUESTIONS, QUESTIONS)
        cost = spent(out).cost("gpt-4o-mini", in_bulk("gpt-4o-mini"))
        assert cost == price.cost(Usage(QUESTIONS, 12_000 * QUESTIONS, 0, 100 * QUESTIONS)) / 2
    assert len((out / "trials.jsonl").read_bytes().splitlines()) == len(live["trials.jsonl"].splitlines())


def test_answers_that_other_runs_paid_for_are_not_sent(table: Path, live: dict[str, bytes], tmp_path: Path) -> None:
    with serving(good) as server:
        means = Means(poll=0.0, cache=tmp_path / "cache")
        for name in ("a", "b"):
            assert run([str(table)], tmp_path / name, settings(server), means=means).exit_code == 0
        assert (len(server.bulk.jobs), contents(tmp_path / "b")) == (1, live)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--mode", "batch"], "in bulk a model is asked"),
        (["--mode", "batch", "--model", "m", "--rpm", "5"], "a batch has no rate"),
        (["--mode", "batch,xml", "--model", "m"], "'xml' is none of json_schema, tools, json"),
        (["--mode", "later", "--model", "m"], "'later' is none of json_schema, tools, json, batch"),
    ],
)
def test_settings_that_do_not_fit_are_usage_errors(options: list[str], told: str, table: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["run", str(table), "-o", str(tmp_path / "out"), *options], env={"COLUMNS": "300"})
    assert (result.exit_code, told in result.stderr) == (2, True), result.stderr


def test_standard_input_cannot_be_asked_about_in_bulk(tmp_path: Path) -> None:
    with serving(good) as server, pytest.raises(ValueError, match="standard input"):
        run(["-"], tmp_path / "out", settings(server), means=MEANS)


def test_a_run_in_bulk_does_not_go_on_live(table: Path, tmp_path: Path) -> None:
    with serving(good, bulk=BulkFaults(refused=["x"])) as server:
        with pytest.raises(RunError, match="x: because"):
            run([str(table)], tmp_path / "out", settings(server), means=MEANS)
        with pytest.raises(RunError, match=r"settings.bulk was True, is None"):
            run([str(table)], tmp_path / "out", settings(server, bulk=False), means=MEANS)


def test_the_command_tells_jobs_and_half_the_price(table: Path, tmp_path: Path) -> None:
    out, log = tmp_path / "out", tmp_path / "log"
    with serving(good) as server:
        given = ["--model", "gpt-4o", "--base-url", server.base_url, "--mode", "batch", "--poll", "0"]
        result = CliRunner().invoke(app, ["run", str(table), "-o", str(out), *given, "--log", str(log)])
    assert result.exit_code == 0, result.stderr
    assert f'"event": "jobs", "jobs": 1, "open": 0, "sent_questions": {QUESTIONS}' in log.read_text(encoding="utf-8")
    full = price_of("gpt-4o")
    assert full is not None
    half = full.cost(Usage(0, 100 * QUESTIONS, 0, 20 * QUESTIONS)) / 2
    shown = CliRunner().invoke(app, ["status", str(out)], env={"COLUMNS": "200"}).stdout
    assert f"{QUESTIONS} questions in 1 jobs: 1 done" in shown
    assert f"{half:.4f} US dollars" in shown


def test_estimates_are_at_half_the_price(table: Path) -> None:
    shown = [
        CliRunner().invoke(app, ["estimate", str(table), "--model", "gpt-4o", *more], env={"COLUMNS": "200"}).stdout
        for more in ([], ["--mode", "batch"])
    ]
    full, half = (float(text.split("about ")[3].split()[0]) for text in shown)
    assert half == pytest.approx(full / 2, abs=1e-4)
    assert "up to a day for each round" in shown[1]


def test_an_interrupted_run_goes_on_with_its_jobs(table: Path, live: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serving(good) as server:
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                run([str(table)], out, settings(server), means=MEANS, on_jobs=interrupt_when_open)
        assert [job.status for job in server.bulk.jobs.values()] == ["in_progress"]
        assert run([str(table)], out, settings(server), means=MEANS).exit_code == 0
        assert (len(server.bulk.jobs), len(server.bulk.asked), contents(out)) == (1, QUESTIONS, live)


def interrupt_when_open(jobs: tuple[Sent, ...]) -> None:
    if any(job.step == "open" for job in jobs):
        raise KeyboardInterrupt


def test_a_job_that_the_endpoint_forgot_is_given_up_on_demand_only(
    table: Path, live: dict[str, bytes], tmp_path: Path
) -> None:
    out, told = tmp_path / "out", list[str]()
    with serving(good) as server:
        with pytest.raises(KeyboardInterrupt):
            run([str(table)], out, settings(server), means=MEANS, on_jobs=interrupt_when_open)
        server.bulk.jobs.clear()
        for _ in range(2):
            with pytest.raises(RunError, match=r"batch_1 of \d+ questions is not known at the endpoint"):
                run([str(table)], out, settings(server), means=MEANS)
        assert server.bulk.jobs == {}
        asked = settings(server)
        assert run([str(table)], out, asked, means=MEANS, retry_failed=True, on_error=told.append).exit_code == 0
        assert [message.partition("; ")[2] for message in told] == ["they are asked again"]
        assert (len(server.bulk.asked), contents(out)) == (QUESTIONS, live)


def test_requests_that_cannot_be_written_stop_the_run(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "bulk").write_text("in the way", encoding="utf-8")
    with serving(good) as server:
        with pytest.raises(RunError, match=r"bulk: requests cannot be written: File exists"):
            run([str(table)], out, settings(server), means=MEANS)
        assert server.bulk.calls == 0


@pytest.mark.slow
def test_a_run_in_bulk_that_is_killed_pays_nothing_twice(table: Path, live: dict[str, bytes], tmp_path: Path) -> None:
    """Kill processes at some call that they make to the endpoint; the last one is left alone."""
    out, chance = tmp_path / "out", random.Random(3)  # noqa: S311 - where kills strike
    faults = BulkFaults(largest=25, at_once=2, expiring=1, lost_creations=1, cut_downloads=1)
    with serving(good, bulk=faults) as server:
        codes = [in_bulk_until(chance.randint(1, 9), table, out, server) for _ in range(6)]
        assert codes.count(-signal.SIGKILL) >= 4
        assert in_bulk_until(None, table, out, server) == 0
        assert Counter(server.bulk.asked) == dict.fromkeys(server.bulk.asked, 1)
        assert (len(server.bulk.asked), contents(out)) == (QUESTIONS, live)


def in_bulk_until(calls: int | None, table: Path, out: Path, server: ModelServer) -> int:
    """Run the command in a process that is killed when it has made so many calls; return its exit code."""
    command = [
        sys.executable, "-m", "normalizer.cli", "run", str(table), "-o", str(out), "-q", "--model", "m",
        "--base-url", server.base_url, "--mode", "batch", "--poll", "0.01",
    ]  # fmt: skip
    last = None if calls is None else server.bulk.calls + calls
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "OPENAI_API_KEY": "none"}) as process:  # noqa: S603 - ours
        tick = threading.Event()
        while last is not None and process.poll() is None and server.bulk.calls < last:
            tick.wait(0.001)
        if last is not None:
            process.kill()
        return process.wait(LONGEST)
