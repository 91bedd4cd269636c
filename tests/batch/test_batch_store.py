"""Answers on the disk: kept in groups, shared between runs, bounded in size, never the unusable ones."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from normalizer.batch import RunError, cache
from normalizer.batch.ledger import Ledger, spent
from normalizer.batch.remembered import Remembered
from normalizer.batch.store import Store
from normalizer.cli import app
from normalizer.extract.llm import Asked, FakeModel, RefusalError, Reply, Usage
from normalizer.extract.llm.request import Turn
from normalizer.model.draft import Draft

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = Turn("user", '{"trial":{"conditions":[]},"blocks":[{"block":"b1","kind":"inclusion","text":"Age"}]}')
OTHER = Turn("user", QUESTION.content.replace("Age", "Sex"))
ANSWER = Reply("text", Usage(1, 900, 100, 30), Usage(2, 900, 100, 30), 2)


def test_what_was_put_is_there_at_once_and_after_closing(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.sqlite")
    store.put("k", ANSWER)
    kept = Reply("text", Usage(1, 900, 100, 30), Usage(), 0)
    assert (store.get("k"), store.get("none")) == (kept, None)
    store.close()
    store.close()
    again = Store(tmp_path / "a.sqlite")
    assert again.get("k") == kept
    again.close()


def test_two_stores_share_a_file(tmp_path: Path) -> None:
    one, two = Store(tmp_path / "a.sqlite"), Store(tmp_path / "a.sqlite")
    one.put("k", ANSWER)
    one.close()
    assert two.get("k") is not None
    two.close()


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to look at", b"SQLite format 3\x00" + b"x" * 200]
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.sqlite").write_bytes(content)
    with pytest.raises(RunError, match=r"a\.sqlite cannot be used"):
        Store(tmp_path / "a.sqlite")


def asked(model: FakeModel, *stores: Store, about: str = "here", turns: tuple[Turn, ...] = (QUESTION,)) -> Reply:
    return asyncio.run(Remembered(model, stores, about).complete(turns))


def test_an_answer_is_paid_once_and_found_in_the_second_store(tmp_path: Path) -> None:
    model = FakeModel(lambda _: Draft())
    first, second = Store(tmp_path / "a.sqlite"), Store(tmp_path / "b.sqlite")
    paid = asked(model, second)
    found = asked(model, first, second)
    assert (paid.usage.requests, found.usage.requests, found.own) == (1, 0, paid.own)
    assert asked(model, first).content == paid.content  # it went from the second into the first
    assert len(model.questions) == 1
    first.close()
    second.close()


@pytest.mark.parametrize("change", [{"about": "there"}, {"turns": (OTHER,)}, {"turns": (QUESTION, OTHER)}])
def test_another_endpoint_or_question_is_another_answer(tmp_path: Path, change: dict[str, object]) -> None:
    model = FakeModel(lambda _: Draft())
    store = Store(tmp_path / "a.sqlite")
    asked(model, store)
    asked(model, store, **change)  # type: ignore[arg-type]
    assert len(model.questions) == 2
    store.close()


def test_errors_and_unusable_answers_are_not_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.sqlite")
    model = FakeModel(lambda _: "no JSON")
    asked(model, store)
    asked(model, store)
    assert len(model.questions) == 2
    with pytest.raises(RefusalError):
        asked(FakeModel(lambda _: RefusalError("no")), store)
    assert asked(FakeModel(lambda _: Draft()), store).usage.requests == 1
    store.close()


def test_the_ledger_adds_up_what_all_processes_spent(tmp_path: Path) -> None:
    assert spent(tmp_path).questions == 0
    for error in (RefusalError("no"), None):
        book = Ledger(tmp_path / "ledger.sqlite")
        book.record("T1", ["I01", "I02"], Asked((), Usage(2, 100, 10, 5), 2, error=error))
        book.record("T2", ["E01"], Asked((), Usage(1, 50, 0, 5), 1, error=RefusalError("never")))
        book.close()
    found = spent(tmp_path)
    assert (found.questions, found.requests, found.input, found.cached, found.output) == (2, 6, 300, 20, 20)
    assert found.failed == (("T2", "E01", "RefusalError: never"),)


def filled(folder: Path, count: int) -> None:
    store = cache.opened(folder)
    for at in range(count):
        store.put(f"k{at}", Reply("x" * 100, Usage(1, 10, 0, 3), Usage(), 1))
    store.close()
    with sqlite3.connect(folder / cache.NAME) as file:
        file.execute("UPDATE answers SET used = CAST(substr(key, 2) AS INTEGER)")
    file.close()


def test_a_cache_says_what_it_holds_and_forgets_the_oldest(tmp_path: Path) -> None:
    filled(tmp_path, 10)
    held = cache.stats(tmp_path)
    assert (held.answers, held.text_bytes, held.input_tokens, held.output_tokens) == (10, 1000, 100, 30)
    assert cache.prune(tmp_path, 100_000) == 0
    gone = cache.prune(tmp_path, 600)
    store = cache.opened(tmp_path)
    there = [at for at in range(10) if store.get(f"k{at}") is not None]
    store.close()
    assert there == list(range(gone, 10))
    assert cache.prune(tmp_path, 0) == 10 - gone


def test_cache_commands(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    said = CliRunner().invoke(app, ["cache", "stats", str(tmp_path)])
    assert said.stdout.startswith("3 answers, 300 bytes of text")
    assert (
        CliRunner().invoke(app, ["cache", "prune", str(tmp_path), "--max-bytes", "0"]).stdout == "3 answers removed\n"
    )
    missing = CliRunner().invoke(app, ["cache", "stats", str(tmp_path / "none")])
    assert (missing.exit_code, "holds no cache of answers" in missing.stderr) == (2, True)


def test_a_cache_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(RunError, match="the cache cannot be written"):
        cache.opened(tmp_path / "file" / "cache")


def test_status_of_a_run_and_of_none(tmp_path: Path) -> None:
    page = tmp_path / "t.txt"
    page.write_text("Inclusion Criteria:\n- Age 18 years or older\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["run", str(page), "-o", str(tmp_path / "out"), "-q"]).exit_code == 0
    said = CliRunner().invoke(app, ["status", str(tmp_path / "out")])
    assert said.exit_code == 0
    words = dict(line.split(None, 1) for line in said.stdout.splitlines() if line.strip())
    assert words["run"].startswith("finished")
    assert words["trials"].strip() == "1 done"
    assert CliRunner().invoke(app, ["status", str(tmp_path / "none")]).exit_code == 2
