"""Tables of slot, anchor and direction of times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.quantities import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.mention import Mention

CASES = [
    ("stroke within 5 weeks before randomisation", ["time <= -..5 [weeks] window @randomization:randomisation before"]),
    ("stroke within 5 weeks prior to screening", ["time <= -..5 [weeks] window @screening:screening before"]),
    ("stroke within 5 weeks of enrolment", ["time <= -..5 [weeks] window @enrollment:enrolment"]),
    (
        "stroke within 5 weeks after the first dose of LX-9",
        ["time <= -..5 [weeks] window @first_dose:first dose of LX-9 after", "inert name 9"],
    ),
    ("stroke in the last 45 days", ["time <= -..45 [days] window before"]),
    ("stroke in the past six months", ["time <= -..six [months] window before"]),
    ("stroke during the previous 3 months", ["time <= -..3 [months] window before"]),
    ("stroke over the last 2 years", ["time <= -..2 [years] window before"]),
    ("stroke within the last 2 years", ["time <= -..2 [years] window before"]),
    ("stroke less than 3 months before surgery", ["time < -..3 [months] window @other:surgery before"]),
    ("stroke 4 weeks prior to biopsy", ["time . 4..- [weeks] window @other:biopsy before"]),
    ("stroke > 6 months ago", ["time > 6..- [months] window before"]),
    ("stroke 3 years ago", ["time . 3..- [years] window before"]),
    ("last seizure >= 5 weeks ago", ["time >= 5..- [weeks] window before"]),
    ("within 20 days before biopsy", ["time <= -..20 [days] window @other:biopsy before"]),
    ("no later than 3 days after surgery", ["time <= -..3 [days] window @other:surgery after"]),
    ("no later than 3 days before surgery", ["time >= 3..- [days] window @other:surgery before"]),
    ("no earlier than 3 days before surgery", ["time <= -..3 [days] window @other:surgery before"]),
    ("at least 17 days prior to study entry", ["time >= 17..- [days] window @enrollment:study entry before"]),
    ("washout of 5 weeks", ["time . 5..- [weeks] window before"]),
    (
        "within 7 days of signing the informed consent",
        ["time <= -..7 [days] window @consent:signing the informed consent"],
    ),
    ("within 9 days before leukapheresis", ["time <= -..9 [days] window @apheresis:leukapheresis before"]),
    ("within 9 days before lymphodepletion", ["time <= -..9 [days] window @lymphodepletion:lymphodepletion before"]),
    ("within 9 days before C1D1", ["time <= -..9 [days] window @first_dose:C1D1 before", "inert visit 1+1"]),
    (
        "within 9 days before the first infusion of study drug",
        ["time <= -..9 [days] window @first_dose:first infusion of study drug before"],
    ),
    ("within 9 days of the CAR-T infusion", ["time <= -..9 [days] window @infusion:CAR-T infusion"]),
    ("within 9 days before the blood draw", ["time <= -..9 [days] window @test:blood draw before"]),
    ("within 2 years after diagnosis of asthma", ["time <= -..2 [years] window @diagnosis:diagnosis of asthma after"]),
    ("within 48 hours after birth", ["time <= -..48 [hours] window @birth:birth after"]),
    ("within 30 days before Day 1", ["time <= -..30 [days] window @first_dose:Day 1 before", "inert visit 1"]),
    (
        "within 30 days before January 5, 2031",
        ["time <= -..30 [days] window @date:January 5 before", "inert date 5+2031"],
    ),
    (
        "within 4 weeks of the last dose of prior chemotherapy",
        ["time <= -..4 [weeks] window @other:last dose of prior chemotherapy"],
    ),
    ("prior to screening (within 4 weeks)", ["time <= -..4 [weeks] window @screening:screening before"]),
    ("taken for 7 weeks", ["time . 7..- [weeks] duration"]),
    ("for at least 3 months", ["time >= 3..- [months] duration"]),
    ("for more than 3 months before screening", ["time > 3..- [months] duration @screening:screening before"]),
    ("stable for 5 weeks before baseline", ["time . 5..- [weeks] duration @baseline:baseline before"]),
    ("life expectancy ≥ 12 weeks", ["time >= 12..- [weeks] duration"]),
    ("life expectancy of 12 weeks", ["time . 12..- [weeks] duration"]),
    ("expected survival of more than 3 months", ["time > 3..- [months] duration"]),
    ("symptom duration of at least 6 weeks", ["time >= 6..- [weeks] duration"]),
    ("disease-free for 4 years", ["time . 4..- [years] duration"]),
    ("postmenopausal for at least 2 years", ["time >= 2..- [years] duration"]),
    ("lasting longer than 2 hours", ["time > 2..- [hours] duration"]),
    ("6 weeks or longer of rehabilitation", ["time >= 6..- [weeks] duration"]),
    ("a 12-week course of rehabilitation", ["time . 12..- [week] duration"]),
    (
        "use contraception for 5 months after the last injection",
        ["time . 5..- [months] duration @treatment_end:last injection after"],
    ),
    (
        "contraception until 5 months after the last dose",
        ["time . 5..- [months] duration @treatment_end:last dose after"],
    ),
    (
        "contraception during the study and for 5 months after the final dose",
        ["time . 5..- [months] duration @treatment_end:final dose after"],
    ),
    (
        "no donation of sperm for at least 4 months during and after study treatment",
        ["time >= 4..- [months] duration @treatment_end:study treatment after"],
    ),
    ("two samples 9 days apart", ["count . two..-", "time . 9..- [days] interval"]),
    ("every 2 weeks", ["time . 2..- [weeks] interval"]),
    ("at intervals of 3 weeks", ["time . 3..- [weeks] interval"]),
    ("DLCO falls by 14% in 8 months", ["amount . 14..- [%] baseline decrease", "time . 8..- [months] interval"]),
    (
        "loses > 8 kg over the last 2 months",
        ["amount > 8..- [kg] baseline decrease", "time . 2..- [months] interval before"],
    ),
    ("1-year increase of 4 points", ["time . 1..- [year] interval", "amount . 4..- [points] baseline increase"]),
    ("within five half-lives before dosing", ["time <= -..five [half-lives] window @first_dose:dosing before"]),
    (
        "within 5 weeks or 4 half-lives (whichever is longer) before randomisation",
        [
            "time <= -..5 [weeks] window @randomization:randomisation before longer",
            "time <= -..4 [half-lives] window @randomization:randomisation before longer",
        ],
    ),
    (
        "within 30 days or 5 half-lives, whichever is shorter, prior to the first dose",
        [
            "time <= -..30 [days] window @first_dose:first dose before shorter",
            "time <= -..5 [half-lives] window @first_dose:first dose before shorter",
        ],
    ),
    (
        "the longer of 30 days or 5 half-lives before screening",
        [
            "time . 30..- [days] window @screening:screening before longer",
            "time . 5..- [half-lives] window @screening:screening before longer",
        ],
    ),
    ("≥3M of steroids", ["time >= 3..- [M] duration"]),
    ("within ±2 days of the visit", ["time between -2..2 [days] window @other:visit either"]),
    ("aged 18-65 years", ["amount between 18..65 [years]"]),
    ("age between 18 and 65 years", ["amount between 18..65 [years]"]),
    ("patients 18 to 65 years old", ["amount between 18..65 [years]"]),
    ("children under 12 years of age", ["amount < -..12 [years]"]),
    ("men over 40 years", ["amount > 40..- [years]"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_times_are_read_as_printed(text: str, expected: list[str], brief: Callable[[Mention, str], str]) -> None:
    assert [brief(mention, text) for mention in read(text)] == expected
