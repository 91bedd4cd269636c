"""Tables of comparators before and behind a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.quantities import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.mention import Mention

CASES = [
    ("age >= 21 years", ["amount >= 21..- [years]"]),
    ("age => 21 years", ["amount >= 21..- [years]"]),
    ("age ≧ 21 years", ["amount >= 21..- [years]"]),
    ("age ⩾ 21 years", ["amount >= 21..- [years]"]),
    ("age > = 21 years", ["amount >= 21..- [years]"]),
    ("age >/= 21 years", ["amount >= 21..- [years]"]),
    ("age > or = 21 years", ["amount >= 21..- [years]"]),
    ("age =< 21 years", ["amount <= -..21 [years]"]),
    ("age ≦ 21 years", ["amount <= -..21 [years]"]),
    ("age ⩽ 21 years", ["amount <= -..21 [years]"]),
    ("age ＞21 years", ["amount > 21..- [years]"]),
    ("age ＜ 21 years", ["amount < -..21 [years]"]),
    ("age &lt; 21 years", ["amount < -..21 [years]"]),
    ("age &gt;21 years", ["amount > 21..- [years]"]),
    ("age \\>21 years", ["amount > 21..- [years]"]),
    ("at least 21 mg", ["amount >= 21..- [mg]"]),
    ("no less than 21 mg", ["amount >= 21..- [mg]"]),
    ("not less than 21 mg", ["amount >= 21..- [mg]"]),
    ("not lower than 21 mg", ["amount >= 21..- [mg]"]),
    ("minimum of 21 mg", ["amount >= 21..- [mg]"]),
    ("a minimum dose of 21 mg", ["amount >= 21..- [mg]"]),
    ("21 mg or more", ["amount >= 21..- [mg]"]),
    ("21 mg or greater", ["amount >= 21..- [mg]"]),
    ("21 mg or higher", ["amount >= 21..- [mg]"]),
    ("21 mg and above", ["amount >= 21..- [mg]"]),
    ("21 years or older", ["amount >= 21..- [years]"]),
    ("21 years and over", ["amount >= 21..- [years]"]),
    ("21+ years", ["amount >= 21..- [years]"]),
    ("aged 21 years or above", ["amount >= 21..- [years]"]),
    ("greater than or equal to 21 mg", ["amount >= 21..- [mg]"]),
    ("equal to or greater than 21 mg", ["amount >= 21..- [mg]"]),
    ("superior or equal to 21 mg", ["amount >= 21..- [mg]"]),
    ("more than 21 mg", ["amount > 21..- [mg]"]),
    ("greater than 21 mg", ["amount > 21..- [mg]"]),
    ("higher than 21 mg", ["amount > 21..- [mg]"]),
    ("over 21 mg", ["amount > 21..- [mg]"]),
    ("above 21 mg", ["amount > 21..- [mg]"]),
    ("exceeding 21 mg", ["amount > 21..- [mg]"]),
    ("in excess of 21 mg", ["amount > 21..- [mg]"]),
    ("older than 21 years", ["amount > 21..- [years]"]),
    ("beyond 21 mg", ["amount > 21..- [mg]"]),
    ("at most 21 mg", ["amount <= -..21 [mg]"]),
    ("no more than 21 mg", ["amount <= -..21 [mg]"]),
    ("not more than 21 mg", ["amount <= -..21 [mg]"]),
    ("not exceeding 21 mg", ["amount <= -..21 [mg]"]),
    ("must not exceed 21 mg", ["amount <= -..21 [mg]"]),
    ("does not exceed 21 mg", ["amount <= -..21 [mg]"]),
    ("cannot be greater than 21 mg", ["amount <= -..21 [mg]"]),
    ("not above 21 mg", ["amount <= -..21 [mg]"]),
    ("up to 21 mg", ["amount <= -..21 [mg]"]),
    ("maximum of 21 mg", ["amount <= -..21 [mg]"]),
    ("21 mg or less", ["amount <= -..21 [mg]"]),
    ("21 mg or lower", ["amount <= -..21 [mg]"]),
    ("21 years or younger", ["amount <= -..21 [years]"]),
    ("less than or equal to 21 mg", ["amount <= -..21 [mg]"]),
    ("less than 21 mg", ["amount < -..21 [mg]"]),
    ("fewer than 21 tablets", ["count < -..21 [tablets]"]),
    ("lower than 21 mg", ["amount < -..21 [mg]"]),
    ("below 21 mg", ["amount < -..21 [mg]"]),
    ("under 21 mg", ["amount < -..21 [mg]"]),
    ("younger than 21 years", ["amount < -..21 [years]"]),
    ("exactly 21 mg", ["amount = 21..- [mg]"]),
    ("equal to 21 mg", ["amount = 21..- [mg]"]),
    ("dose = 21 mg", ["amount = 21..- [mg]"]),
    ("dose ? 21 mg", ["amount . 21..- [mg]"]),
    ("dose of about 21 mg", ["amount . 21..- [mg]"]),
    ("21 ≤ age ≤ 60", ["amount >= 21..-", "amount <= -..60"]),
    ("pulse < 52 or > 104 bpm", ["amount outside 52..104 [bpm]"]),
    ("pulse > 104 or < 52 bpm", ["amount outside 52..104 [bpm]"]),
    ("pulse <= 52 or >= 104 bpm", ["amount <= -..52 [bpm]", "amount >= 104..- [bpm]"]),
    ("3 to < 9 mg", ["amount >= 3..- [mg]", "amount < -..9 [mg]"]),
    ("between 3 and 9 mg inclusive", ["amount between 3..9 [mg]"]),
    ("QTcF > 455 (men) or 465 (women) ms", ["amount > 455..- [ms]", "amount > 465..- [ms]"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_comparators_are_read_as_printed(text: str, expected: list[str], brief: Callable[[Mention, str], str]) -> None:
    assert [brief(mention, text) for mention in read(text)] == expected
