"""What an endpoint sent back, and what a model is to the rest of the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from normalizer.extract.llm.errors import CutOffError, EndpointError, FilteredError, RefusalError
from normalizer.extract.llm.usage import Usage, usage_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.llm.request import Turn


@dataclass(frozen=True, slots=True)
class Reply:
    """The text of an answer and what it took; ``usage`` counts failed attempts too, ``own`` this answer alone."""

    content: str
    own: Usage
    usage: Usage
    attempts: int = 1


class Model(Protocol):
    """Whatever answers a question; :class:`Client` asks an endpoint, :class:`FakeModel` makes answers up."""

    name: str
    prompt_version: str
    prompt_hash: str
    schema_hash: str

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        """Return the answer to the last turn.

        Raises:
            ModelError: when there is none.

        """
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


def content_of(body: bytes) -> tuple[str, Usage]:
    """Return the text and usage of a chat completion.

    Args:
        body: the response as it came.

    Raises:
        RefusalError: when the model declined.
        CutOffError: when the answer ended at the length limit.
        FilteredError: when a content filter withheld it.
        EndpointError: when the body is no chat completion; worth another try.

    """
    try:
        data: Any = orjson.loads(body)
        choice = data["choices"][0]
        message = choice["message"]
        content, refusal = _said(message), message.get("refusal")
        finish = choice.get("finish_reason")
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError) as error:
        raise EndpointError(f"the response is no chat completion: {body[:80]!r}", lasting=False) from error
    usage = usage_of(data)
    if refusal:
        raise RefusalError(f"the model declined: {refusal}"[:300], usage=usage, raw=str(refusal))
    if finish == "length":
        raise CutOffError("the answer ended at the length limit", usage=usage, raw=content)
    if finish == "content_filter":
        raise FilteredError("a content filter withheld the answer", usage=usage, raw=content or None)
    return content, usage


def _said(message: Any) -> str:  # noqa: ANN401 - JSON
    """Return the text of a message, or the arguments of its tool call.

    Raises:
        TypeError: when that is no text.

    """
    calls = message.get("tool_calls")
    content = calls[0]["function"]["arguments"] if calls else message.get("content")
    if content is not None and not isinstance(content, str):
        raise TypeError("the content is no text")
    return content or ""
