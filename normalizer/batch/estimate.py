"""What a run would ask, and about what it would cost: no key, no endpoint, nothing asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson
from rich.table import Table

from normalizer.batch.limits import CHARACTERS
from normalizer.batch.readers import asking, check
from normalizer.extract.llm.prompt import load_prompt, question
from normalizer.extract.llm.strict import schema
from normalizer.extract.llm.usage import Usage
from normalizer.pipeline import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from normalizer.batch.manifest import Settings
    from normalizer.extract.llm.reader import Asked
    from normalizer.extract.llm.usage import Price
    from normalizer.extract.protocol import AsyncExtractor, Extractor, Judge
    from normalizer.model.block import BlockContext
    from normalizer.model.document import TrialDocument

#: Tokens of an answer, for each block and for each character of its text: least squares over the 389 answers in
#: cassettes/extract.v2 (52,065 characters of blocks, 62,955 tokens, correlation 0.92); 14 % too high on the whole pages
#: among them, 20 % too low on the short stress items. Tokens there are a quarter of an answer's characters; a model
#: that reasons first takes more.
PER_BLOCK: Final = 47.2
PER_CHARACTER: Final = 0.857
#: Seconds that an answer takes: an assumption, no measurement; endpoints differ tenfold.
LATENCY: Final = 5.0
_BITS: Final = 28
_HOUR, _MINUTE = 3600, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run would come to; tokens are a quarter of the characters, second questions about an answer not counted.

    ``questions`` are those to be answered, ``requests`` those to be sent (equal questions go once). Each request has
    ``prefix`` tokens in common with all others and one share of ``changing``. ``failed`` counts trials that break the
    program. ``latency`` is in seconds. ``bulk`` is sent through the provider's batch interface, at the price given.
    """

    trials: int = 0
    failed: int = 0
    blocks: int = 0
    questions: int = 0
    requests: int = 0
    prefix: int = 0
    changing: int = 0
    output: int = 0
    concurrency: int = 1
    latency: float = LATENCY
    price: Price | None = None
    bulk: bool = False

    def usage(self, *, cached: bool = False) -> Usage:
        """Return all tokens; ``cached``: with the prefix in the endpoint's cache after the first request."""
        stored = self.prefix * max(self.requests - 1, 0) if cached else 0
        total = self.prefix * self.requests + self.changing
        return Usage(self.requests, total, stored, self.output, estimated=True)

    def cost(self, *, cached: bool = False) -> Decimal | None:
        """Return the cost in US dollars, None without a price; ``cached`` as in :meth:`usage`."""
        return None if self.price is None else self.price.cost(self.usage(cached=cached))

    @property
    def seconds(self) -> float:
        """How long it would take, about, when the endpoint bears all questions in flight."""
        return self.requests * self.latency / self.concurrency

    def to_json(self) -> dict[str, Any]:
        """Return plain values; costs in US dollars are text, None without a price."""
        cost, cached = self.cost(), self.cost(cached=True)
        return {
            "trials": self.trials,
            "failed": self.failed,
            "blocks": self.blocks,
            "questions": self.questions,
            "requests": self.requests,
            "prefix_tokens": self.prefix,
            "changing_tokens": self.changing,
            "input_tokens": self.usage().input,
            "cached_input_tokens": self.usage(cached=True).cached,
            "output_tokens": self.output,
            "cost_usd": None if cost is None else str(cost),
            "cost_usd_cached": None if cached is None else str(cached),
            "price_seen": None if self.price is None else self.price.seen.isoformat(),
            "seconds": round(self.seconds, 1),
            "latency": self.latency,
            "concurrency": self.concurrency,
        }

    def table(self) -> Table:
        """Return the estimate for a terminal."""
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column()
        failed = f", {self.failed:,} of them break the program" if self.failed else ""
        table.add_row("trials", f"{self.trials:,}{failed}")
        table.add_row("blocks", f"{self.blocks:,}")
        table.add_row("questions", f"{self.questions:,}, {self.requests:,} different ones")
        if not self.requests:
            return table
        used = self.usage()
        parts = f"{self.requests:,} x {self.prefix:,} of the prompt, {self.changing:,} of the questions"
        table.add_row("tokens in", f"about {used.input:,}: {parts}")
        table.add_row("tokens out", f"about {self.output:,}")
        cost, cached = self.cost(), self.cost(cached=True)
        if self.price is None or cost is None or cached is None:
            table.add_row("cost", "not known: no price for this model (--prices)")
        else:
            seen = f"prices seen {self.price.seen.isoformat()}"
            table.add_row("cost", f"about {cost:.4f} US dollars, {cached:.4f} with the prompt cached ({seen})")
        if self.bulk:
            table.add_row("time", "up to a day for each round: all questions, then those about doubtful answers")
            return table
        by = f"{self.latency:g} s an answer, {self.concurrency:,} in flight"
        table.add_row("time", f"about {_time(self.seconds)} ({by})")
        return table


class _Nobody:
    """Stands for the model that would be asked."""

    name = "llm"

    async def read(self, _contexts: Sequence[BlockContext], _judge: Judge | None = None) -> Asked:
        raise AssertionError("an estimate asks nothing")

    async def aclose(self) -> None:
        pass


class _Seen:
    """Tells the first of equal texts from the others in a fixed 32 MB; at 10 million texts 0.5 % of them are missed."""

    def __init__(self) -> None:
        self._bits = bytearray(1 << (_BITS - 3))

    def first(self, text: str) -> bool:
        """Say whether the text comes for the first time."""
        digest = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
        first = False
        for at in (digest & ((1 << _BITS) - 1), digest >> (64 - _BITS)):
            byte, bit = at >> 3, 1 << (at & 7)
            first = first or not self._bits[byte] & bit
            self._bits[byte] |= bit
        return first


def prefix_characters() -> int:
    """Return the characters that every request has in common: the prompt's messages and the schema."""
    messages = sum(len(message["content"]) for message in load_prompt().messages)
    return messages + len(orjson.dumps(schema()))


def estimate(
    documents: Iterator[TrialDocument],
    settings: Settings,
    *,
    price: Price | None,
    concurrency: int,
    latency: float = LATENCY,
) -> Estimate:
    """Return what a run over documents would ask, one document in memory at a time.

    Args:
        documents: the trials.
        settings: of the run; with the extractor ``rules`` nothing is asked.
        price: of the model, None when it is not known.
        concurrency: questions in flight.
        latency: seconds from a question to its answer.

    Raises:
        ValueError: when the settings do not fit together.

    """
    check(settings)
    readers = _readers(settings)
    trials = failed = blocks = questions = requests = changing = read = told = 0
    seen = _Seen()
    for document in documents:
        trials += 1
        try:
            work = Work(document, readers, asking(settings))
        except Exception:  # noqa: BLE001 - as in a run: a trial that breaks the program does not stop the others
            failed += 1
            continue
        blocks += len(work.contexts)
        for _, contexts in work.questions:
            questions += 1
            text = question(contexts)
            if seen.first(text):
                requests += 1
                changing += len(text)
                read += len(contexts)
                told += sum(len(context.text) for context in contexts)
    return Estimate(
        trials=trials, failed=failed, blocks=blocks, questions=questions, requests=requests,
        prefix=round(prefix_characters() / CHARACTERS) if requests else 0, changing=round(changing / CHARACTERS),
        output=round(PER_BLOCK * read + PER_CHARACTER * told), concurrency=concurrency, latency=latency, price=price,
        bulk=settings.bulk,
    )  # fmt: skip


def _readers(settings: Settings) -> tuple[Extractor | AsyncExtractor, ...]:
    """Return whose questions are counted, and the rules where they decide what is asked."""
    if settings.extractor == "rules":
        return ()
    if not settings.cascade:
        return (_Nobody(),)
    from normalizer.extract.rules import RulesExtractor  # noqa: PLC0415 - vocabulary loads only when needed

    return _Nobody(), RulesExtractor()


def compared(estimate: Estimate, asked: Mapping[str, Any]) -> Table:
    """Return an estimate beside what a run came to.

    Args:
        estimate: of the same inputs and settings.
        asked: the part ``asked`` of a run's manifest; answers that an earlier process had paid for are not in it.

    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "estimated", "actual", "actual/estimated"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    likely = estimate.usage(cached=True)
    for name, before, key in (
        ("questions", estimate.questions, "questions"),
        ("requests", estimate.requests, "requests"),
        ("tokens in", likely.input, "input_tokens"),
        ("of them cached", likely.cached, "cached_input_tokens"),
        ("tokens out", estimate.output, "output_tokens"),
    ):
        after = int(asked.get(key) or 0)
        table.add_row(name, f"{before:,}", f"{after:,}", f"{100 * after / before:.0f} %" if before else "")
    paid = asked.get("cost_usd")
    for name, cost in (("US dollars", estimate.cost()), ("with the prompt cached", estimate.cost(cached=True))):
        share = f"{100 * float(paid) / float(cost):.0f} %" if paid is not None and cost else ""
        table.add_row(
            name, "not known" if cost is None else f"{cost:.4f}",
            "not known" if paid is None else f"{float(paid):.4f}", share,
        )  # fmt: skip
    return table


def _time(seconds: float) -> str:
    """Return a rough time in words."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
