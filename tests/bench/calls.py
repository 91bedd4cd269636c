"""What one model call costs the client, against a server in another process: ``python -m tests.bench.calls``.

A caller is measured with many calls in flight: its CPU time a call, and how much of the ideal rate of one event loop
(in flight / latency) it reaches. Rounds take turns between the callers, so that a drifting machine drifts for all.
"""
# ruff: noqa: T201 - it prints a report

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import aiohttp
import instructor
import openai
import orjson
from pydantic import BaseModel, ConfigDict

from tests.server.fixed import spawned

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

Call: TypeAlias = Callable[[], Awaitable[object]]
Factory: TypeAlias = Callable[[str], AbstractAsyncContextManager[Call]]
"""Opens a caller for a base URL: a coroutine function that performs one validated call."""

IN_FLIGHT = (64, 256)
LATENCY = 0.2  # seconds
WAVES = 10  # calls of a round are at least this many times those in flight


class Part(BaseModel):
    """A part of the sample answer."""

    model_config = ConfigDict(extra="forbid")

    concept: str
    kind: Literal["condition", "measurement", "procedure", "drug", "other"]
    relation: Literal["<", "<=", "=", ">=", ">", "any"]
    value: str | None
    unit: str | None
    quote: str


class Reading(BaseModel):
    """The sample answer."""

    model_config = ConfigDict(extra="forbid")

    polarity: Literal["include", "exclude"]
    join: Literal["all", "any"]
    parts: list[Part]
    doubts: list[str]


@dataclass(frozen=True)
class Question:
    """What every caller asks and gets: the request's messages and JSON schema, the answer and its pydantic model."""

    messages: Sequence[ChatCompletionMessageParam]
    schema: dict[str, Any]
    model: type[BaseModel]
    answer: str


SAMPLE = Question(
    messages=[
        {"role": "system", "content": "State each part of the criterion with the words that say it. " * 40},
        {"role": "user", "content": "Hemoglobin >= 9.0 g/dL, platelets >= 100,000/mm3 and no prior transplant."},
    ],
    schema=Reading.model_json_schema(),
    model=Reading,
    answer=Reading(
        polarity="include",
        join="all",
        parts=[
            Part(concept="hemoglobin", kind="measurement", relation=">=", value="9.0", unit="g/dL", quote="Hemoglobin"),
            Part(concept="platelets", kind="measurement", relation=">=", value="1e5", unit="/mm3", quote="platelets"),
            Part(concept="transplant", kind="procedure", relation="any", value=None, unit=None, quote="no prior"),
        ],
        doubts=[],
    ).model_dump_json(),
)


@dataclass(frozen=True)
class Cost:
    """Medians of the rounds: client CPU milliseconds a call, calls a second, and their share of the ideal rate."""

    caller: str
    in_flight: int
    cpu_ms: float
    rate: float
    share: float


def create(question: Question) -> Factory:
    """Return plain ``chat.completions.create`` with a JSON schema; it validates nothing."""

    @contextlib.asynccontextmanager
    async def factory(base_url: str) -> AsyncIterator[Call]:
        async with openai.AsyncOpenAI(base_url=base_url, api_key="none") as client:
            yield lambda: client.chat.completions.create(
                model="model",
                messages=question.messages,
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": question.schema, "strict": True},
                },
            )

    return factory


def instructed(question: Question) -> Factory:
    """Return plain instructor with the pydantic model."""

    @contextlib.asynccontextmanager
    async def factory(base_url: str) -> AsyncIterator[Call]:
        async with openai.AsyncOpenAI(base_url=base_url, api_key="none") as plain:
            client = instructor.from_openai(plain, mode=instructor.Mode.JSON_SCHEMA)
            yield lambda: client.chat.completions.create(
                model="model", messages=list(question.messages), response_model=question.model
            )

    return factory


def floor(question: Question) -> Factory:
    """Return an aiohttp post of bytes built once, its answer read and dropped: the least that a call can cost."""
    body = orjson.dumps({"model": "model", "messages": question.messages, "schema": question.schema})

    @contextlib.asynccontextmanager
    async def factory(base_url: str) -> AsyncIterator[Call]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def call() -> bytes:
                async with session.post(f"{base_url}/chat/completions", data=body) as reply:
                    return await reply.read()

            yield call

    return factory


class Turns:
    """One iterator for all workers: it ends after enough calls and seconds, and knows when it was last asked."""

    def __init__(self, least: int, seconds: float) -> None:
        self.count = 0
        self.started = self.last = time.perf_counter()
        self._least = least
        self._end = self.started + seconds

    def __iter__(self) -> Iterator[None]:
        while True:
            now = time.perf_counter()
            if self.count >= self._least and now >= self._end:
                return
            self.count, self.last = self.count + 1, now
            yield


async def work(call: Call, in_flight: int, turns: Turns) -> None:
    """Make calls until the turns end, this many at a time."""
    shared = iter(turns)

    async def worker() -> None:
        for _ in shared:
            await call()

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(worker())


async def measure(factory: Factory, base_url: str, in_flight: int, seconds: float) -> tuple[float, float]:
    """Return CPU milliseconds a call and calls a second of one round, after one call of every worker to warm up."""
    async with factory(base_url) as call:
        await work(call, in_flight, Turns(in_flight, 0.0))
        cpu, turns = time.process_time(), Turns(WAVES * in_flight, seconds)
        await work(call, in_flight, turns)
        cpu = time.process_time() - cpu
    # Every turn after the first of each worker is a call that has ended, so neither start nor end bends the rate.
    return 1000 * cpu / turns.count, (turns.count - in_flight) / (turns.last - turns.started)


def compare(
    question: Question = SAMPLE,
    own: Mapping[str, Factory] | None = None,
    *,
    in_flight: Sequence[int] = IN_FLIGHT,
    latency: float = LATENCY,
    seconds: float = 8.0,
    rounds: int = 3,
    only: Sequence[str] = (),
) -> list[Cost]:
    """Measure the baselines and our caller against one server process.

    Args:
        question: What is asked, and what the server answers.
        own: Our callers by name, ``ours`` the whole of a run; they get the same answer.
        in_flight: Numbers of calls at a time.
        latency: Seconds that the server waits before each answer.
        seconds: Seconds that a round lasts at least; it also makes ten calls for each one in flight.
        rounds: Rounds of which the median counts.
        only: The callers to measure, all when none is named.
    """
    baselines = {"instructor": instructed(question), "create": create(question), "floor": floor(question)}
    callers = {name: one for name, one in {**(own or {}), **baselines}.items() if not only or name in only}
    costs = []
    with spawned(latency, question.answer) as server:
        for number in in_flight:
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in callers}
            for _ in range(rounds):
                for name, factory in callers.items():
                    found[name].append(asyncio.run(measure(factory, server.base_url, number, seconds)))
            for name, figures in found.items():
                cpu_ms, rate = (statistics.median(column) for column in zip(*figures, strict=True))
                costs.append(Cost(name, number, cpu_ms, rate, rate * latency / number))
    return costs


def show(costs: Sequence[Cost]) -> None:
    """Print the costs, each with its ratios to our caller, or to instructor where ours was not measured."""
    base = "ours" if any(cost.caller == "ours" for cost in costs) else costs[0].caller
    print(f"in flight  caller      CPU ms a call  {'/ ' + base:<12}  calls a second  of the ideal")
    for cost in costs:
        (cpu_ms,) = (other.cpu_ms for other in costs if (other.caller, other.in_flight) == (base, cost.in_flight))
        print(
            f"{cost.in_flight:>9}  {cost.caller:<10}  {cost.cpu_ms:13.2f}  {cost.cpu_ms / cpu_ms:12.2f}  "
            f"{cost.rate:14,.0f}  {cost.share:12.1%}"
        )


def main() -> None:
    """Measure the baselines with the sample and print them beside the calibration loop."""
    from tests.bench.__main__ import TURNS, calibration  # noqa: PLC0415 - which may import this module

    parser = argparse.ArgumentParser(prog="python -m tests.bench.calls", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="seconds of a round (default 8)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of which the median counts (default 3)")
    parser.add_argument("--only", default="", help="callers, with commas between; short rounds in turns compare two")
    arguments = parser.parse_args()
    only = [name for name in arguments.only.split(",") if name]
    loop = min(calibration() for _ in range(3))
    print(f"calibration {loop:.2f} s CPU ({TURNS:,} turns of s += i*i % 7); server answers after {LATENCY} s")
    from tests.bench.ours import callers, question  # noqa: PLC0415 - which imports this module

    show(compare(question(), callers(), seconds=arguments.seconds, rounds=arguments.rounds, only=only))


if __name__ == "__main__":
    main()
