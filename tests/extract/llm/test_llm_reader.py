"""The model as an extractor: readings, asking again, the deadline, what a judge says, equal questions, packing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import orjson
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalizer.extract.llm import (
    Asked,
    CutOffError,
    DeadlineError,
    Endpoint,
    EndpointError,
    FakeModel,
    InvalidAnswerError,
    LlmExtractor,
    ModelError,
    Once,
    RefusalError,
    Reply,
    Usage,
)
from normalizer.extract.llm.prompt import load_prompt, question
from normalizer.extract.llm.request import Turn
from normalizer.extract.pack import packs
from normalizer.extract.protocol import is_async
from normalizer.extract.rules import RulesExtractor
from normalizer.model.draft import Draft, Provenance
from tests.extract.llm.made import AGED, ASKED, GOOD, answer, block, connected, saying
from tests.server.behaviour import Answer, Behaviour, Refusal, Slow, Status, filtered, truncated
from tests.server.model import serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.extract.llm import Model
    from normalizer.extract.pack import BlocksPerRequest
    from normalizer.extract.protocol import Judge
    from normalizer.model.block import BlockContext
    from tests.server.model import ModelServer

ONE: Final = (block(),)
TWO: Final = (block(at=1), block("x", at=2))
BAD: Final = '{"blocks":[]}'
NO_JSON: Final = "I think it is fine."
REFUSED: Final = RefusalError("no", usage=Usage(requests=1, input=5), raw="no")


def read(model: Model, contexts: Sequence[BlockContext] = ONE, judge: Judge | None = None, **given_: Any) -> Asked:
    async def reading() -> Asked:
        extractor = LlmExtractor(model, **given_)
        try:
            asked = await extractor.read(contexts, judge)
            assert extractor.spent == asked.usage
            return asked
        finally:
            await extractor.aclose()

    return asyncio.run(reading())


def served(
    *behaviours: Behaviour, contexts: Sequence[BlockContext] = ONE, judge: Judge | None = None, **given_: Any
) -> tuple[Asked, ModelServer]:
    async def at_once(_seconds: float) -> None:
        return

    async def reading(base_url: str) -> Asked:
        client = connected(Endpoint(model="m", base_url=base_url, attempts=2), at_once)
        extractor = LlmExtractor(client, **given_)
        try:
            return await extractor.read(contexts, judge)
        finally:
            await extractor.aclose()

    with serving(behaviours) as server:
        return asyncio.run(reading(server.base_url)), server


def test_the_extractor_is_awaited_and_has_a_name() -> None:
    extractor = LlmExtractor(saying())
    assert extractor.name == "llm"
    assert is_async(extractor)
    assert not is_async(RulesExtractor())


def test_a_reading_says_where_it_comes_from() -> None:
    asked, server = served(Answer(GOOD))
    (reading,) = asked.readings
    assert (reading.block_id, reading.draft, reading.failure) == ("I01", AGED, None)
    prompt = load_prompt()
    provenance = reading.provenance
    assert provenance == Provenance(
        extractor="llm",
        version=prompt.version,
        model="m",
        prompt_hash=prompt.hash,
        schema_hash=provenance.schema_hash,
        input_tokens=100,
        output_tokens=20,
    )
    assert asked == Asked((reading,), Usage(requests=1, input=100, output=20), attempts=1)
    assert server.requests[0].body["messages"][-1] == {"role": "user", "content": question(ONE)}


def test_the_tokens_of_a_request_stand_at_its_first_block() -> None:
    asked, _ = served(Answer(answer(AGED, Draft(), AGED)), contexts=(*TWO, block("y", "exclusion", at=3)))
    assert [reading.block_id for reading in asked.readings] == ["I01", "I02", "E03"]
    assert [reading.draft for reading in asked.readings] == [AGED, Draft(), AGED]
    tokens = [(one.provenance.input_tokens, one.provenance.output_tokens) for one in asked.readings]
    assert tokens == [(100, 20), (0, 0), (0, 0)]


def test_attempts_of_the_transport_are_counted_and_leave_the_provenance_alone() -> None:
    plain, _ = served(Answer(GOOD))
    asked, _ = served(Status(500), Answer(GOOD))
    assert (asked.attempts, asked.usage.requests) == (2, 2)
    assert asked.readings == plain.readings


def told(server: ModelServer, at: int) -> list[dict[str, str]]:
    """Return the turns of a request, without the prompt."""
    found: list[dict[str, str]] = server.requests[at].body["messages"][len(load_prompt().messages) :]
    return found


@pytest.mark.parametrize("bad", [NO_JSON, BAD, GOOD[:-9], ""], ids=["prose", "no block", "half", "nothing"])
def test_an_answer_that_cannot_be_used_is_asked_again_in_words_of_our_own(bad: str) -> None:
    asked, server = served(Answer(bad), Answer(GOOD))
    assert [reading.draft for reading in asked.readings] == [AGED]
    assert (asked.error, asked.reasked, asked.attempts) == (None, True, 2)
    assert asked.usage == Usage(requests=2, input=200, output=40)
    assert asked.readings[0].provenance.input_tokens == 100
    assert told(server, 0) == [{"role": "user", "content": question(ONE)}]
    first, second, third = told(server, 1)
    assert first == told(server, 0)[0]
    assert second == {"role": "assistant", "content": bad}
    assert third["role"] == "user"
    lines = third["content"].splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("- ")
    for foreign in ("pydantic", pydantic.VERSION, "http", "Input should", "instructor", "```"):
        assert foreign not in third["content"]


def test_asking_again_changes_nothing_else_of_the_request() -> None:
    _, server = served(Answer(BAD), Answer(GOOD))
    first, second = (request.body for request in server.requests)
    assert {**first, "messages": []} == {**second, "messages": []}
    assert second["messages"][: len(first["messages"])] == first["messages"]


@pytest.mark.parametrize("reasks", [0, 1, 2])
def test_an_answer_that_stays_unusable_is_a_failure(reasks: int) -> None:
    bad = [Answer(NO_JSON), Answer(BAD), Answer(BAD.replace("[]", "3"))][: reasks + 1]
    asked, server = served(*bad, Answer(GOOD), reasks=reasks)
    error = asked.error
    assert isinstance(error, InvalidAnswerError)
    assert error.raw == bad[-1].content
    assert error.complaints
    assert asked.readings[0].draft == Draft()
    assert asked.readings[0].failure == error.message
    assert asked.attempts == server.count == reasks + 1
    assert asked.usage == error.usage == Usage(requests=reasks + 1, input=100 * (reasks + 1), output=20 * (reasks + 1))


def test_each_question_again_tells_of_the_last_answer_only() -> None:
    _, server = served(Answer(NO_JSON), Answer(BAD), Answer(GOOD))
    turns = told(server, 2)
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert turns[1]["content"] == BAD
    assert "asked about b1, got none" in turns[2]["content"]
    assert NO_JSON not in turns[2]["content"]


def test_a_failure_says_that_it_was_asked_again() -> None:
    assert served(Answer(BAD), Answer(BAD), reasks=1)[0].reasked


@pytest.mark.parametrize("fence", ["```json\n", "```\n"], ids=["json", "bare"])
def test_a_fenced_answer_is_enough_when_asked_again(fence: str) -> None:
    asked, server = served(Answer(BAD), Answer(f"{fence}{GOOD}\n```"), Answer(GOOD))
    assert asked.readings[0].draft == AGED
    assert server.count == 2


WITHHELD: Final[dict[str, tuple[Behaviour, type[ModelError]]]] = {
    "refusal": (Refusal(), RefusalError),
    "cut off": (truncated(GOOD, 9), CutOffError),
    "400": (Status(400), EndpointError),
}


@pytest.mark.parametrize("row", WITHHELD.values(), ids=WITHHELD.keys())
@pytest.mark.parametrize("before", [0, 1])
def test_an_answer_withheld_is_a_failure_and_ends_the_asking(
    row: tuple[Behaviour, type[ModelError]], before: int
) -> None:
    asked, server = served(*[Answer(BAD)] * before, row[0], Answer(GOOD))
    assert type(asked.error) is row[1]
    assert asked.readings[0].draft == Draft()
    assert asked.readings[0].failure == str(asked.error)
    assert server.count == asked.attempts == before + 1
    paid = before + (row[1] is not EndpointError)
    assert (asked.usage.input, asked.usage.output) == (100 * paid, 20 * paid)


def test_a_failure_is_every_blocks_of_the_request() -> None:
    asked, _ = served(filtered(), contexts=TWO)
    assert [reading.block_id for reading in asked.readings] == ["I01", "I02"]
    assert len({reading.failure for reading in asked.readings}) == 1
    assert all(reading.failure and reading.draft == Draft() for reading in asked.readings)
    assert all(reading.provenance.input_tokens == 0 for reading in asked.readings)


def test_an_endpoint_that_stays_away_is_a_failure() -> None:
    asked, _ = served(*[Status(503)] * 3)
    assert isinstance(asked.error, EndpointError)
    assert (asked.attempts, asked.usage) == (2, Usage(requests=2))


def test_no_answer_in_time_is_a_failure() -> None:
    asked, _ = served(Slow(60, Answer(GOOD)), contexts=TWO, deadline=0.05)
    assert isinstance(asked.error, DeadlineError)
    assert [reading.failure for reading in asked.readings] == ["no answer within 0.05 s"] * 2


class Silent(FakeModel):
    """Answers the first questions, then never again."""

    def __init__(self, *answers: Draft | str) -> None:
        left = iter(answers)
        super().__init__(lambda _block: next(left))
        self._left = len(answers)

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        if not self._left:
            await asyncio.Event().wait()
        self._left -= 1
        return await super().complete(turns)


def test_silence_when_asked_again_is_a_failure() -> None:
    asked = read(Silent(BAD), deadline=0.02)
    assert isinstance(asked.error, DeadlineError)


def test_what_was_paid_before_the_deadline_is_counted() -> None:
    assert read(Silent(BAD), deadline=0.02).usage.requests >= 1


def test_an_answer_stands_when_the_second_one_is_not_in_time() -> None:
    asked = read(Silent(AGED), judge=lambda _context, _draft: ("look again",), deadline=0.02)
    assert asked.readings[0].draft == AGED


def doubted(_context: BlockContext, draft: Draft) -> Sequence[str]:
    """Judge a Draft by its atoms: the fewer the worse."""
    return [f"atom {at} is missing" for at in range(len(draft.atoms), 2)]


EMPTY: Final = Draft()
FULL: Final = Draft(atoms=(*AGED.atoms, replace(AGED.atoms[0], id="a2")), logic="all(a1, a2)")
JUDGED: Final[dict[str, tuple[Draft, Draft | str | ModelError, Draft]]] = {
    "better": (AGED, FULL, FULL),
    "better, not good": (EMPTY, AGED, AGED),
    "worse": (AGED, EMPTY, AGED),
    "as bad": (AGED, AGED, AGED),
    "no JSON": (AGED, NO_JSON, AGED),
    "other block": (AGED, BAD, AGED),
    "refusal": (AGED, REFUSED, AGED),
    "no connection": (AGED, EndpointError("no connection", lasting=False), AGED),
}


@pytest.mark.parametrize("row", JUDGED.values(), ids=JUDGED.keys())
def test_what_the_judge_says_is_asked_once_and_the_better_answer_taken(
    row: tuple[Draft, Draft | str | ModelError, Draft],
) -> None:
    first, second, taken = row
    model = saying(first, second)
    asked = read(model, judge=doubted)
    assert [reading.draft for reading in asked.readings] == [taken]
    assert (asked.readings[0].failure, asked.error) == (None, None)
    assert asked.reasked
    assert len(model.questions) == asked.attempts == 2
    said = [turn.content for turn in model.questions[1]]
    assert said[:2] == [question(ONE), answer(first)]
    assert "- atom 1 is missing\n" in said[2]
    standing = answer(taken)
    assert asked.readings[0].provenance.output_tokens == len(standing)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(FULL, id="better"),
        pytest.param(EMPTY, id="worse"),
        pytest.param(REFUSED, id="refusal"),
        pytest.param(NO_JSON, id="no JSON"),
    ],
)
def test_both_answers_of_a_judged_question_are_paid_for(second: Draft | str | ModelError) -> None:
    asked = read(saying(AGED, second), judge=doubted)
    assert asked.usage.requests == 2


def test_a_judge_that_is_content_asks_nothing() -> None:
    model = saying(FULL)
    asked = read(model, judge=doubted)
    assert (len(model.questions), asked.reasked) == (1, False)


def test_without_reasks_nothing_is_asked_again() -> None:
    model = saying(AGED)
    asked = read(model, judge=doubted, reasks=0)
    assert (len(model.questions), asked.reasked, asked.readings[0].draft) == (1, False, AGED)


def test_an_answer_asked_again_for_its_form_is_not_judged() -> None:
    model = saying(BAD, AGED)
    asked = read(model, judge=doubted)
    assert (len(model.questions), asked.readings[0].draft) == (2, AGED)


def test_complaints_name_the_block_where_there_are_several() -> None:
    model = saying(FULL, AGED, FULL, FULL)
    asked = read(model, TWO, doubted)
    assert [reading.draft for reading in asked.readings] == [FULL, FULL]
    assert "- block b2: atom 1 is missing\n" in model.questions[1][2].content


def test_what_was_spent_is_summed_over_questions() -> None:
    async def spending() -> tuple[Usage, Usage]:
        extractor = LlmExtractor(saying(AGED, REFUSED, BAD, AGED))
        asked = [await extractor.read(ONE) for _ in range(3)]
        return extractor.spent, asked[0].usage + asked[1].usage + asked[2].usage

    spent, summed = asyncio.run(spending())
    assert spent == summed
    assert spent.requests == 4


class Held(FakeModel):
    """Answers when the gate is opened."""

    def __init__(self, *answers: Draft | str | ModelError) -> None:
        left = iter(answers)
        super().__init__(lambda _block: next(left))
        self.gate = asyncio.Event()
        self.asked = 0

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        self.asked += 1
        await self.gate.wait()
        return await super().complete(turns)


OTHER: Final = (Turn("user", ASKED[0].content.replace('"x"', '"y"')),)


async def turn() -> None:
    """Let all others run until they wait."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_equal_questions_are_asked_once() -> None:
    async def asking() -> tuple[list[Reply], int]:
        model = saying(AGED, EMPTY)
        once = Once(model)
        return [await once.complete(turns) for turns in (ASKED, ASKED, OTHER, ASKED)], len(model.questions)

    (first, again, other, later), count = asyncio.run(asking())
    assert count == 2
    assert first.content == again.content == later.content != other.content
    assert again.own == first.own == first.usage
    assert again.usage == later.usage == Usage()


def test_equal_questions_at_the_same_time_are_asked_once() -> None:
    async def asking() -> tuple[list[Reply], int]:
        model = Held(AGED)
        once = Once(model)
        tasks = [asyncio.create_task(once.complete(ASKED)) for _ in range(5)]
        await turn()
        model.gate.set()
        return await asyncio.gather(*tasks), model.asked

    replies, count = asyncio.run(asking())
    assert count == 1
    assert {reply.content for reply in replies} == {GOOD}
    assert sorted(reply.usage.requests for reply in replies) == [0, 0, 0, 0, 1]


def test_errors_are_not_kept() -> None:
    async def asking() -> Reply:
        once = Once(saying(REFUSED, AGED))
        with pytest.raises(RefusalError):
            await once.complete(ASKED)
        return await once.complete(ASKED)

    assert asyncio.run(asking()).usage.requests == 1


async def failing_together() -> list[Asked]:
    model = Held(REFUSED)
    extractor = LlmExtractor(Once(model))
    tasks = [asyncio.create_task(extractor.read(ONE)) for _ in range(3)]
    await turn()
    model.gate.set()
    asked = await asyncio.gather(*tasks)
    assert model.asked == 1
    return asked


def test_an_error_is_everybodys_who_asked_at_that_time() -> None:
    assert [type(asked.error) for asked in asyncio.run(failing_together())] == [RefusalError] * 3


def test_an_error_that_is_everybodys_is_paid_for_once() -> None:
    assert sum(asked.usage.requests for asked in asyncio.run(failing_together())) == 1


@pytest.mark.parametrize("cancelled", [[0], [1], [2], [0, 2], [1, 2]], ids=str)
def test_one_who_gives_up_does_not_disturb_the_others(cancelled: list[int]) -> None:
    async def asking() -> tuple[list[Reply | BaseException], int]:
        model = Held(AGED, AGED)
        once = Once(model)
        tasks = [asyncio.create_task(once.complete(ASKED)) for _ in range(3)]
        await turn()
        for at in cancelled:
            tasks[at].cancel()
            await turn()
        model.gate.set()
        return await asyncio.gather(*tasks, return_exceptions=True), model.asked

    found, count = asyncio.run(asking())
    for at, one in enumerate(found):
        if at in cancelled:
            assert isinstance(one, asyncio.CancelledError)
        else:
            assert isinstance(one, Reply)
            assert one.content == GOOD
    assert count == (2 if 0 in cancelled else 1)


def test_all_give_up_together() -> None:
    async def asking() -> tuple[list[bool], int]:
        model = Held(AGED, AGED)
        once = Once(model)
        tasks = [asyncio.create_task(once.complete(ASKED)) for _ in range(2)]
        await turn()
        for task in tasks:
            task.cancel()
        await turn()
        ended = [task.cancelled() for task in tasks]
        model.gate.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        return ended, model.asked

    assert asyncio.run(asking()) == ([True, True], 1)


def test_the_answers_longest_not_asked_for_are_forgotten() -> None:
    async def asking() -> int:
        model = saying(*[AGED] * 9)
        once = Once(model, kept=2)
        third = (Turn("user", ASKED[0].content.replace('"x"', '"z"')),)
        for turns in (ASKED, OTHER, ASKED, third, ASKED, OTHER):
            await once.complete(turns)
        return len(model.questions)

    assert asyncio.run(asking()) == 4


def test_once_has_the_names_of_its_model() -> None:
    model = FakeModel(lambda _: "", name="mine")
    once = Once(model)
    for name in ("name", "prompt_version", "prompt_hash", "schema_hash"):
        assert getattr(once, name) == getattr(model, name)


def test_a_model_made_up_answers_with_drafts_by_block() -> None:
    model = FakeModel(lambda asked: AGED if asked["text"] == "x" else EMPTY)
    asked = read(model, TWO)
    assert [reading.draft for reading in asked.readings] == [EMPTY, AGED]
    assert asked.readings[0].provenance.model == "fake"
    assert model.questions == [(Turn("user", question(TWO)),)]


def test_a_model_made_up_sees_what_a_question_says_of_a_block() -> None:
    seen: list[dict[str, Any]] = []

    def note(asked: dict[str, Any]) -> Draft:
        seen.append(asked)
        return EMPTY

    read(FakeModel(note), TWO)
    assert seen == orjson.loads(question(TWO))["blocks"]


def test_a_model_made_up_answers_with_text() -> None:
    asked = read(FakeModel(lambda _: NO_JSON), reasks=1)
    assert isinstance(asked.error, InvalidAnswerError)
    assert asked.error.raw == NO_JSON


def test_a_model_made_up_raises_errors() -> None:
    asked = read(FakeModel(lambda _: REFUSED))
    assert asked.error is REFUSED
    assert asked.usage == REFUSED.usage


SIZES: Final = st.lists(st.integers(0, 1200), max_size=30)
BASE: Final = block("x")


def packed(lengths: list[int], size: BlocksPerRequest) -> list[tuple[BlockContext, ...]]:
    contexts = [replace(BASE, text="x" * length) for length in lengths]
    found = list(packs(contexts, size))
    assert [context for pack in found for context in pack] == contexts
    assert all(found)
    return found


@pytest.mark.parametrize(
    ("count", "size", "sizes"),
    [
        (0, 1, []),
        (3, 1, [1, 1, 1]),
        (0, 3, []),
        (2, 3, [2]),
        (3, 3, [3]),
        (7, 3, [3, 3, 1]),
        (0, "auto", []),
        (20, "auto", [8, 8, 4]),
    ],
)
def test_blocks_are_packed_by_number(count: int, size: BlocksPerRequest, sizes: list[int]) -> None:
    assert [len(pack) for pack in packed([3] * count, size)] == sizes


def test_one_block_a_request_is_the_default() -> None:
    assert [len(pack) for pack in packs([BASE] * 3)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("lengths", "sizes"),
    [
        ([500, 500], [2]),
        ([500, 501], [1, 1]),
        ([2000, 10, 2000], [1, 1, 1]),
        ([999, 1, 1], [2, 1]),
        ([400, 400, 400, 400, 400], [2, 2, 1]),
    ],
)
def test_small_blocks_are_packed_up_to_a_thousand_characters(lengths: list[int], sizes: list[int]) -> None:
    assert [len(pack) for pack in packed(lengths, "auto")] == sizes


@given(lengths=SIZES, size=st.sampled_from([1, 2, 3, 50]))
@settings(deadline=None)
def test_packing_by_number_fills_every_request_but_the_last(lengths: list[int], size: int) -> None:
    sizes = [len(pack) for pack in packed(lengths, size)]
    assert all(one == size for one in sizes[:-1])
    assert all(one <= size for one in sizes)


@given(lengths=SIZES)
@settings(deadline=None)
def test_packing_by_length_leaves_no_room_for_the_next_block(lengths: list[int]) -> None:
    found = [[len(context.text) for context in pack] for pack in packed(lengths, "auto")]
    assert all(len(pack) == 1 or sum(pack) <= 1000 for pack in found)
    assert all(len(pack) <= 8 for pack in found)
    for pack, following in pairwise(found):
        assert len(pack) == 8 or sum(pack) + following[0] > 1000
