"""Runs in parts on an engine that is this process: what becomes of parts, limits, budgets, errors and losses."""

from __future__ import annotations

import itertools
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]
import pytest
from typer.testing import CliRunner

from normalizer.batch import Means, RunError, Settings, facts, find, run, trials
from normalizer.batch.engine import LostError
from normalizer.batch.errors import BusyError, PartsError
from normalizer.batch.folder import RunFolder
from normalizer.batch.portion import work
from normalizer.batch.whole import run_in_parts
from normalizer.cli import app
from normalizer.facts import COLUMNS
from tests.bench.kills import FILES, counting, good, trials_of, write
from tests.server.behaviour import Answer, Refusal, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from normalizer.batch import Outcome
    from normalizer.batch.portion import Ended, Portion
    from tests.bench.kills import Counting
    from tests.server.behaviour import Behaviour

PARTS = 3
TRIALS = trials_of(14, 3)
TOKENS = 11_520  # that an answer of the dear model takes, about as many as are foretold


class Here:
    """Does parts in this process, one when it is waited for; loses those that ``lost`` has counted so often."""

    def __init__(self, places: int = 2, lost: dict[int, int] | None = None) -> None:
        self.places = places
        self.begun: list[Portion] = []
        self.at: list[float] = []
        self.stopped: list[object] = []
        self.most = self._open = 0
        self._lost = Counter(lost or {})

    def start(self, portion: Portion) -> object:
        self.begun.append(portion)
        self.at.append(time.monotonic())
        self._open += 1
        self.most = max(self.most, self._open)
        return len(self.begun) - 1

    def wait(self, handles: Sequence[object], seconds: float) -> Sequence[object]:
        assert seconds > 0
        return handles[:1]

    def result(self, handle: object) -> Ended:
        assert isinstance(handle, int)
        self._open -= 1
        portion = self.begun[handle]
        if self._lost[portion.number]:
            self._lost[portion.number] -= 1
            raise LostError("the machine burns")
        return work(portion)

    def stop(self, handles: Sequence[object]) -> None:
        self.stopped += handles

    @property
    def numbers(self) -> list[int]:
        return [portion.number for portion in self.begun]


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NORMALIZER_CACHE", raising=False)
    monkeypatch.setattr("normalizer.batch.course._LOOK", 0.01)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write(TRIALS, tmp_path / "trials.jsonl")


def in_parts(
    table: Path, out: Path, engine: Here | None = None, settings: Settings | None = None, **more: Any
) -> Outcome:
    return run_in_parts([str(table)], out, settings or Settings(parts=PARTS), engine or Here(), **more)


def parts_of(out: Path) -> list[Path]:
    return sorted((out / "parts").iterdir())


def contents(out: Path) -> dict[str, bytes]:
    return {f"{part.name}/{name}": (part / name).read_bytes() for part in parts_of(out) for name in FILES}


def lines(folders: Sequence[Path], name: str) -> list[bytes]:
    return sorted(line for folder in folders for line in (folder / name).read_bytes().splitlines())


def asking(server: Counting, **changes: Any) -> Settings:
    return Settings(**{"extractor": "hybrid", "model": "m", "base_url": server.base_url, "parts": PARTS, **changes})


def test_parts_are_together_what_a_run_is(table: Path, tmp_path: Path) -> None:
    out, single = tmp_path / "out", tmp_path / "single"
    outcome, plain = in_parts(table, out), run([str(table)], single)
    assert outcome.tally == plain.tally
    assert outcome.exit_code == 0
    assert [part.name for part in parts_of(out)] == ["0001-of-0003", "0002-of-0003", "0003-of-0003"]
    for name in FILES:
        assert lines(parts_of(out), name) == lines([single], name)
    rows = list(facts(out))
    assert [trial.trial_id for trial in trials(out)] == [
        orjson.loads(line)["trial_id"]
        for part in parts_of(out) for line in (part / "trials.jsonl").read_bytes().splitlines()
    ]  # fmt: skip
    assert find(out, "t0007").trial_id == "T0007"
    tables = [pq.read_table(path) for path in sorted((out / "facts").iterdir())]
    assert len(tables) == PARTS
    assert tables[0].column_names == list(COLUMNS)
    assert [key for one in tables for key in one["criterion_id"].to_pylist()] == [row.criterion_id for row in rows]
    manifest = orjson.loads((out / "run.json").read_bytes())
    assert manifest["summary"] == plain.tally.to_json()
    assert manifest["settings"]["parts"] == PARTS
    said = CliRunner().invoke(app, ["status", str(out)]).output
    assert "3 of 3 finished" in said
    assert f"{len(TRIALS)} done" in said


def test_a_finished_run_starts_nothing_and_says_the_same(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first, engine = in_parts(table, out), Here()
    before = contents(out)
    again = in_parts(table, out, engine, Settings())  # the number of parts is known
    assert engine.begun == []
    assert (again.tally, again.skipped, again.exit_code) == (first.tally, len(TRIALS), 0)
    assert contents(out) == before


def test_what_is_missing_is_done_again_and_nothing_else(table: Path, tmp_path: Path) -> None:
    out, engine = tmp_path / "out", Here()
    in_parts(table, out)
    whole = contents(out), (out / "facts" / "part-0001.parquet").read_bytes()
    (out / "facts" / "part-0001.parquet").unlink()
    (parts_of(out)[2] / "trials.jsonl").rename(parts_of(out)[2] / "trials.jsonl.part")
    with pytest.raises(RunError, match="not finished"):
        next(trials(out))
    outcome = in_parts(table, out, engine)
    assert engine.numbers == [1, 3]
    assert outcome.skipped == len(TRIALS)
    assert (contents(out), (out / "facts" / "part-0001.parquet").read_bytes()) == whole


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (3, 4, "settings.parts was 3, is 4"),
        (3, None, "settings.parts was 3, is None"),
        (None, 3, "settings.parts was None, is 3"),
    ],
)
def test_a_directory_of_other_parts_is_refused(
    table: Path, tmp_path: Path, first: int | None, second: int | None, said: str
) -> None:
    out = tmp_path / "out"

    def go(parts: int | None) -> None:
        if parts is None:
            run([str(table)], out)
        else:
            in_parts(table, out, settings=Settings(parts=parts))

    go(first)
    with pytest.raises(RunError, match=said):
        go(second)


@pytest.mark.parametrize("parts", [2, None])
def test_afresh_leaves_nothing_of_the_earlier_parts(table: Path, tmp_path: Path, parts: int | None) -> None:
    out = tmp_path / "out"
    in_parts(table, out)
    (out / "facts" / "mine.txt").write_text("kept", encoding="utf-8")
    with RunFolder(parts_of(out)[1]), pytest.raises(BusyError):
        in_parts(table, out, fresh=True)
    if parts is None:
        run([str(table)], out, fresh=True)
        assert not (out / "parts").exists()
    else:
        in_parts(table, out, settings=Settings(parts=parts), fresh=True)
        assert [part.name for part in parts_of(out)] == ["0001-of-0002", "0002-of-0002"]
    assert (out / "facts" / "mine.txt").read_text(encoding="utf-8") == "kept"
    assert len(list((out / "facts").glob("*.parquet"))) == (parts or 0)
    assert len(list(trials(out))) == len(TRIALS)


def test_a_lost_part_is_begun_again_and_told(table: Path, tmp_path: Path) -> None:
    told: list[str] = []
    engine = Here(lost={2: 2})
    outcome = in_parts(table, tmp_path / "out", engine, on_error=told.append)
    assert Counter(engine.numbers) == {1: 1, 2: 3, 3: 1}
    assert told == ["part 2: its process was lost and is replaced: the machine burns"] * 2
    assert (outcome.exit_code, outcome.errors) == (0, [])


def test_a_part_that_is_always_lost_ends_the_run_but_not_what_is_done(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(
        PartsError, match="part 1: its process was lost 6 times, the last time: the machine burns"
    ) as got:
        in_parts(table, out, Here(places=1, lost={1: 99}))
    assert not got.value.over_budget
    assert "3 of 3 parts are not finished" in str(got.value)
    engine = Here()
    assert in_parts(table, out, engine).exit_code == 0
    assert sorted(engine.numbers) == [1, 2, 3]


def test_what_all_parts_refuse_is_counted_and_told_once(table: Path, tmp_path: Path) -> None:
    with table.open("ab") as file:
        file.write(b"{no json\n{nor this\n")
    told: list[str] = []
    plain = run([str(table)], tmp_path / "single")
    for engine in (Here(), Here()):  # the second time from the parts' manifests
        told.clear()
        outcome = in_parts(table, tmp_path / "out", engine, on_error=told.append)
        assert (outcome.refused, outcome.exit_code) == (plain.refused, 2) == (2, 2)
        assert told == outcome.errors == plain.errors


def test_relative_inputs_are_those_of_who_asks(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run_in_parts([table.name], Path("out"), Settings(parts=2), engine := Here())
    assert outcome.tally.trials == len(TRIALS)
    assert all(portion.home == tmp_path and portion.path == tmp_path / "out" for portion in engine.begun)
    assert {trial.document.source for trial in trials(Path("out"))} == {table.name}
    gone = replace(engine.begun[0], home=tmp_path / "elsewhere")
    assert "is not there on " in (work(gone).error or "")


def test_a_machine_that_sees_something_else_says_so_and_asks_nothing(table: Path, tmp_path: Path) -> None:
    out, engine = tmp_path / "out", Here()
    in_parts(table, out, engine)
    portion = engine.begun[0]
    cases: list[tuple[Callable[[], object], Portion, str]] = [
        (lambda: None, replace(portion, path=tmp_path / "unshared"), "is not there on "),
        (lambda: None, replace(portion, manifest={**portion.manifest, "started": "then"}), "is another one on "),
        (lambda: table.write_bytes(b""), portion, "has changed"),
    ]
    for change, asked, said in cases:
        change()
        assert said in (work(asked).error or "")
    assert not (tmp_path / "unshared").exists()


def test_a_part_waits_for_the_lock_of_a_process_that_was_given_up(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, engine = tmp_path / "out", Here()
    in_parts(table, out, engine)
    with ExitStack() as held:
        held.enter_context(RunFolder(engine.begun[0].folder))
        monkeypatch.setattr("normalizer.batch.portion._PATIENCE", 0.0)
        assert "another process is writing" in (work(engine.begun[0]).error or "")
        monkeypatch.setattr("normalizer.batch.portion._PATIENCE", 60.0)
        monkeypatch.setattr(time, "sleep", lambda _seconds: held.close())
        ended = work(engine.begun[0])
    assert (ended.error, ended.outcome.skipped) == (None, ended.outcome.tally.trials)


def test_an_error_of_ours_keeps_the_parts_that_wait_from_it(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "facts").mkdir(parents=True)
    (out / "facts" / "part-0001.parquet.part").mkdir()
    engine = Here(places=1)
    with pytest.raises(PartsError, match=r"part 1: .*cannot be written"):
        in_parts(table, out, engine)
    assert engine.numbers == [1]


def test_an_interrupt_stops_what_is_at_work(table: Path, tmp_path: Path) -> None:
    class Interrupted(Here):
        def wait(self, _handles: Sequence[object], _seconds: float) -> Sequence[object]:
            raise KeyboardInterrupt

    engine = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        in_parts(table, tmp_path / "out", engine)
    assert engine.stopped == [0, 1]


def test_a_model_is_asked_within_the_shares(table: Path, tmp_path: Path) -> None:
    with counting(good) as server:
        engine = Here(places=8)
        in_parts(table, tmp_path / "out", engine, asking(server), means=Means(concurrency=7))
        run([str(table)], tmp_path / "single", asking(server, parts=None))
    assert engine.most == PARTS
    assert {portion.means.concurrency for portion in engine.begun} == {2}
    for name in FILES:
        assert lines(parts_of(tmp_path / "out"), name) == lines([tmp_path / "single"], name)
    for part in parts_of(tmp_path / "out"):  # no memory shared between processes: it would not reach other machines
        assert not (part / "ledger.sqlite-wal").exists()
        assert (part / "ledger.sqlite").read_bytes()[18:20] == b"\x01\x01"  # SQLite says so in its header


def test_rates_keep_a_place_empty_for_a_minute(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    minute = 0.3
    monkeypatch.setattr("normalizer.batch.course._MINUTE", minute)
    out = tmp_path / "out"
    with counting(good) as server:
        engine = Here(places=1, lost={1: 1})
        in_parts(table, out, engine, asking(server), means=Means(rpm=100_000))
        assert engine.numbers == [1, 1, 2, 3]
        assert all(b - a >= minute for a, b in itertools.pairwise(engine.at))
        for part in parts_of(out)[1:]:
            (out / "facts" / f"part-{part.name[:4]}.parquet").unlink()
        engine = Here(places=1)
        in_parts(table, out, engine, asking(server), means=Means(rpm=100_000))
    assert engine.at[1] - engine.at[0] < minute  # nothing was asked


def dear(body: dict[str, Any], number: int, seen: int) -> Behaviour:
    found = good(body, number, seen)
    assert isinstance(found, Answer)
    return replace(found, usage=Usage(TOKENS - 20, 20))


def spent_tokens(out: Path) -> int:
    spent = orjson.loads((out / "run.json").read_bytes())["spent"]
    return int(spent["input_tokens"] + spent["output_tokens"])


def test_a_budget_holds_over_all_parts_and_a_higher_one_goes_on(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with counting(dear) as calm:
        in_parts(table, tmp_path / "undisturbed", settings=asking(calm))
        needed = spent_tokens(tmp_path / "undisturbed")
    with counting(dear) as server:
        settings, budget = asking(server), needed // 2
        with pytest.raises(PartsError, match=r"--budget-tokens") as got:
            in_parts(table, out, settings=settings, means=Means(budget_tokens=budget))
        assert got.value.over_budget
        assert 0 < len(server.delivered) * TOKENS <= budget
        outcome = in_parts(table, out, settings=settings, means=Means(budget_tokens=10 * needed))
        assert outcome.exit_code == 0
        assert spent_tokens(out) == needed == TOKENS * len(server.delivered)
    assert [part[1] for part in sorted(contents(out).items())] == [
        part[1] for part in sorted(contents(tmp_path / "undisturbed").items())
    ]


def test_the_command_tells_a_budget_by_its_exit_code_and_its_log(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def here(address: str | None) -> Iterator[Here]:
        assert address == "auto"
        yield Here()

    monkeypatch.setattr("normalizer.batch.rayed.opened", here)
    out, log = tmp_path / "out", tmp_path / "log"
    with counting(dear) as server:
        command = ["run", str(table), "-o", str(out), "--engine", "ray", "--ray-address", "auto", "--model", "m"]
        command += ["--base-url", server.base_url, "--log", str(log)]
        over = CliRunner().invoke(app, [*command, "--parts", "2", "--budget-tokens", str(20 * TOKENS)])
        assert over.exit_code == 4
        assert "2 of 2 parts are not finished" in over.output
        assert 0 < len(server.delivered) <= 20
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0
        assert f"trials     {len(TRIALS)}" in done.output
    events = [orjson.loads(line) for line in log.read_bytes().splitlines()]
    assert [one["event"] for one in events if one["event"] != "progress"] == [
        "started", "stopped", "started", "finished",
    ]  # fmt: skip
    assert events[-1]["trials"] == len(TRIALS)
    assert events[-1]["questions"] > 0


def test_a_budget_in_dollars_without_a_price_is_refused(table: Path, tmp_path: Path) -> None:
    with counting(good) as server, pytest.raises(PartsError, match="needs the price of 'm'") as got:
        in_parts(table, tmp_path / "out", settings=asking(server), means=Means(budget_usd=Decimal(1)))
    assert not got.value.over_budget
    assert server.arrived == {}


def test_failed_questions_are_asked_again_and_only_they(table: Path, tmp_path: Path) -> None:
    out, failing = tmp_path / "out", True

    def script(body: dict[str, Any], number: int, seen: int) -> Behaviour:
        if failing and "Pregnancy" in body["messages"][-1]["content"]:
            return Refusal()
        return good(body, number, seen)

    with counting(script) as server:
        first = in_parts(table, out, settings=asking(server))
        assert first.exit_code == 1
        before, failing = len(server.delivered), False
        again = in_parts(table, out, engine := Here(lost={1: 1}), asking(server), retry_failed=True)
        assert again.exit_code == 0
        both = len(server.delivered)
        assert both > before
        assert sorted(engine.numbers) == [1, 1, 2, 3]
        in_parts(table, tmp_path / "good", settings=asking(server))
        assert len(server.delivered) == 2 * both
    assert contents(out) == contents(tmp_path / "good")


@pytest.mark.parametrize(
    ("settings", "means", "said"),
    [
        (Settings(parts=0), Means(), "0 parts"),
        (Settings(parts=10_000), Means(), "1 to 9,999"),
        (Settings(shard="1/2"), Means(), "a shard is one part"),
        (Settings(extractor="llm", model="m", bulk=True), Means(), "a batch waits for its provider"),
        (Settings(), Means(workers=2), "not of workers"),
        (Settings(extractor="llm"), Means(), "needs a model"),
    ],
)
def test_settings_that_do_not_go_with_parts(tmp_path: Path, settings: Settings, means: Means, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        run_in_parts(["x"], tmp_path / "out", settings, Here(), means=means)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-", "--engine", "ray", "--parts", "2"], "standard input"),
        (["x", "--engine", "ray", "--shard", "1/2"], "--shard"),
        (["x", "--engine", "ray", "--workers", "2"], "--workers"),
        (["x", "--parts", "2"], "it is for --engine ray"),
        (["x", "--ray-address", "auto"], "it is for --engine ray"),
        (["x", "--engine", "dask"], "none of local, ray"),
        (["x", "--engine", "ray", "--ray-address", "ray://h:1"], "HOST:PORT or auto"),
        (["x", "--engine", "ray", "--ray-address", "nowhere"], "no cluster of Ray answers at 'nowhere'"),
        (["x", "--engine", "ray", "--ray-address", "127.0.0.1:1"], "no cluster of Ray answers"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, arguments: list[str], said: str) -> None:
    found = CliRunner().invoke(app, ["run", *arguments, "-o", str(tmp_path / "out")], env={"COLUMNS": "300"})
    assert found.exit_code == 2
    assert said in found.output
    assert not (tmp_path / "out").exists()


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    found = CliRunner().invoke(app, ["run", "x", "-o", str(tmp_path / "out"), "--engine", "ray"])
    assert found.exit_code == 2
    assert "pip install 'criteria-normalizer[scale]'" in found.output
