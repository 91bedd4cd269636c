"""The door for services: order, one limit for all, nothing begun before it is wanted, one a loop."""

from __future__ import annotations

import asyncio
import gc
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from normalizer import Asking, Normalizer, RulesExtractor, document_from_text, normalize
from normalizer.extract.llm import FakeModel, LlmExtractor, RefusalError
from normalizer.model import Draft
from normalizer.model.errors import NormalizerError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from normalizer import TrialDocument
    from normalizer.extract.llm import Reply
    from normalizer.extract.llm.request import Turn

CRITERIA = 3


def documents(count: int, taken: list[int] | None = None) -> Iterator[TrialDocument]:
    for at in range(count):
        if taken is not None:
            taken.append(at)
        lines = "".join(f"- Ferritin above {10 * at + n + 1} ng/mL\n" for n in range(CRITERIA))
        yield document_from_text(f"Inclusion Criteria:\n{lines}", trial_id=f"T{at}")


class Slow:
    """A model with nothing to say; later trials are answered sooner, and it counts how many questions are open."""

    prompt_version = prompt_hash = schema_hash = name = "slow"

    def __init__(self) -> None:
        self.model = FakeModel(lambda _block: Draft())
        self.open = self.most = self.asked = 0
        self.closed = False

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        self.asked += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            for _ in range(max(1, 60 - self.asked)):
                await asyncio.sleep(0)
        finally:
            self.open -= 1
        return await self.model.complete(turns)

    async def aclose(self) -> None:
        self.closed = True


def test_a_stream_keeps_the_order_and_one_limit_over_all_trials() -> None:
    model = Slow()
    extractors = (LlmExtractor(model), RulesExtractor())

    async def main() -> list[str]:
        async with Normalizer(extractors, Asking(judge=False), concurrency=4, ahead=5) as normalizer:
            return [done.document.trial_id async for done in normalizer.stream(documents(12))]

    assert asyncio.run(main()) == [f"T{at}" for at in range(12)]
    assert (model.most, model.asked, model.closed) == (4, 12 * CRITERIA, True)


@pytest.mark.parametrize("ahead", [1, 3])
def test_a_document_is_taken_only_when_there_is_room(ahead: int) -> None:
    taken: list[int] = []

    async def main() -> None:
        async with Normalizer([RulesExtractor()], ahead=ahead) as normalizer:
            seen = 0
            async for _ in normalizer.stream(documents(9, taken)):
                seen += 1
                for _ in range(50):  # a slow consumer: whatever wants to run may
                    await asyncio.sleep(0)
                assert len(taken) <= seen - 1 + ahead
            assert seen == 9

    asyncio.run(main())


def test_asynchronous_sources_and_rules_alone_give_what_normalize_gives() -> None:
    async def source() -> AsyncIterator[TrialDocument]:
        for document in documents(3):
            await asyncio.sleep(0)
            yield document

    async def main() -> list[object]:
        async with Normalizer([RulesExtractor()]) as normalizer:
            return [done.trial async for done in normalizer.stream(source())]

    assert asyncio.run(main()) == [normalize(document) for document in documents(3)]


def test_a_trial_that_breaks_comes_with_its_error_and_the_others_go_on() -> None:
    def answer(block: dict[str, Any]) -> Draft:
        if "12 ng" in block["text"]:
            raise ZeroDivisionError("planted")
        return Draft()

    async def main() -> list[tuple[bool, str]]:
        async with Normalizer([LlmExtractor(FakeModel(answer)), RulesExtractor()]) as normalizer:
            return [(done.trial is None, repr(done.error)) async for done in normalizer.stream(documents(3))]

    assert asyncio.run(main()) == [(False, "None"), (True, "ZeroDivisionError('planted')"), (False, "None")]


def test_an_unanswered_question_leaves_the_rules_reading_marked() -> None:
    async def main() -> set[str]:
        model = FakeModel(lambda _block: RefusalError("no"))
        async with Normalizer([LlmExtractor(model), RulesExtractor()]) as normalizer:
            trial = await normalizer.normalize(next(documents(1)))
        assert len(trial.criteria) == CRITERIA
        return {finding.code for criterion in trial.criteria for finding in criterion.findings}

    assert "second_reading_failed" in asyncio.run(main())


def test_leaving_a_stream_early_cancels_what_is_in_flight() -> None:
    model = Slow()

    async def main() -> None:
        async with Normalizer([LlmExtractor(model), RulesExtractor()], concurrency=3, ahead=3) as normalizer:
            async with aclosing(normalizer.stream(documents(30))) as stream:
                async for _ in stream:
                    break
            assert model.open == 0
            asked = model.asked
            for _ in range(100):
                await asyncio.sleep(0)
            assert model.asked == asked < 30 * CRITERIA

    asyncio.run(main())


def test_a_loop_has_one_and_gets_it_back() -> None:
    async def main() -> None:
        for _ in range(2):
            async with Normalizer([RulesExtractor()]):
                with pytest.raises(NormalizerError, match="has a Normalizer already"):
                    async with Normalizer([RulesExtractor()]):
                        pass
        with pytest.raises(ZeroDivisionError):
            async with Normalizer([RulesExtractor()]):
                raise ZeroDivisionError
        async with Normalizer([RulesExtractor()]):
            pass

    asyncio.run(main())
    gc.collect()
    asyncio.run(main())


def test_outside_its_block_or_loop_it_does_nothing() -> None:
    normalizer = Normalizer([RulesExtractor()])
    with pytest.raises(NormalizerError, match="async with"):
        asyncio.run(normalizer.normalize(next(documents(1))))

    async def main() -> None:
        async with normalizer:
            with pytest.raises(NormalizerError, match="belongs to the event loop"):
                await asyncio.to_thread(asyncio.run, normalizer.normalize(next(documents(1))))

    asyncio.run(main())


@pytest.mark.parametrize(("concurrency", "ahead"), [(0, 1), (1, 0)])
def test_limits_below_one_are_refused(concurrency: int, ahead: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Normalizer([RulesExtractor()], concurrency=concurrency, ahead=ahead)
