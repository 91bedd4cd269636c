"""Our callers for the comparison of client costs: all that a run can have on, and the client alone."""

from __future__ import annotations

import itertools
import tempfile
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from normalizer.batch.cache import opened
from normalizer.batch.ledger import Ledger
from normalizer.batch.manifest import Settings
from normalizer.batch.readers import with_model
from normalizer.batch.reading import Means
from normalizer.extract.llm import Client, Endpoint, LlmExtractor
from normalizer.extract.llm.mapping import wire_of
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.strict import schema
from normalizer.extract.llm.usage import NOTHING
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


def callers() -> dict[str, Factory]:
    """Return our callers: ``ours`` as a run is by default, ``cached`` with a shared cache, ``alone`` the client."""
    return {"ours": partial(_whole, cached=False), "cached": partial(_whole, cached=True), "alone": _alone}


def _reading(extractor: LlmExtractor, ledger: Ledger | None) -> Call:
    _, (context,) = prepare(document_from_text(f"Inclusion Criteria:\n- {TEXT}\n", "bench.txt"))
    count = itertools.count()

    async def call() -> None:
        number = str(next(count))
        asked = await extractor.read((replace(context, text=f"{context.text} {number}"),), judge)
        assert asked.error is None
        assert not asked.reasked
        if ledger is not None:
            ledger.record("T", [number], asked)

    return call


@asynccontextmanager
async def _whole(base_url: str, *, cached: bool) -> AsyncIterator[Call]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.sqlite")
        stores = [ledger, opened(Path(folder) / "cache")] if cached else [ledger]
        settings = Settings(extractor="llm", model="m", base_url=base_url)
        (extractor,) = with_model(settings, Means(), stores, NOTHING)
        assert isinstance(extractor, LlmExtractor)
        yield _reading(extractor, ledger)
        await extractor.aclose()
        for store in stores:
            store.close()


@asynccontextmanager
async def _alone(base_url: str) -> AsyncIterator[Call]:
    extractor = LlmExtractor(Client(Endpoint(model="m", base_url=base_url)))
    yield _reading(extractor, None)
    await extractor.aclose()
