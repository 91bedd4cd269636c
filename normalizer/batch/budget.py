"""No more money or tokens than was allowed: a question that may pass the limit is not asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from normalizer.batch.limits import CHARACTERS, Forecast
from normalizer.extract.llm.errors import ModelError
from normalizer.extract.llm.usage import NOTHING, Usage
from normalizer.model.errors import NormalizerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from normalizer.extract.llm.reply import Model, Reply
    from normalizer.extract.llm.request import Turn
    from normalizer.extract.llm.usage import Price


class BudgetError(NormalizerError):
    """The next question may pass the budget; keeps what is spent and the limit, both in dollars or both in tokens."""

    def __init__(self, spent: Decimal | int, limit: Decimal | int, ahead: Decimal | int) -> None:
        """Say what is spent, how much the questions ahead may take, and how to go on.

        Args:
            spent: for the answers so far, in US dollars (Decimal) or tokens (int).
            limit: what was allowed.
            ahead: what the questions in flight and the next one take, about.

        """
        of_tokens = isinstance(limit, int)
        option = "--budget-tokens" if of_tokens else "--budget-usd"
        unit = "tokens" if of_tokens else "US dollars"
        shown = [f"{one:,}" if of_tokens else f"{one:.4f}" for one in (limit, spent, ahead)]
        super().__init__(
            f"the budget of {shown[0]} {unit} is used up: {shown[1]} are spent, the questions in flight and the next "
            f"one may take {shown[2]} more; answers so far are kept, the same command with a higher {option} goes on"
        )
        self.spent, self.limit = spent, limit


class Budgeted:
    """A model that asks another one as long as a budget lasts.

    Before a question its tokens are reserved as they are foretold, all of its input at the full price; when what is
    spent, reserved and about to be reserved would pass the limit, nothing is asked. After the reply the reservation
    becomes what was used, failed attempts included; by characters where the endpoint reports no tokens. A question that
    was cancelled on its way counts as reserved: the endpoint may have answered it.

    The bound: whenever a question is asked, spent + reserved <= limit. What is spent in the end passes the limit
    by no more than the sum, over the questions in flight when the last one was asked, of (used - reserved); with
    ``n`` in flight by no more than ``n`` times the largest such error, and not at all when no question takes more
    than was reserved for it.
    """

    def __init__(
        self,
        model: Model,
        *,
        prefix: int = 0,
        usd: Decimal | None = None,
        tokens: int | None = None,
        price: Price | None = None,
        spent: Usage = NOTHING,
    ) -> None:
        """Wrap a model.

        Args:
            model: who is asked.
            prefix: characters that every request has in common.
            usd: most US dollars to spend.
            tokens: most tokens to use, input (cached too) and output together.
            price: of the model.
            spent: what earlier processes of the same run used.

        Raises:
            ValueError: when the limit is in dollars and the price is not known, or a limit is negative or no number.

        """
        if usd is not None and (not usd.is_finite() or usd < 0):
            raise ValueError(f"{usd} US dollars are no budget")
        if tokens is not None and tokens < 0:
            raise ValueError(f"{tokens} tokens are no budget")
        if usd is not None and price is None:
            raise ValueError(
                f"a budget in US dollars needs the price of {model.name!r}: give one with --prices FILE, or a budget "
                "in tokens"
            )
        self.name = model.name
        self.prompt_version, self.prompt_hash, self.schema_hash = (
            model.prompt_version, model.prompt_hash, model.schema_hash,
        )  # fmt: skip
        self._model, self._usd, self._tokens, self._price = model, usd, tokens, price
        self._forecast = Forecast(prefix)
        self._spent, self._input, self._output = spent, 0, 0  # the latter two are reserved

    @property
    def spent(self) -> Usage:
        """All tokens and requests so far, those of earlier processes included."""
        return self._spent

    async def complete(self, turns: Sequence[Turn]) -> Reply:
        """Return the answer to the last turn.

        Raises:
            BudgetError: when asking may pass the limit; nothing was asked.
            ModelError: when there is no answer.

        """
        guess = self._forecast.of(turns)
        self._check(guess)
        self._input += guess.input
        self._output += guess.output
        used = guess
        try:
            reply = await self._model.complete(turns)
            used = _reported(reply.usage, guess, reply.content)
            self._forecast.learn(turns, reply.own)
        except ModelError as error:
            used = _reported(error.usage, guess, error.raw) if error.raw is not None else error.usage
            raise
        finally:
            self._input -= guess.input
            self._output -= guess.output
            self._spent += used
        return reply

    async def aclose(self) -> None:
        """Let go of the wrapped model's connections."""
        await self._model.aclose()

    def _check(self, guess: Usage) -> None:
        """Raise when a question may pass a limit."""
        ahead = Usage(input=self._input + guess.input, output=self._output + guess.output)
        if self._usd is not None and self._price is not None:
            spent, more = self._price.cost(self._spent), self._price.cost(ahead)
            if spent + more > self._usd:
                raise BudgetError(spent, self._usd, more)
        if self._tokens is not None:
            taken, coming = self._spent.input + self._spent.output, ahead.input + ahead.output
            if taken + coming > self._tokens:
                raise BudgetError(taken, self._tokens, coming)


def _reported(usage: Usage, guess: Usage, content: str) -> Usage:
    """Return a usage; where requests were made and no tokens reported, with tokens by characters."""
    if not usage.requests or usage.input or usage.output:
        return usage
    return replace(usage, input=guess.input, output=-(-len(content) // CHARACTERS), estimated=True)
