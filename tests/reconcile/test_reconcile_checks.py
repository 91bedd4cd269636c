from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from normalizer.model import Atom, BlockContext, Criterion, Draft, Grade, Limit, Modifier, Provenance, Reading, Time
from normalizer.pipeline import prepare, settle
from normalizer.reconcile import Case, run_checks
from normalizer.sources import document_from_text

if TYPE_CHECKING:
    from normalizer.model.draft import Bound

BY = Provenance(extractor="hand", version="1")


def context(text: str, kind: str = "inclusion") -> BlockContext:
    document = document_from_text(f"{kind.title()} Criteria:\n\n1. {text}\n", trial_id="T1")
    _, contexts = prepare(document)
    assert len(contexts) == 1
    return contexts[0]


def limit(quote: str, **fields: object) -> Limit:
    return Limit(**{"slot": "value", "quote": quote, **fields})  # type: ignore[arg-type]


def time(quote: str, **fields: object) -> Time:
    return Time(**{"slot": "window", "quote": quote, **fields})  # type: ignore[arg-type]


def atom(subject: str, quote: str, *bounds: Bound, type_: str = "measurement", modifiers: tuple[Modifier, ...] = (),
         id_: str = "a1") -> Atom:  # fmt: skip
    return Atom(
        id=id_, type=type_, subject=subject, quote=quote, modifiers=modifiers,  # type: ignore[arg-type]
        limits=tuple(b for b in bounds if isinstance(b, Limit)),
        times=tuple(b for b in bounds if isinstance(b, Time)),
        grades=tuple(b for b in bounds if isinstance(b, Grade)),
    )  # fmt: skip


def reading(*atoms: Atom, logic: str = "a1", **fields: object) -> Reading:
    return Reading(block_id="I01", draft=Draft(atoms=atoms, logic=logic), provenance=BY, **fields)  # type: ignore[arg-type]


def codes(text: str, *atoms: Atom, logic: str = "a1", kind: str = "inclusion") -> set[str]:
    return {note.finding.code for note in run_checks(Case.of(context(text, kind), reading(*atoms, logic=logic)))}


LIPASE = "Lipase <= 3 x ULN"
SODIUM = "Serum sodium between 130 and 150 mmol/L"
GOOD = limit("between 130 and 150 mmol/L", comparator="between", low="130", high="150", unit="mmol/L")


def test_a_right_reading_has_no_findings() -> None:
    assert codes(SODIUM, atom("sodium", "Serum sodium", GOOD)) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"comparator": "outside"}, "comparator_contradicted"),
        ({"high": "155"}, "number_not_in_quote"),
        ({"low": "150", "high": "130"}, "range_reversed"),
        ({"unit": "mmol"}, "unit_contradicted"),
        ({"unit": "mg/dL"}, "number_not_in_quote"),
        ({"reference": "uln"}, "reference_contradicted"),
        ({"quote": "between 120 and 150 mmol/L"}, "quote_not_found"),
        ({"slot": "count"}, "unit_kind_mismatch"),
        ({"comparator": None}, "comparator_missing"),
        ({"low": None, "high": None}, "number_missing"),
    ],
)
def test_each_corrupted_field_is_found(changes: dict[str, object], code: str) -> None:
    assert code in codes(SODIUM, atom("sodium", "Serum sodium", replace(GOOD, **changes)))  # type: ignore[arg-type]


def test_a_number_that_no_bound_claims_is_unclaimed() -> None:
    assert codes(SODIUM, atom("sodium", "Serum sodium")) == {"numeral_unclaimed"}


def test_a_numeral_claimed_as_two_things() -> None:
    text = "Stable dose of warfarin for at least 3 months before screening"
    quote = "for at least 3 months"
    length = time(quote, slot="duration", comparator=">=", low="3", unit="months")
    window = time(quote, slot="window", comparator=">=", low="3", unit="months")
    found = codes(text, atom("warfarin", "warfarin", length, window, type_="treatment"))
    assert "numeral_claimed_twice" in found


def test_a_shared_bound_is_claimed_once() -> None:
    text = "Lipase and amylase <= 3 x ULN"
    shared = limit("<= 3 x ULN", comparator="<=", high="3", reference="uln")
    atoms = atom("lipase", "Lipase", shared), atom("amylase", "amylase", shared, id_="a2")
    assert codes(text, *atoms, logic="all(a1, a2)") == set()


@pytest.mark.parametrize(
    ("subject", "quote", "code"),
    [
        ("hemoglobin", "Lipase", "subject_not_grounded"),
        ("unspecified", "Lipase", "subject_missing"),
        ("lipase", "Amylase", "quote_not_found"),
    ],
)
def test_a_subject_must_be_named(subject: str, quote: str, code: str) -> None:
    bound = limit("<= 3 x ULN", comparator="<=", high="3", reference="uln")
    assert code in codes(LIPASE, atom(subject, quote, bound))


@pytest.mark.parametrize(
    ("text", "bound", "subject", "code"),
    [
        ("Hemoglobin >= 90 g/dL", limit(">= 90 g/dL", comparator=">=", low="90", unit="g/dL"), "hemoglobin",
         "implausible_value"),
        ("Hemoglobin >= 90 mmHg", limit(">= 90 mmHg", comparator=">=", low="90", unit="mmHg"), "hemoglobin",
         "unit_kind_mismatch"),
        ("Creatinine <= 2", limit("<= 2", comparator="<=", high="2"), "creatinine", "unit_missing"),
    ],
)  # fmt: skip
def test_levels_that_cannot_be(text: str, bound: Limit, subject: str, code: str) -> None:
    assert code in codes(text, atom(subject, text.partition(" ")[0], bound))


@pytest.mark.parametrize(
    ("second", "unit", "code"), [("> 90 mmHg", "mmHg", "unit_implied"), ("> 12 kPa", "kPa", "unit_missing")]
)
def test_a_level_without_a_unit_beside_one_with_a_unit(second: str, unit: str, code: str) -> None:
    text = f"Systolic blood pressure > 150 or diastolic blood pressure {second}"
    first = limit("> 150", comparator=">", low="150")
    other = limit(second, comparator=">", low=second.split()[1], unit=unit)
    atoms = (
        atom("systolic blood pressure", "Systolic blood pressure", first),
        atom("diastolic blood pressure", "diastolic blood pressure", other, id_="a2"),
    )
    found = codes(text, *atoms, logic="any(a1, a2)")
    assert found & {"unit_implied", "unit_missing"} == {code}


def test_a_bare_level_beside_a_multiple_may_be_one() -> None:
    text = "Lipase > 200 or amylase > 3 x ULN"
    bare, multiple = limit("> 200", comparator=">", low="200"), limit("> 3 x ULN", comparator=">", low="3",
                                                                      reference="uln")  # fmt: skip
    atoms = (atom("lipase", "Lipase", bare), atom("amylase", "amylase", multiple, id_="a2"))
    assert "unit_missing" in codes(text, *atoms, logic="any(a1, a2)")


@pytest.mark.parametrize("subject", ["each month", "every single week", "e.g."])
def test_words_of_time_or_manner_name_nothing(subject: str) -> None:
    text = f"Seizures, more than 4 in {subject}"
    bound = limit("more than 4", slot="count", comparator=">", low="4")
    assert "subject_missing" in codes(text, atom(subject, subject, bound))


def test_half_a_joint_is_no_count() -> None:
    bound = limit(">= 2.5", slot="count", comparator=">=", low="2.5")
    assert "implausible_value" in codes("Swollen joints >= 2.5", atom("swollen joint", "Swollen joints", bound))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Fracture within 9 weeks (63 days) before screening", "restated_time"),
        ("Fracture within a minimum of 9 weeks before screening", "comparator_damaged"),
    ],
)
def test_words_beside_a_time(text: str, code: str) -> None:
    first = "within 9 weeks" if "(" in text else "within a minimum of 9 weeks"
    times = [time(first, comparator="<=", high="9", unit="weeks", direction="before", anchor="screening")]
    if "(" in text:
        times.append(time("63 days", comparator="<=", high="63", unit="days", direction="before", anchor="screening"))
    assert code in codes(text, atom("fracture", "Fracture", *times, type_="condition"), kind="exclusion")


@pytest.mark.parametrize(
    ("printed", "fields", "doubtful"),
    [
        ("= 440 ms", {"low": "440", "unit": "ms"}, True),  # a registry that turns ≥ into = does so everywhere
        ("= 2.5 x ULN", {"low": "2.5", "reference": "uln"}, True),
        ("= 60", {"low": "60"}, False),
        ("exactly 440 ms", {"low": "440", "unit": "ms"}, False),
    ],
)
def test_an_exact_level_is_doubted(printed: str, fields: dict[str, str], *, doubtful: bool) -> None:
    bound = limit(printed, comparator="=", **fields)
    assert ("comparator_damaged" in codes(f"Lipase {printed}", atom("lipase", "Lipase", bound))) == doubtful


@pytest.mark.parametrize(("behind", "unread"), [("/mm2", True), (" / foo", True), ("", False), (" or lower", False)])
def test_a_unit_below_a_line_is_not_passed_over(behind: str, unread: bool) -> None:
    bound = limit("< 90", comparator="<", high="90")
    assert ("unit_unknown" in codes(f"Lipase < 90{behind}", atom("lipase", "Lipase", bound))) == unread


@pytest.mark.parametrize(
    ("logic", "code"),
    [("all(a1, a9)", "logic_error"), ("all(a1", "logic_error"), ("", "logic_error"), ("permit(a1)", "mixed_polarity")],
)
def test_logic(logic: str, code: str) -> None:
    assert code in codes("Asthma is allowed", atom("asthma", "Asthma", type_="condition"), logic=logic)


def test_a_requirement_among_exclusions() -> None:
    text = "Patients must have stopped lithium."
    treated = atom("lithium", "lithium", type_="treatment")
    assert codes(text, treated, kind="exclusion") == {"polarity_doubtful"}
    assert codes(text, treated, logic="not(a1)", kind="exclusion") == {"mixed_polarity"}


def test_a_list_of_another_length_than_announced() -> None:
    text = "Two of the following four: fever; rash"
    heading = atom("criterion", "Two of the following four", limit("Two", slot="count", low="Two"), type_="heading")
    others = [atom(name, name, type_="condition", id_=f"a{n}") for n, name in enumerate(("fever", "rash"), 2)]
    assert "count_mismatch" in codes(text, heading, *others, logic="atleast(a1, a2, a3)")


def settled(text: str, *readings: Reading) -> Criterion:
    document = document_from_text(f"Inclusion Criteria:\n\n1. {text}\n", trial_id="T1")
    segmentation, contexts = prepare(document)
    return settle(document, segmentation, contexts, {contexts[0].block.id: readings}).criteria[0]


RIGHT = reading(atom("sodium", "Serum sodium", GOOD))
WRONG = reading(atom("sodium", "Serum sodium", replace(GOOD, comparator="outside")))
EMPTY = reading(logic="")
FAILED = reading(logic="", failure="no answer")


@pytest.mark.parametrize(
    ("readings", "status", "found"),
    [
        ((RIGHT,), "checked", set()),
        ((RIGHT, RIGHT), "verified", set()),
        ((RIGHT, WRONG), "review", {"readings_differ"}),
        ((RIGHT, EMPTY), "review", {"readings_differ"}),
        ((RIGHT, FAILED), "checked", {"second_reading_failed"}),
        ((FAILED, RIGHT), "checked", {"second_reading_failed"}),
        ((FAILED,), "failed", {"numeral_unclaimed"}),
    ],
)
def test_two_readings(readings: tuple[Reading, ...], status: str, found: set[str]) -> None:
    criterion = settled(SODIUM, *readings)
    bounds = [bound for one in criterion.atoms for bound in one.bounds]
    assert criterion.status == status
    assert {f.code for f in (*criterion.findings, *(f for b in bounds for f in b.findings))} == found


def test_a_repair_counts_only_where_it_touches_the_bound() -> None:
    text = "Platelets >= 80 x109/L and age >= 30 years"
    damaged = limit(">= 80 x109/L", comparator=">=", low="80", unit="x109/L")
    aged = limit(">= 30 years", comparator=">=", low="30", unit="years")
    first, second = (
        atom("platelet count", "Platelets", damaged),
        atom("age", "age", aged, type_="demographic", id_="a2"),
    )
    criterion = settled(text, reading(first, second, logic="all(a1, a2)"))
    assert [one.bounds[0].status for one in criterion.atoms] == ["repaired", "checked"]
    assert criterion.status == "repaired"
    assert [repair.rule for repair in criterion.repairs] == ["exponent"]


def test_text_only_needs_consent_or_judgement_alone() -> None:
    assert settled("Written consent", reading(atom("consent", "consent", type_="consent"))).status == "text_only"
    assert settled("Known asthma", reading(atom("asthma", "asthma", type_="condition"))).status == "checked"
