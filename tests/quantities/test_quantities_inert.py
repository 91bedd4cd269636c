"""Tables of numerals that are no quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.quantities import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.mention import Mention

CASES = [
    ("CD19 positive cells", ["inert name 19"]),
    ("anti-CD20 antibody", ["inert name 20"]),
    ("IL-2 therapy", ["inert name 2"]),
    ("HER2 positive", ["inert name 2"]),
    ("CYP3A4 inhibitors", ["inert name 3+4"]),
    ("COVID-19 pneumonia", ["inert name 19"]),
    ("type 2 diabetes", ["inert name 2"]),
    ("EGFR T790M mutation", ["inert name 790"]),
    ("KRAS G12C mutation", ["inert name 12"]),
    ("exon 19 deletion", ["inert name 19"]),
    ("interleukin 6 blockade", ["inert name 6"]),
    ("5-FU based regimens", ["inert name 5"]),
    ("5-HT3 antagonists", ["inert name 5+3"]),
    ("factor VIII and factor 9 deficiency", ["inert name 9"]),
    ("t(9;22) translocation", ["inert name 9+22"]),
    ("17p deletion", ["inert name 17"]),
    ("HPV 16 infection", ["inert name 16"]),
    ("the 2031 Lisbon criteria", ["inert version 2031"]),
    ("2019 ACR/EULAR criteria", ["inert version 2019"]),
    ("RECIST 1.1", ["inert version 1.1"]),
    ("CTCAE v5.0", ["inert version 5+0"]),
    ("DSM-5 criteria", ["inert version 5"]),
    ("ICD-10 codes", ["inert version 10"]),
    ("PASI-75 response", ["inert version 75"]),
    ("version 3 of the form", ["inert version 3"]),
    ("7th edition of the manual", ["inert identifier 7"]),
    ("score 24 (range 0-63)", ["amount . 24..-", "inert explanatory_range 0+63"]),
    ("pain on a 0-10 scale", ["inert explanatory_range 0+10"]),
    ("total score 150", ["inert explanatory_range 150"]),
    ("of the seven items", ["inert list_size seven"]),
    ("the following 4 criteria", ["inert list_size 4"]),
    ("NCT01234567", ["inert identifier 01234567"]),
    ("protocol LX-9", ["inert name 9"]),
    ("2nd-line therapy", ["inert identifier 2"]),
    ("3 May 2031", ["inert date 3+2031"]),
    ("January 5, 2031", ["inert date 5+2031"]),
    ("2031-05-03", ["inert date 2031+05+03"]),
    ("since 2019", ["inert date 2019"]),
    ("(140 - age) x weight", ["inert formula 140"]),
    ("on Day 28", ["inert visit 28"]),
    ("at Week 8", ["inert visit 8"]),
    ("Visit 2", ["inert visit 2"]),
    ("Cycle 1 Day 1", ["inert visit 1", "inert visit 1"]),
    ("C1D1", ["inert visit 1+1"]),
    ("see section 5.2", ["inert cross_reference 5.2"]),
    ("criteria 4 and 5", ["inert cross_reference 4+5"]),
    ("item 6", ["inert cross_reference 6"]),
    ("cohort 2 only", ["inert identifier 2"]),
    ("at most 30 adults will be enrolled", ["inert quota 30"]),
    ("75 g oral glucose tolerance test", ["inert test_load 75"]),
    ("12-lead ECG", ["inert test_load 12"]),
    ("on12-lead ECG", ["inert test_load 12"]),
    ("6-minute walk test", ["inert test_load 6"]),
    ("24-hour urine collection", ["inert test_load 24"]),
    ("forced expiratory volume in 1 second", ["inert name 1"]),
    ("①first ②second", ["inert list_number ①", "inert list_number ②"]),
    ("7. Creatinine high", ["inert list_number 7"]),
    ("a) foo 2) Bar", ["inert list_number 2"]),
    ("two-vessel disease", ["inert name two"]),
    ("n=16 patients", ["inert quota 16"]),
    ("at 7 am", ["inert date 7"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_inert_are_read_as_printed(text: str, expected: list[str], brief: Callable[[Mention, str], str]) -> None:
    assert [brief(mention, text) for mention in read(text)] == expected
