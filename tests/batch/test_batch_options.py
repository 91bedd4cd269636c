"""The options of a run that bound it, split it or only ask what it would cost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from typer.testing import CliRunner

from normalizer.cli import app
from tests.server.behaviour import Answer, Refusal, Usage
from tests.server.model import serving

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.server.behaviour import Behaviour

TRIALS = 24


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.jsonl"
    lines = [
        json.dumps({"id": f"T{at:02}", "criteria": f"Inclusion Criteria:\n- Ferritin above {at + 10} ng/mL\n"})
        for at in range(TRIALS)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def empty(body: dict[str, Any], _: int = 0, __: int = 0) -> Behaviour:
    """Answer that there is nothing to read, at 11,520 tokens a question."""
    blocks = orjson.loads(body["messages"][-1]["content"])["blocks"]
    content = {"blocks": [{"block": block["block"], "atoms": [], "logic": ""} for block in blocks]}
    return Answer(orjson.dumps(content).decode(), usage=Usage(11_500, 20))


def trials(out: Path) -> list[str]:
    return [json.loads(line)["trial_id"] for line in (out / "trials.jsonl").read_text(encoding="utf-8").splitlines()]


def test_shards_are_everything_once(table: Path, tmp_path: Path) -> None:
    found = []
    for part in ("1/3", "2/3", "3/3"):
        out = tmp_path / part.replace("/", "of")
        assert call("run", table, "-o", out, "--shard", part, "-q").exit_code == 0
        assert json.loads((out / "run.json").read_bytes())["settings"]["shard"] == part
        found += trials(out)
    assert sorted(found) == [f"T{at:02}" for at in range(TRIALS)]


@pytest.mark.parametrize("part", ["0/3", "4/3", "x", "1/0"])
def test_a_shard_that_is_none_is_usage(table: Path, tmp_path: Path, part: str) -> None:
    assert call("run", table, "-o", tmp_path / "out", "--shard", part).exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_more_workers_give_equal_bytes(table: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        assert call("run", table, "-o", tmp_path / str(workers), "--workers", workers, "-q").exit_code == 0
    for name in ("trials.jsonl", "facts.jsonl"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_budget_stops_cleanly_and_the_run_goes_on_with_more(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serving(empty) as server:
        arguments = ("run", table, "-o", out, "--model", "m", "--base-url", server.base_url, "--no-reask", "-q")
        stopped = call(*arguments, "--budget-tokens", 60_000, "--concurrency", 2)
        asked = server.count
        assert stopped.exit_code == 4
        assert "--budget-tokens" in stopped.stderr
        assert 0 < asked < TRIALS
        assert not (out / "trials.jsonl").exists()
        assert call(*arguments).exit_code == 0
        assert server.count == TRIALS
    assert len(trials(out)) == TRIALS


def test_a_budget_in_dollars_needs_a_price(table: Path, tmp_path: Path) -> None:
    arguments = ("run", table, "-o", tmp_path / "out", "--model", "m", "--base-url", "http://127.0.0.1:9/v1")
    done = call(*arguments, "--budget-usd", "1")
    assert done.exit_code == 2
    assert "--prices" in done.stderr
    assert call(*arguments, "--budget-usd", "much").exit_code == 2


def test_a_cache_is_shared_between_runs(table: Path, tmp_path: Path) -> None:
    with serving(empty) as server:
        for name in ("a", "b"):
            arguments = ("--model", "m", "--base-url", server.base_url, "--no-reask", "-q")
            cache = ("--cache", tmp_path / "cache")
            assert call("run", table, "-o", tmp_path / name, *arguments, *cache).exit_code == 0
        assert server.count == TRIALS
    assert (tmp_path / "a" / "trials.jsonl").read_bytes() == (tmp_path / "b" / "trials.jsonl").read_bytes()
    spent = [json.loads((tmp_path / name / "run.json").read_bytes())["spent"]["requests"] for name in ("a", "b")]
    assert spent == [TRIALS, 0]


def test_what_failed_is_asked_again_and_the_rest_is_there(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sick = True

    def script(body: dict[str, Any], number: int, seen: int) -> Behaviour:
        victim = "above 13 " in body["messages"][-1]["content"]
        return Refusal() if sick and victim else empty(body, number, seen)

    with serving(script) as server:
        arguments = ("run", table, "-o", out, "--model", "m", "--base-url", server.base_url, "--no-reask", "-q")
        assert call(*arguments).exit_code == 1
        said = call("status", out).stdout
        assert "T03 I01: RefusalError" in said
        sick, asked = False, server.count
        assert call(*arguments, "--retry-failed").exit_code == 0
        assert server.count == asked + 1
    assert "unanswered" not in call("status", out).stdout


def test_a_dry_run_and_an_estimate_ask_nothing(table: Path, tmp_path: Path) -> None:
    done = call("run", table, "-o", tmp_path / "out", "--model", "gpt-5-mini", "--dry-run")
    assert done.exit_code == 0
    assert not (tmp_path / "out").exists()
    words = dict(line.split(None, 1) for line in done.stdout.splitlines() if line.strip())
    assert words["questions"].startswith(f"{TRIALS}")
    assert "US dollars" in words["cost"]
    assert call("estimate", table, "--model", "gpt-5-mini").stdout == done.stdout
    assert call("run", table, "-o", tmp_path / "out", "--dry-run").exit_code == 2
