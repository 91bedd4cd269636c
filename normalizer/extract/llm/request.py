"""The bytes of a request: everything that is the same for all questions is encoded once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from normalizer.extract.llm.strict import schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.llm.endpoint import Endpoint
    from normalizer.extract.llm.prompt import Prompt

NAME: Final = "criteria_reading"
_BY_WORDS: Final = "\n\nThe answer is JSON by this JSON Schema, without any text around it:\n"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the changing part of a conversation: the question, an answer to it, what was wrong with that."""

    role: Literal["user", "assistant"]
    content: str


class RequestForm:
    """Makes request bodies for one prompt and endpoint.

    ``name`` (the model's), ``prompt_hash`` and ``schema_hash`` name what every request has in common.
    """

    def __init__(self, prompt: Prompt, endpoint: Endpoint) -> None:
        """Encode what all requests have in common."""
        wanted = schema()
        messages = [dict(message) for message in prompt.messages]
        if endpoint.mode == "json":
            messages[0]["content"] += _BY_WORDS + orjson.dumps(wanted).decode()
        rest = {**endpoint.parameters(), **_enforced(wanted, endpoint)}
        self.name = endpoint.model
        self.prompt_version = prompt.version
        self.prompt_hash = prompt.hash
        self.schema_hash = hashlib.sha256(orjson.dumps(wanted)).hexdigest()[:16]
        # {"messages":[ ... ,   <turns>   ], rest }
        self._before = orjson.dumps({"messages": messages})[:-2] + b","
        self._after = b"]," + orjson.dumps(rest)[1:]

    def body(self, turns: Sequence[Turn]) -> bytes:
        """Return the body of a request that asks the turns after the prompt."""
        return b"".join((self._before, b",".join([orjson.dumps(turn) for turn in turns]), self._after))


def _enforced(wanted: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    named = {"name": NAME, "strict": True}
    if endpoint.mode == "json_schema":
        return {"response_format": {"type": "json_schema", "json_schema": {**named, "schema": wanted}}}
    if endpoint.mode == "tools":
        return {
            "tools": [{"type": "function", "function": {**named, "parameters": wanted}}],
            "tool_choice": {"type": "function", "function": {"name": NAME}},
            "parallel_tool_calls": False,
        }
    return {"response_format": {"type": "json_object"}}
