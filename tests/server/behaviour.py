"""What the model server can be told to do with a request, and the bytes of its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson


@dataclass(frozen=True)
class Usage:
    """Tokens that an answer says it cost."""

    prompt: int = 100
    completion: int = 20
    cached: int = 0


@dataclass(frozen=True)
class Answer:
    """A completion with this content, sent after ``delay`` seconds.

    With ``tool`` the content is the arguments of a call of that function. ``usage=None`` leaves usage out.
    """

    content: str | None
    usage: Usage | None = Usage()
    finish_reason: str = "stop"
    delay: float = 0.0
    tool: str | None = None


@dataclass(frozen=True)
class Refusal:
    """A completion that refuses: no content, and the reason in ``message.refusal``."""

    reason: str = "I cannot help with that."
    usage: Usage | None = Usage()


@dataclass(frozen=True)
class Status:
    """An HTTP status other than success; a mapping is sent as JSON, text as it is, None as OpenAI's error object."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | str | None = None


@dataclass(frozen=True)
class Reset:
    """No answer: the connection is reset."""


@dataclass(frozen=True)
class Cut:
    """All headers and a share of an answer's body, then the connection is closed."""

    content: str = "{}"
    share: float = 0.5


@dataclass(frozen=True)
class Slow:
    """``delay`` seconds of silence before another behaviour."""

    delay: float
    then: Behaviour


Behaviour: TypeAlias = Answer | Refusal | Status | Reset | Cut | Slow
Script: TypeAlias = Callable[[dict[str, Any], int, int], Behaviour]
"""Takes the body, the number of the request and how often this body was seen; both numbers start at 1."""


def truncated(content: str, length: int) -> Answer:
    """Return the answer of a model that ran out of tokens after ``length`` characters."""
    return Answer(content[:length], finish_reason="length")


def filtered() -> Answer:
    """Return the answer of which the provider's content filter left nothing."""
    return Answer(None, finish_reason="content_filter")


def error(message: str, kind: str = "server_error", code: str | None = None) -> dict[str, Any]:
    """Return OpenAI's error object."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def completion(reply: Answer | Refusal, model: str = "model", number: int = 1) -> bytes:
    """Return the response body of a completion, the ``number``-th that the server gives."""
    finish_reason = reply.finish_reason if isinstance(reply, Answer) else "stop"
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    if isinstance(reply, Refusal):
        message["refusal"] = reply.reason
    elif reply.tool is None:
        message["content"] = reply.content
    else:
        function = {"name": reply.tool, "arguments": reply.content}
        message["tool_calls"] = [{"id": f"call_{number}", "type": "function", "function": function}]
        finish_reason = "tool_calls" if finish_reason == "stop" else finish_reason
    body: dict[str, Any] = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}],
    }
    if reply.usage is not None:
        body["usage"] = {
            "prompt_tokens": reply.usage.prompt,
            "completion_tokens": reply.usage.completion,
            "total_tokens": reply.usage.prompt + reply.usage.completion,
            "prompt_tokens_details": {"cached_tokens": reply.usage.cached},
        }
    return orjson.dumps(body)
