from __future__ import annotations

import sys
import tracemalloc
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from statistics import linear_regression
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from rich.console import Console

from normalizer.batch.estimate import PER_BLOCK, PER_CHARACTER, Estimate, compared, estimate, prefix_characters
from normalizer.batch.manifest import Settings
from normalizer.batch.run import run
from normalizer.extract.llm.endpoint import Endpoint
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.request import RequestForm
from normalizer.extract.llm.usage import Price
from normalizer.pipeline import prepare
from normalizer.sources import document_from_text, read
from tests.server.behaviour import Answer
from tests.server.model import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from normalizer.model.document import TrialDocument
    from tests.server.behaviour import Behaviour

ROOT = Path(__file__).parents[2]
TWICE = "Platelet count ≥ 100 x 10^9/L"
TRIALS = (("Age 18 years or older", TWICE), (TWICE, "Stroke within 6 months before screening", "Written consent"))
PRICE = Price(
    model="m", input=Decimal(1), cached_input=Decimal("0.1"), output=Decimal(10), seen=date(2026, 1, 2), source="here"
)
SETTINGS = Settings(extractor="hybrid", model="m")


def text(lines: tuple[str, ...]) -> str:
    return "\n".join(["Inclusion Criteria:", *(f"- {line}" for line in lines)])


def documents() -> Iterator[TrialDocument]:
    for number, lines in enumerate(TRIALS):
        yield document_from_text(text(lines), trial_id=f"T{number}")


def shown(table: Table) -> str:
    console = Console(width=150, file=StringIO())
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def empty(_body: dict[str, Any], _number: int, _seen: int) -> Behaviour:
    return Answer('{"blocks": []}')


def test_equal_questions_are_counted_and_sent_once() -> None:
    found = estimate(documents(), SETTINGS, price=None, concurrency=4)
    assert (found.trials, found.failed, found.blocks, found.questions, found.requests) == (2, 0, 5, 5, 4)


def test_tokens_are_those_of_the_prefix_and_of_the_questions() -> None:
    found = estimate(documents(), SETTINGS, price=PRICE, concurrency=4)
    lines = {line for lines in TRIALS for line in lines}
    assert found.output == round(4 * PER_BLOCK + PER_CHARACTER * sum(map(len, lines)))
    assert found.usage().input == 4 * found.prefix + found.changing
    assert (found.usage().cached, found.usage(cached=True).cached) == (0, 3 * found.prefix)
    assert found.cost() == PRICE.cost(found.usage())
    assert found.cost(cached=True) == PRICE.cost(found.usage(cached=True))


def test_the_prefix_is_what_requests_have_in_common() -> None:
    form = RequestForm(load_prompt(), Endpoint(model="m"))
    body = len(form.body(()).decode())
    assert body * 0.9 < prefix_characters() < body


@pytest.mark.parametrize(
    "changes",
    [{}, {"blocks_per_request": "auto"}, {"blocks_per_request": 2}, {"cascade": True}, {"extractor": "llm"}],
    ids=str,
)
def test_a_run_asks_what_was_estimated(tmp_path: Path, changes: dict[str, Any]) -> None:
    given = tmp_path / "in.jsonl"
    lines = [orjson.dumps({"id": f"T{at}", "criteria": text(trial)}) for at, trial in enumerate(TRIALS)]
    given.write_bytes(b"\n".join(lines))
    with serving(empty) as server:
        settings = Settings(
            **{"extractor": "hybrid", "model": "m", "base_url": server.base_url, "reask": False, **changes}
        )
        before = estimate(read([str(given)]), settings, price=None, concurrency=4)
        outcome = run([str(given)], tmp_path / "out", settings)
        questions = {orjson.dumps(one.body["messages"][len(load_prompt().messages)]) for one in server.requests}
    assert 0 < before.requests == len(questions)
    assert before.questions == outcome.asked.questions


def test_fewer_questions_are_asked_in_packs_and_cascades() -> None:
    one, packed, cascade = (
        estimate(documents(), Settings(extractor="hybrid", model="m", **changes), price=None, concurrency=4)
        for changes in ({}, {"blocks_per_request": "auto"}, {"cascade": True})
    )
    assert packed.questions == len(TRIALS)
    assert 0 < cascade.questions < one.questions


def test_rules_ask_nothing() -> None:
    found = estimate(documents(), Settings(), price=PRICE, concurrency=4)
    assert (found.blocks, found.questions, found.requests) == (5, 0, 0)
    assert (found.usage().input, found.cost(), found.seconds) == (0, Decimal(0), 0.0)
    assert "0 different ones" in shown(found.table())
    assert "tokens" not in shown(found.table())


def test_settings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a model"):
        estimate(documents(), Settings(extractor="llm"), price=None, concurrency=4)


def test_neither_the_extra_nor_a_key_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for name in ("openai", "instructor", "tenacity", "httpx2", "aiohttp"):
        monkeypatch.setitem(sys.modules, name, None)
    settings = Settings(extractor="hybrid", model="m", cascade=True)
    assert estimate(documents(), settings, price=None, concurrency=1).questions


def test_a_trial_that_breaks_the_program_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(document: TrialDocument) -> Any:
        if document.trial_id == "T0":
            raise RecursionError
        return prepare(document)

    monkeypatch.setattr("normalizer.pipeline.work.prepare", broken)
    found = estimate(documents(), SETTINGS, price=None, concurrency=4)
    assert (found.trials, found.failed, found.blocks, found.questions) == (2, 1, 3, 3)
    assert "1 of them break" in shown(found.table())


def peak(count: int) -> int:
    lines = ("Stroke within 6 months before screening",) * 3
    many = (document_from_text(f"{text(lines)} {number}", trial_id=f"T{number}") for number in range(count))
    tracemalloc.start()
    try:
        assert estimate(many, SETTINGS, price=None, concurrency=4).trials == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_trials() -> None:
    peak(5)  # what is loaded once
    assert peak(150) < peak(5) + 100_000


def test_time_is_latency_by_concurrency() -> None:
    found = estimate(documents(), SETTINGS, price=None, concurrency=2, latency=7.0)
    assert found.seconds == 14.0
    assert "about 14 s (7 s an answer, 2 in flight)" in shown(found.table())
    assert "about 10 min" in shown(Estimate(requests=120, latency=5.0).table())
    assert "about 2.5 h" in shown(Estimate(requests=1800, latency=5.0).table())


def test_the_table_shows_cost_with_and_without_cache() -> None:
    found = Estimate(trials=2, blocks=5, questions=5, requests=4, prefix=10_000, changing=500, output=700, price=PRICE)
    told = shown(found.table())
    assert "about 40,500: 4 x 10,000 of the prompt, 500 of the questions" in told
    assert "about 0.0475 US dollars, 0.0205 with the prompt cached (prices seen 2026-01-02)" in told
    assert "no price for this model" in shown(Estimate(requests=1).table())


def test_json_is_plain() -> None:
    found = Estimate(trials=2, blocks=5, questions=5, requests=4, prefix=10_000, changing=500, output=700, price=PRICE)
    told = orjson.loads(orjson.dumps(found.to_json()))
    assert (told["input_tokens"], told["cached_input_tokens"], told["output_tokens"]) == (40_500, 30_000, 700)
    assert (told["cost_usd"], told["cost_usd_cached"]) == ("0.0475", "0.0205")
    assert (told["seconds"], told["price_seen"]) == (20.0, "2026-01-02")
    assert Estimate().to_json()["cost_usd"] is None


def test_an_estimate_stands_beside_what_came_of_it() -> None:
    found = Estimate(questions=5, requests=4, prefix=10_000, changing=500, output=700, price=PRICE)
    asked = {
        "questions": 5, "requests": 5, "input_tokens": 50_625, "cached_input_tokens": 15_000, "output_tokens": 350,
        "cost_usd": "0.0406250",
    }  # fmt: skip
    rows = [line.split() for line in shown(compared(found, asked)).splitlines()[1:]]
    assert rows == [
        ["questions", "5", "5", "100", "%"],
        ["requests", "4", "5", "125", "%"],
        ["tokens", "in", "40,500", "50,625", "125", "%"],
        ["of", "them", "cached", "30,000", "15,000", "50", "%"],
        ["tokens", "out", "700", "350", "50", "%"],
        ["US", "dollars", "0.0475", "0.0406", "86", "%"],
        ["with", "the", "prompt", "cached", "0.0205", "0.0406", "198", "%"],
    ]
    assert shown(compared(Estimate(), {})).count("not known") == 4


def recorded(folder: str) -> list[tuple[int, int]]:
    """Return the characters of the block and the tokens of the answer of each recorded exchange."""
    found = []
    for path in sorted((ROOT / "cassettes" / "extract.v2" / folder).glob("*.json")):
        for one in orjson.loads(path.read_bytes())["exchanges"]:
            (block,) = one["request"]["body"]["messages"][-1]["content"]["json"]["blocks"]
            found.append((len(block["text"]), one["response"]["body"]["usage"]["completion_tokens"]))
    return found


def test_the_size_of_answers_is_that_of_the_recorded_ones() -> None:
    seeds, stress = recorded("seeds"), recorded("stress")
    sizes, answers = zip(*(seeds + stress), strict=True)
    slope, intercept = linear_regression(sizes, answers)
    assert (slope, intercept) == pytest.approx((PER_CHARACTER, PER_BLOCK), abs=0.05)
    for found, error in ((seeds, 0.14), (stress, -0.20)):
        foretold = sum(PER_BLOCK + PER_CHARACTER * characters for characters, _ in found)
        assert foretold / sum(tokens for _, tokens in found) - 1 == pytest.approx(error, abs=0.01)
