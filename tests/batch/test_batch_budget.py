from __future__ import annotations

import asyncio
import random
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from normalizer.batch.budget import Budgeted, BudgetError
from normalizer.extract.llm.errors import CutOffError, EndpointError, ModelError
from normalizer.extract.llm.reply import Reply
from normalizer.extract.llm.request import Turn
from normalizer.extract.llm.usage import NOTHING, Price, Usage
from normalizer.model.errors import NormalizerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Answer = Callable[[int], Usage | Reply | ModelError]

PREFIX = 396  # with a question of four characters 100 tokens
ASKED = (Turn("user", "four"),)
GUESS = 260  # 100 in, 160 out before any answer came
PRICE = Price(
    model="m", input=Decimal(1), cached_input=Decimal("0.1"), output=Decimal(10), seen=date(2026, 1, 1), source="here"
)


class Teller:
    """A model that uses what a function says of the number of a question, after some turns of the loop."""

    name, prompt_version, prompt_hash, schema_hash = "m", "v", "p", "s"

    def __init__(self, answer: Answer, pause: Callable[[int], int] = lambda _number: 1) -> None:
        self.count = 0
        self.open = 0
        self.closed = False
        self._answer, self._pause = answer, pause

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        assert turns
        self.count += 1
        number = self.count
        self.open += 1
        try:
            for _ in range(self._pause(number)):
                await asyncio.sleep(0)
        finally:
            self.open -= 1
        answer = self._answer(number)
        if isinstance(answer, ModelError):
            raise answer
        return answer if isinstance(answer, Reply) else Reply("{}", answer, answer)

    async def aclose(self) -> None:
        self.closed = True


def usual(_number: int) -> Usage:
    return Usage(1, 100, 0, 160)


async def spend(model: Budgeted, workers: int, questions: int = 10_000) -> BudgetError | None:
    """Ask until the budget is used up or all is asked; what is in flight then comes to its end."""
    numbers, stopped = iter(range(questions)), None

    async def worker() -> None:
        nonlocal stopped
        for _ in numbers:
            if stopped is not None:
                return
            try:
                await model.complete(ASKED)
            except BudgetError as error:
                stopped = error
            except ModelError:
                continue

    await asyncio.gather(*(worker() for _ in range(workers)))
    return stopped


def used(usage: Usage) -> int:
    return usage.input + usage.output


def test_a_question_that_may_pass_the_limit_is_not_asked() -> None:
    model = Teller(usual)
    budgeted = Budgeted(model, prefix=PREFIX, tokens=10 * GUESS + GUESS - 1)
    error = asyncio.run(spend(budgeted, workers=1))
    assert error is not None
    assert (error.spent, error.limit) == (10 * GUESS, 11 * GUESS - 1)
    assert model.count == 10
    assert budgeted.spent == Usage(10, 1000, 0, 1600)


def test_a_budget_that_is_just_enough_is_enough() -> None:
    model = Teller(usual)
    assert asyncio.run(spend(Budgeted(model, prefix=PREFIX, tokens=10 * GUESS), workers=1, questions=10)) is None


def test_what_is_in_flight_is_reserved() -> None:
    async def work() -> None:
        model = Teller(usual, pause=lambda _number: 10)
        budgeted = Budgeted(model, prefix=PREFIX, tokens=3 * GUESS)
        tasks = [asyncio.create_task(budgeted.complete(ASKED)) for _ in range(5)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert (model.open, model.count) == (3, 3)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(result, BudgetError) for result in results] == [False, False, False, True, True]
        assert used(budgeted.spent) == 3 * GUESS

    asyncio.run(work())


def test_dollars_are_counted_at_the_price_of_what_was_used() -> None:
    model = Teller(lambda _number: Usage(1, 100, 90, 160))
    one = PRICE.cost(Usage(1, 100, 90, 160))
    full = PRICE.cost(Usage(1, 100, 0, 160))
    budgeted = Budgeted(model, prefix=PREFIX, usd=9 * one + full, price=PRICE)
    error = asyncio.run(spend(budgeted, workers=1))
    assert error is not None
    assert (error.spent, error.limit) == (10 * one, 9 * one + full)  # the next one would be asked at the full price
    assert model.count == 10


@pytest.mark.parametrize(("workers", "seed"), [(1, 1), (4, 2), (16, 3), (64, 4)])
def test_the_limit_is_passed_by_no_more_than_the_errors_of_those_in_flight(workers: int, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - repeats
    answers = [draw.choice((20, 160, 400, 3000)) for _ in range(10_000)]
    model = Teller(lambda number: Usage(1, 100, 0, answers[number]), pause=lambda number: answers[-number] % 7)

    class Watched(Budgeted):
        """Keeps who was in flight when the last question was asked; each worker has one question."""

        def __init__(self, *given: Any, **limits: Any) -> None:
            super().__init__(*given, **limits)
            self.flying: dict[object, Usage] = {}
            self.last: list[object] = []
            self.errors: dict[object, int] = {}

        def _check(self, guess: Usage) -> None:
            super()._check(guess)
            task = asyncio.current_task()
            self.flying[task], self.errors = guess, {}
            self.last = list(self.flying)

        async def complete(self, turns: Sequence[Turn]) -> Reply:
            reply = await super().complete(turns)
            task = asyncio.current_task()
            self.errors[task] = used(reply.usage) - used(self.flying.pop(task))
            return reply

    limit = 200_000
    budgeted = Watched(model, prefix=PREFIX, tokens=limit)
    assert asyncio.run(spend(budgeted, workers)) is not None
    assert budgeted.errors.keys() == set(budgeted.last)
    assert used(budgeted.spent) <= limit + sum(budgeted.errors.values())
    assert used(budgeted.spent) > limit - (workers + 1) * 3100
    assert (budgeted._input, budgeted._output) == (0, 0)


@pytest.mark.parametrize("workers", [1, 16])
def test_the_limit_is_never_passed_when_no_question_takes_more_than_was_foretold(workers: int) -> None:
    model = Teller(lambda _number: Usage(1, 100, 0, 70), pause=lambda number: number % 5)
    budgeted = Budgeted(model, prefix=PREFIX, usd=Decimal("0.1"), price=PRICE)
    assert asyncio.run(spend(budgeted, workers)) is not None
    spent = PRICE.cost(budgeted.spent)
    assert Decimal("0.1") - (workers + 1) * Decimal("0.0018") < spent <= Decimal("0.1")


def test_what_earlier_processes_spent_counts() -> None:
    model = Teller(usual)
    earlier = Usage(7, 700, 0, 1120)
    budgeted = Budgeted(model, prefix=PREFIX, tokens=10 * GUESS, spent=earlier)
    assert asyncio.run(spend(budgeted, workers=1)) is not None
    assert model.count == 3
    assert budgeted.spent == Usage(10, 1000, 0, 1600)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (EndpointError("HTTP 500", status=500), Usage(1)),
        (CutOffError("too long", usage=Usage(2, 100, 50, 900), raw="{"), Usage(2, 100, 50, 900)),
        (CutOffError("too long", usage=Usage(1), raw="{" * 40), Usage(1, 100, 0, 10, estimated=True)),
    ],
)
def test_failed_questions_count_with_what_they_took(failure: ModelError, expected: Usage) -> None:
    budgeted = Budgeted(Teller(lambda _number: failure), prefix=PREFIX, tokens=10_000)
    with pytest.raises(type(failure)):
        asyncio.run(budgeted.complete(ASKED))
    assert budgeted.spent == expected
    assert (budgeted._input, budgeted._output) == (0, 0)


def test_a_question_that_was_cancelled_on_its_way_counts_as_reserved() -> None:
    async def work() -> None:
        budgeted = Budgeted(Teller(usual, pause=lambda _number: 100), prefix=PREFIX, tokens=10_000)
        task = asyncio.create_task(budgeted.complete(ASKED))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert budgeted.spent == Usage(1, 100, 0, 160, estimated=True)
        assert (budgeted._input, budgeted._output) == (0, 0)

    asyncio.run(work())


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply("{}" * 20, Usage(1), Usage(3), 3), Usage(3, 100, 0, 10, estimated=True)),  # reports no tokens
        (Reply("{}", Usage(1, 90, 0, 9), NOTHING, 0), NOTHING),  # remembered
        (Reply("{}", Usage(1, 90, 0, 9), Usage(2, 180, 0, 9), 2), Usage(2, 180, 0, 9)),  # a failed attempt cost too
    ],
)
def test_a_reply_counts_with_what_it_took(reply: Reply, expected: Usage) -> None:
    budgeted = Budgeted(Teller(lambda _number: reply), prefix=PREFIX, tokens=10_000)
    assert asyncio.run(budgeted.complete(ASKED)) is reply
    assert budgeted.spent == expected


def test_without_a_limit_everything_is_asked_and_counted() -> None:
    budgeted = Budgeted(Teller(usual), prefix=PREFIX)
    assert asyncio.run(spend(budgeted, workers=4, questions=50)) is None
    assert budgeted.spent == Usage(50, 5000, 0, 8000)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"usd": Decimal(5)}, "needs the price of 'm': give one with --prices FILE"),
        ({"usd": Decimal(-1), "price": PRICE}, "no budget"),
        ({"usd": Decimal("NaN"), "price": PRICE}, "no budget"),
        ({"tokens": -1}, "no budget"),
    ],
)
def test_limits_that_cannot_be_kept_are_refused(limits: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Budgeted(Teller(usual), **limits)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (
            {"usd": Decimal("0.001"), "price": PRICE},
            ("0.0010 US dollars", "0.0000 are", "0.0017", "--budget-usd"),
        ),
        ({"tokens": 0}, ("budget of 0 tokens", "260 more", "--budget-tokens")),
    ],
)
def test_the_error_says_what_is_spent_and_how_to_go_on(limits: dict[str, Any], words: tuple[str, ...]) -> None:
    model = Teller(usual)
    with pytest.raises(BudgetError) as caught:
        asyncio.run(Budgeted(model, prefix=PREFIX, **limits).complete(ASKED))
    assert all(word in str(caught.value) for word in (*words, "the same command with a higher"))
    assert isinstance(caught.value, NormalizerError)
    assert not isinstance(caught.value, ModelError)  # no question's failure: the run stops
    assert model.count == 0


def test_it_is_known_by_the_names_of_the_model_and_closes_it() -> None:
    model = Teller(usual)
    budgeted = Budgeted(model)
    assert (budgeted.name, budgeted.prompt_version, budgeted.prompt_hash, budgeted.schema_hash) == ("m", "v", "p", "s")
    asyncio.run(budgeted.aclose())
    assert model.closed
