"""What asking a model came to in a run: requests, tokens, money, and what failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from normalizer.extract.llm.usage import NOTHING, Usage, price_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from normalizer.extract.llm.reader import Asked as Answer
    from normalizer.extract.llm.usage import Price


@dataclass(slots=True)
class Asked:
    """Questions and what they took; ``failed`` counts questions without a usable answer by kind of error."""

    questions: int = 0
    reasked: int = 0
    usage: Usage = NOTHING
    failed: Counter[str] = field(default_factory=Counter)

    def add(self, answer: Answer) -> None:
        """Add what a question came to."""
        self.questions += 1
        self.reasked += answer.reasked
        self.usage += answer.usage
        if answer.error is not None:
            self.failed[type(answer.error).__name__.removesuffix("Error")] += 1

    def include(self, other: Asked) -> None:
        """Add what other questions came to."""
        self.questions += other.questions
        self.reasked += other.reasked
        self.usage += other.usage
        self.failed += other.failed

    def cost(self, model: str | None, prices: Mapping[str, Price] | None = None) -> Decimal | None:
        """Return what the tokens cost in US dollars, None when the model has no price.

        Args:
            model: who was asked.
            prices: the user's own, which override the table.

        """
        price = price_of(model, prices) if model is not None else None
        return None if price is None else price.cost(self.usage)

    def to_json(self, model: str | None, prices: Mapping[str, Price] | None = None) -> dict[str, Any]:
        """Return plain counts, with the cost in US dollars when the model's price is known.

        Args:
            model: who was asked.
            prices: the user's own, which override the table.

        """
        price = price_of(model, prices) if model is not None else None
        return {
            "questions": self.questions,
            "reasked": self.reasked,
            "failed": dict(sorted(self.failed.items())),
            "requests": self.usage.requests,
            "input_tokens": self.usage.input,
            "cached_input_tokens": self.usage.cached,
            "output_tokens": self.usage.output,
            "estimated": self.usage.estimated,
            "cost_usd": None if price is None else str(self.cost(model, prices)),
            "price_seen": None if price is None else price.seen.isoformat(),
        }
