import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import aiohttp
import pytest

from cassettes.relay import Relay, request_hash, serving

POLL = 0.01
PATIENCE = 1000  # polls until a test gives up
MESSAGES = [{"role": "system", "content": "Read."}, {"role": "user", "content": "eGFR ≥ 60 mL/min"}]
SCHEMA = {"type": "object", "properties": {"value": {"type": "string"}}, "required": ["value"]}
KEY = request_hash(MESSAGES, SCHEMA)
BODY: dict[str, Any] = {
    "model": "any/model",
    "messages": MESSAGES,
    "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}},
}


@dataclass(frozen=True)
class Door:
    session: aiohttp.ClientSession
    queue: Path

    async def post(self, body: object = BODY) -> tuple[int, bytes]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": "Bearer not-for-the-file"}
        async with self.session.post("/v1/chat/completions", data=data, headers=headers) as response:
            return response.status, await response.read()

    async def get(self, path: str) -> Any:
        async with self.session.get(path) as response:
            return await response.json()

    def write(self, text: str | bytes, key: str = KEY) -> None:
        data = text if isinstance(text, bytes) else text.encode()
        (self.queue / f"{key}.answer.json").write_bytes(data)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.queue.iterdir())

    async def asked(self, requests: int = 1) -> None:
        for _ in range(PATIENCE):
            if (await self.get("/status"))["open"] == requests:
                return
            await asyncio.sleep(POLL)
        pytest.fail(f"never {requests} open requests")


@asynccontextmanager
async def opened(queue: Path, *, replay: bool = False, wait: float = 30) -> AsyncIterator[Door]:
    relay = Relay(queue, replay=replay, timeout=wait, interval=POLL)
    async with serving(relay) as address, aiohttp.ClientSession(address) as session:
        yield Door(session, queue)


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(PATIENCE):
        if condition():
            return
        await asyncio.sleep(POLL)
    pytest.fail("waited in vain")


def message(reply: tuple[int, bytes]) -> Any:
    assert reply[0] == 200, reply
    return json.loads(reply[1])["choices"][0]["message"]


def error(reply: tuple[int, bytes]) -> tuple[int, str, str]:
    found = json.loads(reply[1])["error"]
    assert set(found) == {"message", "type", "code"}
    return reply[0], found["code"], found["message"]


def test_answered_later_as_the_file_stands(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path / "new" / "queue") as door:
            reply = asyncio.create_task(door.post())
            await door.asked()
            assert await door.get("/status") == {"open": 1, "answered": 0, "waiting": [KEY]}
            door.write('\n{"value":  "60", "note": "≥"}\n')
            completion = json.loads((await reply)[1])
            assert completion["choices"][0]["message"]["content"] == '{"value":  "60", "note": "≥"}'
            assert completion["choices"][0]["finish_reason"] == "stop"
            assert (completion["id"], completion["created"]) == (f"chatcmpl-{KEY}", 0)
            assert completion["model"] == "any/model"
            assert completion["system_fingerprint"] == "relay: usage estimated"
            schema = len(json.dumps(SCHEMA, separators=(",", ":")))
            assert completion["usage"]["prompt_tokens"] == -(-(5 + 16 + schema) // 4)
            assert completion["usage"]["completion_tokens"] == 8
            assert await door.get("/status") == {"open": 0, "answered": 1, "waiting": []}

    asyncio.run(scenario())


def test_request_file_holds_only_messages_and_schema(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            reply = asyncio.create_task(door.post(BODY | {"temperature": 0.5, "seed": 7, "user": "someone"}))
            await door.asked()
            door.write("{}")
            await reply
            assert door.files() == [f"{KEY}.answer.json", f"{KEY}.request.json"]
            assert json.loads((tmp_path / f"{KEY}.request.json").read_text(encoding="utf-8")) == {
                "messages": MESSAGES,
                "schema": SCHEMA,
            }

    asyncio.run(scenario())


def test_answer_already_there_is_served_without_asking_in_equal_bytes(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            door.write('{"value": "60"}')
            assert await door.post() == await door.post(dict(reversed(BODY.items())) | {"temperature": 1})
            assert door.files() == [f"{KEY}.answer.json"]

    asyncio.run(scenario())


def test_refusal_is_that_one_key_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            door.write('{"refusal": "No."}')
            assert message(await door.post()) == {"role": "assistant", "content": None, "refusal": "No."}
            door.write('{"refusal": "No.", "value": null}')
            assert message(await door.post())["content"] == '{"refusal": "No.", "value": null}'

    asyncio.run(scenario())


@pytest.mark.parametrize("text", ['{"value": "60', "Here it is:\r\n60 \n", "12", '["60"]'])
def test_text_that_is_no_object_is_served_verbatim_once_it_keeps_still(tmp_path: Path, text: str) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            door.write(text)
            assert message(await door.post())["content"] == text
            assert message(await door.post())["content"] == text

    asyncio.run(scenario())


@pytest.mark.parametrize("text", ["", " \n"])
def test_empty_file_is_not_there_yet(tmp_path: Path, text: str) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            door.write(text)
            reply = asyncio.create_task(door.post())
            await door.asked()
            assert (tmp_path / f"{KEY}.request.json").exists()
            await asyncio.sleep(3 * POLL)
            assert not reply.done()
            door.write("{}")
            assert message(await reply)["content"] == "{}"

    asyncio.run(scenario())


def test_growing_file_is_not_served_until_it_keeps_still_or_parses(tmp_path: Path) -> None:
    async def scenario() -> None:
        relay, path = Relay(tmp_path, interval=POLL), tmp_path / f"{KEY}.answer.json"
        for end in range(1, 9):
            path.write_text('{"a": 1}'[:end])
            looks = [relay._look(KEY), relay._look(KEY)]  # two looks at once are no interval apart
            assert looks == ([b'{"a": 1}'] * 2 if end == 8 else [None, None])
        path.write_text("60")
        assert relay._look(KEY) is None
        await asyncio.sleep(2 * POLL)
        path.write_text("600")
        assert relay._look(KEY) is None
        await asyncio.sleep(2 * POLL)
        assert relay._look(KEY) == b"600"

    asyncio.run(scenario())


def test_byte_order_mark_is_dropped_and_other_encodings_are_an_error(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            door.write(b'\xef\xbb\xbf{"value": "60"}')
            assert message(await door.post())["content"] == '{"value": "60"}'
            door.write("≥ 60".encode("utf-16"))
            assert error(await door.post())[:2] == (500, "answer_not_utf8")

    asyncio.run(scenario())


def test_identical_requests_share_one_file_and_one_answer(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            replies = [asyncio.create_task(door.post()) for _ in range(20)]
            await door.asked(requests=20)
            assert door.files() == [f"{KEY}.request.json"]
            door.write('{"value": "60"}')
            assert len(set(await asyncio.gather(*replies))) == 1

    asyncio.run(scenario())


def test_each_open_request_gets_its_own_answer(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            questions = [[{"role": "user", "content": f"block {number}"}] for number in range(50)]
            replies = [asyncio.create_task(door.post({"messages": question})) for question in questions]
            await until(lambda: len(door.files()) == 50)
            for number, question in reversed(list(enumerate(questions))):
                door.write(json.dumps({"block": number}), request_hash(question, None))
            contents = [message(await reply)["content"] for reply in replies]
            assert contents == [json.dumps({"block": number}) for number in range(50)]

    asyncio.run(scenario())


def test_tool_parameters_are_the_schema_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            door.write("{}")
            tool = {"type": "function", "function": {"name": "answer", "parameters": SCHEMA}}
            assert message(await door.post({"messages": MESSAGES, "tools": [tool]}))["content"] == "{}"

    asyncio.run(scenario())


def test_hash_ignores_key_order_and_sees_all_else() -> None:
    shuffled = [dict(reversed(part.items())) for part in MESSAGES]
    assert request_hash(shuffled, dict(reversed(SCHEMA.items()))) == KEY
    assert len({KEY, request_hash(MESSAGES, None), request_hash(MESSAGES[::-1], SCHEMA)}) == 3
    assert len(KEY) == 16
    assert request_hash(["\ud800"], None) != request_hash(["?"], None)


def test_replay_serves_what_is_there_and_names_what_is_not(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path, replay=True) as door:
            status, code, text = error(await door.post())
            assert (status, code) == (404, "answer_not_found")
            assert KEY in text
            assert door.files() == []
            door.write("plain text")
            assert message(await door.post())["content"] == "plain text"
            assert door.files() == [f"{KEY}.answer.json"]

    asyncio.run(scenario())


def test_no_answer_in_time_is_a_504(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path, wait=2 * POLL) as door:
            assert error(await door.post())[:2] == (504, "answer_timeout")
            assert (await door.get("/status"))["waiting"] == []

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b'{"messages": [', "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b'{"messages": [{"content": NaN}]}', "invalid_json"),
        (b"[]", "invalid_messages"),
        ({"messages": []}, "invalid_messages"),
        ({"messages": ["text"]}, "invalid_messages"),
        (BODY | {"stream": True}, "stream_unsupported"),
    ],
)
def test_unusable_bodies_are_a_400(tmp_path: Path, body: object, code: str) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            assert error(await door.post(body))[:2] == (400, code)
            assert door.files() == []

    asyncio.run(scenario())


def test_unknown_addresses_get_the_error_shape_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            assert (await door.get("/v1/embeddings"))["error"]["code"] == "http_error"

    asyncio.run(scenario())


def test_client_that_goes_away_is_dropped_and_the_others_served(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as door:
            gone, staying = asyncio.create_task(door.post()), asyncio.create_task(door.post())
            await door.asked(requests=2)
            gone.cancel()
            await door.asked(requests=1)
            door.write("{}")
            assert message(await staying)["content"] == "{}"

    asyncio.run(scenario())


def test_stopping_ends_open_requests(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with aiohttp.ClientSession() as session:
            async with serving(Relay(tmp_path, interval=POLL)) as address:
                door = Door(session, tmp_path)
                reply = asyncio.create_task(session.post(f"{address}/v1/chat/completions", json=BODY))
                await until(lambda: door.files() == [f"{KEY}.request.json"])
            async with await reply as response:
                assert response.status == 503

    asyncio.run(scenario())


def test_command_prints_its_address_and_stops_on_a_signal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cassettes.relay", str(tmp_path), "--model", "person"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root, text=True) as process:  # noqa: S603 - our own interpreter
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        try:
            assert base.startswith("http://127.0.0.1:")
            with urlopen(f"{base}/models", timeout=5) as response:  # noqa: S310 - the loopback address checked above
                assert [model["id"] for model in json.load(response)["data"]] == ["person"]
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0
