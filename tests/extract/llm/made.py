"""Blocks, Drafts and answers that the tests of the model reading share."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson
from openai import DefaultAioHttpClient

from normalizer.evaluate.gold import read_folder
from normalizer.evaluate.stress import read_stress
from normalizer.extract.llm import Client, Endpoint, FakeModel, ModelError, Reply
from normalizer.extract.llm.mapping import wire_of
from normalizer.extract.llm.request import Turn
from normalizer.model.block import Block, BlockContext
from normalizer.model.draft import Atom, Draft, Limit
from normalizer.model.span import Span
from normalizer.quantities import read
from normalizer.text import clean

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from normalizer.model.document import Kind
    from tests.server.model import ModelServer

ROOT: Final = Path(__file__).parents[3]
#: A text and its reading; every test that needs just any takes these.
TEXT: Final = "Age >= 18 years"
AGED: Final = Draft(
    atoms=(
        Atom(
            id="a1",
            type="demographic",
            subject="age",
            quote="Age",
            limits=(Limit(slot="value", quote=">= 18 years", comparator=">=", low="18", unit="years"),),
        ),
    ),
    logic="a1",
)
ASKED: Final = (Turn("user", '{"trial":{"conditions":[]},"blocks":[{"block":"b1","kind":"inclusion","text":"x"}]}'),)


def block(text: str = TEXT, kind: Kind = "inclusion", at: int = 1, **given: Any) -> BlockContext:
    """Return a block as an extractor is given it; ``given`` are further fields of the context, and ``heading``."""
    letter = "I" if kind == "inclusion" else "E"
    view = clean(text)
    stood = Block(
        id=f"{letter}{at:02}",
        kind=kind,
        cohorts=(),
        path=(),
        heading=given.pop("heading", None),
        span=Span(0, len(text)),
    )
    fields: dict[str, Any] = {"conditions": (), "cohort_labels": (), **given}
    return BlockContext(block=stood, text=text, view=view, mentions=read(view.text), **fields)


def answer(*drafts: Draft) -> str:
    """Return the answer that holds these Drafts, for blocks b1, b2 ..."""
    blocks = [wire_of(draft, f"b{at}") for at, draft in enumerate(drafts, 1)]
    return orjson.dumps({"blocks": blocks}).decode()


GOOD: Final = answer(AGED)


def saying(*answers: Draft | str | ModelError) -> FakeModel:
    """Return a model that gives these answers in order."""
    left = iter(answers)
    return FakeModel(lambda _block: next(left))


def connected(endpoint: Endpoint, sleep: Callable[[float], Awaitable[None]]) -> Client:
    """Return a client as by default, but without certificates, which take 20 ms to load and are not asked for here."""
    http = DefaultAioHttpClient(timeout=endpoint.timeout, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    return Client(endpoint, http=http, sleep=sleep)


async def asking(
    server: ModelServer, turns: Sequence[Turn] = ASKED, waits: list[float] | None = None, **settings: Any
) -> Reply:
    """Ask a server once with a client of its own; ``waits`` notes how long the client would have waited."""

    async def noted(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    endpoint = Endpoint(model=settings.pop("model", "m"), base_url=server.base_url, **settings)
    async with connected(endpoint, noted) as client:
        return await client.complete(turns)


@cache
def gold_drafts() -> tuple[tuple[str, Draft], ...]:
    """Return the labelled Drafts of the pages and of the stress items, each with its name."""
    pages = [
        (f"{trial} {labelled.id}", labelled.draft)
        for trial, labels in read_folder(ROOT / "evals/gold").items()
        for labelled in labels.blocks
    ]
    items = [
        (item.trial, item.draft)
        for path in sorted((ROOT / "evals/stress").glob("*.yaml"))
        for item in read_stress(path)
    ]
    return (*pages, *items)
