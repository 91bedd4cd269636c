"""A disk that fills up: files of a run's process can grow to a limit only, in a process of its own."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.bench.kills import distinct, good, trials_of, write
from tests.server.model import serving

if TYPE_CHECKING:
    from pathlib import Path

TRIALS = 12
OUTPUTS = ("trials.jsonl", "facts.jsonl")
LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from normalizer.cli import app
app(sys.argv[2:])
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.jsonl"
    lines = [
        json.dumps({"id": f"T{at}", "criteria": f"Inclusion Criteria:\n- Ferritin above {at + 10} ng/mL\n"}) + "\n"
        for at in range(TRIALS)
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def call(limit: int | None, *arguments: object) -> subprocess.CompletedProcess[str]:
    program = ["-m", "normalizer.cli"] if limit is None else ["-c", LIMITED, str(limit)]
    command = [sys.executable, *program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own


def contents(path: Path) -> list[bytes]:
    return [(path / name).read_bytes() for name in OUTPUTS]


@pytest.mark.parametrize("limit", [0, 2_000, 20_000])
def test_a_run_says_so_keeps_what_it_has_and_goes_on_when_there_is_room(
    table: Path, tmp_path: Path, limit: int
) -> None:
    out = tmp_path / "out"
    full = call(limit, "run", table, "-o", out)
    assert full.returncode == 2, full.stderr
    assert "Traceback" not in full.stderr
    assert str(out) in full.stderr
    assert "too large" in full.stderr
    assert not any((out / name).exists() for name in OUTPUTS)
    again = call(None, "run", table, "-o", out)
    assert again.returncode == 0, again.stderr
    assert call(None, "run", table, "-o", tmp_path / "whole").returncode == 0
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.parametrize("limit", [0, 5_000, 40_000, 70_000])
def test_with_a_model_no_answer_that_was_kept_is_asked_again(
    tmp_path: Path, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    trials = trials_of(60, 11)
    file = write(trials, tmp_path / "trials.jsonl")
    out = tmp_path / "out"
    with serving(good) as server:
        arguments = ("run", file, "--model", "m", "--base-url", server.base_url, "--concurrency", 4)
        full = call(limit, *arguments, "-o", out)
        assert full.returncode == 2, full.stderr
        assert "Traceback" not in full.stderr
        assert str(out) in full.stderr
        assert not any((out / name).exists() for name in OUTPUTS)
        kept, asked = answers(out), server.count
        again = call(None, *arguments, "-o", out)
        assert again.returncode == 0, again.stderr
        assert server.count - asked <= distinct(trials) - kept  # fewer where a finished trial needs its answers no more
        assert call(None, *arguments, "-o", tmp_path / "whole").returncode == 0
    assert contents(out) == contents(tmp_path / "whole")


def answers(out: Path) -> int:
    """Return how many answers a run directory keeps."""
    if not (out / "ledger.sqlite").exists():
        return 0
    with closing(sqlite3.connect(out / "ledger.sqlite")) as ledger:
        if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'answers'").fetchone():
            return 0
        count: int = ledger.execute("SELECT count(*) FROM answers").fetchone()[0]
        return count
