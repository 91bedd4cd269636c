"""The client of one endpoint: one layer of retries, tokens counted, nothing encoded or decoded twice."""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Self

from normalizer.extract.llm.errors import EndpointError, EndpointSettingsError, ModelError
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.reply import Reply, content_of
from normalizer.extract.llm.request import RequestForm
from normalizer.extract.llm.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    import httpx2
    from openai import AsyncOpenAI
    from tenacity import RetryCallState

    from normalizer.extract.llm.endpoint import Endpoint
    from normalizer.extract.llm.prompt import Prompt
    from normalizer.extract.llm.request import Turn

#: HTTP statuses that may pass by themselves: timeout, conflict, too many requests; and every 5xx.
_PASSING: Final = frozenset({408, 409, 429})
_SERVER: Final = 500
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 60.0
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
        self.name = endpoint.model
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            form.prompt_version,
            form.prompt_hash,
            form.schema_hash,
        )
        self._endpoint, self._form, self._sleep = endpoint, form, sleep
        self._openai = _connection(endpoint, http)

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
            return await self._again(body, error)

    async def _once(self, body: bytes) -> Reply:
        import httpx2  # noqa: PLC0415 - with the extra only
        from openai import APIConnectionError, APIStatusError  # noqa: PLC0415 - the same

        try:
            response = await self._openai.post(
                "/chat/completions", content=body, cast_to=httpx2.Response, options={"headers": _JSON}
            )
            content, usage = content_of(response.content)
        except APIStatusError as error:
            passing = error.status_code in _PASSING or error.status_code >= _SERVER
            raise EndpointError(
                self._without_key(f"HTTP {error.status_code}: {error.message}"), status=error.status_code,
                lasting=not passing,
                retry_after=_retry_after(error.response.headers),
            ) from None  # fmt: skip
        except APIConnectionError as error:
            message = self._without_key(f"no connection: {error.__cause__ or error}")
            raise EndpointError(message, lasting=False) from None
        except httpx2.HTTPError as error:  # the body broke off
            raise EndpointError(f"the response broke off: {error}", lasting=False) from None
        return Reply(content, usage, usage)

    def _without_key(self, message: str) -> str:
        """Return what a server said without the key, which some repeat."""
        return message.replace(self._openai.api_key, "(the key)")

    async def _again(self, body: bytes, first: EndpointError) -> Reply:
        """Try again after a first failure, which counts as an attempt."""
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt  # noqa: PLC0415 - see above

        made = 0
        try:
            async for attempt in AsyncRetrying(
                stop=stop_after_attempt(self._endpoint.attempts), wait=_wait, sleep=self._sleep, reraise=True,
                retry=retry_if_exception(lambda error: isinstance(error, EndpointError) and not error.lasting),
            ):  # fmt: skip
                made = attempt.retry_state.attempt_number
                with attempt:
                    if made == 1:
                        raise first
                    reply = await self._once(body)
        except ModelError as error:
            error.attempts, error.usage = made, error.usage + Usage(requests=made - error.usage.requests)
            raise
        return replace(reply, usage=reply.usage + Usage(requests=made - 1), attempts=made)


def _connection(endpoint: Endpoint, http: httpx2.AsyncClient | None) -> AsyncOpenAI:
    try:
        from openai import AsyncOpenAI, DefaultAioHttpClient  # noqa: PLC0415 - with the extra only
    except ImportError as error:
        raise EndpointSettingsError("asking a model needs the extra: pip install 'criteria-normalizer[llm]'") from error
    return AsyncOpenAI(
        api_key=endpoint.api_key(), base_url=endpoint.base_url, max_retries=0, timeout=endpoint.timeout,
        http_client=http or DefaultAioHttpClient(timeout=endpoint.timeout),
    )  # fmt: skip


def _wait(state: RetryCallState) -> float:
    """Return the seconds before the next attempt: as long as the server asks, else twice as long as before."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.retry_after if isinstance(error, EndpointError) else None
    grown = _FIRST_WAIT * 2 ** (state.attempt_number - 1)
    jittered = random.uniform(grown / 2, grown)  # noqa: S311 - spreads clients, guards nothing
    return min(max(asked or 0.0, jittered), _LONGEST_WAIT)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the server asks to wait, given as a number or as a date."""
    from datetime import UTC, datetime  # noqa: PLC0415 - only after a failure

    text = headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        pass
    else:
        return None if math.isnan(seconds) else max(seconds, 0.0)
    try:
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
