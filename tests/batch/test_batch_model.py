from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from typer.testing import CliRunner

from normalizer.batch import Means, RunError, Settings, run
from normalizer.batch.store import EVERY
from normalizer.cli import app
from normalizer.extract.llm.mapping import wire_of
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.rules import RulesExtractor
from normalizer.pipeline import prepare
from normalizer.sources import document_from_text
from tests.server.behaviour import Answer, Cut, Refusal, Reset, Slow, Status, error, filtered, truncated
from tests.server.model import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

    from tests.server.behaviour import Behaviour, Script
    from tests.server.model import ModelServer

ROOT = Path(__file__).parents[2]
KEY = "sk-sentinel-5f2a9c"
FILES = ("trials.jsonl", "facts.jsonl", "journal.jsonl")
TWICE = "Platelet count ≥ 100 x 10^9/L"
VICTIM = "Total bilirubin ≤ 1.5 x ULN"
TRIALS = (
    (("Age 18 years or older", "Creatinine ≤ 1.5 x ULN"), ("LVEF below 40%",)),
    (("Hemoglobin ≥ 9 g/dL", TWICE), ("Pregnancy",)),
    (("AST and ALT ≤ 3 x ULN", VICTIM), ("Live vaccine within 4 weeks before screening",)),
    (("Neutrophils ≥ 1.5 x 10^9/L", TWICE), ("Grade 3 or higher neuropathy",)),
    (("Written informed consent", "ECOG 0-1"), ("Stroke within 6 months before screening",)),
    (("Albumin ≥ 3 g/dL", "Men or women aged 21 to 70 years"), ("Systolic blood pressure > 160 mmHg",)),
)
QUESTIONS = sum(len(texts) for trial in TRIALS for texts in trial)
DISTINCT = QUESTIONS - 1


@cache
def reading(kind: str, text: str) -> dict[str, Any]:
    """Return what a good model says of a block: what the rules read."""
    _, contexts = prepare(document_from_text(f"{kind.title()} Criteria:\n- {text}\n", trial_id="T"))
    return wire_of(RulesExtractor().read(contexts[0]).draft, "")


def asked(body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the blocks that a request asks about."""
    question = body["messages"][len(load_prompt().messages)]["content"]
    blocks: list[dict[str, str]] = orjson.loads(question)["blocks"]
    return blocks


def answer(body: dict[str, Any]) -> str:
    blocks = [{**reading(block["kind"], block["text"]), "block": block["block"]} for block in asked(body)]
    return orjson.dumps({"blocks": blocks}).decode()


def good(body: dict[str, Any], _number: int, _seen: int) -> Behaviour:
    return Answer(answer(body))


def for_victim(behaviour: Behaviour) -> Script:
    """Return the script of a good model that does something else with every question about the victim."""

    def script(body: dict[str, Any], number: int, seen: int) -> Behaviour:
        return behaviour if any(block["text"] == VICTIM for block in asked(body)) else good(body, number, seen)

    return script


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("in") / "trials.jsonl"
    with path.open("wb") as file:
        for number, (inclusions, exclusions) in enumerate(TRIALS, 1):
            lines = ["Inclusion Criteria:", *inclusions, "", "Exclusion Criteria:", *exclusions]
            text = "\n".join(f"- {line}" if line and not line.endswith(":") else line for line in lines)
            file.write(orjson.dumps({"id": f"T{number}", "criteria": text}, option=orjson.OPT_APPEND_NEWLINE))
    return path


@pytest.fixture(scope="module")
def whole(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run directory of a run that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole")
    with serving(good) as server:
        assert run([str(table)], out, with_model(server)).exit_code == 0
        assert server.count == DISTINCT
    return out


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once: nothing here is about how long a client waits."""
    monkeypatch.setattr("normalizer.extract.llm.transport._FIRST_WAIT", 0.0)


def with_model(server: ModelServer, **changes: Any) -> Settings:
    return Settings(**{"extractor": "hybrid", "model": "m", "base_url": server.base_url, **changes})


def arguments(table: Path, out: Path, server: ModelServer, *more: object) -> list[str]:
    return [str(one) for one in ("run", table, "-o", out, "--model", "m", "--base-url", server.base_url, *more)]


def call(*given: str) -> Result:
    return CliRunner().invoke(app, list(given))


def contents(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in FILES}


def manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path / "run.json").read_bytes())
    return found


def criteria(path: Path) -> dict[str, dict[str, Any]]:
    """Return the published criteria by their text and trial."""
    trials = [orjson.loads(line) for line in (path / "trials.jsonl").read_bytes().splitlines()]
    return {f"{one['id']} {one['text']}": one for trial in trials for one in trial["criteria"]}


def victim(path: Path) -> dict[str, Any]:
    (found,) = (one for name, one in criteria(path).items() if name.endswith(VICTIM))
    return found


def others(path: Path) -> dict[str, bytes]:
    return {name: orjson.dumps(one) for name, one in criteria(path).items() if not name.endswith(VICTIM)}


def codes(criterion: dict[str, Any]) -> set[str]:
    found = [*criterion["findings"], *(f for a in criterion["atoms"] for b in a["bounds"] for f in b["findings"])]
    return {finding["code"] for finding in found}


def test_what_two_readings_agree_on_is_verified_and_trials_stand_in_input_order(table: Path, tmp_path: Path) -> None:
    arrived: list[str] = []

    def late_first(body: dict[str, Any], _number: int, _seen: int) -> Behaviour:
        (block,) = asked(body)
        arrived.append(block["text"])
        early = [text for texts in TRIALS[0] for text in texts]
        return Slow(0.3, Answer(answer(body))) if block["text"] in early else Answer(answer(body))

    with serving(late_first) as server:
        outcome = run([str(table)], tmp_path / "out", with_model(server), means=Means(concurrency=4))
    trials = [orjson.loads(line) for line in (tmp_path / "out" / "trials.jsonl").read_bytes().splitlines()]
    assert [trial["trial_id"] for trial in trials] == [f"T{n}" for n in range(1, 7)]
    assert len(arrived) == DISTINCT
    found = criteria(tmp_path / "out")
    assert len(found) == QUESTIONS
    assert {name.split(" ", 1)[1]: one["status"] for name, one in found.items()} == {
        text: "text_only" if "consent" in text else "verified" for trial in TRIALS for texts in trial for text in texts
    }
    assert all([by["extractor"] for by in one["provenance"]] == ["llm", "rules"] for one in found.values())
    assert (outcome.exit_code, outcome.tally.statuses["verified"]) == (0, QUESTIONS - 1)


def test_bytes_do_not_depend_on_when_answers_come(table: Path, whole: Path, tmp_path: Path) -> None:
    def late(body: dict[str, Any], number: int, _seen: int) -> Behaviour:
        return Slow(0.02 * (number % 3), Answer(answer(body)))

    for concurrency in (1, 5):
        out = tmp_path / str(concurrency)
        with serving(late) as server:
            run([str(table)], out, with_model(server), means=Means(concurrency=concurrency))
        assert contents(out) == contents(whole)


def test_the_manifest_says_what_was_asked_and_by_which_prompt(whole: Path) -> None:
    made = manifest(whole)
    assert made["versions"]["prompt"] == load_prompt().hash
    assert made["settings"]["model"] == "m"
    told = made["asked"]
    assert (told["questions"], told["requests"], told["failed"]) == (QUESTIONS, DISTINCT, {})
    assert (told["input_tokens"], told["output_tokens"]) == (100 * DISTINCT, 20 * DISTINCT)
    assert (told["cost_usd"], told["price_seen"]) == (None, None)
    by_model = next(iter(criteria(whole).values()))["provenance"][0]
    assert (by_model["model"], by_model["prompt_hash"]) == ("m", load_prompt().hash)
    assert not {"ledger.sqlite-wal", "ledger.sqlite-shm"} & {path.name for path in whole.iterdir()}


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(good, id="all is well"),
        pytest.param(for_victim(Status(401, body=error("no such key", "invalid_request_error"))), id="key refused"),
        pytest.param(for_victim(Refusal("no")), id="refusal"),
        pytest.param(
            for_victim(Status(401, body=error(f"Incorrect API key provided: {KEY}"))),
            id="endpoint repeats the key",
        ),
    ],
)
def test_the_key_is_sent_and_written_nowhere(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Script
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    out = tmp_path / "out"
    with serving(told) as server:
        result = call(*arguments(table, out, server))
        again = call(*arguments(table, out, server))
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {KEY}"}
    written = {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert "ledger.sqlite" in written
    assert [name for name, data in written.items() if KEY.encode() in data] == []
    assert all(KEY not in one.output + one.stderr for one in (result, again))


#: What a server does with one question, the kind of error that it is told as, and how often it is asked: a conversation
#: that comes twice is asked once, so an answer that is as wrong again is not asked for a third time.
FAULTS: dict[str, tuple[Behaviour, str, int]] = {
    "server errors": (Status(500), "Endpoint", 6),
    "no such model": (Status(404), "Endpoint", 1),
    "resets": (Reset(), "Endpoint", 6),
    "broken off": (Cut('{"blocks": []}'), "Endpoint", 6),
    "no completion": (Status(200, body="<html>"), "Endpoint", 6),
    "refusal": (Refusal(), "Refusal", 1),
    "truncated": (truncated('{"blocks": [{"block": "b1", "atoms": [', 20), "CutOff", 1),
    "filtered": (filtered(), "Filtered", 1),
    "prose": (Answer("I am afraid I cannot."), "InvalidAnswer", 2),
    "no block": (Answer('{"blocks": []}'), "InvalidAnswer", 2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_question_that_always_fails_leaves_the_rules_standing_and_the_others_untouched(
    table: Path, whole: Path, tmp_path: Path, fault: str
) -> None:
    out = tmp_path / "out"
    behaviour, kind, requests = FAULTS[fault]
    with serving(for_victim(behaviour)) as server:
        outcome = run([str(table)], out, with_model(server))
    assert outcome.exit_code == 1
    assert manifest(out)["asked"]["failed"] == {kind: 1}
    assert server.count == DISTINCT - 1 + requests
    found = victim(out)
    assert found["status"] == "checked"
    assert codes(found) == {"second_reading_failed"}
    assert [by["extractor"] for by in found["provenance"]] == ["rules", "llm"]
    assert found["atoms"][0]["bounds"][0]["high"] == victim(whole)["atoms"][0]["bounds"][0]["high"]
    assert others(out) == others(whole)


@pytest.mark.parametrize(
    "fault",
    ["server errors", "no such model", "refusal", "prose"],
)
def test_every_request_is_counted(table: Path, tmp_path: Path, fault: str) -> None:
    with serving(for_victim(FAULTS[fault][0])) as server:
        outcome = run([str(table)], tmp_path / "out", with_model(server))
    assert outcome.asked.usage.requests == manifest(tmp_path / "out")["asked"]["requests"] == server.count


def test_without_rules_a_question_that_always_fails_is_a_failed_criterion(table: Path, tmp_path: Path) -> None:
    with serving(good) as server:
        assert run([str(table)], tmp_path / "good", with_model(server, extractor="llm")).exit_code == 0
    assert {one["status"] for one in criteria(tmp_path / "good").values()} == {"checked", "text_only"}
    with serving(for_victim(Status(500))) as server:
        outcome = run([str(table)], tmp_path / "out", with_model(server, extractor="llm"))
    assert (outcome.exit_code, outcome.tally.statuses["failed"]) == (1, 1)
    found = victim(tmp_path / "out")
    assert (found["status"], found["text"], found["atoms"]) == ("failed", VICTIM, [])
    assert others(tmp_path / "out") == others(tmp_path / "good")


def test_a_run_with_a_failed_question_ends_alike_when_it_is_done_again(table: Path, tmp_path: Path) -> None:
    with serving(for_victim(Refusal())) as server:
        first, again = (run([str(table)], tmp_path / "out", with_model(server)) for _ in range(2))
    assert (first.exit_code, again.exit_code) == (1, 1)


def test_a_request_that_fails_twice_and_then_succeeds_changes_no_byte(table: Path, whole: Path, tmp_path: Path) -> None:
    faults = (Status(503, {"retry-after": "0"}), Reset(), Cut(), Status(429), Status(200, body="{}"))

    def flaky(body: dict[str, Any], number: int, seen: int) -> Behaviour:
        return faults[number % len(faults)] if seen <= 2 else good(body, number, seen)

    with serving(flaky) as server:
        outcome = run([str(table)], tmp_path / "out", with_model(server))
    assert (outcome.exit_code, server.count) == (0, 3 * DISTINCT)
    assert outcome.asked.usage.requests == 3 * DISTINCT
    assert contents(tmp_path / "out") == contents(whole)


@dataclass
class Started:
    """A run in a process of its own, which the model server of this process stops at a request."""

    at: int
    with_: signal.Signals
    process: list[subprocess.Popen[str]] = field(default_factory=list)
    stopped: bool = False

    def __call__(self, body: dict[str, Any], number: int, seen: int) -> Behaviour:
        if self.stopped or not self.process:
            return good(body, number, seen)
        if number >= self.at:
            if number == self.at:
                self.process[0].send_signal(self.with_)
            return Slow(30, Answer("{}"))  # never awaited: who asked is gone
        return good(body, number, seen)


@dataclass(frozen=True)
class Stop:
    """When and how a run is stopped: at this request, of at most so many in flight."""

    at: int
    concurrency: int
    by: signal.Signals = signal.SIGKILL


@dataclass(frozen=True)
class Stopped:
    """What a stopped run left: its directory, exit code and words; the server goes on and answers."""

    out: Path
    server: ModelServer
    code: int
    told: str
    before: int


def stop_run(open_: ExitStack, table: Path, out: Path, stop: Stop) -> Stopped:
    """Run in a process of its own and stop it when that request has arrived."""
    script = Started(stop.at, stop.by)
    server = open_.enter_context(serving(script))
    command = [sys.executable, "-m", "normalizer.cli", *arguments(table, out, server, *in_flight(stop))]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command, cwd=ROOT, env={**os.environ, "OPENAI_API_KEY": KEY}, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        script.process.append(process)
        try:
            _, told = process.communicate(timeout=30)
        finally:
            process.kill()
    script.stopped = True
    return Stopped(out, server, process.returncode, told, server.count)


def in_flight(stop: Stop) -> tuple[str, str]:
    return "--concurrency", str(stop.concurrency)


INTERRUPT = Stop(9, 3, signal.SIGINT)
KILLS = (Stop(1, 4), Stop(6, 1), Stop(12, 4))


@pytest.fixture(scope="module")
def stopped(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Stop, Stopped]]:
    """Return stopped runs; all are started at once, most of their time is spent on starting."""
    stops = (INTERRUPT, *KILLS)
    outs = [tmp_path_factory.mktemp("stopped") for _ in stops]
    with ExitStack() as open_, ThreadPoolExecutor(len(stops)) as pool:
        runs = [pool.submit(stop_run, open_, table, out, stop) for stop, out in zip(stops, outs, strict=True)]
        yield {stop: one.result() for stop, one in zip(stops, runs, strict=True)}


@pytest.mark.slow
@pytest.mark.parametrize("stop", KILLS, ids=lambda stop: f"at request {stop.at}")
def test_a_killed_run_goes_on_without_asking_again(
    table: Path, whole: Path, stopped: dict[Stop, Stopped], stop: Stop
) -> None:
    one = stopped[stop]
    assert one.code == -signal.SIGKILL
    assert not (one.out / "trials.jsonl").exists()
    result = call(*arguments(table, one.out, one.server, *in_flight(stop)))
    assert result.exit_code == 0, result.output
    times = Counter(request.raw for request in one.server.requests)
    assert len(times) == DISTINCT
    assert max(times.values()) <= 2
    before = one.server.requests[: one.before]
    kept = {request.raw for request in before if before[-1].arrived - request.arrived > 3 * EVERY}  # long committed
    assert [raw for raw in kept if times[raw] > 1] == []
    assert contents(one.out) == contents(whole)


@pytest.mark.slow
def test_an_interrupted_run_says_so_and_goes_on(table: Path, whole: Path, stopped: dict[Stop, Stopped]) -> None:
    one = stopped[INTERRUPT]
    assert one.code == 130
    assert "the same command goes on from there" in one.told
    assert "Traceback" not in one.told
    assert KEY not in one.told
    result = call(*arguments(table, one.out, one.server, *in_flight(INTERRUPT)))
    assert result.exit_code == 0, result.output
    assert sum(count == 2 for count in Counter(request.raw for request in one.server.requests).values()) <= 3
    assert contents(one.out) == contents(whole)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--cascade", "--model", "m", "--extractor", "llm"), "a cascade needs two readers"),
        (("--cascade",), "a cascade needs two readers"),
        (("--extractor", "llm"), "the extractor llm needs a model: --model NAME"),
        (("--extractor", "hybrid"), "the extractor hybrid needs a model: --model NAME"),
        (("--extractor", "rules", "--model", "m"), "the extractor rules asks no model"),
        (("--extractor", "magic", "--model", "m"), "there is no extractor 'magic'"),
        (("--model", "m", "--mode", "magic"), "'magic' is none of json_schema, tools, json"),
        (("--model", "m", "--effort", "huge"), "'huge' is none of minimal, low, medium, high"),
        (("--model", "m", "--blocks-per-request", "0"), "'0' is neither a number nor auto"),
        (("--model", "m", "--blocks-per-request", "some"), "'some' is neither a number nor auto"),
        (("--model", "m", "--concurrency", "0"), "concurrency"),
        (("--model", "m", "--prices", "/nowhere/prices.toml"), "prices"),
    ],
)
def test_settings_that_do_not_fit_are_exit_code_2(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], words: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    result = call("run", str(table), "-o", str(tmp_path / "out"), *options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "the environment variable OPENAI_API_KEY holds no API key"),
        (("--base-url", "localhost:8000"), "is no address of an endpoint"),
        (("--base-url", "http://me:secret@127.0.0.1/v1"), "do not belong into the address"),
    ],
)
def test_an_endpoint_that_cannot_be_asked_is_exit_code_2(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], words: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    result = call("run", str(table), "-o", str(tmp_path / "out"), "--model", "m", *options)
    assert result.exit_code == 2
    assert words in result.stderr


@pytest.mark.parametrize("address", ["localhost:8000", "http://me:secret@127.0.0.1/v1"])
def test_a_wrong_address_leaves_nothing_behind(table: Path, tmp_path: Path, address: str) -> None:
    out = tmp_path / "out"
    assert call("run", str(table), "-o", str(out), "--model", "m", "--base-url", address).exit_code == 2
    assert not any(b"secret" in path.read_bytes() for path in out.rglob("*"))
    with serving(good) as server:
        assert call(*arguments(table, out, server)).exit_code == 0


def test_a_cascade_asks_fewer_questions(table: Path, tmp_path: Path) -> None:
    with serving(good) as server:
        result = call(*arguments(table, tmp_path / "out", server, "--cascade"))
    assert result.exit_code == 0
    assert 0 < server.count < DISTINCT / 2
    texts = {block["text"] for request in server.requests for block in asked(request.body)}
    assert "Stroke within 6 months before screening" in texts  # what the rules leave open
    assert {one["status"] for one in criteria(tmp_path / "out").values()} == {"verified", "checked", "text_only"}
    for one in criteria(tmp_path / "out").values():
        asked_too = ["llm", "rules"] if one["text"] in texts else ["rules"]
        assert [by["extractor"] for by in one["provenance"]] == asked_too


def test_packing_asks_fewer_questions_and_reads_the_same(table: Path, whole: Path, tmp_path: Path) -> None:
    with serving(good) as server:
        result = call(*arguments(table, tmp_path / "out", server, "--blocks-per-request", "auto"))
    assert result.exit_code == 0
    assert server.count == len(TRIALS)
    assert {name: (one["status"], one["atoms"]) for name, one in criteria(tmp_path / "out").items()} == {
        name: (one["status"], one["atoms"]) for name, one in criteria(whole).items()
    }


def test_equal_blocks_are_asked_about_once(table: Path, tmp_path: Path) -> None:
    with serving(good, latency=0.02) as server:
        outcome = run([str(table)], tmp_path / "out", with_model(server), means=Means(concurrency=QUESTIONS))
    assert set(Counter(request.raw for request in server.requests).values()) == {1}
    assert sum(asked(request.body)[0]["text"] == TWICE for request in server.requests) == 1
    assert (outcome.asked.questions, outcome.asked.usage.requests) == (QUESTIONS, DISTINCT)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_questions_than_allowed_are_in_flight(table: Path, tmp_path: Path, concurrency: int) -> None:
    with serving(good, latency=0.02) as server:
        result = call(*arguments(table, tmp_path / "out", server, "--concurrency", concurrency))
    assert result.exit_code == 0
    assert server.max_open == concurrency


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "other"}, "settings.model was m, is other"),
        ({"mode": "tools"}, "settings.mode was json_schema, is tools"),
        ({"cascade": True}, "settings.cascade was False, is True"),
        ({"extractor": "llm"}, "settings.extractor was hybrid, is llm"),
    ],
)
def test_another_model_or_way_of_asking_is_another_run(
    table: Path, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    out = tmp_path / "out"
    with serving(good) as server:
        run([str(table)], out, with_model(server))
        before, count = contents(out), server.count
        with pytest.raises(RunError, match=words):
            run([str(table)], out, with_model(server, **changes))
        assert (contents(out), server.count) == (before, count)
        assert run([str(table)], out, with_model(server, **changes), fresh=True).skipped == 0


def unfinished(table: Path, out: Path, server: ModelServer) -> None:
    """Make a run directory in which everything is asked and nothing is finished."""
    run([str(table)], out, with_model(server))
    for name in FILES:
        (out / name).unlink()
    (out / "run.json").write_text(json.dumps({**manifest(out), "finished": None}))


def test_answers_that_were_paid_for_are_not_asked_again(table: Path, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serving(good) as server:
        unfinished(table, out, server)
        before = server.count
        outcome = run([str(table)], out, with_model(server))
        assert server.count == before
    assert (outcome.asked.questions, outcome.asked.usage.requests) == (QUESTIONS, 0)
    assert contents(out) == contents(whole)


@pytest.mark.parametrize("damage", ["no database", "other columns", "a folder"])
def test_a_ledger_that_cannot_be_used_is_named(table: Path, tmp_path: Path, damage: str) -> None:
    out = tmp_path / "out"
    with serving(good) as server:
        unfinished(table, out, server)
        (out / "ledger.sqlite").unlink()
        if damage == "no database":
            (out / "ledger.sqlite").write_bytes(b"nonsense " * 500)
        elif damage == "a folder":
            (out / "ledger.sqlite").mkdir()
        else:
            with sqlite3.connect(out / "ledger.sqlite") as database:
                database.execute("CREATE TABLE answers (something TEXT)")
            database.close()
        before = server.count
        with pytest.raises(RunError, match=r"ledger\.sqlite"):
            run([str(table)], out, with_model(server), means=Means(concurrency=2))
        assert server.count == before
        result = call(*arguments(table, out, server))
    assert result.exit_code == 2
    assert "ledger.sqlite" in result.stderr
