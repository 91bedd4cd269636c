"""Names are found in running text: longest first, case where it matters, none inside another word or number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.concepts import find, names

PRINTED = st.sampled_from([name.printed for name in names() if name.case != "word"])


def read(text: str, hint: str = "") -> list[tuple[str, str]]:
    return [(hit.span.of(text), hit.name.concept) for hit in find(text, hint)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hb≥9 g/dL", [("Hb", "hemoglobin")]),
        ("PLT>100", [("PLT", "platelet_count")]),
        ("Platelets at least 75", [("Platelets", "platelet_count")]),
        ("haemoglobin", [("haemoglobin", "hemoglobin")]),
        ("leucocyte counts", [("leucocyte counts", "white_blood_cell_count")]),
        ("absolute neutrophil count (ANC)", [("absolute neutrophil count", "absolute_neutrophil_count"),
                                             ("ANC", "absolute_neutrophil_count")]),
        ("NT proBNP or NT-proBNP", [("NT proBNP", "n_terminal_pro_b_type_natriuretic_peptide"),
                                    ("NT-proBNP", "n_terminal_pro_b_type_natriuretic_peptide")]),
        ("SpO₂ ≥ 94%", [("SpO₂", "peripheral_oxygen_saturation")]),
        ("CHA₂DS₂-VASc", [("CHA₂DS₂-VASc", "cha2ds2_vasc_score")]),
        ("Sjögren’s syndrome", [("Sjögren’s syndrome", "sjogrens_syndrome")]),
        ("sjogren syndrome", [("sjogren syndrome", "sjogrens_syndrome")]),
        ("Crohns disease", [("Crohns disease", "crohns_disease")]),
        ("no metastases", [("metastases", "metastasis")]),
        ("two NSAIDs", [("NSAIDs", "nonsteroidal_anti_inflammatory_drug")]),
        ("ejection\n  fraction", [("ejection\n  fraction", "left_ventricular_ejection_fraction")]),
        ("type 1 or 2 diabetes", [("type 1 or 2 diabetes", "diabetes_mellitus")]),
        ("serum creatinin", [("serum creatinin", "creatinine")]),
    ],
)  # fmt: skip
def test_names_are_found_as_printed(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "all of these may act",  # ALL, ACT are abbreviations in capitals only
        "ALL PARTICIPANTS MUST ACT",  # and no abbreviations among capitals
        "CD45 and CD56",  # not CD4, CD5 ...
        "formatting",  # no name inside a word
        "heart; rate",  # a name does not reach over a break
        "neutrophil. Count the days",
    ],
)
def test_what_only_looks_like_a_name_is_left(text: str) -> None:
    wrong = {
        "acute_lymphoblastic_leukemia",
        "activated_clotting_time",
        "asthma_control_test",
        "cd4_cell_count",
        "heart_rate",
    }
    assert wrong & {concept for _, concept in read(text)} == set()
    assert "neutrophil. Count" not in [printed for printed, _ in read(text)]


def test_letter_case_tells_abbreviations_apart() -> None:
    assert read("eGFR above 60") == [("eGFR", "estimated_glomerular_filtration_rate")]
    assert read("EGFR mutation")[0][1] == "egfr_mutation"
    assert read("EGFR above 60 mL/min, kidney")[0] == ("EGFR", "estimated_glomerular_filtration_rate")


@pytest.mark.parametrize(
    ("text", "hint", "concept"),
    [
        ("CDAI above 10", "rheumatoid arthritis", "clinical_disease_activity_index"),
        ("CDAI above 220", "", "crohn_s_disease_activity_index"),
        ("PD for over 3 years", "Parkinson's disease", "parkinsons_disease"),
        ("MS for over 3 years", "relapsing multiple sclerosis", "multiple_sclerosis"),
        ("PT within range, INR too", "", "prothrombin_time"),
    ],
)
def test_surroundings_settle_ambiguous_abbreviations(text: str, hint: str, concept: str) -> None:
    assert read(text, hint)[0][1] in (concept, concept.replace("_s_", "s_"))


def test_an_ambiguous_abbreviation_without_surroundings_is_left() -> None:
    assert read("PT once") == []


def test_a_number_that_goes_on_ends_no_name() -> None:
    assert read("FEV1 70%")[0][0] == "FEV1"
    assert [printed for printed, _ in read("FEV1.5")] == []


@given(
    st.lists(st.one_of(PRINTED, st.text(max_size=8)), max_size=12), st.sampled_from([" ", ", ", "", "\n", "/", " ("])
)
def test_hits_keep_their_order_and_never_overlap(parts: list[str], joint: str) -> None:
    text = joint.join(parts)
    end = 0
    for hit in find(text):
        assert end <= hit.span.start < hit.span.end <= len(text)
        end = hit.span.end
        letters = "".join(c for c in hit.span.of(text).lower() if c.isalnum())
        assert letters


@given(PRINTED)
def test_every_name_is_found_where_it_stands_alone(printed: str) -> None:
    cues = " ".join(" ".join(name.context) for name in names() if name.printed == printed)
    hits = find(printed, hint=cues)
    assert hits
    assert hits[0].span.start <= 2


@given(st.text())
def test_no_text_crashes_the_finder(text: str) -> None:
    for hit in find(text):
        assert hit.span.of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hepatitis C virus (HCV) antibody", [("hepatitis C virus (HCV) antibody", "hepatitis_c_antibody")]),
        ("platelet (PLT) counts", [("platelet (PLT) counts", "platelet_count")]),
        ("platelets (PLT), calcium", [("platelets", "platelet_count"), ("PLT", "platelet_count"),
                                      ("calcium", "calcium")]),
        ("platelet (PLT; count", [("platelet", "platelet_count"), ("PLT", "platelet_count")]),
    ],
)  # fmt: skip
def test_a_name_goes_on_behind_its_abbreviation(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", ["nobody had a test", "a fall in it", "it met all of them", "lead it or act as one"])
def test_plain_words_are_no_abbreviations(text: str) -> None:
    assert read(text) == []
