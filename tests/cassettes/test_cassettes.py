"""Recorded and hand-made exchanges: what replays, what must not be in them, what makes them stale."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cassettes.handmade import ANSWER, ENDPOINT, FOLDER, QUESTION, exchanges, written
from normalizer.evaluate.cassette import cassette
from normalizer.evaluate.replay import play, recording_of
from normalizer.evaluate.sets import seeds, stress
from normalizer.extract.llm import (
    Client,
    CutOffError,
    EndpointError,
    FilteredError,
    InvalidAnswerError,
    RefusalError,
)
from normalizer.extract.llm.answer import read_answer
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.reask import reask
from normalizer.extract.llm.request import Turn

if TYPE_CHECKING:
    from normalizer.extract.llm import Reply

ROOT = Path(__file__).parents[2]
CASSETTES = sorted((ROOT / "cassettes").rglob("*.json"))
RECORDED = sorted(path.parent for path in (ROOT / "cassettes").glob("*/about.json"))
SECRETS = re.compile(
    r"authorization|bearer|api[-_]?key|\bsk-|cookie|openai-organization|x-request-id|set-cookie", re.IGNORECASE
)


def replayed(name: str, waits: list[float] | None = None, question: Turn = QUESTION) -> Reply:
    async def ask() -> Reply:
        async def sleep(seconds: float) -> None:
            if waits is not None:
                waits.append(seconds)

        async with Client(ENDPOINT, sleep=sleep) as client:
            reply = await client.complete((question,))
            try:
                read_answer(reply.content, ("b1",))
            except InvalidAnswerError:
                _, reply = await reask(client, question, ("b1",), reply, 2)
            return reply

    with cassette(FOLDER / f"{name}.json", load_prompt()):
        return asyncio.run(ask())


@pytest.mark.parametrize(
    ("name", "error"), [("refusal", RefusalError), ("truncated", CutOffError), ("filtered", FilteredError)]
)
def test_an_answer_that_is_none_is_its_own_error_and_paid_for(name: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        replayed(name)
    assert caught.value.usage.output == 60  # type: ignore[attr-defined]


def test_invalid_then_valid_is_asked_again_once_and_both_count() -> None:
    reply = replayed("invalid_then_valid")
    assert reply.content == ANSWER
    assert (reply.usage.requests, reply.usage.output, reply.own.output) == (2, 120, 60)


def test_a_rate_limit_is_waited_for_as_long_as_the_server_says() -> None:
    waits: list[float] = []
    reply = replayed("rate_limited", waits)
    assert (reply.content, reply.attempts, waits) == (ANSWER, 2, [7.0])


def test_a_server_error_is_tried_again() -> None:
    waits: list[float] = []
    assert replayed("server_error", waits).usage.requests == 2
    assert len(waits) == 1


def test_a_question_that_was_not_recorded_is_not_answered() -> None:
    other = Turn("user", QUESTION.content.replace("295", "296"))
    with pytest.raises(EndpointError):
        replayed("server_error", [], other)


def test_an_exchange_that_is_not_asked_for_is_told() -> None:
    with (
        pytest.raises(ValueError, match="1 recorded exchanges were not asked for"),
        cassette(FOLDER / "refusal.json", load_prompt()),
    ):
        pass


def test_the_handmade_exchanges_are_those_of_the_current_prompt() -> None:
    made = {f"{name}.json": written(parts) for name, parts in exchanges().items()}
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert there == made, "python -m cassettes.handmade writes them anew"


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: str(path.relative_to(ROOT / "cassettes")))
def test_no_secret_and_no_address_is_recorded(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert SECRETS.search(text) is None
    if path.name == "about.json":
        return
    for one in json.loads(text)["exchanges"]:
        assert {name.lower() for name in one["response"]["headers"]} <= {"content-type", "retry-after"}
        assert set(one["request"]) == {"method", "path", "body"}


@pytest.mark.parametrize("folder", RECORDED, ids=lambda path: path.name)
def test_recordings_say_where_they_come_from(folder: Path) -> None:
    about: dict[str, Any] = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    assert about["prompt_hash"] == recording_of(folder).prompt.hash, "the prompt has changed since"
    assert about["by"]
    assert about["recorded"]


def test_every_labelled_block_has_a_recorded_answer_that_can_be_used() -> None:
    labelled = seeds(ROOT / "evals" / "gold", ROOT / "seeds") + stress(ROOT / "evals" / "stress")
    found = play(labelled)
    assert len(found) == sum(len(one.contexts) for one in labelled)
    assert [key for key, (reading, _) in found.items() if reading.failure] == []
