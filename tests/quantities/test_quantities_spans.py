"""Quotes, values, findings and repairs of single Mentions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from normalizer.quantities import read

QUOTES = [
    ("stroke within 20 days before biopsy", ["within 20 days"]),
    ("no stroke in the last 45 days", ["in the last 45 days"]),
    ("FVC ≥ 52% of predicted value at rest", ["≥ 52% of predicted value"]),
    ("DLCO falls by ≥ 14% in 8 months", ["falls by ≥ 14%", "8 months"]),
    ("aged 16 years or older", ["16 years or older"]),
    ("more than 3 exacerbations per year", ["more than 3 exacerbations per year"]),
    ("BP ≥ 158/96 mmHg at rest", ["≥ 158/96 mmHg", "≥ 158/96 mmHg"]),
    ("hemoglobin ≥ 8.8 g/dL (88 g/L)", ["≥ 8.8 g/dL", "≥ 8.8 g/dL (88 g/L"]),
    ("bilirubin ≤ 1.5 x upper limit of normal (ULN)", ["≤ 1.5 x upper limit of normal (ULN)"]),
    ("pulse < 52 or > 104 bpm", ["< 52 or > 104 bpm"]),
    ("within 5 weeks or 4 half-lives of dosing", ["within 5 weeks", "within 5 weeks or 4 half-lives"]),
    ("tumour stage III or IV", ["stage III or IV"]),
    ("ECOG 0-1", ["0-1"]),
    ("at least two of the following", ["at least two"]),
    ("QTcF must not exceed 455 (men) or 465 (women) ms", ["not exceed 455 (men) or 465 (women) ms"] * 2),
]

VALUES = [
    ("1,500 cells", "1500", ("1.500",)),
    ("100,000 cells", "100000", ()),
    ("100.000 cells", "100000", ("100.000",)),
    ("1.500 cells", "1.500", ("1500",)),
    ("1.000.000 cells", "1000000", ()),
    ("12 500 cells", "12500", ()),
    ("3,5 g/dL", "3.5", ()),
    ("0,125 mg", "0.125", ()),
    (".5 mg", "0.5", ()),
    ("1.0x10^4 copies/mL", "1.0E+4", ()),
    ("10^6 copies/mL", "1E+6", ()),
    ("titer 1:80", "80", ()),
    ("twenty-four months", "24", ()),
    ("two hundred mg", "200", ()),
    ("one and a half years", "1.5", ()),
    ("1.2 million IU", "1200000", ()),
    ("twice", "2", ()),
    ("2 1/2 tablets", "2.5", ()),
]


@pytest.mark.parametrize(("text", "quotes"), QUOTES)
def test_quote_is_the_shortest_text_with_comparator_number_and_unit(text: str, quotes: list[str]) -> None:
    assert [mention.span.of(text) for mention in read(text)] == quotes


@pytest.mark.parametrize(("text", "value", "alternatives"), VALUES)
def test_number_keeps_its_value_and_its_other_readings(text: str, value: str, alternatives: tuple[str, ...]) -> None:
    number = read(text)[0].low
    assert number is not None
    assert number.value == Decimal(value)
    assert number.alternatives == tuple(Decimal(other) for other in alternatives)


def test_lost_superscript_is_a_finding_and_a_repair() -> None:
    text = "platelets > 85x109/L"
    (mention,) = read(text)
    assert [finding.code for finding in mention.findings] == ["exponent_damaged"]
    assert [(repair.before, repair.after, repair.span.of(text)) for repair in mention.repairs] == [
        ("x109/L", "10*9/L", "x109/L")
    ]


def test_question_mark_in_place_of_the_comparator_is_found() -> None:
    (mention,) = read("eGFR ? 38 mL/min")
    assert (mention.comparator, [finding.code for finding in mention.findings]) == (None, ["comparator_damaged"])


def test_number_glued_to_a_function_word_is_still_read() -> None:
    mention = read("aged over18 years")[0]
    assert (mention.kind, [finding.code for finding in mention.findings]) == ("amount", ["number_glued"])


def test_reversed_range_is_found() -> None:
    assert [finding.code for finding in read("from 9 to 3 mg")[0].findings] == ["range_reversed"]


def test_half_open_range_is_two_bounds_with_one_unit() -> None:
    first, second = read("aged 3 to < 9 years")
    assert (first.comparator, second.comparator) == (">=", "<")
    assert first.unit == second.unit


def test_ends_with_different_units_are_two_bounds() -> None:
    first, second = read("children aged 6 months to 4 years")
    assert [(m.comparator, m.unit.code) for m in (first, second) if m.unit] == [(">=", "mo"), ("<=", "a")]


def test_number_in_words_and_digits_is_counted_once() -> None:
    text = "eighteen (18) years of age"
    (mention,) = read(text)
    assert [span.of(text) for span in mention.numerals] == ["eighteen", "18"]


def test_numerals_inside_a_unit_belong_to_the_quantity() -> None:
    text = "eGFR < 32 mL/min/1.73 m2"
    (mention,) = read(text)
    assert [span.of(text) for span in mention.numerals] == ["32", "1", "73", "2"]


def test_text_without_quantities_has_no_mentions() -> None:
    assert read("Willing to sign the form; no allergy to latex.") == ()
