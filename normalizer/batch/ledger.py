"""The ledger of a run: its answers, and of every question what became of it and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from normalizer.batch.folder import LEDGER
from normalizer.batch.store import Store, has_table, looked_into
from normalizer.extract.llm.usage import Usage, price_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from normalizer.extract.llm.reader import Asked
    from normalizer.extract.llm.usage import Price

_QUESTIONS: Final = """
CREATE TABLE IF NOT EXISTS questions (
    trial TEXT NOT NULL, blocks TEXT NOT NULL, state TEXT NOT NULL, error TEXT, attempts INTEGER NOT NULL,
    requests INTEGER NOT NULL, input INTEGER NOT NULL, cached INTEGER NOT NULL, output INTEGER NOT NULL,
    PRIMARY KEY (trial, blocks)
) WITHOUT ROWID
"""
#: What was spent adds up over the times that a question was asked; state and error are those of the last time.
_RECORD: Final = """
INSERT INTO questions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trial, blocks) DO UPDATE SET
    state = excluded.state, error = excluded.error, attempts = attempts + excluded.attempts,
    requests = requests + excluded.requests, input = input + excluded.input, cached = cached + excluded.cached,
    output = output + excluded.output
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What all processes of a run together asked and used; ``failed`` are (trial, blocks, error) without an answer."""

    questions: int = 0
    requests: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    failed: tuple[tuple[str, str, str], ...] = ()

    def cost(self, model: str | None, prices: Mapping[str, Price] | None = None) -> Decimal | None:
        """Return what the tokens cost in US dollars, None when the model has no price.

        Args:
            model: who was asked.
            prices: the user's own, which override the table.

        """
        price = price_of(model, prices) if model is not None else None
        return None if price is None else price.cost(Usage(self.requests, self.input, self.cached, self.output))

    def to_json(self, model: str | None, prices: Mapping[str, Price] | None = None) -> dict[str, Any]:
        """Return plain counts of all processes of the run together, with the cost when the price is known.

        Args:
            model: who was asked.
            prices: the user's own, which override the table.

        """
        cost = self.cost(model, prices)
        return {
            "questions": self.questions, "failed": len(self.failed), "requests": self.requests,
            "input_tokens": self.input, "cached_input_tokens": self.cached, "output_tokens": self.output,
            "cost_usd": None if cost is None else str(cost),
        }  # fmt: skip


class Ledger(Store):
    """The answers of a run and the state of its questions, in one file of the run directory."""

    tables: ClassVar[tuple[str, ...]] = (*Store.tables, _QUESTIONS)

    def record(self, trial: str, blocks: Sequence[str], asked: Asked) -> None:
        """Keep what became of a question.

        Args:
            trial: the trial's id.
            blocks: ids of the blocks asked about.
            asked: what it came to.

        """
        used = asked.usage
        error = None if asked.error is None else f"{type(asked.error).__name__}: {asked.error.message}"
        state = "answered" if error is None else "failed"
        values = (
            trial,
            " ".join(blocks),
            state,
            error,
            asked.attempts,
            used.requests,
            used.input,
            used.cached,
            used.output,
        )
        self.later(_RECORD, values)


def spent(folder: Path) -> Spent:
    """Return what a run directory's questions came to so far; nothing when no model was asked.

    Args:
        folder: the run directory.

    Raises:
        RunError: when the ledger cannot be read.

    """
    path = folder / LEDGER
    if not path.is_file():
        return Spent()
    with looked_into(path) as ledger:
        if not has_table(ledger, "questions"):
            return Spent()
        sums = ledger.execute(
            "SELECT count(*), coalesce(sum(requests), 0), coalesce(sum(input), 0), coalesce(sum(cached), 0),"
            " coalesce(sum(output), 0) FROM questions"
        ).fetchone()
        failed = ledger.execute("SELECT trial, blocks, error FROM questions WHERE state = 'failed'").fetchall()
    questions, requests, given, cached, output = sums
    return Spent(questions, requests, given, cached, output, tuple(failed))
