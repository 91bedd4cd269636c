"""Tokens used, and what they cost by a dated table of prices."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE: Final = Path(__file__).parent / "data" / "prices.toml"
_MILLION: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more requests; ``cached`` are those of the input that the endpoint had in its cache."""

    requests: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        """Return both together."""
        return Usage(
            self.requests + other.requests, self.input + other.input, self.cached + other.cached,
            self.output + other.output, self.estimated or other.estimated,
        )  # fmt: skip


NOTHING: Final = Usage()


def usage_of(data: Mapping[str, Any]) -> Usage:
    """Return the usage that a chat completion reports; one request without tokens when it reports none."""
    usage = data.get("usage")
    if not isinstance(usage, dict):
        return Usage(requests=1)
    details = usage.get("prompt_tokens_details")
    return Usage(
        requests=1,
        input=_count(usage.get("prompt_tokens")),
        cached=_count(details.get("cached_tokens")) if isinstance(details, dict) else 0,
        output=_count(usage.get("completion_tokens")),
        estimated="estimated" in str(data.get("system_fingerprint")),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """List price of a model in US dollars per million tokens, when it was seen and where.

    ``bulk`` is the share of it that is asked for what is sent through the provider's batch interface.
    """

    model: str
    input: Decimal
    cached_input: Decimal
    output: Decimal
    seen: date
    source: str
    bulk: Decimal = Decimal(1)

    def in_bulk(self) -> Price:
        """Return the price of what is sent in bulk."""
        return replace(
            self, input=self.input * self.bulk, cached_input=self.cached_input * self.bulk,
            output=self.output * self.bulk, bulk=Decimal(1),
        )  # fmt: skip

    def cost(self, usage: Usage) -> Decimal:
        """Return what the usage costs in US dollars."""
        fresh = usage.input - usage.cached
        total = fresh * self.input + usage.cached * self.cached_input + usage.output * self.output
        return total / _MILLION


def read_prices(path: Path) -> dict[str, Price]:
    """Return the prices of a file by model.

    Args:
        path: TOML with ``[[price]]`` tables: model, input, cached_input, output, seen, source; bulk where it is less.

    Raises:
        ValueError: when an entry lacks a field or has another.

    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        prices = [_price(entry) for entry in data["price"]]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
    return {price.model: price for price in prices}


def _price(entry: dict[str, Any]) -> Price:
    price = Price(**entry)
    amounts = {"input": price.input, "cached_input": price.cached_input, "output": price.output, "bulk": price.bulk}
    for name, amount in amounts.items():
        plain = isinstance(amount, int | Decimal) and not isinstance(amount, bool)
        if not plain or not Decimal(amount).is_finite() or amount < 0:
            raise ValueError(f"{name} of {price.model!r} is no amount: {amount!r}")
    if not isinstance(price.model, str) or not isinstance(price.source, str):
        raise TypeError(f"model and source are texts: {price.model!r}")
    if type(price.seen) is not date:
        raise ValueError(f"seen of {price.model!r} is no date: {price.seen!r}")
    return replace(
        price, input=Decimal(price.input), cached_input=Decimal(price.cached_input), output=Decimal(price.output),
        bulk=Decimal(price.bulk),
    )  # fmt: skip


@cache
def _listed() -> dict[str, Price]:
    return read_prices(_TABLE)


def price_of(model: str, own: Mapping[str, Price] | None = None) -> Price | None:
    """Return a model's price: the user's own, else the table's; a dated name has the price of its base name.

    Args:
        model: the name that the endpoint is asked for.
        own: prices that override the table.

    """
    prices = {**_listed(), **(own or {})}
    if model in prices:
        return prices[model]
    bases = [name for name in prices if model.startswith(f"{name}-20")]
    return prices[max(bases, key=len)] if bases else None


def in_bulk(model: str, own: Mapping[str, Price] | None = None) -> dict[str, Price]:
    """Return prices of one's own with that of a model as it is in bulk.

    Args:
        model: the name that the endpoint is asked for.
        own: prices that override the table.

    """
    price = price_of(model, own)
    return {**(own or {}), **({} if price is None else {model: price.in_bulk()})}
