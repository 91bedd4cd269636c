"""How an endpoint is reached: the connection, what went wrong with it in words of ours, the one layer of retries."""

from __future__ import annotations

import math
import random
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, TypeVar

from normalizer.extract.llm.errors import EndpointError, EndpointSettingsError, ModelError
from normalizer.extract.llm.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    import httpx2
    from openai import AsyncOpenAI
    from tenacity import RetryCallState

    from normalizer.extract.llm.endpoint import Endpoint

_T = TypeVar("_T")
#: HTTP statuses that may pass by themselves: timeout, conflict, too many requests; and every 5xx.
_PASSING: Final = frozenset({408, 409, 429})
_SERVER: Final = 500
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 60.0


def connection(endpoint: Endpoint, http: httpx2.AsyncClient | None = None) -> AsyncOpenAI:
    """Return a connection whose own retries are off.

    Args:
        endpoint: where to.
        http: a client of one's own (proxy, certificates); by default one over aiohttp.

    Raises:
        EndpointSettingsError: when the extra ``llm`` is not installed or a key is missing.

    """
    try:
        from openai import AsyncOpenAI, DefaultAioHttpClient  # noqa: PLC0415 - with the extra only
    except ImportError as error:
        raise EndpointSettingsError("asking a model needs the extra: pip install 'criteria-normalizer[llm]'") from error
    return AsyncOpenAI(
        api_key=endpoint.api_key(), base_url=endpoint.base_url, max_retries=0, timeout=endpoint.timeout,
        http_client=http or DefaultAioHttpClient(timeout=endpoint.timeout),
    )  # fmt: skip


def passing(status: int) -> bool:
    """Say whether what an HTTP status tells may pass by itself."""
    return status in _PASSING or status >= _SERVER


@contextmanager
def failures(opened: AsyncOpenAI) -> Iterator[None]:
    """Turn what a connection raises into :class:`EndpointError`, without the key, which some servers repeat."""
    import httpx2  # noqa: PLC0415 - with the extra only
    from openai import APIConnectionError, APIStatusError  # noqa: PLC0415 - the same

    try:
        yield
    except APIStatusError as error:
        message = f"HTTP {error.status_code}: {error.message}".replace(opened.api_key, "(the key)")
        raise EndpointError(
            message, status=error.status_code, lasting=not passing(error.status_code),
            retry_after=_retry_after(error.response.headers),
        ) from None  # fmt: skip
    except APIConnectionError as error:
        message = f"no connection: {error.__cause__ or error}".replace(opened.api_key, "(the key)")
        raise EndpointError(message, lasting=False) from None
    except httpx2.HTTPError as error:  # the body broke off
        raise EndpointError(f"the response broke off: {error}", lasting=False) from None


async def again(
    call: Callable[[], Awaitable[_T]],
    first: EndpointError,
    *,
    attempts: int,
    sleep: Callable[[float], Awaitable[None]],
) -> tuple[_T, int]:
    """Call until it goes well, after a first failure, which counts as an attempt.

    Args:
        call: what failed.
        first: how.
        attempts: most attempts, the first included.
        sleep: how waits are spent: growing and jittered, as long as the server asks for but a minute at most.

    Returns:
        What came of it, and how many attempts were made.

    Raises:
        ModelError: the last failure, or the first lasting one; counts all attempts.

    """
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt  # noqa: PLC0415 - only after a failure

    made = 0
    try:
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(attempts), wait=_wait, sleep=sleep, reraise=True,
            retry=retry_if_exception(lambda error: isinstance(error, EndpointError) and not error.lasting),
        ):  # fmt: skip
            made = attempt.retry_state.attempt_number
            with attempt:
                if made == 1:
                    raise first
                found = await call()
    except ModelError as error:
        error.attempts, error.usage = made, error.usage + Usage(requests=made - error.usage.requests)
        raise
    return found, made


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
