"""Recorded exchanges with a model: vcrpy cassettes with readable JSON bodies, small as the prompt is named by hash.

A request is stored and matched by method, path and JSON body. In the body the messages of the prompt and the schema,
which are the same in all requests, stand as their hashes; the rest is as it was sent. Of the headers only those in a
short list are kept, so that no key can get in.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from normalizer.extract.llm.prompt import Prompt

#: Where recorded requests say they went: the endpoint's address is nobody's business.
_HOST: Final = "http://endpoint"
_KEPT_HEADERS: Final = frozenset({"content-type", "retry-after"})


def _digest(value: object) -> str:
    return hashlib.sha256(orjson.dumps(value)).hexdigest()[:16]


def shortened(body: bytes, prompt: Prompt) -> bytes:
    """Return a request body with the prompt's messages and the schema as hashes; another body as it is."""
    try:
        data = orjson.loads(body)
        if "prompt" in data["messages"][0]:  # short already: vcrpy asks more than once
            return body
        static, turns = data["messages"][: len(prompt.messages)], data["messages"][len(prompt.messages) :]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return body
    data["messages"] = [{"prompt": prompt.version, "hash": _digest(static)}, *turns]
    if "response_format" in data and "json_schema" in data["response_format"]:
        data["response_format"]["json_schema"]["schema"] = _digest(data["response_format"]["json_schema"]["schema"])
    for tool in data.get("tools", ()):
        tool["function"]["parameters"] = _digest(tool["function"]["parameters"])
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


class _Readable:
    """Cassettes as JSON in which JSON bodies, and JSON inside the message of an answer, are no strings."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        """Return the text of a cassette."""
        exchanges = []
        for one in cassette["interactions"]:
            request, response = one["request"], one["response"]
            exchanges.append(
                {
                    "request": {
                        "method": request["method"], "path": urlsplit(request["uri"]).path,
                        "body": _opened(request["body"]),
                    },
                    "response": {
                        "status": response["status"], "headers": response["headers"],
                        "body": _opened(response["body"]["string"]),
                    },
                }
            )  # fmt: skip
        exchanges.sort(key=lambda one: json.dumps(one["request"], sort_keys=True))  # whatever order they came back in
        return json.dumps({"exchanges": exchanges}, ensure_ascii=False, indent=1) + "\n"

    @staticmethod
    def deserialize(text: str) -> dict[str, Any]:
        """Return the cassette that a text holds."""
        interactions = [
            {
                "request": {
                    "method": one["request"]["method"], "uri": _HOST + one["request"]["path"], "headers": {},
                    "body": _closed(one["request"]["body"]),
                },
                "response": {
                    "status": one["response"]["status"], "headers": one["response"]["headers"],
                    "body": {"string": _closed(one["response"]["body"])},
                },
            }
            for one in json.loads(text)["exchanges"]
        ]  # fmt: skip
        return {"version": 1, "interactions": interactions}


def _opened(body: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON body as data; a message whose content is JSON in compact form becomes ``{"json": ...}``."""
    text = body.decode() if isinstance(body, bytes) else body
    try:
        data = json.loads(text)
    except (ValueError, TypeError):
        return {"text": text}
    for message in _messages(data):
        content = message.get("content")
        if isinstance(content, str) and (opened := _exact(content)) is not None:
            message["content"] = {"json": opened}
    return data


def _exact(content: str) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON object of a text if writing it again gives the same text, else None."""
    try:
        data = json.loads(content)
    except ValueError:
        return None
    return data if isinstance(data, dict) and orjson.dumps(data).decode() == content else None


def _closed(body: Any) -> bytes:  # noqa: ANN401 - JSON
    if isinstance(body, dict) and set(body) == {"text"}:
        return str(body["text"]).encode()
    for message in _messages(body):
        content = message.get("content")
        if isinstance(content, dict):
            message["content"] = orjson.dumps(content["json"]).decode()
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def _messages(body: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(body, dict):
        yield from (message for message in body.get("messages", ()) if isinstance(message, dict))
        yield from (choice["message"] for choice in body.get("choices", ()))


def responses(path: Path) -> dict[bytes, bytes]:
    """Return the response bodies of a cassette by their shortened request bodies."""
    played = _Readable.deserialize(path.read_text(encoding="utf-8"))["interactions"]
    return {one["request"]["body"]: one["response"]["body"]["string"] for one in played}


@contextmanager
def cassette(path: Path, prompt: Prompt, *, record: bool = False, strict: bool = True) -> Iterator[None]:
    """Play the exchanges of a cassette in the block, or record them.

    Args:
        path: the cassette.
        prompt: what stands in the requests as its hash.
        record: write the cassette anew instead of playing it.
        strict: whether an exchange that nobody asks for is an error.

    Raises:
        ImportError: when vcrpy is not installed.
        ValueError: when a recorded exchange was not asked for: the cassette is not that of this run.

    """
    import vcr  # type: ignore[import-untyped]  # noqa: PLC0415 - a development dependency

    def before_request(request: Any) -> Any:  # noqa: ANN401 - vcrpy has no types
        if request.body:
            request.body = shortened(bytes(request.body), prompt)
        request.uri = _HOST + urlsplit(request.uri).path
        request.headers = {}
        return request

    def before_response(response: dict[str, Any]) -> dict[str, Any]:
        headers = {name: value for name, value in response["headers"].items() if name.lower() in _KEPT_HEADERS}
        return {**response, "headers": headers}

    machine = vcr.VCR(
        record_mode="all" if record else "none", match_on=["method", "path", "body"], serializer="readable",
        before_record_request=before_request, before_record_response=before_response,
    )  # fmt: skip
    machine.register_serializer("readable", _Readable)
    if record:
        path.unlink(missing_ok=True)
    with machine.use_cassette(str(path)) as played:
        yield
    if strict and not record and not played.all_played:
        raise ValueError(f"{path}: {len(played) - played.play_count} recorded exchanges were not asked for")
