"""Registry records in their containers."""

from __future__ import annotations

import gzip
import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from normalizer.model.errors import SourceError
from normalizer.sources import document_from_record, load, read

if TYPE_CHECKING:
    from pathlib import Path

    from normalizer.model.document import TrialDocument


def study(nct: str = "NCT00000001", criteria: str = "Inclusion Criteria:\n\n* adults\n") -> dict[str, Any]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": nct, "briefTitle": "A trial", "officialTitle": "A long title"},
            "conditionsModule": {"conditions": ["Gout", "Asthma"]},
            "eligibilityModule": {
                "eligibilityCriteria": criteria, "sex": "FEMALE", "minimumAge": "18 Years", "maximumAge": "N/A",
                "healthyVolunteers": True,
            },
        }
    }  # fmt: skip


def wrapped(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: wrapped(value) for key, value in node.items()}
    if isinstance(node, list):
        return [wrapped(value) for value in node]
    return [node]


def facts(document: TrialDocument) -> tuple[object, ...]:
    registry = document.registry
    assert registry.minimum_age is not None
    assert registry.sex is not None
    assert registry.healthy_volunteers is not None
    return (
        document.trial_id, document.title, document.conditions, document.text, document.sections,
        registry.minimum_age.value, registry.maximum_age, registry.sex.value, registry.healthy_volunteers.accepted,
    )  # fmt: skip


EXPECTED = facts(document_from_record(study(), "x", None))


def test_study_fields() -> None:
    document = document_from_record(study(), "x.json", None)
    assert EXPECTED[:4] == ("NCT00000001", "A trial", ("Gout", "Asthma"), "Inclusion Criteria:\n\n* adults\n")
    assert EXPECTED[5:] == (18, None, "female", True)
    assert document.layout == "ctgov-v2"
    assert document.registry.minimum_age is not None
    assert document.registry.minimum_age.field == "protocolSection.eligibilityModule.minimumAge"
    assert document.registry.minimum_age.span is None
    assert document.sections[0].of(document.text) == "Inclusion Criteria:\n\n* adults"


@pytest.mark.parametrize(
    ("name", "data", "locators"),
    [
        ("one.json", json.dumps(study()), [None]),
        ("pretty.json", json.dumps(study(), indent=2), [None]),
        ("list.json", json.dumps([study()]), ["index 0"]),
        ("studies.json", json.dumps({"studies": [study()], "nextPageToken": "x"}), ["index 0"]),
        ("wrapped.json", json.dumps(wrapped(study())), [None]),
        ("bom.json", "\ufeff" + json.dumps(study()), [None]),
        ("lines.jsonl", "\n" + json.dumps(study()) + "\n\n", ["line 2"]),
        ("bom.jsonl", "\ufeff" + json.dumps(study()) + "\n", ["line 1"]),
        ("studies.jsonl", json.dumps({"studies": [study()]}), ["line 1, index 0"]),
        ("unknown.data", json.dumps(study()), ["line 1"]),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_containers_give_the_same_trial(
    tmp_path: Path, name: str, data: str, locators: list[str | None], packed: bool
) -> None:
    path = tmp_path / (name + ".gz" if packed else name)
    path.write_bytes(gzip.compress(data.encode()) if packed else data.encode())
    documents = list(load(path))
    assert [document.locator for document in documents] == locators
    assert facts(documents[0]) == EXPECTED


def test_json_name_with_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("\n".join(json.dumps(study(f"NCT0000000{i}")) for i in range(3)))
    assert [document.trial_id[-1] for document in load(path)] == ["0", "1", "2"]


XML = """<?xml version="1.0" encoding="UTF-8"?>
<clinical_study>
  <id_info><org_study_id>X-1</org_study_id><nct_id>NCT00000002</nct_id></id_info>
  <brief_title>Old &amp; short</brief_title><condition>Gout</condition><condition>Pain</condition>
  <eligibility><criteria><textblock>
      Inclusion Criteria:&#xD;
        -  urate &gt;= 8 mg/dL, wrapped&#xD;
           over lines
  </textblock></criteria>
  <gender>Male</gender><minimum_age>6 Months</minimum_age><maximum_age>N/A</maximum_age>
  <healthy_volunteers>Accepts Healthy Volunteers</healthy_volunteers></eligibility>
</clinical_study>"""


@pytest.mark.parametrize("as_line", [False, True])
def test_older_xml(tmp_path: Path, as_line: bool) -> None:
    path = tmp_path / ("a.jsonl" if as_line else "a.xml")
    path.write_text(json.dumps({"nct": "NCT00000002", "xml": XML}) if as_line else XML)
    (document,) = load(path)
    assert (document.layout, document.trial_id, document.title) == ("ctgov-xml", "NCT00000002", "Old & short")
    assert document.conditions == ("Gout", "Pain")
    assert "Inclusion Criteria:\r\n        -  urate >= 8 mg/dL, wrapped\r\n" in document.text
    assert document.sections[0].of(document.text).startswith("Inclusion")
    registry = document.registry
    assert registry.minimum_age is not None
    assert (str(registry.minimum_age.value), registry.minimum_age.unit) == ("6", "mo")
    assert registry.sex is not None
    assert registry.sex.value == "male"
    assert registry.healthy_volunteers is not None
    assert registry.healthy_volunteers.accepted


def test_several_xml_records_in_one_file(tmp_path: Path) -> None:
    body = XML.partition("?>")[2]
    path = tmp_path / "set.xml"
    path.write_text(f"<search_results>{body}{body}</search_results>")
    assert [(d.trial_id, d.locator) for d in load(path)] == [("NCT00000002", "index 0"), ("NCT00000002#2", "index 1")]


@pytest.mark.parametrize(
    ("record", "text", "synthetic"),
    [
        (
            {"TrialID": "X", "Inclusion Criteria": "adults<br>gout", "Exclusion Criteria": "fever_x000D_<br>pain"},
            "Inclusion Criteria:\nadults<br>gout\n\nExclusion Criteria:\nfever\r<br>pain",
            ["Inclusion Criteria:", "Exclusion Criteria:"],
        ),
        (
            {"TrialID": "X", "Inclusion Criteria": "Inclusion criteria: adults", "Exclusion Criteria": "fever"},
            "Inclusion criteria: adults\n\nExclusion Criteria:\nfever",
            ["Exclusion Criteria:"],
        ),
        (
            {"isrctn": "12345678", "participants": {"inclusion": "1. adults\n2. gout", "exclusion": "1. fever"}},
            "Inclusion Criteria:\n1. adults\n2. gout\n\nExclusion Criteria:\n1. fever",
            ["Inclusion Criteria:", "Exclusion Criteria:"],
        ),
        (
            {"a2_eudract_number": "2020-000001-11", "e4_principal_exclusion_criteria": "fever"},
            "Exclusion Criteria:\nfever",
            ["Exclusion Criteria:"],
        ),
        (
            {"ctNumber": "2024-1", "authorizedPartI": {"trialDetails": {"trialInformation": {"eligibilityCriteria": {
                "principalInclusionCriteria": [{"number": 1, "principalInclusionCriteria": "adults"},
                                               {"number": 2, "principalInclusionCriteria": "gout"}]}}}}},
            "Inclusion Criteria:\nadults\n\ngout",
            ["Inclusion Criteria:"],
        ),
    ],
)  # fmt: skip
def test_separate_fields_are_joined_under_headings_of_ours(
    record: dict[str, object], text: str, synthetic: list[str]
) -> None:
    document = document_from_record(record, "x", None)
    assert document.text == text
    assert [span.of(text) for span in document.synthetic] == synthetic
    assert [section.of(text) for section in document.sections] == [text]


def test_flags_make_the_sex_and_prefixes_the_id() -> None:
    flags = {"a2_eudract_number": "2020-000001-11", "f21_female": "Yes", "f22_male": "No"}
    euctr = document_from_record(flags, "x", None)
    assert euctr.registry.sex is not None
    assert euctr.registry.sex.value == "female"
    assert {finding.code for finding in euctr.findings} == {"no_criteria"}
    isrctn = document_from_record({"isrctn": "12345678", "participants": {"inclusion": "adults"}}, "x", None)
    assert isrctn.trial_id == "ISRCTN12345678"


def test_age_groups_of_the_eu_form_are_outside_the_section() -> None:
    form = (
        "Inclusion criteria: adults<br>Are the trial subjects under 18? no<br>Number of subjects for this age range: "
        "<br>F.1.2 Adults (18-64 years) yes<br>F.1.3.1 Number of subjects for this age range 62<br>"
    )
    document = document_from_record(
        {"TrialID": "X", "Inclusion Criteria": form, "Exclusion Criteria": "fever"}, "x", None
    )
    assert [section.of(document.text) for section in document.sections] == [
        "Inclusion criteria: adults", "Exclusion Criteria:\nfever",
    ]  # fmt: skip


CSV = 'id,criteria,title\nT1,"Inclusion criteria:\n- adults, treated",Gout\nT2,,\n,infants,x\n'


@pytest.mark.parametrize(
    ("name", "data", "columns"),
    [
        ("a.csv", CSV, {}),
        ("a.csv", "\ufeff" + CSV.replace("\n", "\r\n"), {}),
        ("a.csv", CSV.replace(",", ";").replace("adults;", "adults,"), {}),
        ("a.tsv", CSV.replace(",", "\t").replace("adults\t", "adults,"), {}),
        ("a.csv", CSV.replace("id,criteria", "ID,Criteria"), {}),
        ("a.csv", CSV.replace("id,criteria", "nct,text"), {"id_column": "nct", "text_column": "text"}),
        ("a.unknown", CSV, {}),
    ],
)
def test_tables(tmp_path: Path, name: str, data: str, columns: dict[str, str]) -> None:
    path = tmp_path / name
    path.write_bytes(data.encode())
    first, empty, nameless = load(path, **columns)
    assert (first.trial_id, first.title, first.locator, first.layout) == ("T1", "Gout", "line 2", "table")
    assert first.text.splitlines() == ["Inclusion criteria:", "- adults, treated"]
    assert {finding.code for finding in empty.findings} == {"no_criteria"}
    assert (nameless.trial_id, nameless.text) == ("a-5", "infants")
    assert {finding.code for finding in nameless.findings} == {"no_trial_id"}


def test_jsonl_of_id_and_criteria(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"doc": "A", "text": "age 18"}\n{"doc": 7, "text": "5 \xb5g"}\n')
    first, second = load(path, id_column="doc", text_column="text")
    assert (first.trial_id, first.text) == ("A", "age 18")
    assert (second.trial_id, second.text) == ("7", "5 µg")
    assert {finding.code for finding in second.findings} == {"decoded_cp1252"}


def test_table_of_a_registry_export(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("TrialID,Public title,Inclusion Criteria,Inclusion agemin\nCTRI/1/2,Gout,adults,18 Years\n")
    (document,) = load(path)
    assert (document.layout, document.trial_id, document.title) == ("ictrp", "CTRI/1/2", "Gout")


@pytest.mark.parametrize(
    ("data", "trials"),
    [
        (json.dumps(study()), 1),
        (gzip.compress(json.dumps(study()).encode()), 1),
        (json.dumps({"studies": [study(), study("NCT00000003")]}), 2),
        (json.dumps(study(), indent=1), 1),
        (json.dumps([study()]), 1),
        (XML, 1),
        (CSV, 3),
        ("A page\nInclusion criteria\n- adults", 1),
        ("<!doctype html><html><body><p>Inclusion criteria</p><p>adults</p></body></html>", 1),
    ],
)
def test_standard_input_is_recognised_by_content(
    monkeypatch: pytest.MonkeyPatch, data: str | bytes, trials: int
) -> None:
    raw = data.encode() if isinstance(data, str) else data
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    documents = list(load("-"))
    assert len(documents) == trials
    assert all(document.source == "stdin" for document in documents)
    assert documents[0].sections


def test_bad_records_are_reported_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    lines = [
        json.dumps(study("NCT00000001")), "{broken", "[1]", '{"a": 1}', "null", "[" * 100_000,
        '{"id":"n","criteria":"a\\u0000"}',
        '{"id":"s","criteria":"\\ud800"}', json.dumps({"xml": "<a><b></a>"}), json.dumps(study("NCT00000009")),
    ]  # fmt: skip
    path.write_text("\n".join(lines))
    errors: list[SourceError] = []
    assert [d.trial_id for d in read(path, on_error=errors.append)] == ["NCT00000001", "NCT00000009"]
    assert [error.place for error in errors] == [
        "line 2", "line 3, index 0", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9",
    ]  # fmt: skip
    assert all("mixed.jsonl" in str(error) for error in errors)
    with pytest.raises(SourceError, match=r"mixed.jsonl \(line 2\)"):
        list(load(path))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.json", b"", "empty"),
        ("a.csv", b"", "empty"),
        ("a.json", b"{", "not JSON"),
        ("a.json", b"\x00\x01", "not JSON|NUL"),
        ("a.xml", b"<clinical_study>", "not well-formed"),
        ("a.xml", b"<html></html>", "without a known"),
        ("a.xml", b"", "not well-formed"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>', "entities"),
        ("a.xml", b"<a>" * 5_000, "deeper"),
        ("a.csv", b"x,y\n1,2\n", "no columns 'id' and 'criteria'"),
        ("a.csv", b"id,criteria\n1,2,3\n", r"line 2\).*3 fields"),
        ("a.txt.gz", b"\x1f\x8bgarbage", "damaged gzip"),
        ("a.jsonl.gz", gzip.compress(b'{"id": "1", "criteria": "x"}\n' * 2_000)[:60], "damaged gzip"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    good = tmp_path / "z.txt"
    good.write_text("Inclusion criteria\n- adults")
    errors: list[SourceError] = []
    assert [d.trial_id for d in read([path, good], on_error=errors.append) if d.layout == "generic"] == ["z"]
    (error,) = errors
    assert error.source.endswith(name)
    with pytest.raises(SourceError, match=message):
        list(load(path))


def test_corpora_families(corpora: Path) -> None:
    families = {
        "studies_v2": ("ctgov-v2", 150), "old_xml": ("ctgov-xml", 3), "ctis": ("ctis", 4), "euctr": ("euctr", 4),
        "isrctn": ("isrctn", 9), "ictrp": ("ictrp", 30),
    }  # fmt: skip
    for name, (layout, count) in families.items():
        documents = list(load(corpora / "ctgov" / f"{name}.jsonl.gz"))
        assert len(documents) == count
        assert len({document.trial_id for document in documents}) == count
        assert {document.layout for document in documents} == {layout}
        for document in documents:
            assert document.sections, document.trial_id
            assert document.title
            assert not {finding.code for finding in document.findings} - {"mojibake"}
