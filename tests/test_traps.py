"""The damage of the five seed pages: each class ends in the finding, the repair or the reading that it must end in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from normalizer.pipeline import normalize
from normalizer.sources import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model import Criterion, NormalizedTrial, PublishedBound

SEEDS = Path(__file__).parents[1] / "seeds"


@cache
def page(number: int) -> NormalizedTrial:
    path = sorted(SEEDS.glob("*.txt"))[number]
    return normalize(next(iter(load(path))))


def criterion(number: int, name: str) -> Criterion:
    return next(one for one in page(number).criteria if one.id.endswith(f"/{name}"))


def bounds(number: int, name: str) -> Iterator[tuple[str, PublishedBound]]:
    for atom in criterion(number, name).atoms:
        for bound in atom.bounds:
            yield atom.subject, bound


def codes(one: Criterion) -> set[str]:
    return {
        f.code for f in (*one.findings, *(f for atom in one.atoms for bound in atom.bounds for f in bound.findings))
    }


@pytest.mark.parametrize(
    ("number", "name", "code", "review"),
    [
        pytest.param(0, "I01", "inline_items_split", False, id="list number survives inside a line"),
        pytest.param(0, "I20", "implausible_pair", True, id="values of two flows swapped"),
        pytest.param(0, "E11", "mixed_polarity", False, id="permission among exclusions"),
        pytest.param(1, "I01", "list_number_missing", False, id="first item of inclusion lost"),
        pytest.param(1, "E01", "list_number_missing", False, id="first item of exclusion lost"),
        pytest.param(1, "I06", "inline_items_split", False, id="nested and outer items merged"),
        pytest.param(1, "I09", "heading_lost", True, id="inclusion cohort heading lost"),
        pytest.param(1, "I17", "list_number_missing", True, id="items one to four of a cohort lost"),
        pytest.param(1, "I19", "inline_items_split", False, id="items inline without a blank after the number"),
        pytest.param(1, "E12", "inline_items_split", False, id="outer numbering resumes on one line"),
        pytest.param(1, "E14", "cohort_inferred", True, id="exclusion cohort heading lost"),
        pytest.param(1, "E34", "inline_items_split", False, id="exclusions of a cohort inline"),
        pytest.param(1, "E06", "polarity_doubtful", True, id="stray requirement among exclusions"),
        pytest.param(1, "E25", "comparator_missing", True, id="comparator of a count lost"),
        pytest.param(1, "I16", "comparator_missing", True, id="bare percentages of a decline"),
        pytest.param(2, "I03", "exponent_damaged", True, id="superscript of a power of ten lost"),
        pytest.param(2, "I03", "repeated_bound", True, id="limit printed twice"),
        pytest.param(2, "I12", "items_joined", True, id="items joined by a note that refers to their numbers"),
        pytest.param(2, "I12", "comparator_missing", True, id="decline without comparator"),
        pytest.param(2, "I15", "unbalanced_bracket", True, id="bracket closes twice"),
        pytest.param(3, "E02", "unbalanced_bracket", False, id="bracket never opened"),
        pytest.param(4, "I02", "level_promoted", False, id="nested list promoted to the outer level"),
        pytest.param(4, "I03", "inline_items_split", False, id="true item inline behind a promoted one"),
        pytest.param(4, "I19", "level_promoted", True, id="definition's criteria promoted"),
        pytest.param(4, "I19", "unbalanced_bracket", True, id="roman item's bracket closed but not opened"),
        pytest.param(4, "E11", "inline_items_split", False, id="eleven exclusions on one line"),
        pytest.param(4, "E12", "list_number_missing", False, id="printed two is the twelfth"),
        pytest.param(4, "E18", "comparator_missing", True, id="grade as a bare level"),
    ],
)
def test_damage_ends_in_a_finding(number: int, name: str, code: str, review: bool) -> None:
    found = criterion(number, name)
    assert code in codes(found)
    if review:
        assert found.status == "review"


@pytest.mark.parametrize(
    ("number", "name", "after"),
    [
        pytest.param(1, "I12", "telitacicept", id="drug, mistranslated"),
        pytest.param(1, "E03", "granulocyte colony-stimulating factor", id="drug class, broken in two"),
        pytest.param(1, "E03", "plerixafor", id="drug, misheard"),
        pytest.param(1, "E05", "kostmann syndrome", id="eponym, misspelt"),
        pytest.param(1, "E05", "shwachman-diamond syndrome", id="two eponyms, misspelt"),
        pytest.param(1, "E15", "thrombotic microangiopathy", id="condition, mistranslated"),
        pytest.param(1, "E20", "new york heart association functional class", id="scale, mistranslated"),
        pytest.param(1, "E28", "gastric antral vascular ectasia", id="finding, mistranslated"),
        pytest.param(1, "I11", "british isles lupus assessment group index", id="instrument, misspelt"),
        pytest.param(2, "I15", "muscle enzyme", id="analyte, mistranslated"),
        pytest.param(2, "E05", "immunodeficiency", id="immunodeficiency, mistranslated"),
        pytest.param(3, "I04", "aspartate aminotransferase", id="enzyme read as a herb"),
        pytest.param(3, "E02", "neuropsychiatric lupus", id="condition, contracted"),
        pytest.param(3, "E04", "vasopressor", id="drug class, reversed"),
        pytest.param(4, "I05", "sjögren's syndrome", id="syndrome, literal"),
        pytest.param(4, "I07", "mycophenolate mofetil", id="drug, garbled"),
        pytest.param(4, "I02", "international normalized ratio", id="ratio, mistranslated"),
        pytest.param(4, "E01", "tocilizumab", id="antibody, garbled"),
    ],
)
def test_damaged_names_are_repaired_openly(number: int, name: str, after: str) -> None:
    found = criterion(number, name)
    assert "name_mistranslated" in codes(found)
    repair = next(one for one in found.repairs if one.after == after)
    assert repair.rule == "vocabulary"
    assert repair.span.of(page(number).document.text) == repair.before != after


def test_lost_superscripts_are_repaired_openly() -> None:
    repairs = [one for one in criterion(2, "I03").repairs if one.rule == "exponent"]
    assert [one.after for one in repairs] == ["10*9/L", "10*9/L"]
    assert {bound.unit for _, bound in bounds(2, "I03") if bound.unit_printed and "109" in bound.unit_printed} == {
        "10*9/L"
    }


@pytest.mark.parametrize("number", [1, 2])
def test_text_that_stands_twice_is_noted(number: int) -> None:
    assert "repeated_text" in {finding.code for finding in page(number).findings}


def test_ages_only_in_the_fields_become_registry_criteria() -> None:
    added = [one for one in page(0).criteria if one.block_id is None]
    text = page(0).document.text
    assert [one.id.rpartition("/")[2] for one in added] == ["R01", "R02"]
    limits = [one.atoms[0].bounds[0] for one in added]
    assert [(one.comparator, str(one.low or one.high)) for one in limits] == [(">=", "18"), ("<=", "65")]
    assert all(one.span is not None and one.span.of(text) == one.quote for one in limits)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_ages_that_the_text_states_are_not_repeated(number: int) -> None:
    assert all(one.block_id is not None for one in page(number).criteria)


def test_a_page_without_an_id_says_so() -> None:
    assert "no_trial_id" in {finding.code for finding in page(3).findings}


@pytest.mark.parametrize("number", range(5))
def test_every_numeral_and_character_is_accounted_for(number: int) -> None:
    coverage = page(number).coverage
    assert coverage.numerals_unclaimed == 0
    assert coverage.tiled_characters == coverage.section_characters
    assert len(coverage.numerals) == len({claim.span for claim in coverage.numerals})


@pytest.mark.parametrize("number", range(5))
def test_years_names_and_versions_are_no_bounds(number: int) -> None:
    for one in page(number).criteria:
        for atom in one.atoms:
            for bound in atom.bounds:
                assert {bound.low_printed, bound.high_printed}.isdisjoint(
                    {"2019", "2013", "2017", "2012", "2016", "2006"}
                )


@pytest.mark.parametrize("number", range(5))
def test_escapes_leave_quotes_as_printed(number: int) -> None:
    text = page(number).document.text
    for one in page(number).criteria:
        for atom in one.atoms:
            for bound in atom.bounds:
                if bound.span is not None:
                    assert bound.span.of(text) == bound.quote


def test_above_the_normal_range_is_above_its_upper_limit() -> None:
    found = criterion(3, "E08")
    bounds = [bound for atom in found.atoms for bound in atom.bounds]
    assert [(b.comparator, b.reference, str(b.low), b.implied) for b in bounds] == [(">", "uln", "1", True)] * 2
