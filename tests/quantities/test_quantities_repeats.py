"""Tables of what is printed twice, torn or lost: repeated times, units in brackets, damaged comparators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.quantities import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.mention import Mention

CASES = [
    # a time in another unit of about the same length is no second bound
    (
        "at least 8 weeks (56 days) before biopsy",
        ["time >= 8..- [weeks] window @other:biopsy before", "inert repeated_text 56"],
    ),
    ("in the last 24 months (2 years)", ["time <= -..24 [months] window before", "inert repeated_text 2"]),
    ("aged 9 months (39 weeks) or older", ["amount >= 9..- [months]", "inert repeated_text 39"]),
    (
        "within 3 months (6 weeks) before dosing",
        [
            "time <= -..3 [months] window @first_dose:dosing before",
            "time <= -..6 [weeks] window restates",
        ],
    ),
    # units in brackets and torn units
    (
        "BMI > 31.5 kilograms per square meter (kg/m^2)",
        ["amount > 31.5..- [kilograms per square meter]", "inert unit_part 2"],
    ),
    ("BMI of 31 kg per square meter (kg/m^2) or more", ["amount >= 31..- [kg per square meter]"]),
    ("eGFR (mL/min/1.73 m2) > 44", ["inert unit_part 1+73+2", "amount > 44..-"]),
    ("eGFR > 44 milli liter per min/1.73 meter square", ["amount > 44..- [milli liter per min/1.73 meter square]"]),
    ("calcium > 9 ㎎/dL", ["amount > 9..- [㎎/dL]"]),
    ("ratio > 77 mg/g.cr.", ["amount > 77..- [mg/g.cr.]"]),
    ("11 red cells under high power", ["amount . 11..- [under high power]"]),
    ("7,000 to 90,000 sexual parasites/µL", ["amount between 7,000..90,000 [/µL]"]),
    ("> 35 mg of torasemide or equivalent per day", ["amount > 35..- [mg per day]"]),
    # restated limits
    (
        "HbA1c below 7.2 percent (55 mmol/mol)",
        ["inert name 1", "amount < -..7.2 [percent]", "amount < -..55 [mmol/mol] restates"],
    ),
    (
        "glucose 72-171 mg/dL (4.0-9.5 mmol/L)",
        ["amount between 72..171 [mg/dL]", "amount between 4.0..9.5 [mmol/L] restates"],
    ),
    ("hemoglobin 9.1 g/dL (91 g/L) or higher", ["amount >= 9.1..- [g/dL]", "amount >= 91..- [g/L] restates"]),
    # comparators with words lost or turned round
    ("greater than to or equal 33 mg", ["amount >= 33..- [mg]"]),
    ("lesser than 33 mg", ["amount < -..33 [mg]"]),
    ("equal or greater to 33 mg", ["amount >= 33..- [mg]"]),
    ("less or equals to 33 mg", ["amount <= -..33 [mg]"]),
    ("> or equal to 33 mg", ["amount >= 33..- [mg]"]),
    ("not more than or equal to 33 mg", ["amount <= -..33 [mg]"]),
    ("33 % upwards", ["amount >= 33..- [%]"]),
    ("within a minimum of 33 days", ["time <= -..33 [days] window"]),
    ("sodium outside the range 131-149 mmol/L", ["amount outside 131..149 [mmol/L]"]),
    ("5 prior surgeries or fewer", ["count <= -..5"]),
    # units and comparators of groups
    ("≥ 11 g/dL in women and ≥ 14 in men", ["amount >= 11..- [g/dL]", "amount >= 14..- [g/dL]"]),
    ("potassium ≤ 3.1 or ≥ 5.9 mmol/L", ["amount <= -..3.1 [mmol/L]", "amount >= 5.9..- [mmol/L]"]),
    ("1.1 and 2.2 g/dL or higher, respectively", ["amount >= 1.1..- [g/dL]", "amount >= 2.2..- [g/dL]"]),
    # windows
    ("travel in the next 4 years", ["time <= -..4 [years] window after"]),
    (
        "no change of diet for type 1 diabetes in the past 9 weeks",
        ["inert name 1", "time <= -..9 [weeks] window before"],
    ),
    ("an MRI not older than 7 months", ["time <= -..7 [months] window"]),
    ("at least 7 weeks since the last fracture", ["time >= 7..- [weeks] window before"]),
    ("disease duration ≤ 8 years (from the first rash)", ["time <= -..8 [years] duration @other:first rash after"]),
    (
        "vaccine 3 weeks before or 5 weeks after surgery",
        ["time . 3..- [weeks] window @other:surgery before", "time . 5..- [weeks] window @other:surgery after"],
    ),
    # changes
    ("loss of lung capacity greater than 14 %", ["amount > 14..- [%] baseline decrease"]),
    ("potassium varying by ≤ 0.4 mmol/L", ["amount <= -..0.4 [mmol/L]"]),
    ("readings differing by no more than 14 %", ["amount <= -..14 [%] baseline either"]),
    ("bone loss 14%", ["amount . 14..- [%]"]),
    # counts, names, results
    ("any one or more of the following", ["count >= one..-"]),
    ("any 3 of: rash, fever", ["count . 3..-"]),
    ("only 4 nodules are allowed", ["count <= -..4"]),
    ("treated at one of the clinics", []),
    ("at least one of the primary organs", ["count >= one..-"]),
    ("once-weekly (QW) dosing", ["inert name once"]),
    ("on more than 5 days a week", ["count > 5..- [a week]"]),
    ("pulse > 91/min", ["amount > 91..- [/min]"]),
    ("each of three monthly readings", ["count . three..-"]),
    ("sodium-glucose cotransporter 2 inhibitor", ["inert name 2"]),
    ("software version 12 or later", ["amount >= 12..-"]),
    ("CTCAE version 4.03 or later", ["inert version 4.03"]),
    ("urine protein ≥ ++", ["grade dipstick >= ++"]),
    ("sputum smear 2+ or more", ["grade smear >= 2+"]),
]

FINDINGS = [
    ("eGFR 41 mL/min", ["comparator_missing"]),
    ("weight falls by 9%", ["comparator_missing"]),
    ("two occasions", []),
    ("treated for 9 weeks", []),
    ("≥ 12 (girls) or 13 (boys) g/dL", []),
    ("hemoglobin ≥ 9 g/dL (90 g/L)", []),
    ("leukocytes > 1,500 /mm3", ["number_ambiguous"]),
    ("at least 33 weeks 4 days of gestation", ["number_ambiguous"]),
    ("> 6 cells per field", ["unit_unknown"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_repeats_and_damage_are_read_as_meant(
    text: str, expected: list[str], brief: Callable[[Mention, str], str]
) -> None:
    assert [brief(mention, text) for mention in read(text)] == expected


@pytest.mark.parametrize(("text", "codes"), FINDINGS)
def test_doubts_stand_on_the_mention(text: str, codes: list[str]) -> None:
    assert [finding.code for mention in read(text) for finding in mention.findings] == codes


def test_the_quote_of_a_repeated_time_leaves_the_bracket_out() -> None:
    text = "stable for at least 8 weeks (56 days) before biopsy"
    assert read(text)[0].span.of(text) == "at least 8 weeks"


@pytest.mark.parametrize("text", ["+++", "a ++ b", "urine ++++++", "protein ++/+++ + +"])
def test_runs_of_pluses_end(text: str) -> None:
    assert all(mention.span.end <= len(text) for mention in read(text))
