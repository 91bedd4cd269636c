"""Pages without a known layout, HTML, decoding, and what is refused."""

from __future__ import annotations

import pytest

from normalizer.model.errors import SourceError
from normalizer.sources import document_from_bytes, document_from_text


def _codes(text: str | bytes, name: str = "page.txt") -> set[str]:
    data = text.encode() if isinstance(text, str) else text
    return {finding.code for finding in document_from_bytes(data, name).findings}


GENERIC = """A Trial of Something in Chronic Gout
ClinicalTrials.gov ID: NCT01234567
Condition: Gout; Hyperuricemia
Ages Eligible for Study: 40 Years to 75 Years (Adult, Older Adult)
Sex: Female

Key Inclusion Criteria:
- Age: 40-75 years
- serum urate of at least 8 mg/dL; earlier trial NCT09999999 is allowed

Key exclusion criteria
1. eGFR below 30
Treatment:
2. pegloticase ever

Contacts and Locations
Somewhere
"""


def test_generic_page() -> None:
    document = document_from_bytes(GENERIC.encode(), "x.txt")
    assert document.layout == "generic"
    assert document.trial_id == "NCT01234567"
    assert document.title == "A Trial of Something in Chronic Gout"
    assert document.conditions == ("Gout", "Hyperuricemia")
    assert [section.of(document.text) for section in document.sections] == [
        GENERIC[GENERIC.index("Key Inclusion") : GENERIC.index("Contacts")].strip()
    ]
    low, high = document.registry.minimum_age, document.registry.maximum_age
    assert low is not None
    assert high is not None
    assert high.span is not None
    assert (low.printed, high.printed) == ("40 Years", "75 Years")
    assert high.span.of(document.text) == "75 Years"
    assert document.registry.sex is not None
    assert document.registry.sex.value == "female"
    assert {finding.code for finding in document.findings} == {"no_layout"}


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("INCLUSION CRITERIA", True),
        ("## Inclusion criteria", True),
        ("**Exclusion Criteria:**", True),
        ("4.1. Inclusion Criteria", True),
        ("Main exclusion criterion:", True),
        ("Inclusion/Exclusion Criteria", True),
        ("Inclusion:", True),
        ("Exclusion: any of", True),
        ("Criteria for inclusion", True),
        ("You may be eligible for this study if you:", True),
        ("Eligibility:", True),
        ("Background. The inclusion criteria: see below", True),
        ("The inclusion of children was discussed.", False),
        ("Results", False),
    ],
)
def test_headings_that_open_a_section(heading: str, found: bool) -> None:
    document = document_from_bytes(f"A title\n\n{heading}\n- adults with asthma\n".encode(), "a.txt")
    assert bool(document.sections) is found
    assert ("no_criteria" in {finding.code for finding in document.findings}) is not found
    if found:
        assert document.sections[0].of(document.text).endswith("adults with asthma")


MODERN = """Find Studies
A Study of Something in Gout

ClinicalTrials.gov ID NCT05555555
Study Overview
Conditions
Gout
Pain, Chronic
Intervention / Treatment
Drug: something
Participation Criteria
Researchers look for people who fit a certain description, called eligibility criteria. Some examples.

Eligibility Criteria
Description
Key Inclusion Criteria:

* adults

Exclusion Criteria:

* eGFR \\<30

Ages Eligible for Study
18 Years and older (Adult, Older Adult )
Sexes Eligible for Study
Female
Accepts Healthy Volunteers
Yes
Study Plan
"""
OLDER = """Something in Gout
ClinicalTrials.gov Identifier: NCT04444444
Condition or disease \tIntervention/treatment \tPhase
Gout\tDrug: something\tPhase 3
Ages Eligible for Study:  \t18 Years to 75 Years   (Adult, Older Adult)
Sexes Eligible for Study:  \tAll
Accepts Healthy Volunteers:  \tNo
Criteria

Inclusion Criteria:

    adults

Contacts and Locations
"""


@pytest.mark.parametrize(
    ("page", "head", "registry", "section"),
    [
        (
            MODERN,
            ("ctgov-page", "NCT05555555", "A Study of Something in Gout", ("Gout", "Pain, Chronic")),
            ("18 Years and older", None, "female", True),
            ("Key Inclusion", "* eGFR \\<30"),
        ),
        (
            OLDER,
            ("ctgov-page-2023", "NCT04444444", "Something in Gout", ("Gout",)),
            ("18 Years", "75 Years", "all", False),
            ("Inclusion", "adults"),
        ),
    ],
)
def test_registry_pages(
    page: str, head: tuple[object, ...], registry: tuple[object, ...], section: tuple[str, str]
) -> None:
    document = document_from_bytes(page.encode(), "x.txt")
    assert (document.layout, document.trial_id, document.title, document.conditions) == head
    found = document.registry
    assert (
        found.minimum_age and found.minimum_age.printed,
        found.maximum_age and found.maximum_age.printed,
        found.sex and found.sex.value,
        found.healthy_volunteers and found.healthy_volunteers.accepted,
    ) == registry
    (span,) = document.sections
    assert span.of(page).startswith(section[0])
    assert span.of(page).endswith(section[1])
    assert document.findings == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Skip to content\nMenu\nA Study of Gout in Adults\nInclusion criteria\n- adults", "A Study of Gout in Adults"),
        ("Gout trial\nInclusion criteria\n- adults are taken into it", "Gout trial"),
        ("Inclusion criteria\n- adults are taken into it", None),
        ("Gout in adults. Inclusion criteria: age 18.", "Gout in adults."),
        ("- age 18 or older is asked for", None),
    ],
)  # fmt: skip
def test_title_stands_before_the_criteria(text: str, title: str | None) -> None:
    assert document_from_bytes(text.encode(), "x.txt").title == title


def test_sections_around_page_furniture() -> None:
    text = (
        "T\nInclusion criteria\n- adults\nStudy design\nrandomised\nExclusion criteria\n- infants\nReferences\nnone\n"
    )
    document = document_from_bytes(text.encode(), "a.txt")
    assert [section.of(text) for section in document.sections] == [
        "Inclusion criteria\n- adults",
        "Exclusion criteria\n- infants",
    ]


def test_criteria_only_text() -> None:
    document = document_from_text("\n  adults\n", "note", trial_id="T1", title="Title", criteria_only=True)
    assert [section.of(document.text) for section in document.sections] == ["adults"]
    assert (document.trial_id, document.title, document.findings) == ("T1", "Title", ())
    assert document_from_text("a\ud800b", criteria_only=True).text == "a?b"


def test_html_is_read_as_displayed() -> None:
    page = (
        "<!DOCTYPE html><html><head><title>Gout trial</title><style>p{}</style></head><body><nav>Menu</nav>"
        "<script>if (a<b) x()</script><!-- hidden <p> --><h2>Inclusion criteria</h2>"
        "<ul><li>urate &ge; 8&nbsp;mg/dL</li>"
        "<li><p>age&lt;75</p></li></ul>ALT <5 x ULN<br/>second<h2>Locations</h2>Here</body></html>"
    )
    document = document_from_bytes(page.encode(), "page.html")
    assert document.text.split("\n")[:2] == ["Gout trial", "Menu"]
    assert document.sections[0].of(document.text).split("\n") == [
        "Inclusion criteria", "* urate ≥ 8\xa0mg/dL", "* age<75", "ALT <5 x ULN", "second",
    ]  # fmt: skip
    assert "hidden" not in document.text
    assert "x()" not in document.text


@pytest.mark.parametrize(
    ("data", "text", "codes"),
    [
        ("Inclusion criteria: age ≥ 18".encode("utf-8-sig"), "Inclusion criteria: age ≥ 18", set()),
        ("Inclusion criteria: 5 µg – daily".encode("cp1252"), "Inclusion criteria: 5 µg – daily", {"decoded_cp1252"}),
        (b"Inclusion criteria: \x81 ok \xe9", "Inclusion criteria: \ufffd ok é", {"decoded_cp1252", "mojibake"}),
        ("Inclusion criteria: age â‰¥ 18".encode(), "Inclusion criteria: age â‰¥ 18", {"mojibake"}),
        ("Inclusion criteria: 37 Â°C".encode(), "Inclusion criteria: 37 Â°C", {"mojibake"}),
        ("Inclusion criteria: ‚Ä¢ adults".encode(), "Inclusion criteria: ‚Ä¢ adults", {"mojibake"}),
        ("Inclusion criteria: é, 5 ± 1 µL – “x” Å".encode(), "Inclusion criteria: é, 5 ± 1 µL – “x” Å", set()),
    ],
)  # fmt: skip
def test_decoding(data: bytes, text: str, codes: set[str]) -> None:
    document = document_from_bytes(data, "a.txt")
    assert document.text == text
    assert {finding.code for finding in document.findings} - {"no_layout", "no_trial_id"} == codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Inclusion criteria: patients with asthma who have not been treated and are at least 18 years old", False),
        ("Patienten mit Asthma, die nicht behandelt wurden und für die eine Einwilligung bei der Klinik gilt", True),
        ("Critères: les patients avec une maladie dans les six mois pour lesquels des données sont disponibles", True),
        ("入选标准：年龄十八岁以上，经病理确诊为肺癌的患者", True),
        ("Критерии включения: взрослые пациенты с астмой", True),
        ("ANC 1.5, PLT 100, Hb 9, ALT 40, de novo AML, van der Heijde score", False),
    ],
)  # fmt: skip
def test_other_languages(text: str, expected: bool) -> None:
    assert ("not_english" in _codes(text)) is expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n ", "white space"),
        (b"\xef\xbb\xbf", "white space|empty"),
        (b"age\x00over", "NUL byte at offset 3"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04rest", "zip"),
        ("Inclusion".encode("utf-16"), "UTF-16"),
        (bytes(range(1, 32)) * 9, "control characters"),
    ],
)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=f"f.txt.*{message}"):
        document_from_bytes(data, "f.txt")
