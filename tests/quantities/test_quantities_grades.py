"""Tables of grades of ordinal scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.quantities import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.mention import Mention

CASES = [
    ("ECOG 0-1", ["grade ECOG between 0,1"]),
    ("ECOG performance status of 0 or 1", ["grade ECOG in 0,1"]),
    ("ECOG PS ≤ 2", ["grade ECOG <= 2"]),
    ("ECOG score less than 3 points", ["grade ECOG < 3"]),
    ("Eastern Cooperative Oncology Group (ECOG) performance status 0, 1, or 2", ["grade ECOG in 0,1,2"]),
    ("WHO performance status 0 to 2", ["grade WHO between 0,2"]),
    ("Zubrod performance status 0-1", ["grade Zubrod between 0,1"]),
    ("performance status 0-1 (ECOG)", ["grade ECOG between 0,1"]),
    ("NYHA class II-IV", ["grade NYHA between II,IV"]),
    ("NYHA class III or IV", ["grade NYHA in III,IV"]),
    ("heart failure of New York Heart Association class ≥ III", ["grade NYHA >= III"]),
    ("class III or IV heart failure (NYHA)", ["grade NYHA in III,IV"]),
    ("grade ≥ 3 colitis", ["grade grade >= 3"]),
    ("≥ Grade 2 rash", ["grade grade >= 2"]),
    ("grade 3 or higher neuropathy", ["grade grade >= 3"]),
    ("CTCAE grade > 1", ["grade CTCAE > 1"]),
    ("CTCAE v5.0 grade 3-4", ["inert version 5.0", "grade CTCAE between 3,4"]),
    ("toxicity less than grade 2", ["grade grade < 2"]),
    ("stage IIIB-IV lung cancer", ["grade stage between IIIB,IV"]),
    ("stage IV melanoma", ["grade stage in IV"]),
    ("stage 3 or 4 kidney disease", ["grade stage in 3,4"]),
    ("ASA I-II", ["grade ASA between I,II"]),
    ("ASA physical status > III", ["grade ASA > III"]),
    ("Child-Pugh class B or C", ["grade Child-Pugh in B,C"]),
    ("Child-Pugh A", ["grade Child-Pugh in A"]),
    ("BILAG A", ["grade BILAG in A"]),
    ("BILAG (BILAG-2004) Category B", ["inert version 2004", "grade BILAG in B"]),
    ("Fitzpatrick skin type I-III", ["grade Fitzpatrick between I,III"]),
    ("Tanner stage 2", ["grade Tanner in 2"]),
    ("Kellgren-Lawrence grade 2-3", ["grade Kellgren-Lawrence between 2,3"]),
    ("IHC 2+ or 3+", ["grade IHC in 2+,3+"]),
    ("Karnofsky ≥ 70", ["amount >= 70..-"]),
    ("Child-Pugh score of 5 to 6", ["amount between 5..6"]),
    ("class III antiarrhythmic drugs", []),
    ("HLA class I antigens", []),
    ("ECOG 0-1 (2 if due to pain)", ["grade ECOG between 0,1", "grade ECOG in 2"]),
    ("Hoehn and Yahr stage ≤ 3", ["grade Hoehn and Yahr <= 3"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_grades_are_read_as_printed(text: str, expected: list[str], brief: Callable[[Mention, str], str]) -> None:
    assert [brief(mention, text) for mention in read(text)] == expected
