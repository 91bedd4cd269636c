"""The vocabulary's data files keep their own rules."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import get_args

import pytest

from normalizer import units
from normalizer.concepts import Concept, concept, concepts, names, scale_of, scales
from normalizer.concepts.table import DATA, Case, NameStatus
from normalizer.model.draft import AtomType

OWN_KINDS = {"score", "grade", "ratio", "count", "multiple"}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


UNIT_KINDS = {row["code"]: row["kind"] for row in rows(Path(units.__file__).parent / "data" / "units.csv")}


def test_concepts_are_many_and_every_id_stands_once() -> None:
    ids = [row["id"] for path in (DATA / "concepts").glob("*.csv") for row in rows(path)]
    assert len(ids) == len(set(ids)) == len(concepts())
    assert len(ids) > 2000


def faults(entry: Concept) -> list[str]:
    """What is wrong with a concept's row."""
    checks = {
        "id": re.fullmatch(r"[a-z0-9_]+", entry.id),
        "name": entry.name and entry.name == entry.name.lower().strip(),
        "type": entry.type in get_args(AtomType),
        "source": entry.source,
        "kinds": set(entry.kinds) <= OWN_KINDS | set(UNIT_KINDS.values()),
        "unit": entry.unit is None or UNIT_KINDS.get(entry.unit) in entry.kinds,
        "range source": (entry.low is None and entry.high is None) or entry.range_source,
        "range": entry.low is None or entry.high is None or entry.low < entry.high,
    }
    return [f"{entry.id}: {check}" for check, passed in checks.items() if not passed]


def test_every_concept_row_is_sound() -> None:
    assert [fault for entry in concepts().values() for fault in faults(entry)] == []


def test_every_name_row_is_sound() -> None:
    wrong = [
        name
        for name in names()
        if name.concept not in concepts()
        or name.status not in get_args(NameStatus)
        or name.case not in get_args(Case)
        or not name.source
        or not name.subject
        or name.subject != name.subject.lower()
        or re.search(r"[{}=<>*^|]", name.printed)
    ]
    assert wrong == []


def test_one_printed_form_means_one_concept_unless_context_tells() -> None:
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    clashes = []
    for name in names():
        printed = re.sub(r"[\s-]", "", name.printed)
        key = (printed.lower() if name.case == "any" else printed, name.context)
        if seen.setdefault(key, name.concept) != name.concept:
            clashes.append((name.printed, name.concept, seen[key]))
    assert clashes == []


def test_every_concept_is_reached_by_its_own_name() -> None:
    reached = {name.concept for name in names() if name.printed.lower() == concept(name.concept).name}
    assert set(concepts()) - reached == set()


def test_spellings_end_in_words_that_are_not_respelt() -> None:
    words = rows(DATA / "words.csv")
    printed = {row["printed"] for row in words}
    assert [row for row in words if row["word"] in printed or not row["source"]] == []
    assert len(printed) == len(words)


def test_scales_name_concepts_and_sources() -> None:
    assert [
        scale for scale in scales() if not scale.source or (scale.concept and scale.concept not in concepts())
    ] == []


@pytest.mark.parametrize(
    ("printed", "scale"),
    [("ECOG PS", "ECOG"), ("nyha functional class", "NYHA"), ("WHO performance status", "WHO"),
     ("Child Pugh class", "Child-Pugh"),
     ("BILAG-2004", "BILAG"), ("stage", "stage")],
)  # fmt: skip
def test_scale_of_knows_the_printed_forms(printed: str, scale: str) -> None:
    found = scale_of(printed)
    assert found is not None
    assert found.name == scale


@pytest.mark.parametrize("printed", ["Karnofsky", "DAS28", "PHQ-9", "MELD", ""])
def test_scores_are_no_grades(printed: str) -> None:
    assert scale_of(printed) is None


def test_unknown_concept_raises() -> None:
    with pytest.raises(KeyError):
        concept("no_such_concept")


@pytest.mark.parametrize(
    ("id_", "kind"),
    [
        ("adverse_event", "condition"),
        ("disease_progression", "condition"),
        ("radiotherapy", "treatment"),
        ("chimeric_antigen_receptor_t_cell_therapy", "treatment"),
        ("blood_transfusion", "procedure"),
        ("hysterectomy", "procedure"),
        ("pregnancy_test", "measurement"),
        ("life_expectancy", "measurement"),
        ("weight", "measurement"),
        ("menopause", "reproductive"),
        ("contraception", "reproductive"),
        ("ability_to_swallow", "condition"),
        ("smoking", "other"),
        ("imprisonment", "other"),
        ("race", "demographic"),
        ("participation_in_another_clinical_trial", "logistics"),
        ("investigational_drug", "treatment"),
    ],
)
def test_types_are_those_of_the_labelling_guide(id_: str, kind: str) -> None:
    assert concept(id_).type == kind
