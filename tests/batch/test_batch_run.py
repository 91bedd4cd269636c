from __future__ import annotations

import json
import resource
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from normalizer.batch import RunError, Settings, facts, find, run, trials
from normalizer.batch.folder import RunFolder
from normalizer.facts import rows

if TYPE_CHECKING:
    from pathlib import Path

    from normalizer.model import TrialDocument

PAGE = """Inclusion Criteria:
- Age {age} years or older
- Creatinine ≤ 1.5 x ULN
- No live vaccine within 4 weeks before screening

Exclusion Criteria:
- LVEF below {age}%
- Pregnancy
"""
FILES = ("trials.jsonl", "facts.jsonl", "journal.jsonl")


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"trial{number}.txt").write_text(PAGE.format(age=20 + number), encoding="utf-8")
    return folder


def contents(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in FILES}


def manifest(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((path / "run.json").read_bytes())
    return found


class BrokenError(Exception):
    """What a test makes the pipeline raise."""


def break_at(monkeypatch: pytest.MonkeyPatch, number: int, error: type[BaseException]) -> None:
    run_module = import_module("normalizer.batch.workers")
    true = run_module.normalize
    seen = []

    def work(document: TrialDocument, *rest: object) -> object:
        seen.append(document)
        if len(seen) == number:
            raise error
        return true(document, *rest)

    monkeypatch.setattr(run_module, "normalize", work)


def test_a_run_writes_trials_in_input_order_and_their_facts(inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = run([str(inputs)], out)
    found = list(trials(out))
    assert [trial.trial_id for trial in found] == ["trial1", "trial2", "trial3"]
    assert list(facts(out)) == [row for trial in found for row in rows(trial)]
    assert outcome.exit_code == 0
    assert (outcome.tally.trials, outcome.skipped, outcome.refused) == (3, 0, 0)
    assert outcome.tally.criteria == sum(len(trial.criteria) for trial in found)
    assert outcome.tally.facts == len(list(facts(out)))
    assert sorted(path.name for path in out.iterdir()) == sorted([*FILES, "run.json", ".lock"])


def test_the_manifest_says_what_the_run_was_made_from(inputs: Path, tmp_path: Path) -> None:
    run([str(inputs)], tmp_path / "out")
    made = manifest(tmp_path / "out")
    assert [item["source"] for item in made["inputs"]] == [str(path) for path in sorted(inputs.iterdir())]  # type: ignore[attr-defined]
    assert all(len(item["sha256"]) == 64 for item in made["inputs"])  # type: ignore[attr-defined]
    assert made["settings"] == {"extractor": "rules", "id_column": "id", "text_column": "criteria"}
    assert made["started"] <= made["finished"]  # type: ignore[operator]


def test_equal_input_gives_equal_bytes(inputs: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run([str(inputs)], tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    one, two = manifest(tmp_path / "one"), manifest(tmp_path / "two")
    assert {k for k in one if one[k] != two[k]} <= {"started", "finished"}


def test_a_finished_run_is_not_done_again(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    first = run([str(inputs)], out)
    before = {**contents(out), "run.json": (out / "run.json").read_bytes()}
    break_at(monkeypatch, 1, AssertionError)
    again = run([str(inputs)], out)
    assert again.skipped == 3
    assert again.tally == first.tally
    assert {**contents(out), "run.json": (out / "run.json").read_bytes()} == before


@pytest.mark.parametrize("torn", [b"", b'{"trial_id":"half a li'])
def test_an_interrupted_run_goes_on_and_gives_the_same_bytes(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: bytes
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    run([str(inputs)], whole)
    with monkeypatch.context() as patch:
        break_at(patch, 3, KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            run([str(inputs)], out)
    assert not (out / "trials.jsonl").exists()
    with pytest.raises(RunError, match="not finished"):
        list(trials(out))
    for name in ("trials.jsonl.part", "facts.jsonl.part", "journal.jsonl"):
        with (out / name).open("ab") as file:
            file.write(torn)
    outcome = run([str(inputs)], out)
    assert outcome.skipped == 2
    assert contents(out) == contents(whole)


def test_a_run_that_died_between_its_last_steps_goes_on(inputs: Path, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    run([str(inputs)], whole)
    run([str(inputs)], out)
    (out / "trials.jsonl").rename(out / "trials.jsonl.part")
    (out / "run.json").write_text(json.dumps({**manifest(out), "finished": None}))
    assert run([str(inputs)], out).skipped == 3
    assert contents(out) == contents(whole)
    assert manifest(out)["finished"] is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("text", "trial2.txt has changed"),
        ("more", "trial9.txt was not there before"),
        ("less", "trial3.txt is gone"),
        ("column", "settings.id_column was id, is nct"),
    ],
)
def test_a_run_of_something_else_is_refused_and_left_alone(
    inputs: Path, tmp_path: Path, change: str, words: str
) -> None:
    out = tmp_path / "out"
    run([str(inputs)], out)
    before = contents(out)
    settings = Settings(id_column="nct") if change == "column" else Settings()
    if change == "text":
        (inputs / "trial2.txt").write_text("Inclusion Criteria:\n- Age 99 years or older\n", encoding="utf-8")
    elif change == "more":
        (inputs / "trial9.txt").write_text("Inclusion Criteria:\n- Age 99 years or older\n", encoding="utf-8")
    elif change == "less":
        (inputs / "trial3.txt").unlink()
    with pytest.raises(RunError, match=words):
        run([str(inputs)], out, settings)
    assert contents(out) == before
    assert run([str(inputs)], out, settings, fresh=True).skipped == 0


def test_a_second_process_is_refused(inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = (
        "import sys; from pathlib import Path; from normalizer.batch import run; run([sys.argv[1]], Path(sys.argv[2]))"
    )
    with RunFolder(out):
        second = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", code, str(inputs), str(out)], capture_output=True, text=True, check=False
        )
    assert second.returncode != 0
    assert "another process is writing this run directory" in second.stderr
    assert run([str(inputs)], out).exit_code == 0


def test_bad_inputs_are_told_and_the_others_go_on(inputs: Path, tmp_path: Path) -> None:
    (inputs / "trial0.txt").write_bytes(b"")
    table = inputs / "table.csv"
    table.write_text("id,criteria\nX1,Inclusion: age over 30 years\nX2\n", encoding="utf-8")
    told: list[str] = []
    outcome = run([str(inputs), str(tmp_path / "nowhere.txt")], tmp_path / "out", on_error=told.append)
    assert outcome.exit_code == 2
    assert any("trial0.txt" in message for message in told)
    assert any("nowhere.txt" in message for message in told)
    assert manifest(tmp_path / "out")["errors"] == told
    assert {"X1", "trial1", "trial2", "trial3"} <= {trial.trial_id for trial in trials(tmp_path / "out")}
    again: list[str] = []
    assert run([str(inputs), str(tmp_path / "nowhere.txt")], tmp_path / "out", on_error=again.append).exit_code == 2
    assert again == told


def test_a_trial_that_breaks_the_program_is_told_and_the_others_go_on(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_at(monkeypatch, 2, BrokenError)
    outcome = run([str(inputs)], tmp_path / "out")
    assert outcome.exit_code == 1
    assert (outcome.tally.trials, outcome.tally.failed) == (2, 1)
    assert [trial.trial_id for trial in trials(tmp_path / "out")] == ["trial1", "trial3"]
    assert "trial2" in outcome.errors[0]
    again = run([str(inputs)], tmp_path / "out")
    assert (again.exit_code, again.errors) == (1, outcome.errors)


def test_a_place_that_cannot_be_written_is_refused(inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="cannot be written"):
        run([str(inputs)], tmp_path / "file" / "out")
    stray = tmp_path / "stray"
    stray.mkdir()
    (stray / "trials.jsonl").write_text("somebody's")
    with pytest.raises(RunError, match=r"no run\.json"):
        run([str(inputs)], stray)
    assert (stray / "trials.jsonl").read_text() == "somebody's"


def test_a_full_disk_leaves_nothing_half_written(inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    run([str(inputs)], tmp_path / "whole")
    size = (tmp_path / "whole" / "trials.jsonl").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, limits[1]))
    try:
        with pytest.raises(RunError, match="cannot be written"):
            run([str(inputs)], out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not (out / "trials.jsonl").exists()
    assert not (out / "facts.jsonl").exists()
    assert run([str(inputs)], out).skipped == 1
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]"])
def test_a_damaged_manifest_is_refused(inputs: Path, tmp_path: Path, damage: bytes) -> None:
    run([str(inputs)], tmp_path / "out")
    (tmp_path / "out" / "run.json").write_bytes(damage)
    with pytest.raises(RunError, match=r"run\.json is damaged"):
        run([str(inputs)], tmp_path / "out")


def test_finding_one_trial(inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run([str(inputs)], out)
    assert find(out, "TRIAL2").trial_id == "trial2"
    with pytest.raises(RunError, match=r"no trial '../x'; it has trial1"):
        find(out, "../x")
    with pytest.raises(RunError, match="does not exist"):
        find(tmp_path / "none", "trial1")
    (out / "trials.jsonl").write_bytes(b"nonsense\n")
    with pytest.raises(RunError, match=r"trials\.jsonl, line 1"):
        find(out, "trial1")


def test_ids_never_become_paths(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("id,criteria\n../../evil,Inclusion Criteria: age over 30 years\n/etc/x,Age over 30 years\n")
    out = tmp_path / "deep" / "out"
    run([str(table)], out)
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == {
        "t.csv", *(f"deep/out/{name}" for name in (*FILES, "run.json", ".lock")),
    }  # fmt: skip


def test_an_unknown_extractor_is_refused(inputs: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no extractor 'magic'"):
        run([str(inputs)], tmp_path / "out", Settings(extractor="magic"))
    assert not (tmp_path / "out").exists()
