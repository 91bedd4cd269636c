from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from facts_trial import TRIAL, trial_of

from normalizer.facts import COLUMNS, Row, rows
from normalizer.model import Canonical, PublishedAtom, PublishedBound, Span


def test_columns_are_the_contract() -> None:
    assert " ".join(COLUMNS) == (
        "trial_id criterion_id atom_id kind cohorts role subject code comparator low high values scale unit reference "
        "change offset restates canonical_low canonical_high canonical_unit anchor direction combine combine_id "
        "negated group branch condition exception quote start end status findings"
    )


def test_one_row_for_each_bound_with_its_characters() -> None:
    found = list(rows(TRIAL))
    assert [(row.atom_id, row.role, row.comparator) for row in found] == [
        ("a1", "value", "<="), ("a3", "value", ">="), ("a4", "window", ">="), ("a4", "window", ">="),
    ]  # fmt: skip
    for row in found:
        assert row.start is not None
        assert TRIAL.document.text[row.start : row.end] == row.quote
        assert (row.trial_id, row.criterion_id, row.kind, row.cohorts) == ("T1", "T1/I01", "inclusion", ("c1",))
        assert row.findings == ("items_joined",)


def test_units_of_references_and_titres() -> None:
    first, titre, *_ = rows(TRIAL)
    assert (first.reference, first.unit, first.canonical_high) == ("uln", "1", Decimal("1.5"))
    assert (titre.low, titre.unit) == (Decimal(80), "{titer}")


def test_what_the_logic_says_about_a_row() -> None:
    first, titre, weeks, half_lives = rows(TRIAL)
    assert (first.exception, first.condition, first.negated) == ("Gilbert syndrome", None, False)
    assert titre.exception is None
    assert weeks.negated
    assert weeks.combine_id == half_lives.combine_id == "T1/I01/a4"
    assert (weeks.anchor, half_lives.anchor) == ("other: ago", None)


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        ("when(a1, a2)", [("condition", None, None, False), ("main", "one", None, False)]),
        ("unless(a1, not(a2))", [("main", None, "two", False), ("exception", None, None, True)]),
        ("not(not(a1))", [("main", None, None, False)]),
        ("permit(a1)", [("permission", None, None, False)]),
        ("all(", [("main", None, None, False)]),
    ],
)
def test_branches(logic: str, expected: list[tuple[str, str | None, str | None, bool]]) -> None:
    quotes = {"one": "Bilirubin", "two": "Gilbert syndrome"}
    atoms = [plain("a1", "Bilirubin"), plain("a2", "Gilbert syndrome")]
    found = list(rows(trial_of(logic, *atoms)))
    shown = [(row.branch, row.condition, row.exception, row.negated) for row in found][: len(expected)]
    assert shown == [(b, quotes.get(c or ""), quotes.get(e or ""), n) for b, c, e, n in expected]


def plain(name: str, quote: str) -> PublishedAtom:
    text = trial_of("").document.text
    span = Span(text.index(quote), text.index(quote) + len(quote))
    limit = PublishedBound(role="value", quote=quote, span=span, comparator=">=", low=Decimal(1))
    return PublishedAtom(id=name, type="measurement", subject=quote, code=None, quote=quote, span=span, bounds=(limit,))


def test_group_is_the_headings_subject() -> None:
    one, two, three = (plain(f"a{n}", "titre") for n in (1, 2, 3))
    heading = replace(one, type="heading", subject="core set measure")
    found = list(rows(trial_of("atleast(a1, a2, not(a3))", heading, two, three)))
    assert [(row.group, row.negated) for row in found] == [
        (None, False), ("core set measure", False), ("core set measure", True),
    ]  # fmt: skip


def test_outside_is_two_rows_below_low_and_above_high() -> None:
    atom = plain("a1", "titre")
    limit = replace(
        atom.bounds[0], comparator="outside", low=Decimal(50), high=Decimal(120), unit="/min",
        canonical=Canonical(low=Decimal(50), high=Decimal(120), unit="/min"),
    )  # fmt: skip
    below, above = rows(trial_of("a1", replace(atom, bounds=(limit,))))
    assert (below.comparator, below.low, below.high) == ("<", None, Decimal(50))
    assert (below.canonical_low, below.canonical_high) == (None, Decimal(50))
    assert (above.comparator, above.low, above.high) == (">", Decimal(120), None)
    assert (above.canonical_low, above.canonical_high) == (Decimal(120), None)
    assert (below.quote, below.start) == (above.quote, above.start)


def test_an_exception_with_its_own_number_is_printed_in_full() -> None:
    main = plain("a1", "Bilirubin")
    text = trial_of("").document.text
    place = Span(text.index("1:80"), text.index("1:80") + 4)
    own = replace(main.bounds[0], quote="1:80", span=place)
    repeat = replace(main, id="a2", bounds=(own,))  # borrows the quote of the atom that it repeats
    first, second = rows(trial_of("unless(a1, a2)", main, repeat))
    assert (first.exception, second.branch) == ("1:80", "exception")


def test_a_registry_field_outside_the_text_has_no_place() -> None:
    limit = PublishedBound(role="value", quote="", span=None, comparator=">=", low=Decimal(18), unit="a")
    atom = PublishedAtom(id="a1", type="demographic", subject="age", code=None, quote="", span=None, bounds=(limit,))
    (row,) = rows(trial_of("a1", atom))
    assert (row.quote, row.start, row.end) == (None, None, None)


def test_a_trial_without_bounds_has_no_rows() -> None:
    assert not list(rows(trial_of("")))


def test_rows_are_immutable() -> None:
    row: Row = next(rows(TRIAL))
    with pytest.raises(AttributeError):
        row.low = Decimal(1)  # type: ignore[misc]
