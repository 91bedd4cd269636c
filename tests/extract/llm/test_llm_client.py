"""The client against a server that answers, fails and breaks off as told."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final

import orjson
import pytest

from normalizer.extract.llm import (
    Client,
    CutOffError,
    Endpoint,
    EndpointError,
    EndpointSettingsError,
    FilteredError,
    ModelError,
    RefusalError,
    Reply,
    Usage,
)
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.request import NAME, RequestForm, Turn
from normalizer.extract.llm.strict import schema
from normalizer.model.errors import NormalizerError
from tests.extract.llm.made import ASKED, GOOD, asking
from tests.server import behaviour as server_says
from tests.server.behaviour import Answer, Behaviour, Cut, Refusal, Reset, Slow, Status, error, filtered, truncated
from tests.server.model import serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.server.model import Received

#: Looks like a key, is none.
KEY: Final = "hush-1234567890"
PRICED: Final = Answer(GOOD, usage=server_says.Usage(7, 3, cached=5))


def asked(*behaviours: Behaviour, waits: list[float] | None = None, **settings: Any) -> tuple[Reply, list[Received]]:
    with serving(behaviours) as server:
        reply = asyncio.run(asking(server, waits=waits, **settings))
    return reply, server.requests


def refused(*behaviours: Behaviour, waits: list[float] | None = None, **settings: Any) -> tuple[ModelError, int]:
    """Return the error that a question ends in, and the number of requests that the server saw."""
    with serving(behaviours) as server, pytest.raises(ModelError) as caught:
        asyncio.run(asking(server, waits=waits, **settings))
    return caught.value, server.count


def test_an_answer_comes_with_its_tokens() -> None:
    reply, requests = asked(PRICED)
    used = Usage(requests=1, input=7, cached=5, output=3)
    assert reply == Reply(GOOD, own=used, usage=used, attempts=1)
    assert len(requests) == 1


def test_an_answer_comes_by_the_clients_own_connection() -> None:
    async def asking_alone(base_url: str) -> Reply:
        async with Client(Endpoint(model="m", base_url=base_url)) as client:
            return await client.complete(ASKED)

    with serving([PRICED]) as server:
        assert asyncio.run(asking_alone(server.base_url)).content == GOOD


def test_an_answer_without_usage_counts_as_a_request() -> None:
    assert asked(Answer(GOOD, usage=None))[0].usage == Usage(requests=1)


def test_an_answer_of_null_is_an_empty_answer() -> None:
    assert asked(Answer(None))[0].content == ""


NO_COMPLETIONS: Final = {
    "text": "hello",
    "empty": "",
    "half": '{"choices": [{"mess',
    "list": "[]",
    "number": "3",
    "other object": "{}",
    "error object": '{"error": {"message": "overloaded"}}',
    "no choice": '{"choices": []}',
    "choices null": '{"choices": null}',
    "choice is a text": '{"choices": ["x"]}',
    "no message": '{"choices": [{}]}',
}
CRASHES: Final = {
    "message is null": '{"choices": [{"message": null}]}',
    "message is a text": '{"choices": [{"message": "x"}]}',
    "call without function": '{"choices": [{"message": {"tool_calls": [{}]}}]}',
    "calls are a text": '{"choices": [{"message": {"tool_calls": "x"}}]}',
    "details are a text": '{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens_details": "x"}}',
    "content is a list": '{"choices": [{"message": {"content": [{"type": "text", "text": "x"}]}}]}',
    "content is a number": '{"choices": [{"message": {"content": 3}}]}',
    "tokens are a text": '{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": "7"}}',
}
PASSING: Final[dict[str, Behaviour]] = {
    **{str(code): Status(code) for code in (408, 409, 429, 500, 502, 503, 504, 529)},
    "retry at once": Status(429, {"retry-after": "0"}),
    "reset": Reset(),
    "cut in the head": Cut(GOOD, share=0.0),
    "cut in the middle": Cut(GOOD),
    **{f"no completion: {name}": Status(200, body=body) for name, body in NO_COMPLETIONS.items()},
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_what_may_pass_is_tried_again(fault: Behaviour) -> None:
    waits: list[float] = []
    reply, requests = asked(fault, fault, PRICED, waits=waits)
    assert reply.content == GOOD
    assert reply.attempts == len(requests) == 3
    assert reply.own == Usage(requests=1, input=7, cached=5, output=3)
    assert reply.usage == Usage(requests=3, input=7, cached=5, output=3)
    assert len({request.raw for request in requests}) == 1
    assert len(waits) == 2


@pytest.mark.parametrize(
    "body",
    [pytest.param(body, id=name) for name, body in CRASHES.items()],
)
def test_a_completion_of_another_shape_is_an_error_of_the_endpoint_or_no_tokens(body: str) -> None:
    try:
        reply, _ = asked(Status(200, body=body), attempts=1)
    except EndpointError as found:
        assert not found.lasting  # noqa: PT017 - either may happen
    else:
        assert isinstance(reply.content, str)
        assert isinstance(reply.usage.input, int)


def test_a_server_that_is_too_slow_is_tried_again() -> None:
    reply, requests = asked(Slow(60, Answer(GOOD)), Answer(GOOD), timeout=0.1)
    assert (reply.attempts, len(requests)) == (2, 2)


def test_a_server_that_is_not_there_is_an_error_with_its_attempts() -> None:
    with serving([]) as server:
        pass
    waits: list[float] = []
    with pytest.raises(EndpointError, match="no connection") as caught:
        asyncio.run(asking(server, waits=waits, attempts=3))
    assert (caught.value.attempts, caught.value.status, len(waits)) == (3, None, 2)


@pytest.mark.parametrize("attempts", [1, 2, 5])
@pytest.mark.parametrize("fault", [Status(503), Reset(), Status(200, body="hm")], ids=["503", "reset", "nonsense"])
def test_attempts_have_a_limit_and_are_counted(fault: Behaviour, attempts: int) -> None:
    found, count = refused(*[fault] * 9, attempts=attempts)
    assert isinstance(found, EndpointError)
    assert found.status == (503 if fault == Status(503) else None)
    assert found.attempts == found.usage.requests == count == attempts


@pytest.mark.parametrize("code", [400, 401, 403, 404, 413, 422])
def test_what_does_not_pass_is_not_tried_again(code: int) -> None:
    found, count = refused(Status(code, body=error("so it is")), Answer(GOOD))
    assert isinstance(found, EndpointError)
    assert (found.status, found.attempts, count) == (code, 1, 1)
    assert "so it is" in str(found)


def test_a_request_that_was_refused_is_counted() -> None:
    found, count = refused(Status(400))
    assert found.usage.requests == count == 1


def test_what_does_not_pass_ends_the_attempts() -> None:
    found, count = refused(Status(500), Status(400), Answer(GOOD))
    assert isinstance(found, EndpointError)
    assert (found.status, found.attempts, found.usage.requests, count) == (400, 2, 2, 2)


WITHHELD: Final[dict[str, tuple[Behaviour, type[ModelError], str | None]]] = {
    "refusal": (Refusal("I will not."), RefusalError, "I will not."),
    "cut off": (truncated(GOOD, 12), CutOffError, GOOD[:12]),
    "cut off in a call": (Answer(GOOD[:9], tool=NAME, finish_reason="length"), CutOffError, GOOD[:9]),
    "filtered": (filtered(), FilteredError, None),
}


@pytest.mark.parametrize("row", WITHHELD.values(), ids=WITHHELD.keys())
@pytest.mark.parametrize("before", [0, 2])
def test_an_answer_withheld_is_an_error_of_its_own_that_is_paid_for(
    row: tuple[Behaviour, type[ModelError], str | None], before: int
) -> None:
    does, kind, raw = row
    found, count = refused(*[Status(500)] * before, does, Answer(GOOD))
    assert type(found) is kind
    assert found.raw == raw
    assert found.attempts == count == before + 1
    assert found.usage == Usage(requests=count, input=100, output=20)


def later(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


SHORT: Final = (0.25, 0.5)
#: What a server asks for, and between which seconds the first wait lies.
ASKED_WAITS: Final[dict[str, tuple[str, tuple[float, float]]]] = {
    "nothing": ("", SHORT),
    "none": ("0", SHORT),
    "seconds": ("7", (7, 7)),
    "parts of a second": ("3.5", (3.5, 3.5)),
    "an hour": ("3600", (60, 60)),
    "for ever": ("inf", (60, 60)),
    "less than nothing": ("-5", SHORT),
    "a date": (later(3_600), (60, 60)),
    "a date far away": (later(86_400), (60, 60)),
    "a date past": (later(-60), SHORT),
    "a date without zone": ("Wed, 21 Oct 2015 07:28:00", SHORT),
    "words": ("a while", SHORT),
}


@pytest.mark.parametrize("row", ASKED_WAITS.values(), ids=ASKED_WAITS.keys())
def test_waits_are_as_long_as_the_server_asks_but_a_minute_at_most(row: tuple[str, tuple[float, float]]) -> None:
    (text, (least, most)), waits = row, list[float]()
    asked(Status(429, {"retry-after": text}), Answer(GOOD), waits=waits)
    assert len(waits) == 1
    assert least <= waits[0] <= most


def test_a_wait_that_is_no_number_is_not_heeded() -> None:
    waits: list[float] = []
    asked(Status(429, {"retry-after": "nan"}), Answer(GOOD), waits=waits)
    assert SHORT[0] <= waits[0] <= SHORT[1]


def test_waits_grow_with_jitter_up_to_a_minute() -> None:
    waits: list[float] = []
    refused(*[Status(500)] * 12, waits=waits, attempts=12)
    longest = [0.5 * 2**at for at in range(11)]
    assert all(min(most / 2, 60) <= wait <= min(most, 60) for wait, most in zip(waits, longest, strict=True))


def body_of(turns: Sequence[Turn] = ASKED, **settings: Any) -> dict[str, Any]:
    _, (request,) = asked(Answer(GOOD), turns=turns, **settings)
    return request.body


def test_the_schema_is_enforced_by_the_response_format() -> None:
    body = body_of()
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": NAME, "strict": True, "schema": schema()},
    }
    assert "tools" not in body
    assert body["messages"][0] == load_prompt().messages[0]


def test_the_schema_is_enforced_by_a_tool() -> None:
    with serving([Answer(GOOD, tool=NAME)]) as server:
        reply = asyncio.run(asking(server, mode="tools"))
    assert reply.content == GOOD
    body = server.requests[0].body
    assert body["tools"] == [{"type": "function", "function": {"name": NAME, "strict": True, "parameters": schema()}}]
    assert body["tool_choice"] == {"type": "function", "function": {"name": NAME}}
    assert body["parallel_tool_calls"] is False
    assert "response_format" not in body
    assert body["messages"][0] == load_prompt().messages[0]


def test_the_schema_is_asked_for_in_words() -> None:
    body = body_of(mode="json")
    assert body["response_format"] == {"type": "json_object"}
    assert "tools" not in body
    system, *rest = body["messages"]
    before, _, text = system["content"].rpartition("\n")
    assert orjson.loads(text) == schema()
    assert before.startswith(load_prompt().messages[0]["content"])
    assert "JSON" in before
    assert tuple(rest[:-1]) == load_prompt().messages[1:]


def test_asking_in_words_leaves_the_prompt_as_it_was() -> None:
    before = load_prompt().messages[0]["content"]
    body_of(mode="json")
    assert load_prompt().messages[0]["content"] == before


OWN: Final = "http://127.0.0.1:9/v1"
PARAMETERS: Final[list[tuple[str, dict[str, Any], dict[str, Any]]]] = [
    ("a server of one's own", {"base_url": OWN}, {"temperature": 0.0, "seed": 1, "max_tokens": 16_384}),
    ("OpenAI", {}, {"temperature": 0.0, "seed": 1, "max_completion_tokens": 16_384}),
    ("no seed, no limit", {"seed": None, "output_limit": None}, {"temperature": 0.0}),
    ("warmer", {"temperature": 0.7, "seed": 5, "output_limit": None}, {"temperature": 0.7, "seed": 5}),
    ("effort without reasoning", {"effort": "low", "seed": None, "output_limit": None}, {"temperature": 0.0}),
    ("short", {"seed": None, "output_limit": 9}, {"temperature": 0.0, "max_completion_tokens": 9}),
    ("reasoning by name", {"model": "gpt-5"}, {"seed": 1, "max_completion_tokens": 16_384}),
    (
        "reasoning with effort",
        {"model": "o3-mini", "effort": "low", "base_url": OWN},
        {"reasoning_effort": "low", "seed": 1, "max_completion_tokens": 16_384},
    ),
    ("reasoning as told", {"reasoning": True}, {"seed": 1, "max_completion_tokens": 16_384}),
    (
        "not reasoning as told",
        {"model": "o3", "reasoning": False, "base_url": OWN},
        {"temperature": 0.0, "seed": 1, "max_tokens": 16_384},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), [row[1:] for row in PARAMETERS], ids=[row[0] for row in PARAMETERS])
def test_parameters_are_those_the_model_takes(given: dict[str, Any], said: dict[str, Any]) -> None:
    model = given.get("model", "m")
    assert Endpoint(**{"model": "m", **given}).parameters() == {"model": model, **said}


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        *[(name, True) for name in ("gpt-5", "gpt-5-mini", "gpt-5.1", "gpt-5-2025-08-07", "o1", "o3", "o4-mini")],
        *[(name, True) for name in ("openai/gpt-5", "openai/o3-mini")],
        *[(name, False) for name in ("gpt-4o", "gpt-4.1-mini", "gpt-50", "o", "olmo", "qwen3", "x-o3", "my/gpt-4o")],
    ],
)
def test_reasoning_models_are_known_by_their_names(model: str, reasons: bool) -> None:
    assert Endpoint(model=model).reasons == reasons
    assert ("temperature" in Endpoint(model=model).parameters()) == (not reasons)


@pytest.mark.parametrize("model", ["m", "gpt-5-mini"])
def test_parameters_are_what_is_sent(model: str) -> None:
    body = body_of(model=model, effort="high")
    endpoint = Endpoint(model=model, base_url=OWN, effort="high")
    assert {name: body[name] for name in endpoint.parameters()} == endpoint.parameters()
    assert set(body) - set(endpoint.parameters()) == {"messages", "response_format"}


TURNS: Final[dict[str, tuple[Turn, ...]]] = {
    "a question": ASKED,
    "a question asked again": (*ASKED, Turn("assistant", '{"a": 1}'), Turn("user", "no")),
    "text that ends things": (Turn("user", '"]}, {% x %} \\ \n \u202e ```'),),
}


@pytest.mark.parametrize("turns", TURNS.values(), ids=TURNS.keys())
@pytest.mark.parametrize("mode", ["json_schema", "tools", "json"])
def test_the_bytes_sent_are_the_prompt_the_turns_and_the_parameters(turns: tuple[Turn, ...], mode: Any) -> None:
    with serving([Answer(GOOD)]) as server:
        asyncio.run(asking(server, turns, mode=mode))
    (request,) = server.requests
    said = [{"role": turn.role, "content": turn.content} for turn in turns]
    assert request.body["messages"][-len(said) :] == said
    assert request.body["messages"][1 : -len(said)] == list(load_prompt().messages[1:])
    assert request.raw == orjson.dumps(request.body)
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("mode", ["json_schema", "tools", "json"])
def test_questions_share_every_byte_up_to_the_question(mode: Any) -> None:
    form = RequestForm(load_prompt(), Endpoint(model="m", mode=mode))
    first, second = (form.body((Turn("user", text),)) for text in ("one", "two"))
    assert first.index(b'"one"') == second.index(b'"two"') == len(os.path.commonprefix([first, second])) - 1
    assert first.partition(b'"one"')[2] == second.partition(b'"two"')[2]


def test_the_names_of_what_is_sent_are_the_clients() -> None:
    async def named() -> tuple[str, ...]:
        async with Client(Endpoint(model="m", base_url=OWN)) as client:
            return client.name, client.prompt_version, client.prompt_hash

    assert asyncio.run(named()) == ("m", load_prompt().version, load_prompt().hash)


def test_the_schema_has_a_hash_whatever_the_mode() -> None:
    hashes = {RequestForm(load_prompt(), Endpoint(model="m", mode=mode)).schema_hash for mode in ("tools", "json")}
    assert len(hashes) == 1


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "MY_KEY"])
def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, KEY)
    _, (request,) = asked(Answer(GOOD), key=name)
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert KEY.encode() not in request.raw


def test_a_server_of_ones_own_needs_no_key() -> None:
    _, (request,) = asked(Answer(GOOD))
    assert request.headers["authorization"] == "Bearer none"


@pytest.mark.parametrize("value", [None, ""])
def test_openai_itself_needs_a_key(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is not None:
        monkeypatch.setenv("MY_KEY", value)
    with pytest.raises(EndpointSettingsError, match="MY_KEY holds no API key"):
        Client(Endpoint(model="gpt-4o", key="MY_KEY"))


def test_the_extra_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(EndpointSettingsError, match=r"\[llm\]"):
        Client(Endpoint(model="m", base_url=OWN))


def shown(found: BaseException | None) -> str:
    """Return all that a log or a traceback may print of an error and its causes."""
    if found is None:
        return ""
    before = found.__cause__ if found.__suppress_context__ else found.__context__
    return f"{found} {found!r} {vars(found)} {shown(before)}"


@pytest.mark.parametrize(
    "does",
    [Status(400), Status(401), Status(500), Reset(), Cut(GOOD), Refusal(), filtered(), Status(200, body="hm")],
    ids=["400", "401", "500", "reset", "cut", "refusal", "filtered", "nonsense"],
)
def test_the_key_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch, does: Behaviour) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    async def failing(url: str) -> tuple[str, str]:
        endpoint = Endpoint(model="m", base_url=url, attempts=1)
        async with Client(endpoint) as client:
            with pytest.raises(NormalizerError) as caught:
                await client.complete(ASKED)
            return shown(caught.value), f"{endpoint} {endpoint!r} {client} {client!r}"

    with serving([does]) as server:
        assert all(KEY not in text for text in asyncio.run(failing(server.base_url)))
    assert server.requests[0].headers["authorization"].endswith(KEY)


def test_a_key_that_the_server_repeats_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    found, _ = refused(Status(401, body=error(f"Incorrect API key provided: {KEY}.")))
    assert KEY not in shown(found)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(f"{KEY}\n", id="line end"),
        pytest.param(f"{KEY}ü", id="no ASCII"),
    ],
)
def test_a_key_that_no_header_can_hold_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(EndpointSettingsError):
        asked(Answer(GOOD))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("127.0.0.1:8000/v1", "no address"),
        ("localhost/v1", "no address"),
        ("", "no address"),
        ("/v1", "no address"),
        ("http://", "no address"),
        ("ftp://host/v1", "no address"),
        ("file:///v1", "no address"),
        (f"https://user:{KEY}@host/v1", "do not belong into the address"),
        (f"https://{KEY}@host/v1", "do not belong into the address"),
        (f"https://:{KEY}@host/v1", "do not belong into the address"),
        pytest.param("http://[::1/v1", "no address"),
        pytest.param("http://host:port/v1", "no address"),
        pytest.param(f"user:{KEY}@host/v1", "address"),
        pytest.param(f"ftp://user:{KEY}@host", "address"),
    ],
)
def test_an_address_without_scheme_or_with_password_is_refused(address: str, says: str) -> None:
    with pytest.raises(EndpointSettingsError, match=says) as caught:
        Endpoint(model="m", base_url=address)
    assert KEY not in shown(caught.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/v1", "https://host/v1", "HTTPS://host", "http://[::1]/v1"])
def test_an_address_is_accepted(address: str) -> None:
    assert Endpoint(model="m", base_url=address).base_url == address
