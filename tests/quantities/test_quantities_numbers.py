"""Tables of numerals in all their printed forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.quantities import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.mention import Mention

CASES = [
    ("ferritin 40 ng/mL", ["amount . 40..- [ng/mL]"]),
    ("zinc 0.75 mg/L", ["amount . 0.75..- [mg/L]"]),
    ("lead .5 ug/dL", ["amount . .5..- [ug/dL]"]),
    ("albumin 3,5 g/dL", ["amount . 3,5..- [g/dL]"]),
    ("platelets 1,500/uL", ["amount . 1,500..- [/uL]"]),
    ("platelets 100,000/mm3", ["amount . 100,000..- [/mm3]"]),
    ("leucocytes 100.000/uL", ["amount . 100.000..- [/uL]"]),
    ("cells 1.000.000 per mL", ["amount . 1.000.000..- [per mL]"]),
    ("platelets 100 000/mm3", ["amount . 100 000..- [/mm3]"]),
    ("HBV DNA 1.0x10^4 copies/mL", ["amount . 1.0x10^4..- [copies/mL]"]),
    ("HBV DNA 2 x 10^3 IU/mL", ["amount . 2 x 10^3..- [IU/mL]"]),
    ("viral load 10^6 copies/mL", ["amount . 10^6..- [copies/mL]"]),
    ("dose of 1.5 x 10e3 units", ["amount . 1.5 x 10e3..- [units]"]),
    ("neutrophils 1.8×10⁹/L", ["amount . 1.8..- [×10⁹/L]"]),
    ("neutrophils 2.4x109/L", ["amount . 2.4..- [x109/L]"]),
    ("lymphocytes 3 × 109 /L", ["amount . 3..- [× 109 /L]"]),
    ("twenty-four months of follow-up", ["time . twenty-four..- [months] duration"]),
    ("two hundred fifty mg of aspirin", ["amount . two hundred fifty..- [mg]"]),
    ("one hundred steps", ["count . one hundred..- [steps]"]),
    ("three thousand units", ["amount . three thousand..- [units]"]),
    ("1.2 million IU", ["amount . 1.2 million..- [IU]"]),
    ("18 (eighteen) years of age", ["amount . 18..- [years]"]),
    ("sixty (60) days", ["time . sixty..- [days] duration"]),
    ("titer of 1:80", ["amount . 1:80..-"]),
    ("ratio of 2:1", ["amount . 2:1..-"]),
    ("protein 3+", ["grade dipstick in 3+"]),
    ("T-score of -2.5", ["amount . -2.5..-"]),
    ("acuity of 20/40", ["amount . 20/40..-"]),
    ("pain score of 4/10", ["amount . 4..-"]),
    ("½ tablet", ["amount . ½..- [tablet]"]),
    ("2 ½ tablets", ["amount . 2 ½..- [tablets]"]),
    ("one and a half years of therapy", ["time . one and a half..- [years] duration"]),
    ("12–15 mg", ["amount between 12..15 [mg]"]),
    ("12 to 15 mg", ["amount between 12..15 [mg]"]),
    ("12~15 mg", ["amount between 12..15 [mg]"]),
    ("between 12 and 15 mg", ["amount between 12..15 [mg]"]),
    ("from 12 to 15 mg", ["amount between 12..15 [mg]"]),
    ("±3 days", ["time between -3..3 [days] window either"]),
    ("+/- 2 kg", ["amount between -2..2 [kg]"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_numbers_are_read_as_printed(text: str, expected: list[str], brief: Callable[[Mention, str], str]) -> None:
    assert [brief(mention, text) for mention in read(text)] == expected
