from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest

from tests.server.behaviour import Answer, Cut, Refusal, Reset, Slow, Status, Usage, filtered, truncated
from tests.server.faults import faulty
from tests.server.fixed import spawned
from tests.server.model import serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openai.types.chat import ChatCompletion

    from tests.server.behaviour import Behaviour, Script
    from tests.server.model import ModelServer


def ask(base_url: str, text: str = "hello", timeout: float = 10.0) -> ChatCompletion:
    with (
        httpx2.Client(trust_env=False) as http,
        openai.OpenAI(base_url=base_url, api_key="none", max_retries=0, timeout=timeout, http_client=http) as client,
    ):
        return client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])


def replies(*behaviours: Behaviour) -> list[ChatCompletion]:
    with serving(behaviours) as server:
        return [ask(server.base_url) for _ in behaviours]


def test_an_answer_is_a_completion_of_the_model_asked() -> None:
    (reply,) = replies(Answer('{"a": "\N{GREEK SMALL LETTER BETA}"}', usage=Usage(7, 3, cached=5)))
    assert reply.choices[0].message.content == '{"a": "\N{GREEK SMALL LETTER BETA}"}'
    assert (reply.model, reply.choices[0].finish_reason) == ("m", "stop")
    assert reply.usage is not None
    assert reply.usage.prompt_tokens_details is not None
    assert (reply.usage.total_tokens, reply.usage.prompt_tokens_details.cached_tokens) == (10, 5)


def test_completions_that_are_no_answer() -> None:
    refused, short, hidden, called, unpriced = replies(
        Refusal("no"), truncated('{"a": 1}', 4), filtered(), Answer("{}", tool="f"), Answer("{}", usage=None)
    )
    assert (refused.choices[0].message.refusal, refused.choices[0].message.content) == ("no", None)
    assert (short.choices[0].finish_reason, short.choices[0].message.content) == ("length", '{"a"')
    assert (hidden.choices[0].finish_reason, hidden.choices[0].message.content) == ("content_filter", None)
    calls = called.choices[0].message.tool_calls
    assert calls is not None
    assert calls[0].type == "function"
    assert (calls[0].function.name, calls[0].function.arguments) == ("f", "{}")
    assert unpriced.usage is None


def test_statuses_carry_headers_and_bodies() -> None:
    limits = {"retry-after": "3", "x-ratelimit-remaining-requests": "0"}
    with serving([Status(429, limits), Status(400, body={"error": {"code": "x"}}), Status(503, body="busy")]) as server:
        with pytest.raises(openai.RateLimitError) as limited:
            ask(server.base_url)
        assert {name: limited.value.response.headers[name] for name in limits} == limits
        with pytest.raises(openai.BadRequestError) as bad:
            ask(server.base_url)
        assert bad.value.code == "x"
        with pytest.raises(openai.InternalServerError) as broken:
            ask(server.base_url)
        assert broken.value.response.text == "busy"


def test_a_list_that_ran_out_says_so() -> None:
    with serving([]) as server, pytest.raises(openai.InternalServerError, match="script exhausted"):
        ask(server.base_url)


def test_broken_connections_leave_the_server_well() -> None:
    with serving([Reset(), Cut("{}" * 100), Answer("{}")]) as server:
        with pytest.raises(openai.APIConnectionError) as reset:
            ask(server.base_url)
        assert isinstance(reset.value.__cause__, httpx2.ReadError)
        with pytest.raises(openai.APIConnectionError) as cut:
            ask(server.base_url)
        assert isinstance(cut.value.__cause__, httpx2.RemoteProtocolError)
        assert ask(server.base_url).choices[0].message.content == "{}"


def test_a_request_given_up_is_no_longer_open_and_does_not_hold_up_the_end() -> None:
    with serving([Slow(60, Answer("{}")), Answer("{}", delay=60), Answer("{}")]) as server:
        for _ in range(2):
            with pytest.raises(openai.APITimeoutError):
                ask(server.base_url, timeout=0.2)
        ask(server.base_url)
        assert [request.open for request in server.requests] == [1, 1, 1]


async def together(server: ModelServer, texts: Sequence[str]) -> None:
    async with (
        openai.DefaultAioHttpClient() as http,
        openai.AsyncOpenAI(base_url=server.base_url, api_key="none", http_client=http) as client,
        asyncio.TaskGroup() as group,
    ):
        for text in texts:
            group.create_task(client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}]))


def test_requests_are_recorded() -> None:
    numbers: list[tuple[int, int]] = []

    def script(body: dict[str, Any], number: int, seen: int) -> Behaviour:
        numbers.append((number, seen))
        return Answer(body["messages"][0]["content"])

    with serving(script, latency=0.25) as server:
        asyncio.run(together(server, ["a", "a", "a", "b"]))
    assert server.max_open == server.count == 4
    assert numbers == [(request.number, request.seen) for request in server.requests]
    assert sorted((r.body["messages"][0]["content"], r.seen) for r in server.requests) == [
        ("a", 1),
        ("a", 2),
        ("a", 3),
        ("b", 1),
    ]
    assert sorted(request.open for request in server.requests) == [1, 2, 3, 4]
    first = server.requests[0]
    assert first.headers["authorization"] == "Bearer none"
    assert b'"messages"' in first.raw
    assert [r.arrived for r in server.requests] == sorted(r.arrived for r in server.requests)


def test_recording_can_be_left_out() -> None:
    with serving([Answer("{}")], record=False) as server:
        ask(server.base_url)
    assert (server.requests, server.count, server.max_open) == ([], 1, 1)


def test_what_a_script_raises_reaches_the_test() -> None:
    def script(_body: dict[str, Any], _number: int, _seen: int) -> Behaviour:
        raise LookupError("mine")

    def use() -> None:
        with serving(script) as server, pytest.raises(openai.InternalServerError, match="script raised LookupError"):
            ask(server.base_url)

    with pytest.raises(LookupError, match="mine"):
        use()


def played(script: Script, bodies: int, times: int) -> list[list[Behaviour]]:
    return [[script({"n": n}, 1, seen) for seen in range(1, times + 1)] for n in range(bodies)]


def test_seeded_faults_repeat_and_end() -> None:
    rates = {"429": 0.1, "500": 0.1, "reset": 0.1, "cut": 0.1, "slow": 0.1, "invalid": 0.1}
    runs = [played(faulty(lambda _: '{"a": 1}', seed=seed, rates=rates), 500, 3) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    answer = Answer('{"a": 1}')
    assert all(third == answer for _, _, third in runs[0])
    faults = [behaviour for first, second, _ in runs[0] for behaviour in (first, second) if behaviour != answer]
    assert 540 < len(faults) < 660
    assert {type(fault) for fault in faults} == {Status, Reset, Cut, Slow, Answer}
    assert Status(429, {"retry-after": "0"}) in faults
    with pytest.raises(ValueError, match="no rates"):
        faulty(lambda _: "", seed=1, rates={"rset": 0.1})


def test_a_server_of_its_own_process_answers_and_ends() -> None:
    content = '{"a": "\r\n\N{GREEK SMALL LETTER BETA}"}'
    with spawned(0.0, content) as server:
        assert ask(server.base_url).choices[0].message.content == content
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)
