from __future__ import annotations

import asyncio
import selectors
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from normalizer.batch.limits import Forecast, Limited, bearable
from normalizer.extract.llm.errors import EndpointError, ModelError
from normalizer.extract.llm.reply import Reply
from normalizer.extract.llm.request import Turn
from normalizer.extract.llm.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    Took = Callable[[int, int], tuple[int, int] | ModelError]


class JumpingSelector(selectors.SelectSelector):
    """Waits no second: the time jumps instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "nothing would ever happen again"
        self.now += timeout
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds cost nothing."""

    def __init__(self) -> None:
        self.selector = JumpingSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now


def drive(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(work)


class Slow:
    """A model that takes a second; ``took`` says from number and open questions its attempts and output, or fails."""

    name, prompt_version, prompt_hash, schema_hash = "m", "v", "p", "s"

    def __init__(self, took: Took | None = None, latency: float = 1.0) -> None:
        self.started: list[float] = []
        self.asked: list[str] = []
        self.open: list[int] = []
        self.closed = False
        self._took, self._latency, self._open = took, latency, 0

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        self._open += 1
        self.started.append(asyncio.get_running_loop().time())
        self.asked.append(turns[0].content)
        self.open.append(self._open)
        took = self._took(len(self.started), self._open) if self._took is not None else (1, 160)
        try:
            await asyncio.sleep(self._latency)
        finally:
            self._open -= 1
        if isinstance(took, ModelError):
            raise took
        own = Usage(1, 100, 0, took[1])
        return Reply("{}", own, own + Usage(took[0] - 1), took[0])

    async def aclose(self) -> None:
        self.closed = True


def turns(text: str = "") -> tuple[Turn, ...]:
    return (Turn("user", text),)


async def ask(limited: Limited, count: int, workers: int) -> None:
    """Ask questions named by their number, as workers do."""
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            try:
                await limited.complete(turns(str(number)))
            except EndpointError:
                continue

    await asyncio.gather(*(worker() for _ in range(workers)))


def most(started: Sequence[float], seconds: float = 60.0) -> int:
    """Return the most questions that began within so many seconds."""
    return max(sum(begin <= other < begin + seconds for other in started) for begin in started)


def too_many(attempts: int = 1) -> EndpointError:
    error = EndpointError("HTTP 429", status=429, lasting=False)
    error.attempts = attempts
    return error


def test_no_more_requests_than_allowed_in_any_minute() -> None:
    async def work() -> None:
        model = Slow()
        await ask(Limited(model, rpm=10), 100, workers=25)
        assert len(model.started) == 100
        assert most(model.started) == 10
        assert model.started[-1] == pytest.approx(9 * 60, abs=2)

    drive(work())


def test_no_more_tokens_than_allowed_in_any_minute() -> None:
    async def work() -> None:
        model = Slow()
        await ask(Limited(model, prefix=400 - 2, tpm=2700), 60, workers=25)  # 100 tokens in, 160 out
        assert most(model.started) == 10
        assert model.started[-1] == pytest.approx(5 * 60, abs=2)

    drive(work())


@pytest.mark.parametrize(("output", "expected"), [(60, 16), (660, 3)])
def test_what_a_question_really_took_corrects_what_was_foretold(output: int, expected: int) -> None:
    async def work() -> None:
        model = Slow(lambda _number, _open: (1, output))
        await ask(Limited(model, prefix=398, tpm=2700), 60, workers=1)
        assert sum(begin < 60 for begin in model.started) == expected

    drive(work())


def test_failed_attempts_count_as_requests() -> None:
    async def work() -> None:
        model = Slow(lambda number, _open: (4, 1) if number == 1 else (1, 1))
        await ask(Limited(model, rpm=10), 12, workers=1)
        assert sum(begin < 60 for begin in model.started) == 7

    drive(work())


def test_a_question_larger_than_the_tokens_of_a_minute_goes_alone() -> None:
    async def work() -> None:
        model = Slow()
        await ask(Limited(model, prefix=40_000, tpm=50), 3, workers=3)
        assert model.started == pytest.approx([0, 60, 120], abs=1)

    drive(work())


def test_questions_go_in_the_order_in_which_they_came() -> None:
    async def work() -> None:
        model = Slow()
        limited = Limited(model, rpm=3, tpm=100_000)
        await asyncio.gather(*(limited.complete(turns("x" * size)) for size in range(30, 0, -1)))
        assert [len(text) for text in model.asked] == list(range(30, 0, -1))

    drive(work())


def test_a_waiter_that_is_cancelled_frees_its_place() -> None:
    async def work() -> None:
        model = Slow()
        limited = Limited(model, rpm=1)
        tasks = [asyncio.create_task(limited.complete(turns(name))) for name in "abcd"]
        await asyncio.sleep(5)
        tasks[1].cancel()  # the head of those that wait
        tasks[2].cancel()  # one behind it
        await asyncio.gather(*tasks, return_exceptions=True)
        assert model.asked == ["a", "d"]
        assert model.started == pytest.approx([0, 60], abs=1)

    drive(work())


def test_a_question_that_is_cancelled_in_flight_frees_its_place() -> None:
    async def work() -> None:
        model = Slow(lambda number, _open: (2 if number == 1 else 1, 1), latency=30)
        limited = Limited(model)
        await limited.complete(turns())  # from here one at a time
        first, second = (asyncio.create_task(limited.complete(turns())) for _ in range(2))
        await asyncio.sleep(1)
        assert len(model.started) == 2
        first.cancel()
        await second
        assert model.started == pytest.approx([0, 30, 31])

    drive(work())


@pytest.mark.parametrize("how", ["attempts", "429"])
def test_after_too_many_half_as_many_are_in_flight_and_more_with_time(how: str) -> None:
    def took(number: int, _open: int) -> tuple[int, int] | ModelError:
        if number > 16:
            return 1, 1
        return (2, 1) if how == "attempts" else too_many()

    async def work() -> None:
        model = Slow(took)
        await ask(Limited(model), 400, workers=16)
        assert max(model.open[:16]) == 16
        after = [sum(second <= begin < second + 0.5 for begin in model.started) for second in range(1, 12)]
        assert after[0] == 8  # all sixteen were asked before the cut: they halve once
        assert all(0 <= more - less <= 1 for less, more in pairwise(after))
        assert after[-1] == 16

    drive(work())


def test_it_settles_where_the_endpoint_is_content() -> None:
    async def work() -> None:
        model = Slow(lambda _number, open_: (2 if open_ > 6 else 1, 1))
        await ask(Limited(model), 500, workers=32)
        settled = model.open[100:]
        assert max(settled) <= 7
        assert sum(settled) / len(settled) > 2
        assert len(model.started) == 500

    drive(work())


def test_an_endpoint_that_refuses_everything_is_asked_one_question_at_a_time() -> None:
    async def work() -> None:
        model = Slow(lambda _number, _open: too_many(6))
        await ask(Limited(model, rpm=1000), 60, workers=8)
        assert len(model.started) == 60
        assert set(model.open[-40:]) == {1}

    drive(work())


def test_after_too_many_half_of_the_rate_is_used_and_more_with_time() -> None:
    async def work() -> None:
        model = Slow(lambda number, _open: (2 if number == 40 else 1, 1), latency=2.0)
        await ask(Limited(model, rpm=40), 400, workers=40)
        bursts = [sum(begin <= other < begin + 5 for other in model.started) for begin in (0, 60)]
        assert bursts[0] == 40
        assert 20 <= bursts[1] < 32
        assert most([begin for begin in model.started if begin > 300]) == 40
        assert most(model.started) <= 40

    drive(work())


def test_other_errors_slow_nothing_down() -> None:
    async def work() -> None:
        model = Slow(lambda _number, _open: EndpointError("HTTP 404", status=404))
        await ask(Limited(model), 64, workers=16)
        assert model.started[-1] == pytest.approx(3)

    drive(work())


def test_clock_and_sleep_are_those_given() -> None:
    now, slept = [1e9], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    async def work() -> None:
        limited = Limited(Slow(latency=0), rpm=2, clock=lambda: now[0], sleep=sleep)
        await ask(limited, 5, workers=1)

    asyncio.run(work())
    assert sum(slept) == pytest.approx(120, abs=0.1)
    assert now[0] == pytest.approx(1e9 + 120, abs=0.1)


def test_it_is_known_by_the_names_of_the_model_and_closes_it() -> None:
    model = Slow()
    limited = Limited(model)
    assert (limited.name, limited.prompt_version, limited.prompt_hash, limited.schema_hash) == ("m", "v", "p", "s")
    asyncio.run(limited.aclose())
    assert model.closed


@pytest.mark.parametrize("limits", [{"rpm": 0}, {"tpm": 0}, {"rpm": -1}])
def test_limits_that_leave_nothing_to_ask_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="per minute ask nothing"):
        Limited(Slow(), **limits)


class Instant(Slow):
    """A model that costs nothing itself."""

    reply = Reply("{}", Usage(1, 1, 0, 1), Usage(1, 1, 0, 1))

    async def complete(self, turns: Sequence[Turn]) -> Reply:  # noqa: ARG002 - the protocol's name
        return self.reply


def test_a_question_that_nothing_holds_back_costs_little() -> None:
    async def cost(model: Limited | Instant) -> float:
        best, asked = 1.0, turns("x")
        for _ in range(5):
            begun = time.process_time()
            for _ in range(2000):
                await model.complete(asked)
            best = min(best, (time.process_time() - begun) / 2000)
        return best

    assert asyncio.run(cost(Limited(Instant()))) - asyncio.run(cost(Instant())) < 20e-6


def test_a_forecast_learns_from_replies() -> None:
    forecast = Forecast(prefix=396)
    asked = turns("four")
    assert forecast.of(asked) == Usage(1, 100, 0, 160, estimated=True)
    forecast.learn(asked, Usage(1, 0, 0, 0))  # an endpoint that reports nothing teaches nothing
    assert forecast.of(asked) == Usage(1, 100, 0, 160, estimated=True)
    for _ in range(3):
        forecast.learn(asked, Usage(1, 200, 0, 40))
    assert forecast.of(asked) == Usage(1, 200, 0, 70, estimated=True)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [({}, 16), ({"rpm": 500}, 16), ({"rpm": 4}, 10), ({"rpm": 1}, 2), ({"tpm": 30_000}, 6), ({"tpm": 100}, 1)],
)
def test_no_more_workers_than_get_their_turn_in_time(limits: dict[str, int], expected: int) -> None:
    assert bearable(16, deadline=300.0, prefix=45_741, **limits) == expected
