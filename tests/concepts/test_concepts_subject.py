"""Printed phrases become plain subjects, and two spellings of one thing are the same subject."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.concepts import expand, find, resolve, same_subject

CHIA = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "chia" / "comparisons.jsonl.gz"


@pytest.mark.parametrize(
    ("printed", "subject"),
    [
        ("ANC", "absolute neutrophil count"),
        ("neutrophil count", "neutrophil count"),
        ("Platelets", "platelet count"),
        ("SGPT", "alanine aminotransferase"),
        ("the left ventricular ejection fraction (LVEF)", "left ventricular ejection fraction"),
        ("LVEF (left ventricular ejection fraction)", "left ventricular ejection fraction"),
        ("Serum Ferritin (SF)", "serum ferritin"),
        ("haemoglobin level", "hemoglobin"),
        ("HbA1c levels", "hemoglobin a1c"),
        ("QTcF", "fridericia-corrected qt interval"),
        ("HAM-D-17", "hamilton depression rating scale 17"),
        ("MADRS", "montgomery-asberg depression rating scale"),
        ("G-CSF", "granulocyte colony-stimulating factor"),
        ("CD4", "cd4 cell count"),
        ("decrease in FVC", "forced vital capacity"),
        ("FEV1", "forced expiratory volume in one second"),
        ("DLCO", "diffusing capacity for carbon monoxide"),
        ("history of tumours", "tumor"),
        ("anti-CD33 antibodies", "anti-cd33 antibody"),
        ("KRAS G12C mutation", "kras g12c mutation"),
        ("unheard-of widgets", "unheard-of widget"),
        ("Odd Widget Scale (OWS) questionnaire", "odd widget scale questionnaire"),
        ("World Health Organization (WHO) performance status", "world health organization performance status"),
        ("international standardized ratio", "international normalized ratio"),
        ("dry syndrome", "sjögren's syndrome"),
    ],
)  # fmt: skip
def test_expand(printed: str, subject: str) -> None:
    assert expand(printed) == subject


@pytest.mark.parametrize(
    ("phrase", "concept"),
    [
        ("baseline serum creatinine level", "creatinine"),
        ("absolute neutrophil count (ANC)", "absolute_neutrophil_count"),
        ("SGOT", "aspartate_aminotransferase"),
        ("AST and ALT", None),
        ("purple widget", None),
        ("", None),
    ],
)
def test_resolve(phrase: str, concept: str | None) -> None:
    found = resolve(phrase)
    assert (found.id if found else None) == concept


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ANC", "neutrophils", True),
        ("tumour", "Tumors", True),
        ("glomerular filtration rate", "eGFR", False),
        ("AST", "ALT", False),
        ("purple widgets", "Purple widget", True),
        ("purple widget", "green widget", False),
        ("haemoglobin", "hemoglobin", True),
    ],
)
def test_same_subject(one: str, other: str, same: bool) -> None:
    assert same_subject(one, other) is same
    assert same_subject(other, one) is same


@given(st.text(max_size=80))
def test_expand_is_lower_case_and_settles(text: str) -> None:
    once = expand(text)
    assert once == once.strip()
    assert not any(c.isascii() and c.isupper() for c in once)
    assert same_subject(text, text)


@pytest.mark.skipif(not CHIA.exists(), reason="development corpora absent")
def test_most_measured_subjects_of_real_criteria_resolve() -> None:
    with gzip.open(CHIA, "rt", encoding="utf-8") as lines:
        records = [
            record
            for record in map(json.loads, lines)
            if record["numeric"] and record["subject"]["type"] == "Measurement"
        ]
    resolved = sum(resolve(record["subject"]["text"], record["line"]) is not None for record in records)
    assert resolved / len(records) >= 0.78


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("postmenopausal", "menopause"),
        ("women of childbearing age", "childbearing potential"),
        ("highly effective contraceptive method", "highly effective contraception"),
        ("investigational medicinal product", "investigational drug"),
        ("participated in another clinical study", "participation in another clinical trial"),
        ("expected survival time", "life expectancy"),
        ("CAR-T therapy", "chimeric antigen receptor T cell therapy"),
        ("EULAR Sjögren's syndrome disease activity index", "ESSDAI"),
        ("potent CYP3A4 inhibitor", "strong cytochrome P450 3A4 inhibitor"),
        ("renal insufficiency", "kidney impairment"),
        ("immunosuppressive drugs", "immunosuppressants"),
        ("hematological malignancies", "blood cancer"),
    ],
)
def test_names_of_one_subject_share_it(one: str, other: str) -> None:
    assert same_subject(one, other)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("severe asthma", "asthma"),
        ("uncontrolled hypertension", "hypertension"),
        ("active hepatitis B", "hepatitis B"),
        ("high-dose corticosteroids", "corticosteroids"),
        ("known hypersensitivity", "hypersensitivity"),
        ("oral antibiotics", "antibiotics"),
        ("severe combined immunodeficiency", "severe combined immunodeficiency"),
        ("unstable angina", "unstable angina"),
        ("major surgery", "major surgery"),
    ],
)
def test_adjectives_that_qualify_are_no_part_of_a_name(printed: str, name: str) -> None:
    assert find(printed)[-1].span.of(printed) == name
