"""What a user allowed, divided over parts of a run: together they never have more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final

from normalizer.batch.ledger import Spent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from normalizer.batch.reading import Means
    from normalizer.extract.llm.usage import Price

#: US dollars: shares of a budget are whole numbers of it.
_CENT: Final = Decimal("0.000001")


def at_once(means: Means, *, places: int, parts: int, question: int) -> int:
    """Return how many parts may be worked on at the same time so that each has a share of every limit.

    Args:
        means: the limits of the whole.
        places: parts for which there are processors.
        parts: parts that there are.
        question: tokens that a question takes at least, with its answer; 0 when no model is asked.

    """
    if not question:
        return max(1, min(places, parts))
    limits = [places, parts, means.concurrency]
    limits += [means.rpm] if means.rpm is not None else []
    limits += [means.tpm // question] if means.tpm is not None else []
    return max(1, min(limits))


def share(means: Means, among: int) -> Means:
    """Return one of so many equal shares of concurrency and rates; the budget stays as it is.

    Args:
        means: the limits of the whole.
        among: parts that are worked on at the same time.

    """
    return replace(
        means,
        concurrency=max(1, means.concurrency // among),
        rpm=None if means.rpm is None else max(1, means.rpm // among),
        tpm=None if means.tpm is None else max(1, means.tpm // among),
    )


@dataclass(slots=True)
class _Purse:
    """An amount of which parts take what they may spend; what one leaves falls to those that begin later."""

    left: Decimal
    unit: Decimal

    def take(self, waiting: int) -> Decimal:
        """Return the share of a part when so many have not begun, itself among them."""
        given = max((self.left / waiting).quantize(self.unit, ROUND_FLOOR), Decimal(0))
        self.left -= given
        return given


class Budget:
    """A run's budget, handed out to parts when they begin.

    What parts have spent and what those at work may still spend is never more than the whole, except by what a part
    spends beyond its own share (see :class:`normalizer.batch.budget.Budgeted`), which the later ones have less.
    """

    def __init__(self, means: Means, model: str | None, before: Sequence[Spent]) -> None:
        """Begin a run or go on with it.

        Args:
            means: the budget of the whole, in dollars, tokens, both or none.
            model: who is asked.
            before: what the parts spent in earlier runs.

        """
        self._means, self._model = means, model
        self._purses: dict[str, _Purse] = {}
        if means.budget_usd is not None:
            self._purses["usd"] = _Purse(means.budget_usd, _CENT)
        if means.budget_tokens is not None:
            self._purses["tokens"] = _Purse(Decimal(means.budget_tokens), Decimal(1))
        for spent in before:
            self._add(spent, -1)
        self._given: dict[int, tuple[Spent, Mapping[str, Decimal]]] = {}

    def begin(self, number: int, spent: Spent, waiting: int, means: Means) -> Means:
        """Return the means of a part with what it may spend, earlier runs included; a part that goes on has the same.

        Args:
            number: of the part.
            spent: what it spent in earlier runs.
            waiting: parts that have not begun, this one among them.
            means: its other means.

        """
        if number not in self._given:
            self._given[number] = spent, {name: purse.take(waiting) for name, purse in self._purses.items()}
        spent, given = self._given[number]
        before = self._amounts(spent)
        usd, tokens = (before[name] + given[name] if name in given else None for name in ("usd", "tokens"))
        return replace(means, budget_usd=usd, budget_tokens=None if tokens is None else int(tokens))

    def end(self, number: int, spent: Spent) -> None:
        """Take back what a part left.

        Args:
            number: of the part.
            spent: what it spent in all.

        """
        before, given = self._given.pop(number)
        for name, purse in self._purses.items():
            purse.left += given[name]
        self._add(before, +1)
        self._add(spent, -1)

    def _add(self, spent: Spent, sign: int) -> None:
        amounts = self._amounts(spent)
        for name, purse in self._purses.items():
            purse.left += sign * amounts[name]

    def _amounts(self, spent: Spent) -> dict[str, Decimal]:
        prices: Mapping[str, Price] | None = self._means.prices
        cost = spent.cost(self._model, prices) if "usd" in self._purses else None
        return {"usd": cost or Decimal(0), "tokens": Decimal(spent.input + spent.output)}


def together(parts: Sequence[Spent]) -> Spent:
    """Return what parts spent together."""
    failed = tuple(one for part in parts for one in part.failed)
    return Spent(
        sum(part.questions for part in parts), sum(part.requests for part in parts), sum(part.input for part in parts),
        sum(part.cached for part in parts), sum(part.output for part in parts), failed,
    )  # fmt: skip
