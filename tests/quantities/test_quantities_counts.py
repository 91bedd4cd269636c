"""Tables of counts and list sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.quantities import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.mention import Mention

CASES = [
    ("at least two of the following five", ["count >= two..-", "inert list_size five"]),
    ("one or more of the following", ["count >= one..-"]),
    ("two of the following", ["count . two..-"]),
    ("three of the following seven criteria", ["count . three..-", "inert list_size seven"]),
    ("at least 2 prior lines of therapy", ["count >= 2..-"]),
    ("3 or more episodes", ["count >= 3..-"]),
    ("two relapses", ["count . two..-"]),
    ("≥ 8 swollen joints", ["count >= 8..-"]),
    ("on two occasions", ["count . two..-"]),
    ("more than 3 exacerbations per year", ["count > 3..- [per year]"]),
    (">= 5 seizures per month", ["count >= 5..- [per month]"]),
    ("3 times a week", ["count . 3..- [a week]"]),
    ("twice a day", ["count . twice..- [a day]"]),
    ("once weekly", ["count . once..- [weekly]"]),
    ("no more than 2 drinks per day", ["count <= -..2 [drinks per day]"]),
    ("at least one measurable lesion", ["count >= one..-"]),
    ("smoked more than 10 pack-years", ["amount > 10..- [pack-years]"]),
    ("fewer than 4 attacks per month", ["count < -..4 [per month]"]),
    ("1 of the following 5 items", ["count . 1..-", "inert list_size 5"]),
    ("between 2 and 4 relapses", ["count between 2..4"]),
    ("more than once", ["count > once..-"]),
    ("at least three", ["count >= three..-"]),
    ("this one is eligible", []),
    ("one another", []),
    ("once enrolled patients stay", []),
    ("the first and second dose", []),
    ("one or two prior regimens", ["count between one..two"]),
    ("ferritin above 300 and/or iron low", ["amount > 300..-"]),
    ("4 units of red cells", ["amount . 4..- [units]"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_counts_are_read_as_printed(text: str, expected: list[str], brief: Callable[[Mention, str], str]) -> None:
    assert [brief(mention, text) for mention in read(text)] == expected
