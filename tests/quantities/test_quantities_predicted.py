"""A reference printed for one number does not pass to the next."""

from __future__ import annotations

import pytest

from normalizer.quantities import read


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("FVC >= 52 % of predicted value or oxygen saturation >= 91 %", ["predicted", "absolute"]),
        ("FEV1 > 48% predicted and LVEF > 46%", ["predicted", "absolute"]),
        ("predicted DLCO > 44 %", ["predicted"]),
        ("FEV1 and FVC >= 51% predicted", ["predicted"]),
    ],
)
def test_predicted_belongs_to_its_own_number(text: str, references: list[str]) -> None:
    assert [mention.reference for mention in read(text) if mention.kind != "inert"] == references
