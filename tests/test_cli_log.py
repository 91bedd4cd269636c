"""What a run says of itself while it goes on: a log of JSON lines, a live line on a terminal."""

from __future__ import annotations

import io
import json
import re
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from normalizer.batch import Outcome
from normalizer.batch.jobs import Sent
from normalizer.cli import app
from normalizer.cli.telling import Told, progress
from normalizer.extract.llm.usage import Usage
from normalizer.sources.intake import Intake
from tests.server.behaviour import Answer, Refusal
from tests.server.model import serving

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.jsonl"
    trials = [{"id": f"T{at}", "criteria": f"Inclusion Criteria:\n- Ferritin above {at + 10} ng/mL\n"} for at in (1, 2)]
    path.write_text("".join(json.dumps(trial) + "\n" for trial in trials), encoding="utf-8")
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_log_begins_goes_on_and_ends(table: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    assert call("run", table, "-o", tmp_path / "out", "--log", log, "-q").exit_code == 0
    told = events(log)
    assert [line["event"] for line in told] == ["started", "progress", "finished"]
    assert all(line["at"].endswith("+00:00") for line in told)
    assert (told[1]["trials"], told[2]["trials"], told[2]["criteria"]) == (1, 2, 2)
    assert told[2]["exit_code"] == 0
    assert (told[1]["share"], told[2]["share"], told[2]["eta_seconds"]) == (0.5, 1.0, 0)
    assert "questions" not in told[2]


def test_a_second_run_is_appended_and_skips(table: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    for _ in range(2):
        call("run", table, "-o", tmp_path / "out", "--log", log)
    told = events(log)
    assert [line["event"] for line in told][-2:] == ["started", "finished"]
    assert (told[-1]["skipped"], told[-1]["trials_per_minute"]) == (2, 0.0)


def test_a_refused_input_is_an_event_and_the_others_go_on(table: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with table.open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    assert call("run", table, "-o", tmp_path / "out", "--log", log).exit_code == 2
    (error,) = (line for line in events(log) if line["event"] == "error")
    assert "line 3" in error["message"]
    assert (events(log)[-1]["refused"], events(log)[-1]["trials"]) == (1, 2)


def test_a_run_that_breaks_off_says_why(table: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    assert call("run", table, "-o", tmp_path / "out").exit_code == 0
    table.write_text(json.dumps({"id": "X", "criteria": "Age above 20 years"}) + "\n", encoding="utf-8")
    assert call("run", table, "-o", tmp_path / "out", "--log", log).exit_code == 2
    assert (events(log)[-1]["event"], events(log)[-1]["error"]) == ("stopped", "RunError")


def test_a_log_that_cannot_be_written_is_refused_before_anything_is_done(table: Path, tmp_path: Path) -> None:
    result = call("run", table, "-o", tmp_path / "out", "--log", tmp_path)
    assert (result.exit_code, "--log" in result.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_with_a_model_the_log_counts_questions_and_what_had_no_answer(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key-for-a-test")
    log = tmp_path / "log.jsonl"
    with serving(lambda _body, number, _seen: Refusal("no") if number == 1 else Answer('{"blocks": []}')) as server:
        call("run", table, "-o", tmp_path / "out", "--model", "m", "--base-url", server.base_url, "--log", log)
    last = events(log)[-1]
    assert (last["event"], last["questions"], last["unanswered"]) == ("finished", 2, 2)
    assert last["input_tokens"] > 0
    assert last["cost_usd"] is None
    assert "key-for-a-test" not in log.read_text(encoding="utf-8")


def test_the_live_line_names_counts_money_and_failures() -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=200)
    outcome = Outcome(refused=3)
    outcome.tally.trials, outcome.tally.criteria = 1200, 9000
    outcome.asked.questions, outcome.asked.usage = 8000, Usage(8100, 10**6, 0, 10**5)
    told = Told("gpt-5-mini", None)
    cost = told.counts(outcome)["cost_usd"]
    with progress(console, told, quiet=False) as line:
        line.trial(outcome)
    assert "1,200 trials, 9,000 criteria" in shown.getvalue()
    assert f"8,000 questions, ${Decimal(cost):,.4f}, 3 refused" in shown.getvalue()


def test_the_live_line_of_a_run_in_bulk_counts_jobs() -> None:
    shown = io.StringIO()
    with progress(Console(file=shown, force_terminal=True, width=200), Told("m", None), quiet=False) as line:
        line.jobs((Sent(1, "done", "f1", "j1", 1500, 1500), Sent(2, "open", "f2", "j2", 700, 300)))
    assert "1,800 of 2,200 questions answered, 1 of 2 jobs open" in shown.getvalue()


def outcome_of(share: float, *, done: int, taken: int, skipped: int, seconds: float) -> Outcome:
    """A run that has taken a share of the bytes and so many trials, and reads since so many seconds."""
    intake = Intake([])
    intake._total, intake._before = 1000, round(1000 * share)
    outcome = Outcome(skipped=skipped, taken=taken, intake=intake, began=time.monotonic() - seconds)
    outcome.tally.trials = done
    return outcome


@pytest.mark.parametrize(
    ("given", "share", "rate", "eta"),
    [
        ({"share": 0.5, "done": 100, "taken": 100, "skipped": 0}, 0.5, 100, 60),
        ({"share": 1.0, "done": 20, "taken": 80, "skipped": 0}, 0.25, 20, 180),  # everything is taken, little is done
        ({"share": 0.5, "done": 500, "taken": 500, "skipped": 400}, 0.5, 100, 300),  # the rate is this process's own
        ({"share": 0.5, "done": 500, "taken": 500, "skipped": 500}, 0.5, 0, None),
        ({"share": 0.0, "done": 0, "taken": 1, "skipped": 0}, 0, 0, None),
        ({"share": 0.5, "done": 9, "taken": 9, "skipped": 0}, 0.5, 9, None),  # too few to tell
        ({"share": 1.0, "done": 7, "taken": 7, "skipped": 0}, 1, 7, 0),
        ({"share": 1.0, "done": 7, "taken": 7, "skipped": 7}, 1, 0, 0),
    ],
)
def test_share_and_time_left_are_those_of_what_is_done(
    given: dict[str, Any], share: float, rate: float, eta: float | None
) -> None:
    counts = Told(None, None).counts(outcome_of(**given, seconds=60))
    assert counts["share"] == share
    assert counts["trials_per_minute"] == pytest.approx(rate, rel=0.05)
    assert counts["eta_seconds"] == (None if eta is None else pytest.approx(eta, rel=0.05))


def test_the_live_line_names_share_and_time_left() -> None:
    shown = io.StringIO()
    with progress(Console(file=shown, force_terminal=True, width=200), Told(None, None), quiet=False) as line:
        line.trial(outcome_of(0.2, done=10, taken=10, skipped=0, seconds=1000))
    assert re.search(r"10 trials, 0 criteria, 1 a minute, 20%, 1:06:4\d left", shown.getvalue())


def test_a_resumed_run_counts_what_it_skips_as_done(table: Path, tmp_path: Path) -> None:
    text = table.read_text(encoding="utf-8")
    table.write_text(text + text.replace("T", "U") * 4, encoding="utf-8")
    whole, log = tmp_path / "out", tmp_path / "log.jsonl"
    assert call("run", table, "-o", whole, "-q").exit_code == 0
    manifest = json.loads((whole / "run.json").read_bytes())
    (whole / "run.json").write_text(json.dumps({**manifest, "finished": None}), encoding="utf-8")
    journal = (whole / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (whole / "journal.jsonl").write_bytes(b"".join(journal[:6]))
    assert call("run", table, "-o", whole, "-q", "--log", log).exit_code == 0
    first = events(log)[1]
    assert (first["event"], first["trials"], first["skipped"]) == ("progress", 7, 6)
    assert first["share"] == pytest.approx(0.7, abs=0.01)


def test_with_a_model_what_is_in_flight_is_not_done(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key-for-a-test")
    log = tmp_path / "log.jsonl"
    with serving(lambda *_: Answer('{"blocks": []}')) as server:
        call("run", table, "-o", tmp_path / "out", "--model", "m", "--base-url", server.base_url, "--log", log)
    shares = [line["share"] for line in events(log)[1:]]
    assert shares == [0.5, 1.0], "both trials are taken before the first is done"


def test_standard_input_has_no_share(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    record = json.dumps({"id": "T", "criteria": "Age over 20 years"}) + "\n"
    CliRunner().invoke(app, ["run", "-", "-o", str(tmp_path / "out"), "--log", str(log)], input=record)
    assert (events(log)[-1]["trials"], events(log)[-1]["share"], events(log)[-1]["eta_seconds"]) == (1, None, None)


def test_without_a_terminal_or_with_quiet_no_live_line() -> None:
    for quiet, terminal in ((True, True), (False, False)):
        shown = io.StringIO()
        with progress(Console(file=shown, force_terminal=terminal), Told(None, None), quiet=quiet) as line:
            line.trial(Outcome())
        assert not shown.getvalue()
