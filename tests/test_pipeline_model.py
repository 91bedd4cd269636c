from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from normalizer.extract.llm import FakeModel, InvalidAnswerError, LlmExtractor, Once, RefusalError
from normalizer.extract.rules import RulesExtractor
from normalizer.facts import to_json
from normalizer.model import Draft
from normalizer.model.errors import NormalizerError
from normalizer.pipeline import Asking, normalize, normalize_async, prepare
from normalizer.sources import document_from_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from normalizer.extract.llm import ModelError, Reply
    from normalizer.extract.llm.request import Turn
    from normalizer.extract.protocol import AsyncExtractor, Extractor
    from normalizer.model import NormalizedTrial, TrialDocument

PAGE = """Inclusion Criteria:
- Age 18 years or older
- Creatinine ≤ 1.5 x ULN
- Hemoglobin ≥ 9 g/dL
- Hemoglobin ≥ 9 g/dL
- Stable dose of warfarin for at least 3 months before screening

Exclusion Criteria:
- LVEF below 40%
- Stroke within 6 months before screening
- Pregnancy
"""
BLOCKS = 8


def document() -> TrialDocument:
    return document_from_text(PAGE, trial_id="T1")


def by_rules(block: dict[str, Any]) -> Draft:
    """Return what a good model says of a block."""
    text = f"{block['kind'].title()} Criteria:\n- {block['text']}\n"
    return RulesExtractor().read(prepare(document_from_text(text, trial_id="T1"))[1][0]).draft


def readers(
    answer: Callable[[dict[str, Any]], Draft | str | ModelError] = by_rules,
) -> tuple[FakeModel, Sequence[Extractor | AsyncExtractor]]:
    model = FakeModel(answer)
    return model, (LlmExtractor(model), RulesExtractor())


def statuses(trial: NormalizedTrial) -> dict[str, int]:
    found = [criterion.status for criterion in trial.criteria]
    return {status: found.count(status) for status in found}


def test_both_doors_give_the_same_trial() -> None:
    (model, extractors), (other, same) = readers(), readers()
    trial = normalize(document(), extractors)
    assert trial == asyncio.run(normalize_async(document(), same))
    assert statuses(trial) == {"verified": BLOCKS}
    assert len(model.questions) == len(other.questions) == BLOCKS
    assert all(
        [by.extractor for by in criterion.provenance] == ["llm", "rules"] for criterion in trial.criteria
    )  # fmt: skip


def test_inside_a_running_loop_the_other_door_is_named() -> None:
    _, extractors = readers()

    async def inside() -> None:
        with pytest.raises(NormalizerError, match="normalize_async"):
            normalize(document(), extractors)
        assert normalize(document()).criteria  # the rules need no loop

    asyncio.run(inside())


class Gate:
    """A model that counts how many questions are open, and holds each until it has seen all others move."""

    prompt_version = prompt_hash = schema_hash = "gate"
    name = "gate"

    def __init__(self) -> None:
        self.model = FakeModel(by_rules)
        self.open = self.most = 0

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        self.open += 1
        self.most = max(self.most, self.open)
        for _ in range(20):  # turns of the loop: whoever may start does
            await asyncio.sleep(0)
        self.open -= 1
        return await self.model.complete(turns)

    async def aclose(self) -> None:
        pass


@pytest.mark.parametrize(("concurrency", "most"), [(1, 1), (3, 3), (100, BLOCKS)])
def test_no_more_questions_than_allowed_are_open(concurrency: int, most: int) -> None:
    gate = Gate()
    trial = asyncio.run(
        normalize_async(document(), (LlmExtractor(gate), RulesExtractor()), concurrency=concurrency)
    )  # fmt: skip
    assert gate.most == most
    assert trial.criteria == asyncio.run(
        normalize_async(document(), (LlmExtractor(Gate()), RulesExtractor()), concurrency=1)
    ).criteria  # fmt: skip


def test_equal_runs_give_equal_bytes() -> None:
    once = to_json(normalize(document(), readers()[1]))
    assert once == to_json(normalize(document(), readers()[1]))
    model, _ = readers()
    extractors = (LlmExtractor(Once(model)), RulesExtractor())
    assert [to_json(normalize(document(), extractors)) for _ in range(2)] == [once, once]
    assert len(model.questions) == BLOCKS - 1  # equal blocks, and the second time nothing


def test_a_trial_says_how_many_tokens_its_standing_answers_took() -> None:
    model, extractors = readers()
    trial = normalize(document(), extractors)
    given = [by for criterion in trial.criteria for by in criterion.provenance if by.extractor == "llm"]
    assert trial.input_tokens == sum(len(turn.content) for turns in model.questions for turn in turns)
    assert trial.input_tokens == sum(by.input_tokens or 0 for by in given)
    assert trial.output_tokens == sum(by.output_tokens or 0 for by in given) > 0
    packed = normalize(document(), readers()[1], Asking(blocks_per_request="auto"))
    assert 0 < packed.input_tokens < trial.input_tokens
    ruled = normalize(document())
    assert (ruled.input_tokens, ruled.output_tokens) == (0, 0)


@pytest.mark.parametrize(("size", "questions"), [(1, 8), (3, 3), (8, 1), ("auto", 1)])
def test_how_blocks_are_packed_does_not_matter_to_what_is_read(size: Any, questions: int) -> None:
    model, extractors = readers()
    trial = normalize(document(), extractors, Asking(blocks_per_request=size))
    assert len(model.questions) == questions
    assert [criterion.atoms for criterion in trial.criteria] == [
        criterion.atoms for criterion in normalize(document(), readers()[1]).criteria
    ]


def test_a_cascade_asks_only_about_what_the_rules_leave_open() -> None:
    model, extractors = readers()
    trial = normalize(document(), extractors, Asking(cascade=True))
    asked = [turns[0].content for turns in model.questions]
    assert len(asked) == 2
    assert any("warfarin" in question for question in asked)
    assert any("Stroke" in question for question in asked)
    assert statuses(trial) == {"checked": BLOCKS - 2, "verified": 2}


def test_a_model_is_told_once_what_the_text_contradicts() -> None:
    def empty(_: dict[str, Any]) -> Draft:
        return Draft()

    for judged, turns in ((True, 2), (False, 1)):
        model, extractors = readers(empty)
        trial = normalize(document_from_text("Inclusion Criteria:\n- Age 18 years or older\n", trial_id="T1"),
                          extractors, Asking(judge=judged))  # fmt: skip
        assert len(model.questions) == turns
        assert trial.criteria[0].status == "review"
        if judged:
            assert "no bound claims" in model.questions[-1][-1].content


@pytest.mark.parametrize("error", [RefusalError("no"), InvalidAnswerError(("all wrong",))])
def test_a_block_whose_question_fails_does_not_disturb_its_neighbours(error: ModelError) -> None:
    def answer(block: dict[str, Any]) -> Draft | ModelError:
        return error if "LVEF" in block["text"] else by_rules(block)

    trial = normalize(document(), readers(answer)[1])
    right = normalize(document(), readers()[1])
    for one, other in zip(trial.criteria, right.criteria, strict=True):
        if "LVEF" not in one.text:
            assert one == other
            continue
        assert one.status == "checked"
        assert [finding.code for finding in one.findings] == ["second_reading_failed"]
        assert error.message in one.findings[0].message


def test_a_model_alone_that_fails_leaves_failed_criteria() -> None:
    model = FakeModel(lambda _: RefusalError("no"))
    trial = normalize(document(), (LlmExtractor(model),))
    assert statuses(trial) == {"failed": BLOCKS}
    assert [criterion.text for criterion in trial.criteria] == [c.text for c in normalize(document()).criteria]


def test_a_trial_without_criteria_asks_nothing() -> None:
    model, extractors = readers()
    trial = normalize(document_from_text("nothing of the kind", trial_id="T1"), extractors)
    assert model.questions == []
    assert "no_criteria" in {finding.code for finding in trial.findings}
