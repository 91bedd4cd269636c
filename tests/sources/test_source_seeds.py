"""The five pages under seeds/: what their layouts give."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from normalizer.model.document import RegistryAge, TrialDocument
from normalizer.sources import document_from_bytes, load


def _documents(seeds: Path) -> dict[str, TrialDocument]:
    return {Path(document.source).name[:3]: document for document in load(seeds)}


@pytest.mark.parametrize(
    ("page", "head", "title"),
    [
        ("000", ("study-digest", "NCT07212322", ()), "A Study of CD19 UCAR-T Cells"),
        ("001", ("study-digest", "NCT06420154", ()), "The Safety and Efficacy of Anti-CD19 CAR-T"),
        (
            "002",
            ("find-a-trial", "NCT07193667", ("Relapsed/Refractory Autoimmune Diseases", "CAR-T")),
            "CAR-T Cell Therapy in Relapsed",
        ),
        (
            "003",
            ("veeva", "003_39c6d21b323f0970", ("Systemic Lupus Erythematosus",)),
            "Efficacy and Safety of CD19",
        ),
        (
            "004",
            ("patient-enrolment", "NCT06464679", ("Autoimmune Diseases",)),
            "An Exploratory Clinical Study",
        ),
    ],
)
def test_page_head(seeds: Path, page: str, head: tuple[object, ...], title: str) -> None:
    document = _documents(seeds)[page]
    assert (document.layout, document.trial_id, document.conditions) == head
    assert document.title is not None
    assert document.title.startswith(title)
    assert {finding.code for finding in document.findings} == ({"no_trial_id"} if page == "003" else set())


@pytest.mark.parametrize(
    ("page", "low", "high", "healthy"),
    [
        ("000", "18 Years", "65 Years", "No"),
        ("001", "18 Years", "65 Years", "No"),
        ("002", "18 Years", "65 Years", None),
        ("003", "5+ years old", None, "No Healthy Volunteers"),
        ("004", "18", "65 years", None),
    ],
)
def test_registry_fields_stand_at_their_characters_outside_the_criteria(
    seeds: Path, page: str, low: str, high: str | None, healthy: str | None
) -> None:
    document = _documents(seeds)[page]
    registry = document.registry
    found = (registry.minimum_age, registry.maximum_age, registry.sex, registry.healthy_volunteers)
    expected = (low, high, {"000": "ALL", "001": "ALL"}.get(page, "All"), healthy)
    for field, printed in zip(found, expected, strict=True):
        assert (field and field.printed) == printed
        if field is not None:
            assert field.span is not None
            field.span.verify(document.text, field.printed)
            assert not any(section.overlaps(field.span) for section in document.sections)
    for age in (registry.minimum_age, registry.maximum_age):
        assert age is None or (isinstance(age, RegistryAge) and age.unit == "a" and age.value in {5, 18, 65})
    assert registry.sex is not None
    assert registry.sex.value == "all"
    assert registry.healthy_volunteers is None or not registry.healthy_volunteers.accepted


@pytest.mark.parametrize(
    ("page", "first", "last"),
    [
        ("000", 38, 103),
        ("001", 55, 126),
        ("002", 40, 96),
        ("003", 60, 92),
        ("004", 20, 84),
    ],
)
def test_section_reaches_from_the_first_heading_to_the_last_criterion(
    seeds: Path, page: str, first: int, last: int
) -> None:
    document = _documents(seeds)[page]
    (section,) = document.sections
    lines = document.text.split("\n")
    assert section.of(document.text) == "\n".join(lines[first - 1 : last]).strip()


def test_readme_states_the_files(seeds: Path) -> None:
    readme = (seeds / "README.md").read_text("utf-8")
    stated = dict(re.findall(r"`(\w+\.txt)`.*?`([0-9a-f]{64})`", readme))
    assert stated == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in seeds.glob("*.txt")}
    assert {document.sha256 for document in load(seeds)} == set(stated.values())


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_newlines_stay_as_read_and_change_nothing_else(seeds: Path, newline: str) -> None:
    for path in sorted(seeds.glob("*.txt")):
        page = path.read_text("utf-8")
        plain = document_from_bytes(page.encode(), path.name)
        other = document_from_bytes(page.replace("\n", newline).encode(), path.name)
        assert other.text == page.replace("\n", newline)
        assert (other.layout, other.trial_id, other.title, other.conditions) == (
            plain.layout, plain.trial_id, plain.title, plain.conditions,
        )  # fmt: skip
        assert [s.of(other.text).replace(newline, "\n") for s in other.sections] == [s.of(page) for s in plain.sections]


def test_a_page_cut_inside_its_criteria_says_so(seeds: Path) -> None:
    data = next(seeds.glob("001_*.txt")).read_bytes()
    document = document_from_bytes(data[: len(data) // 2], "cut.txt")
    assert "truncated_input" in {finding.code for finding in document.findings}
    assert document.sections[-1].end == len(document.text.rstrip())
