from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from normalizer.batch.tree import lines
from normalizer.batch.words import in_words
from normalizer.model import PublishedBound


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"comparator": "<=", "high": Decimal("1.5"), "unit": "1", "reference": "uln"}, "≤ 1.5 × ULN"),
        ({"comparator": ">", "low": Decimal(1), "unit": "1", "reference": "uln", "implied": True}, "> ULN"),
        ({"comparator": "<=", "high": Decimal(1), "reference": "uln", "implied": True, "offset": "4 s"}, "≤ ULN + 4 s"),
        ({"comparator": "between", "low": Decimal(18), "high": Decimal(65), "unit": "a"}, "18 to 65 years"),
        ({"comparator": "outside", "low": Decimal(50), "high": Decimal(120), "unit": "/min"}, "< 50 or > 120 /min"),
        ({"low": Decimal(5), "unit": "%", "reference": "predicted"}, "5 % of predicted (no comparator)"),
        (
            {"comparator": ">=", "low": Decimal(10), "unit": "%", "reference": "baseline", "change": "increase"},
            "increase ≥ 10 % from baseline",
        ),
        ({"comparator": ">=", "low": Decimal("1E+3"), "unit_printed": "blobs"}, "≥ 1000 blobs (unknown unit)"),
        ({"role": "count", "comparator": ">=", "low": Decimal(2)}, "count ≥ 2"),
        (
            {"role": "window", "comparator": "<=", "high": Decimal(2), "unit": "wk", "anchor": "first_dose",
             "direction": "before", "combine": "longer"},
            "window ≤ 2 weeks before first dose (whichever is longer)",
        ),
        ({"role": "window", "comparator": "<=", "high": Decimal(1), "unit": "a", "direction": "before"},
         "window ≤ 1 years ago"),
        ({"role": "interval", "low": Decimal(3), "unit": "mo"}, "interval 3 months"),
        ({"role": "grade", "scale": "NYHA", "comparator": "in", "values": ("I", "II")}, "NYHA I or II"),
        ({"role": "grade", "scale": "ECOG", "comparator": "between", "values": ("0", "2")}, "ECOG between 0 and 2"),
        ({"role": "grade", "scale": "CTCAE", "comparator": ">=", "values": ("2",)}, "CTCAE ≥ 2"),
    ],
)  # fmt: skip
def test_a_bound_in_words(fields: dict[str, Any], words: str) -> None:
    assert in_words(PublishedBound(**{"role": "value", "quote": "", "span": None, **fields})) == words


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        ("a1", ["a1"]),
        ("all(a1, any(a2, not(a3)))", ["all of", "  a1", "  any of", "    a2", "    not a3"]),
        ("unless(a1, all(a2, a3))", ["a1", "  unless all of", "    a2", "    a3"]),
        ("when(a1, a2)", ["if a1", "  then a2"]),
        ("atleast(a1, a2, a3)", ["number of a1", "  a2", "  a3"]),
        ("permit(under(a1, a2))", ["permitted: under a1", "  a2"]),
        ("all(a1", ["a1", "a2", "a3"]),
    ],
)
def test_logic_as_lines(logic: str, expected: list[str]) -> None:
    shown = [" ".join(filter(None, (line.words, line.atom))) for line in lines(logic, ("a1", "a2", "a3"))]
    depths = [line.depth for line in lines(logic, ("a1", "a2", "a3"))]
    assert ["  " * depth + words for depth, words in zip(depths, shown, strict=True)] == expected
