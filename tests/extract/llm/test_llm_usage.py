"""Tokens and what they cost."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import normalizer.extract.llm
from normalizer.extract.llm import Price, Usage, price_of, read_prices
from normalizer.extract.llm.usage import NOTHING, usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE: Final = read_prices(Path(normalizer.extract.llm.__file__).parent / "data/prices.toml")
COUNTS: Final = st.integers(0, 10**9)
USAGES: Final = st.builds(Usage, requests=COUNTS, input=COUNTS, cached=COUNTS, output=COUNTS, estimated=st.booleans())


def price(model: str, fresh: str = "1", cached: str = "0.1", output: str = "2") -> Price:
    return Price(
        model=model,
        input=Decimal(fresh),
        cached_input=Decimal(cached),
        output=Decimal(output),
        seen=datetime.date(2026, 1, 2),
        source="a test",
    )


def test_usage_adds_field_by_field() -> None:
    assert Usage(1, 2, 3, 4) + Usage(10, 20, 30, 40) == Usage(11, 22, 33, 44)
    assert Usage(1, 2, 3, 4, estimated=True) + Usage(1) == Usage(2, 2, 3, 4, estimated=True)


@given(one=USAGES, two=USAGES, three=USAGES)
def test_usage_is_a_sum(one: Usage, two: Usage, three: Usage) -> None:
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + NOTHING == one


REPORTED: Final[list[tuple[str, Mapping[str, object], Usage]]] = [
    ("none", {}, Usage(requests=1)),
    ("null", {"usage": None}, Usage(requests=1)),
    ("a text", {"usage": "much"}, Usage(requests=1)),
    ("empty", {"usage": {}}, Usage(requests=1)),
    ("tokens", {"usage": {"prompt_tokens": 7, "completion_tokens": 3}}, Usage(1, 7, 0, 3)),
    ("nulls", {"usage": {"prompt_tokens": None, "prompt_tokens_details": None}}, Usage(1)),
    (
        "cached",
        {"usage": {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 5}}},
        Usage(1, 7, 5, 3),
    ),
    (
        "guessed by a relay",
        {"usage": {"prompt_tokens": 7}, "system_fingerprint": "relay-estimated"},
        Usage(1, 7, estimated=True),
    ),
]


@pytest.mark.parametrize(("data", "usage"), [row[1:] for row in REPORTED], ids=[row[0] for row in REPORTED])
def test_usage_is_what_a_completion_reports(data: Mapping[str, object], usage: Usage) -> None:
    assert usage_of(data) == usage


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (NOTHING, "0"),
        (Usage(requests=9), "0"),
        (Usage(1, 1_000_000, 0, 0), "0.15"),
        (Usage(1, 1_000_000, 1_000_000, 0), "0.075"),
        (Usage(1, 0, 0, 1_000_000), "0.6"),
        (Usage(1, 1, 0, 0), "0.00000015"),
        (Usage(1, 3, 1, 7), "0.000004575"),
        (Usage(1, 123_456_789, 23_456_789, 987_654), "17.351851575"),
    ],
)
def test_cost_is_exact(usage: Usage, cost: str) -> None:
    assert price("m", "0.15", "0.075", "0.60").cost(usage) == Decimal(cost)


@given(one=USAGES, two=USAGES)
def test_cost_of_a_sum_is_the_sum_of_costs(one: Usage, two: Usage) -> None:
    listed = price("m", "0.15", "0.075", "0.60")
    assert listed.cost(one + two) == listed.cost(one) + listed.cost(two)


@pytest.mark.parametrize("model", TABLE)
def test_every_listed_price_says_when_and_where_it_was_seen(model: str) -> None:
    listed = TABLE[model]
    assert listed.model == model
    assert isinstance(listed.seen, datetime.date)
    assert listed.source.strip()
    for amount in (listed.input, listed.cached_input, listed.output):
        assert isinstance(amount, Decimal)
        assert amount >= 0
    assert listed.cached_input <= listed.input <= listed.output


@pytest.mark.parametrize(
    ("asked", "base"),
    [
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4.1-nano-2025-04-14", "gpt-4.1-nano"),
        ("gpt-5-2025-08-07", "gpt-5"),
    ],
)
def test_a_dated_name_has_the_price_of_its_base(asked: str, base: str) -> None:
    assert price_of(asked) == TABLE[base]


@pytest.mark.parametrize("asked", ["", "gpt", "gpt-4o-nano", "gpt-4o-audio-preview", "my-model", "2024-07-18"])
def test_a_model_that_is_not_listed_has_no_price(asked: str) -> None:
    assert price_of(asked) is None


def test_prices_of_ones_own_override_the_table() -> None:
    own = {"gpt-4o": price("gpt-4o"), "mine": price("mine")}
    assert price_of("gpt-4o", own) == own["gpt-4o"]
    assert price_of("gpt-4o-2024-08-06", own) == own["gpt-4o"]
    assert price_of("mine-2030", own) == own["mine"]
    assert price_of("gpt-4o-mini", own) == TABLE["gpt-4o-mini"]


def test_the_longest_base_counts() -> None:
    own = {"m": price("m"), "m-20": price("m-20", "5")}
    assert price_of("m-20-2031", own) == own["m-20"]


ENTRY: Final = '[[price]]\nmodel = "m"\ninput = 1.10\ncached_input = 1\noutput = 2\nseen = 2026-01-02\nsource = "s"\n'


def test_a_price_file_of_ones_own_is_read(tmp_path: Path) -> None:
    (file := tmp_path / "own.toml").write_text(ENTRY)
    assert read_prices(file)["m"].cost(Usage(1, 10, 0, 0)) == Decimal("0.000011")


MALFORMED: Final = {
    "no TOML": pytest.param(b"price = ["),
    "no table": pytest.param(b""),
    "another table": pytest.param(b"[[cost]]\n"),
    "not a list": pytest.param(b"price = 3\n"),
    "a list of numbers": pytest.param(b"price = [1]\n"),
    "field missing": pytest.param(ENTRY.replace("output = 2\n", "").encode()),
    "further field": pytest.param((ENTRY + 'unit = "EUR"\n').encode()),
    "bad bytes": pytest.param(ENTRY.encode() + b"# \xff\n"),
    "model is a list": pytest.param(ENTRY.replace('"m"', '["m"]').encode()),
    "price is a text": pytest.param(ENTRY.replace("1.10", '"1.10"').encode()),
    "price is no number": pytest.param(ENTRY.replace("1.10", "nan").encode()),
    "date is a text": pytest.param(ENTRY.replace("2026-01-02", '"lately"').encode()),
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_price_file_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    (file := tmp_path / "own.toml").write_bytes(content)
    with pytest.raises(ValueError, match=r"own\.toml"):
        read_prices(file)


def test_a_price_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="none"):
        read_prices(tmp_path / "none.toml")
