"""Our caller for the comparison of client costs: everything that a run has on by default."""

from __future__ import annotations

import itertools
import tempfile
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from normalizer.batch.ledger import Ledger
from normalizer.batch.remembered import Remembered
from normalizer.extract.llm import Client, Endpoint, LlmExtractor, Once
from normalizer.extract.llm.mapping import wire_of
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.strict import schema
from normalizer.extract.llm.wire import WireAnswer
from normalizer.extract.rules import RulesExtractor
from normalizer.pipeline import prepare
from normalizer.reconcile import judge
from normalizer.sources import document_from_text
from tests.bench.calls import Question

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.bench.calls import Call, Factory

TEXT = "Hemoglobin >= 9.0 g/dL, platelets >= 100 x 10^9/L and no stem cell transplant within 6 months before screening."


def question() -> Question:
    """Return one of our questions with its answer, for all callers alike."""
    _, (context,) = prepare(document_from_text(f"Inclusion Criteria:\n- {TEXT}\n", "bench.txt"))
    answer = {"blocks": [wire_of(RulesExtractor().read(context).draft, "b1")]}
    messages = [*load_prompt().messages, {"role": "user", "content": TEXT}]
    return Question(messages=messages, schema=schema(), model=WireAnswer, answer=orjson.dumps(answer).decode())  # type: ignore[arg-type]


def ours() -> Factory:
    """Return our caller: question built, posted, validated, mapped, judged, kept in the ledger; retries ready."""
    _, (context,) = prepare(document_from_text(f"Inclusion Criteria:\n- {TEXT}\n", "bench.txt"))

    @asynccontextmanager
    async def opened(base_url: str) -> AsyncIterator[Call]:
        count = itertools.count()
        with tempfile.TemporaryDirectory() as folder:
            client = Client(Endpoint(model="m", base_url=base_url))
            ledger = Ledger(Path(folder) / "ledger.sqlite")
            extractor = LlmExtractor(Once(Remembered(client, [ledger], base_url)))

            async def call() -> None:
                asked = await extractor.read((replace(context, text=f"{context.text} {next(count)}"),), judge)
                assert asked.error is None
                assert not asked.reasked
                ledger.record("T", [str(next(count))], asked)

            yield call
            await extractor.aclose()

    return opened
