from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import normalizer
from normalizer.batch.folder import RunFolder
from normalizer.cli import app
from normalizer.facts import COLUMNS

if TYPE_CHECKING:
    from typer.testing import Result

SEEDS = Path(__file__).parents[1] / "seeds"
PAGE = """Inclusion Criteria:
- Age 18 years or older
- Creatinine \\<1.5 x ULN unless Gilbert syndrome is known
- Neutrophils ≥1.5×109/L

Exclusion Criteria:
- LVEF below 40%
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page1.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


def call(*arguments: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=env)


def made(page: Path, tmp_path: Path) -> Path:
    out = tmp_path / "out"
    assert call("run", page, "-o", out).exit_code == 0
    return out


def test_run_ends_with_a_summary(page: Path, tmp_path: Path) -> None:
    result = call("run", page, "-o", tmp_path / "out")
    assert result.exit_code == 0
    words = dict(line.split(None, 1) for line in result.stdout.splitlines() if line and not line.startswith(" "))
    assert words["trials"].strip() == "1"
    assert words["criteria"].startswith("4:")
    assert "in bounds" in words["numerals"]
    assert "\x1b" not in result.stdout


def test_quiet_says_nothing(page: Path, tmp_path: Path) -> None:
    result = call("run", page, "-o", tmp_path / "out", "--quiet")
    assert (result.exit_code, result.output) == (0, "")


def test_a_refused_input_is_exit_code_2_and_the_others_are_written(page: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    result = call("run", empty, page, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "empty.txt" in result.stderr
    assert b'"page1"' in (tmp_path / "out" / "trials.jsonl").read_bytes()


def test_column_names(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("nct,words\nN1,Inclusion Criteria: age over 30 years\n", encoding="utf-8")
    result = call("run", table, "-o", tmp_path / "out", "--id-column", "nct", "--text-column", "words")
    assert result.exit_code == 0
    assert (tmp_path / "out" / "trials.jsonl").read_bytes().startswith(b'{"trial_id":"N1"')


def test_an_interrupted_run_is_exit_code_130(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("normalizer.batch.workers"), "normalize", interrupted)
    result = call("run", page, "-o", tmp_path / "out")
    assert result.exit_code == 130
    assert "the same command goes on from there" in result.stderr


def test_a_failed_trial_is_exit_code_1(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(import_module("normalizer.batch.workers"), "normalize", broken)
    result = call("run", page, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "page1.txt: trial page1 failed: RuntimeError: out of order" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run",), "INPUT"),
        (("run", "x.txt"), "-o"),
        (("run", "x.txt", "-o", "OUT", "--extractor", "magic"), "magic"),
        (("facts", "OUT"), "does not exist"),
        (("show", "OUT", "T1"), "does not exist"),
        (("nonsense",), "nonsense"),
    ],
)
def test_wrong_usage_is_exit_code_2(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    result = call(*(str(tmp_path / "out") if argument == "OUT" else argument for argument in arguments))
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_directory_in_use_is_exit_code_2(page: Path, tmp_path: Path) -> None:
    with RunFolder(tmp_path / "out"):
        result = call("run", page, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "another process" in result.stderr


def test_facts_in_every_format(page: Path, tmp_path: Path) -> None:
    out = made(page, tmp_path)
    lines = call("facts", out).stdout_bytes
    assert lines == (out / "facts.jsonl").read_bytes()
    table = list(csv.DictReader(io.StringIO(call("facts", out, "--format", "csv").stdout_bytes.decode(), newline="")))
    assert len(table) == len(lines.splitlines()) > 2
    assert tuple(table[0]) == COLUMNS
    assert call("facts", out, "-o", tmp_path / "f.parquet").exit_code == 0
    assert (tmp_path / "f.parquet").read_bytes()[:4] == b"PAR1"
    assert call("facts", out, "-o", tmp_path / "none" / "f.csv").exit_code == 2
    assert call("facts", out, "--format", "xlsx").exit_code == 2
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_show_prints_source_reading_and_status(page: Path, tmp_path: Path) -> None:
    out = made(page, tmp_path)
    result = call("show", out, "PAGE1", env={"COLUMNS": "120"})
    assert result.exit_code == 0
    text = result.stdout
    assert "\x1b" not in text
    assert text.index("INCLUSION · all participants") < text.index("I01") < text.index("EXCLUSION")
    for words in (
        "Neutrophils ≥1.5×109/L",
        "≥ 1.5 × 10⁹/L",
        "“≥1.5×109/L”",
        "repaired",
        "< 1.5 × ULN",
        "unless",
        "E01",
    ):
        assert words in text


def test_show_disarms_control_characters(tmp_path: Path) -> None:
    page = tmp_path / "evil.txt"
    page.write_text("Inclusion Criteria:\r\n- Age \x1b[31m18 years\x07 [bold]or older[/bold]\r\n", encoding="utf-8")
    out = made(page, tmp_path)
    text = call("show", out, "evil").stdout
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]or older[/bold]" in text


def test_no_color_is_respected_on_a_terminal(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = made(page, tmp_path)
    for env, coloured in (({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)):
        monkeypatch.setenv("TERM", "xterm-256color")
        text = call("show", out, "page1", env={"COLUMNS": "120", **env}).stdout
        assert ("\x1b[32m" in text) is coloured


def test_version() -> None:
    result = call("--version")
    assert (result.exit_code, result.stdout) == (0, f"normalizer {normalizer.__version__}\n")


def best_of(count: int, code: list[str]) -> float:
    times = []
    for _ in range(count):
        start = time.perf_counter()
        subprocess.run([sys.executable, *code], check=True, capture_output=True)  # noqa: S603 - our own interpreter
        times.append(time.perf_counter() - start)
    return min(times)


def test_help_and_import_answer_at_once() -> None:
    empty = best_of(3, ["-c", "pass"])
    assert best_of(3, ["-m", "normalizer.cli", "--help"]) - empty < 1.0  # some 0.25 s on a quiet machine
    assert best_of(3, ["-c", "import normalizer"]) - empty < 0.3  # some 0.01 s


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from normalizer.cli import app; import typer.testing as t; t.CliRunner().invoke(app, ['--help']); "
        "heavy = {'pydantic', 'orjson', 'pyarrow', 'normalizer.pipeline', 'normalizer.batch'}; "
        "print(*sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    assert done.stdout.strip() == ""


@pytest.mark.slow
def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    table = tmp_path / "many.jsonl"
    record = {"criteria": PAGE * 20}
    table.write_text("".join(json.dumps({"id": f"T{n}", **record}) + "\n" for n in range(60)), encoding="utf-8")
    command = [sys.executable, "-m", "normalizer.cli", "run", str(table), "-q", "-o"]
    subprocess.run([*command, str(tmp_path / "whole")], check=True)  # noqa: S603 - our own interpreter
    out = tmp_path / "out"
    process = subprocess.Popen([*command, str(out)])  # noqa: S603 - our own interpreter
    part = out / "trials.jsonl.part"
    while process.poll() is None and not (part.is_file() and part.stat().st_size):
        os.sched_yield()
    process.send_signal(signal.SIGKILL)
    process.wait()
    subprocess.run([*command, str(out)], check=True)  # noqa: S603 - our own interpreter
    for name in ("trials.jsonl", "facts.jsonl"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_the_seeds_end_well(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = call("run", SEEDS, "-o", out)
    assert result.exit_code == 0
    trials = [json.loads(line) for line in (out / "trials.jsonl").read_bytes().splitlines()]
    assert len(trials) == 5
    for trial in trials:
        text = trial["document"]["text"]
        shown = call("show", out, trial["trial_id"]).stdout
        for criterion in trial["criteria"]:
            assert criterion["id"].split("/")[-1] in shown
            for atom in criterion["atoms"]:
                for bound in atom["bounds"]:
                    if bound["span"]:
                        assert text[bound["span"]["start"] : bound["span"]["end"]] == bound["quote"]


def test_a_failed_gate_is_exit_code_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: list[list[str]] = []

    def main(arguments: list[str]) -> int:
        given.append(arguments)
        return 3

    monkeypatch.setattr(import_module("normalizer.evaluate.everything"), "main", main)
    assert call("eval").exit_code == 3
    assert call("eval", tmp_path).exit_code == 3
    assert given == [[], ["--gold", str(tmp_path), "--only", "seeds"]]


def test_eval_of_a_run(page: Path, tmp_path: Path) -> None:
    gold = SEEDS.parent / "evals" / "gold"
    strange = call("eval", gold, "--run", made(page, tmp_path))
    assert strange.exit_code == 2
    assert "holds no page" in strange.stderr
    assert call("run", SEEDS, "-o", tmp_path / "seeds", "-q").exit_code == 0
    result = call("eval", gold, "--run", tmp_path / "seeds")
    assert result.exit_code == 0
    assert "full_bound" in result.stdout


@pytest.mark.parametrize("name", ["lct", "chia", "other"])
def test_eval_of_a_corpus_that_is_not_there(tmp_path: Path, name: str) -> None:
    assert call("eval", "--corpus", name, tmp_path).exit_code == 2


def test_a_flood_of_errors_is_told_once(tmp_path: Path) -> None:
    table = tmp_path / "t.jsonl"
    table.write_text('{"nct": "N1"}\n' * 500, encoding="utf-8")
    result = call("run", table, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 21
    manifest = json.loads((tmp_path / "out" / "run.json").read_bytes())
    assert (manifest["refused"], len(manifest["errors"])) == (500, 500)
