from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.batch import Means
from normalizer.batch.ledger import Spent
from normalizer.batch.shares import Budget, at_once, share

COUNT = st.integers(1, 300)
LIMIT = st.none() | st.integers(1, 100_000)


@pytest.mark.parametrize(
    ("means", "places", "parts", "question", "found"),
    [
        (Means(), 4, 100, 0, 4),  # without a model no limit holds
        (Means(), 100, 4, 0, 4),
        (Means(concurrency=3), 8, 16, 500, 3),
        (Means(concurrency=16, rpm=5), 8, 16, 500, 5),
        (Means(concurrency=16, tpm=1999), 8, 16, 500, 3),
        (Means(concurrency=16, tpm=100), 8, 16, 500, 1),  # one question a minute may be larger than the rate
        (Means(), 8, 0, 500, 1),
    ],
)
def test_no_more_parts_at_once_than_have_a_share(
    means: Means, places: int, parts: int, question: int, found: int
) -> None:
    assert at_once(means, places=places, parts=parts, question=question) == found


@given(st.builds(Means, concurrency=COUNT, rpm=LIMIT, tpm=LIMIT), COUNT, COUNT, st.integers(1, 5000))
def test_shares_together_are_never_more_than_the_whole(whole: Means, places: int, parts: int, question: int) -> None:
    among = at_once(whole, places=places, parts=parts, question=question)
    one = share(whole, among)
    assert 1 <= among <= min(places, parts)
    for part, of_all in ((one.concurrency, whole.concurrency), (one.rpm, whole.rpm), (one.tpm, whole.tpm)):
        assert (part is None) == (of_all is None)
        if part is not None and of_all is not None:
            assert part >= 1
            assert part * among <= of_all
    assert among == 1 or one.tpm is None or one.tpm >= question


def tokens(count: int) -> Spent:
    return Spent(input=count)


@given(st.data(), st.integers(0, 10_000), st.lists(st.integers(0, 500), min_size=1, max_size=8))
def test_what_is_spent_and_may_be_spent_is_never_more_than_the_budget(
    data: st.DataObject, total: int, before: list[int]
) -> None:
    """Parts begin in their order and end in any, each within its share."""
    spent = list(before)
    allowed = list(before)  # of each part, what it may have spent in the end
    budget = Budget(Means(budget_tokens=total), "m", [tokens(one) for one in before])
    running: list[int] = []
    waiting = list(range(len(before)))
    while waiting or running:
        if waiting and (not running or data.draw(st.booleans())):
            number = waiting[0]
            means = budget.begin(number, tokens(spent[number]), len(waiting), Means())
            assert means.budget_tokens is not None
            assert means.budget_tokens >= spent[number]
            allowed[number] = means.budget_tokens
            running.append(waiting.pop(0))
        else:
            number = running.pop(data.draw(st.integers(0, len(running) - 1)))
            allowed[number] = spent[number] = data.draw(st.integers(spent[number], allowed[number]))
            budget.end(number, tokens(spent[number]))
        assert sum(allowed) <= max(total, sum(before))


def test_what_a_part_leaves_falls_to_the_later_ones() -> None:
    budget = Budget(Means(budget_tokens=100, budget_usd=Decimal(1)), "gpt-4o-mini", [tokens(0)] * 2)
    first = budget.begin(1, tokens(0), 2, Means())
    assert (first.budget_tokens, first.budget_usd) == (50, Decimal("0.5"))
    assert budget.begin(1, tokens(30), 2, Means()) == first  # it lost its process and goes on
    budget.end(1, tokens(10))
    second = budget.begin(2, tokens(0), 1, Means())
    assert second.budget_tokens == 90
    assert second.budget_usd is not None
    assert Decimal("0.99999") < second.budget_usd < 1
