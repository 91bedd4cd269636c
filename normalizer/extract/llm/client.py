"""The client of one endpoint: one layer of retries, tokens counted, nothing encoded or decoded twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

from normalizer.extract.llm.errors import EndpointError
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.reply import Reply, content_of
from normalizer.extract.llm.request import RequestForm
from normalizer.extract.llm.transport import again, connection, failures
from normalizer.extract.llm.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import httpx2

    from normalizer.extract.llm.endpoint import Endpoint
    from normalizer.extract.llm.prompt import Prompt
    from normalizer.extract.llm.request import Turn

_JSON: Final = {"Content-Type": "application/json"}


class Client:
    """Asks an OpenAI-compatible endpoint; use as an async context manager, or close it.

    The connection's own retries are off: connection errors, 408, 409, 429 and 5xx are tried again here, with growing
    jittered waits, as long as the server asks for (``Retry-After``) but a minute at most.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        prompt: Prompt | None = None,
        *,
        http: httpx2.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Describe the client; nothing is opened before the first question.

        Args:
            endpoint: what is asked and how.
            prompt: by default the current version.
            http: a client of one's own (proxy, certificates); by default one over aiohttp.
            sleep: how waits are spent.

        Raises:
            EndpointSettingsError: when the extra ``llm`` is not installed or a key is missing.

        """
        form = RequestForm(prompt or load_prompt(), endpoint)
        self.name = form.name
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            form.prompt_version, form.prompt_hash, form.schema_hash,
        )  # fmt: skip
        self._endpoint, self._form, self._sleep = endpoint, form, sleep
        self._openai = connection(endpoint, http)
        self._url = f"{str(self._openai.base_url).rstrip('/')}/chat/completions"  # whole, so that it is parsed once

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._openai.close()

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        """Return the answer to the last turn.

        Raises:
            ModelError: when there is none; counts all requests made.

        """
        body = self._form.body(turns)
        try:
            return await self._once(body)
        except EndpointError as error:
            if error.lasting:
                raise
            first = error
        reply, made = await again(
            lambda: self._once(body), first, attempts=self._endpoint.attempts, sleep=self._sleep
        )  # fmt: skip
        return replace(reply, usage=reply.usage + Usage(requests=made - 1), attempts=made)

    async def _once(self, body: bytes) -> Reply:
        import httpx2  # noqa: PLC0415 - with the extra only

        with failures(self._openai):
            response = await self._openai.post(
                self._url, content=body, cast_to=httpx2.Response, options={"headers": _JSON}
            )
            content, usage = content_of(response.content)
        return Reply(content, usage, usage)
