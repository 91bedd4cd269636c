"""Tables of limits, predictions, changes, pairs and restated limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.quantities import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.mention import Mention

CASES = [
    ("ALT ≤ 2.75 × ULN", ["amount <= -..2.75 uln"]),
    ("ALT ≤ 2.75 x ULN", ["amount <= -..2.75 uln"]),
    ("ALT ≤2.75xULN", ["amount <= -..2.75 uln"]),
    ("ALT ≤2.75 ULN", ["amount <= -..2.75 uln"]),
    ("ALT ≤2.75X IULN", ["amount <= -..2.75 uln"]),
    ("ALT ≤ 2.75 × upper limit of normal (ULN)", ["amount <= -..2.75 uln"]),
    ("ALT ≤ 2.75 times the upper limit of normal", ["amount <= -..2.75 uln"]),
    ("ALT ≤ 2.75 times upper limit of the normal range", ["amount <= -..2.75 uln"]),
    ("ALT ≤ 2.75 x institutional upper limit of normal", ["amount <= -..2.75 uln"]),
    ("ALT ≤ 2.75 x upper normal limit", ["amount <= -..2.75 uln"]),
    ("ALT ≤ 2.75 x UNL", ["amount <= -..2.75 uln"]),
    ("ALT ≤ 3-fold ULN", ["amount <= -..3 uln"]),
    ("ALT more than twice the upper limit of normal", ["amount > twice..- uln"]),
    ("ALT > ULN", ["amount > -..- uln"]),
    ("ALT above the upper limit of normal", ["amount > -..- uln"]),
    ("ALT exceeding the laboratory's upper limit of normal", ["amount > -..- uln"]),
    ("sodium >= LLN", ["amount >= -..- lln"]),
    ("sodium below the lower limit of normal", ["amount < -..- lln"]),
    ("prothrombin time ≤ ULN + 6 s", ["amount <= -..- uln offset=6 s"]),
    ("ALT < ULN x 3", ["amount < -..3 uln"]),
    ("AST ≤ 3×(ULN)", ["amount <= -..3 uln"]),
    ("bilirubin 1.0 - 1.5 x ULN", ["amount between 1.0..1.5 uln"]),
    ("bilirubin within normal limits", []),
    ("FVC ≥ 52% of predicted value", ["amount >= 52..- [%] predicted"]),
    ("FVC 52 % predicted", ["amount . 52..- [%] predicted"]),
    ("DLCO < 41% pred", ["amount < -..41 [%] predicted"]),
    ("percent predicted FEV1 ≥ 61%", ["inert name 1", "amount >= 61..- [%] predicted"]),
    ("FEV1 less than 61% of the predicted normal value", ["inert name 1", "amount < -..61 [%] predicted"]),
    ("DLCO falls by ≥ 14%", ["amount >= 14..- [%] baseline decrease"]),
    ("FVC decreases by 9%", ["amount . 9..- [%] baseline decrease"]),
    ("9% decrease in FVC", ["amount . 9..- [%] baseline decrease"]),
    ("increase in skin score > 11%", ["amount > 11..- [%] baseline increase"]),
    ("increase of at least 3 points", ["amount >= 3..- [points] baseline increase"]),
    ("weight loss of more than 6 kg", ["amount > 6..- [kg] baseline decrease"]),
    (">= 15% weight loss", ["amount >= 15..- [%] baseline decrease"]),
    ("change from baseline of 12%", ["amount . 12..- [%] baseline either"]),
    ("rise in creatinine of 0.4 mg/dL", ["amount . 0.4..- [mg/dL]"]),
    ("viral load above the lower limit of detection", ["amount > -..- detection_limit"]),
    ("DNA higher than the upper limit of the assay", ["amount > -..- detection_limit"]),
    ("weight above the 95th percentile", ["amount > 95..- [percentile]"]),
    ("creatinine ≥ 2 x baseline", ["amount >= 2..- baseline"]),
    ("> 9 mg/day of deflazacort", ["amount > 9..- [mg/day]"]),
    ("> 1 mg/kg/d", ["amount > 1..- [mg/kg/d]"]),
    ("310 mg/m2 cumulative", ["amount . 310..- [mg/m2]"]),
    ("BP ≥ 158/96 mmHg", ["amount >= 158..- [mmHg] pair=first", "amount >= 96..- [mmHg] pair=second"]),
    ("blood pressure above 150/95", ["amount > 150..- pair=first", "amount > 95..- pair=second"]),
    ("hemoglobin ≥ 8.8 g/dL (88 g/L)", ["amount >= 8.8..- [g/dL]", "amount >= 88..- [g/L] restates"]),
    ("glucose > 126 mg/dL (7.0 mmol/L)", ["amount > 126..- [mg/dL]", "amount > 7.0..- [mmol/L] restates"]),
    ("eGFR < 32 mL/min/1.73 m2", ["amount < -..32 [mL/min/1.73 m2]"]),
    ("proteinuria > 3.2 g/24h", ["amount > 3.2..- [g/24h]"]),
    ("5 eosinophils per high power field", ["amount . 5..- [per high power field]"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_references_are_read_as_printed(text: str, expected: list[str], brief: Callable[[Mention, str], str]) -> None:
    assert [brief(mention, text) for mention in read(text)] == expected
