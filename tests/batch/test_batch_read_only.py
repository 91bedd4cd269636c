"""Folders that cannot be written, for processes that respect it, and a ledger with damaged pages."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bench.kills import FILES, distinct, good, trials_of, write
from tests.server.model import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.model import ModelServer

ROOT = Path(__file__).parents[2]
TRIALS = trials_of(8, 3)
PAGE = 4096
#: The superuser may write everywhere; without this capability (CAP_DAC_OVERRIDE, dropped from those that a new program
#: may have) it may not.
WITHOUT_POWER = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)
os.execv(sys.executable, [sys.executable, "-m", "normalizer.cli", *sys.argv[1:]])
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write(TRIALS, tmp_path / "trials.jsonl")


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_POWER, *map(str, arguments)]
    environment = {**os.environ, "OPENAI_API_KEY": "none"}
    return subprocess.run(  # noqa: S603 - our own
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=50, check=False
    )


def asking(table: Path, out: Path, server: ModelServer, *more: object) -> subprocess.CompletedProcess[str]:
    return call("run", table, "-o", out, "-q", "--model", "m", "--base-url", server.base_url, *more)


def contents(out: Path) -> list[bytes]:
    return [(out / name).read_bytes() for name in FILES]


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    places = [folder, *folder.rglob("*")]
    modes = [place.stat().st_mode for place in places]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        yield
    finally:
        for place, mode in zip(places, modes, strict=True):
            place.chmod(mode)


def refused(result: subprocess.CompletedProcess[str], place: Path, *words: str) -> bool:
    """Say whether a command ended with one clear message about a place."""
    told = " ".join(result.stderr.split())
    return result.returncode == 2 and str(place) in told and "Traceback" not in told and all(w in told for w in words)


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_named_and_the_run_goes_on_later(table: Path, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "parent" / "out"
    (tmp_path / "parent").mkdir()
    with serving(good) as server:
        assert asking(table, whole, server).returncode == 0
        before = server.count
        with read_only(tmp_path / "parent"):
            assert refused(asking(table, out, server), out, "cannot be written", "Permission denied")
        assert server.count == before
        assert asking(table, out, server, "--budget-tokens", "100000").returncode == 4
        paid = server.count - before
        with read_only(tmp_path / "parent"):
            result = asking(table, out, server)
            assert refused(result, out, "cannot be written", "Permission denied"), result.stderr
            shown = call("status", out)
            assert (shown.returncode, "not finished" in shown.stdout) == (0, True), shown.stderr
        assert server.count == before + paid > before
        assert asking(table, out, server).returncode == 0
        assert (server.count - before, contents(out)) == (distinct(TRIALS), contents(whole))
        with read_only(out):
            target = out / "facts.csv"
            assert refused(call("facts", out, "-o", target), target, "cannot be written", "Permission denied")


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_named_before_anything_is_asked(table: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with serving(good) as server:
        assert asking(table, tmp_path / "first", server, "--cache", cache).returncode == 0
        before = server.count
        with read_only(cache):
            result = asking(table, tmp_path / "second", server, "--cache", cache)
            assert refused(result, cache, "the cache cannot be written"), result.stderr
        assert asking(table, tmp_path / "second", server, "--cache", cache).returncode == 0
        assert server.count == before
        assert contents(tmp_path / "second") == contents(tmp_path / "first")


@pytest.mark.slow
def test_a_ledger_with_damaged_pages_is_named_and_can_be_moved_away(table: Path, tmp_path: Path) -> None:
    out, ledger = tmp_path / "out", tmp_path / "out" / "ledger.sqlite"
    with serving(good) as server:
        assert asking(table, tmp_path / "whole", server).returncode == 0
        assert asking(table, out, server, "--budget-tokens", "100000").returncode == 4
        content = bytearray(ledger.read_bytes())
        for page in range(2 * PAGE, len(content), PAGE):
            content[page : page + PAGE] = b"\xa5" * PAGE
        ledger.write_bytes(content)
        before = server.count
        assert refused(asking(table, out, server), out, "ledger.sqlite", "move it away")
        assert server.count == before
        ledger.rename(tmp_path / "away.sqlite")
        assert asking(table, out, server).returncode == 0
        assert contents(out) == contents(tmp_path / "whole")
