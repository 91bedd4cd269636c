"""No more questions than an endpoint bears: per minute as it is told, and fewer when the endpoint says too many."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from normalizer.extract.llm.errors import EndpointError, ModelError
from normalizer.extract.llm.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from normalizer.extract.llm.reply import Model, Reply
    from normalizer.extract.llm.request import Turn

#: Characters of English text in a token, the rule of thumb of OpenAI's documentation.
CHARACTERS: Final = 4
#: Tokens of an answer before any has come: the mean of the 389 recorded in cassettes/extract.v2 is 162.
_ANSWER: Final = 160
_MINUTE: Final = 60.0
_TOO_MANY: Final = 429
#: Seconds between two looks at what a waiting question waits for: replies may free more than was thought.
_LOOKS: Final = (0.001, 1.0)
#: What a question that went well adds to the share of the rates that is used after a cut.
_GROWTH: Final = 0.01
_LEAST: Final = 1 / 64


class Forecast:
    """Foretells the tokens of questions by their characters and by the answers so far."""

    def __init__(self, prefix: int) -> None:
        """Begin with a rule of thumb; ``prefix`` is the characters that every request has in common."""
        self._prefix = prefix
        self._characters, self._input = 0, 0
        self._answers, self._output = 1, _ANSWER

    def of(self, turns: Sequence[Turn]) -> Usage:
        """Return what the answer to the last turn will take, about."""
        size = self._size(turns)
        tokens = size * self._input / self._characters if self._input else size / CHARACTERS
        return Usage(1, math.ceil(tokens), 0, math.ceil(self._output / self._answers), estimated=True)

    def learn(self, turns: Sequence[Turn], own: Usage) -> None:
        """Take a reply's own tokens into account, where the endpoint reported any."""
        if own.input:
            self._characters += self._size(turns)
            self._input += own.input
        if own.output:
            self._answers += 1
            self._output += own.output

    def _size(self, turns: Sequence[Turn]) -> int:
        return self._prefix + sum([len(turn.content) for turn in turns])


@dataclass(slots=True)
class _Place:
    """A question among those of the last minute."""

    at: float
    number: int
    requests: int
    tokens: int
    counts: bool = True


class Limited:
    """A model that asks another one no more than a number of requests and tokens in any sixty seconds.

    Questions go in the order in which they came. After a reply that took more than one attempt, or a 429, half as many
    may be in flight, and half of the rates is used; each question that goes well gives a little of that back. What was
    asked before a cut says nothing about the time after it and changes nothing. A question that is alone in flight is
    held back by nothing but the rates as they were given; one that is larger than all tokens of a minute goes when
    no other was asked for a minute.
    """

    def __init__(
        self,
        model: Model,
        *,
        prefix: int = 0,
        rpm: int | None = None,
        tpm: int | None = None,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Wrap a model.

        Args:
            model: who is asked; its failed attempts count as requests.
            prefix: characters that every request has in common.
            rpm: requests per minute; None for as many as there are.
            tpm: tokens per minute, of questions and answers.
            clock: seconds; by default the event loop's.
            sleep: how waits are spent.

        Raises:
            ValueError: when a limit leaves nothing to ask.

        """
        for name, limit in (("requests", rpm), ("tokens", tpm)):
            if limit is not None and limit < 1:
                raise ValueError(f"{limit} {name} per minute ask nothing; leave the limit out or name at least 1")
        self.name = model.name
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            model.prompt_version, model.prompt_hash, model.schema_hash,
        )  # fmt: skip
        self._model, self._rpm, self._tpm, self._clock, self._sleep = model, rpm, tpm, clock, sleep
        self._forecast = Forecast(prefix)
        self._gate, self._room = asyncio.Lock(), asyncio.Event()  # the gate is fair: its head waits for room
        self._minute: deque[_Place] = deque()
        self._requests = self._tokens = 0  # of the last minute
        self._open = self._number = self._cut = 0
        self._window, self._share = math.inf, 1.0

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        """Return the answer to the last turn, when its time has come.

        Raises:
            ModelError: when there is none.

        """
        place = await self._enter(turns)
        try:
            reply = await self._model.complete(turns)
        except ModelError as error:
            many = isinstance(error, EndpointError) and error.status == _TOO_MANY
            self._leave(place, error.usage, error.attempts, smooth=error.attempts <= 1 and not many)
            raise
        else:
            self._leave(place, reply.usage, reply.attempts, smooth=reply.attempts <= 1)
            self._forecast.learn(turns, reply.own)
            return reply
        finally:
            self._open -= 1
            self._room.set()

    async def aclose(self) -> None:
        """Let go of the wrapped model's connections."""
        await self._model.aclose()

    async def _enter(self, turns: Sequence[Turn]) -> _Place:
        """Wait until a question may go, and count it."""
        async with self._gate:
            tokens = 0
            while True:
                if self._tpm is not None:
                    guess = self._forecast.of(turns)
                    tokens = guess.input + guess.output
                if self._open and self._open + 1 > self._window:
                    self._room.clear()
                    await self._room.wait()
                elif wait := self._wait(tokens):
                    await self._sleep(min(max(wait, _LOOKS[0]), _LOOKS[1]))
                else:
                    break
            self._open += 1
            self._number += 1
            return self._count(1, tokens)

    def _wait(self, tokens: int) -> float:
        """Return the seconds until the oldest question of the last minute no longer counts, 0 when there is room."""
        if self._rpm is None and self._tpm is None:
            return 0.0
        now = self._now()
        while self._minute and now - self._minute[0].at >= _MINUTE:
            old = self._minute.popleft()
            old.counts = False
            self._requests -= old.requests
            self._tokens -= old.tokens
        share = self._share if self._open else 1.0
        full = self._rpm is not None and self._requests and self._requests + 1 > self._rpm * share
        full = full or (self._tpm is not None and self._tokens and self._tokens + tokens > self._tpm * share)
        return max(self._minute[0].at + _MINUTE - now, _LOOKS[0]) if full else 0.0

    def _count(self, requests: int, tokens: int) -> _Place:
        if self._rpm is None and self._tpm is None:
            return _Place(0.0, self._number, 0, 0, counts=False)
        place = _Place(self._now(), self._number, requests, tokens)
        self._minute.append(place)
        self._requests += requests
        self._tokens += tokens
        return place

    def _leave(self, place: _Place, used: Usage, attempts: int, *, smooth: bool) -> None:
        """Correct what was foretold of a question, and go slower or a little faster."""
        tokens = used.input + used.output
        if place.counts and tokens:
            self._tokens += tokens - place.tokens
            place.tokens = tokens
        if attempts > 1:
            self._count(attempts - 1, 0)
        if place.number <= self._cut:
            return
        if smooth:
            self._window += 1 / self._window
            self._share = min(self._share + _GROWTH, 1.0)
        else:
            self._window = max(min(self._window, self._open) / 2, 1.0)
            self._share = max(self._share / 2, _LEAST)
            self._cut = self._number

    def _now(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()


def bearable(concurrency: int, *, deadline: float, prefix: int, rpm: int | None = None, tpm: int | None = None) -> int:
    """Return how many workers to start so that none waits for its turn longer than half of a question's deadline.

    Args:
        concurrency: questions in flight that were asked for; never more.
        deadline: seconds that a question may take, waiting included.
        prefix: characters that every request has in common.
        rpm: requests per minute.
        tpm: tokens per minute.

    """
    guess = Forecast(prefix).of(())
    rate = min(math.inf if rpm is None else float(rpm), math.inf if tpm is None else tpm / (guess.input + guess.output))
    return concurrency if rate == math.inf else max(1, min(concurrency, int(rate * deadline / 2 / _MINUTE)))
