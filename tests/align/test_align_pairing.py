from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.align import align, differences, overlapping
from normalizer.model.draft import Atom, Bound, Draft, Grade, Limit, Time
from normalizer.model.span import Span
from normalizer.text import place


def limit(quote: str, **fields: object) -> Limit:
    return Limit(**{"slot": "value", "quote": quote, **fields})  # type: ignore[arg-type]


def atom(subject: str, quote: str, *limits: Limit) -> Atom:
    return Atom(id="a1", type="measurement", subject=subject, quote=quote, limits=limits)


def pairs(text: str, left: list[Atom], right: list[Atom]) -> list[tuple[str, str, list[str]]]:
    found = align(place(text, Draft(atoms=tuple(left))).atoms, place(text, Draft(atoms=tuple(right))).atoms)
    return [(pair.left.subject, pair.right.subject, sorted(pair.differs)) for pair in found.bounds]


def test_subject_breaks_the_tie_of_coordination() -> None:
    text = "lipase and amylase <= 4 x ULN"
    shared = limit("<= 4 x ULN", comparator="<=", high="4", reference="uln")
    left = [atom("lipase", "lipase", shared), atom("amylase", "amylase", shared)]
    right = [atom("amylase", "amylase", shared), atom("lipases and more", "lipase", shared)]
    assert pairs(text, left, right) == [
        ("lipase", "lipases and more", ["subject"]),
        ("amylase", "amylase", []),
    ]


def test_number_decides_before_subject() -> None:
    text = "BP >= 152/94 mmHg"
    high, low = (limit(">= 152/94 mmHg", comparator=">=", low=low, unit="mmHg") for low in ("152", "94"))
    left = [atom("systolic blood pressure", "BP", high), atom("diastolic blood pressure", "BP", low)]
    right = [atom("diastolic blood pressure", "BP", high), atom("systolic blood pressure", "BP", low)]
    assert [differs for _, _, differs in pairs(text, left, right)] == [["subject"], ["subject"]]


def test_overlap_is_needed() -> None:
    text = "ferritin > 40, later ferritin > 40 again"
    one = place(text, Draft(atoms=(atom("ferritin", "ferritin", limit("> 40", comparator=">", low="40")),))).atoms
    moved = place(" " * 20 + text, Draft(atoms=(one[0].atom,))).atoms
    found = align(one, moved)
    assert found.bounds == ()
    assert len(found.left_only) == len(found.right_only) == 1


def test_an_atom_without_bounds_is_paired_by_its_characters() -> None:
    text = "gout, uveitis"
    left = [Atom(id="a1", type="condition", subject=name, quote=name) for name in ("gout", "uveitis")]
    found = align(place(text, Draft(atoms=tuple(left))).atoms, place(text, Draft(atoms=(left[1],))).atoms)
    assert found.atoms == ((1, 0),)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (limit("q", low="1,800"), limit("q", low="1800"), set()),
        (limit("q", low="five"), limit("q", high="5"), set()),
        (limit("q", reference="uln"), limit("q", low="1", reference="uln"), set()),
        (limit("q", low="5", unit="mg/dl"), limit("q", low="5", unit="mg/dL"), set()),
        (limit("q", low="5", unit="mg/dL"), limit("q", low="5"), {"unit"}),
        (limit("q", low="5", unit="wibbles"), limit("q", low="5", unit="Wib bles"), set()),
        (limit("q", low="5", unit="wibbles"), limit("q", low="5", unit="g"), {"unit"}),
        (limit("q", low="3", high="9"), limit("q", low="3"), {"number"}),
        (limit("q", low="2"), Grade(scale="ECOG", quote="q", values=("2",)), {"slot"}),
        (Grade(scale="ECOG", quote="q", values=("0", "1")), Grade(scale="ecog", quote="q", values=("1", "0")), set()),
        (limit("q", low="5", offset="4 s"), limit("q", low="5", offset="4s"), set()),
        (
            Time(slot="window", quote="q", high="5", anchor="visit"),
            Time(slot="window", quote="q", high="5", direction="after"),
            {"anchor", "direction"},
        ),
    ],
)  # fmt: skip
def test_fields_are_compared_by_their_meaning(one: Bound, other: Bound, expected: set[str]) -> None:
    assert differences(one, other, "sodium", "Sodium") == expected
    assert differences(other, one, "Sodium", "sodium") == expected


spans = st.lists(
    st.none() | st.builds(lambda start, length: Span(start, start + length), st.integers(0, 40), st.integers(0, 9)),
    max_size=12,
)


@given(left=spans, right=spans)
def test_sweep_finds_exactly_the_overlapping_pairs(left: list[Span | None], right: list[Span | None]) -> None:
    expected = {
        (a, b)
        for a, one in enumerate(left)
        for b, other in enumerate(right)
        if one is not None
        and other is not None
        and one.start < one.end
        and other.start < other.end
        and one.overlaps(other)
    }
    found = list(overlapping(left, right))
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_work_grows_with_the_pairs_not_with_the_square() -> None:
    count = 20_000
    row = [Span(10 * at, 10 * at + 5) for at in range(count)]
    assert sum(1 for _ in overlapping(row, row)) == count
