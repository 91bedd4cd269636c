from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from normalizer.model import Registry, RegistryAge, RegistrySex
from normalizer.pipeline import normalize
from normalizer.reconcile.pairs import ordered_pairs
from normalizer.sources import document_from_text

COPIED = "Stable treatment with the same oral drug at an unchanged dose until screening."


def age(value: str, unit: str = "a") -> RegistryAge:
    return RegistryAge(value=Decimal(value), unit=unit, printed=f"{value} Years", field="ages")  # type: ignore[arg-type]


def found(text: str, registry: Registry | None = None) -> set[str]:
    document = document_from_text(text, trial_id="T1")
    return {f.code for f in normalize(replace(document, registry=registry or Registry())).findings}


@pytest.mark.parametrize(
    ("criteria", "code"),
    [
        ("Inclusion Criteria:\n\n1. Hemoglobin >= 10 g/dL\n2. Hemoglobin <= 90 g/L\n", "contradictory_bounds"),
        ("Inclusion Criteria:\n\n1. Hemoglobin >= 10 g/dL\n\nExclusion Criteria:\n\n1. Hemoglobin > 9 g/dL\n",
         "contradictory_bounds"),
        ("Inclusion Criteria:\n\n1. Direct bilirubin <= 3 mg/dL and total bilirubin <= 2 mg/dL\n", "implausible_pair"),
        (f"Inclusion Criteria:\n\n1. {COPIED}\n2. Rash. {COPIED}\n", "repeated_text"),
    ],
)  # fmt: skip
def test_what_cannot_hold_together(criteria: str, code: str) -> None:
    assert code in found(criteria)


@pytest.mark.parametrize(
    "criteria",
    [
        "Inclusion Criteria:\n\n1. Hemoglobin >= 10 g/dL\n2. Hemoglobin <= 150 g/L\n",
        "Inclusion Criteria:\n\n1. Hemoglobin >= 10 g/dL\n\nExclusion Criteria:\n\n1. Hemoglobin < 10 g/dL\n",
        "Inclusion Criteria:\n\n1. Direct bilirubin <= 1 mg/dL and total bilirubin <= 2 mg/dL\n",
    ],
)
def test_what_holds_together(criteria: str) -> None:
    assert not found(criteria) & {"contradictory_bounds", "implausible_pair"}


def test_a_swapped_pair_goes_to_review() -> None:
    text = "Inclusion Criteria:\n\n1. Direct bilirubin <= 3 mg/dL and total bilirubin <= 2 mg/dL\n"
    criterion = normalize(document_from_text(text, trial_id="T1")).criteria[0]
    assert criterion.status == "review"
    assert [bound.status for atom in criterion.atoms for bound in atom.bounds].count("review") == 1


@pytest.mark.parametrize(
    ("printed", "registry", "differs"),
    [
        ("Age >= 18 years", Registry(minimum_age=age("18")), False),
        ("Age > 17 years", Registry(minimum_age=age("18")), False),
        ("Age >= 18 years", Registry(minimum_age=age("216", "mo")), False),
        ("Age >= 18 years", Registry(minimum_age=age("21")), True),
        ("Age between 18 and 70 years", Registry(maximum_age=age("65")), True),
    ],
)
def test_ages_of_the_text_and_of_the_registry(printed: str, registry: Registry, differs: bool) -> None:
    assert ("registry_disagrees" in found(f"Inclusion Criteria:\n\n1. {printed}\n", registry)) is differs


def test_registry_criteria_only_for_what_the_text_leaves_out() -> None:
    registry = Registry(
        minimum_age=age("18"), maximum_age=age("75"), sex=RegistrySex(value="female", printed="FEMALE", field="sex")
    )
    document = replace(
        document_from_text("Inclusion Criteria:\n\n1. Age >= 18 years\n", trial_id="T1"), registry=registry
    )
    added = normalize(document).criteria[1:]
    assert [(c.id, c.atoms[0].subject, c.field, c.span) for c in added] == [
        ("T1/R01", "age", "ages", None), ("T1/R02", "female sex", "sex", None),
    ]  # fmt: skip
    bound = added[0].atoms[0].bounds[0]
    assert (bound.comparator, bound.low, bound.high, bound.quote) == ("<=", None, Decimal(75), "")


def test_ordered_pairs_are_of_two_things() -> None:
    assert ordered_pairs()
    assert all(lesser != greater for lesser, greater in ordered_pairs())
