from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.model.draft import Atom, Draft, Limit, Time
from normalizer.text import PlacedDraft, clean, fold, place

if TYPE_CHECKING:
    from normalizer.model.span import Span


def draft(*atoms: tuple[str, ...]) -> Draft:
    """Build a draft of (quote, bound quotes ...) rows."""
    return Draft(
        atoms=tuple(
            Atom(
                id=f"a{i}",
                type="measurement",
                subject=quote.lower(),
                quote=quote,
                limits=tuple(Limit(slot="value", quote=bound) for bound in bounds),
            )
            for i, (quote, *bounds) in enumerate(atoms, 1)
        )
    )


def start(span: Span | None) -> int | None:
    return None if span is None else span.start


def where(placed: PlacedDraft) -> list[tuple[int | None, list[int | None]]]:
    return [(start(atom.span), [start(bound.span) for bound in atom.bounds]) for atom in placed.atoms]


@pytest.mark.parametrize(
    ("text", "atoms", "expected"),
    [
        # 0123456789 123456789 123456789 123456789
        ("AST ≥3.0; ALT ≥3.0", [("AST", "≥3.0"), ("ALT", "≥3.0")], [(0, [4]), (10, [14])]),
        ("AST and ALT ≤3", [("AST", "≤3"), ("ALT", "≤3")], [(0, [12]), (8, [12])]),
        (
            "AST and ALT ≤3, TBIL and GGT ≤3",
            [("AST", "≤3"), ("ALT", "≤3"), ("TBIL", "≤3"), ("GGT", "≤3")],
            [(0, [12]), (8, [12]), (16, [29]), (25, [29])],
        ),
        ("AST ≤3 (≤5 if metastases)", [("AST", "≤3"), ("AST", "≤5"), ("metastases",)], [(0, [4]), (0, [8]), (14, [])]),
        (
            "AST ≤3 (≤5 if metastases), raised AST is a sign",
            [("AST", "≤3"), ("AST", "≤5")],
            [(0, [4]), (0, [8])],
        ),
        ("ANC ≥1 now, ANC ≥2 later", [("ANC", "≥1"), ("ANC", "≥2")], [(0, [4]), (12, [16])]),
        ("WBC ≥3, ANC (neutrophil count) ≥3", [("WBC", "≥3"), ("ANC", "≥3")], [(0, [4]), (8, [31])]),
        ("creatinine clearance ≥60 or creatinine ≤2", [("creatinine clearance", "≥60"), ("creatinine", "≤2")],
         [(0, [21]), (28, [39])]),
        ("at least 2 relapses or at least 2 flares", [("relapses", "at least 2"), ("flares", "at least 2")],
         [(11, [0]), (34, [23])]),
        ("≥2 weeks apart, titre ≥2", [("apart", "≥2 weeks"), ("titre", "≥2")], [(9, [0]), (16, [22])]),
        ("ALT \\<3", [("ALT", "<3")], [(0, [4])]),
        ("ALT <3", [("AST", "<3", ">5")], [(None, [4, None])]),
    ],
)  # fmt: skip
def test_places(text: str, atoms: list[tuple[str, ...]], expected: list[tuple[int | None, list[int | None]]]) -> None:
    assert where(place(text, draft(*atoms))) == expected


def test_repeat_takes_its_place_among_its_neighbours() -> None:
    text = "ALT ≤5; TBIL ≤3 (≤5 in Gilbert); GGT ≤5"
    placed = place(text, draft(("ALT", "≤5"), ("TBIL", "≤3"), ("TBIL", "≤5"), ("Gilbert",), ("GGT", "≤5")))
    assert where(placed) == [(0, [4]), (8, [13]), (8, [17]), (23, []), (33, [37])]
    assert [atom.repeats for atom in placed.atoms] == [False, False, True, False, False]


def test_equally_near_is_ambiguous() -> None:
    text = "TBIL ≤3 (≤5 or ≤5 in Gilbert)"
    placed = place(text, draft(("TBIL", "≤3"), ("TBIL", "≤5"), ("Gilbert",)))
    assert [bound.ambiguous for atom in placed.atoms for bound in atom.bounds] == [False, True]
    placed = place("ALT ≤5; ALT ≤5", draft(("ALT", "≤5"), ("ALT", "≤5")))
    assert not any(bound.ambiguous for atom in placed.atoms for bound in atom.bounds)


def test_bounds_keep_the_order_of_the_atom() -> None:
    time = Time(slot="window", quote="within 2 weeks")
    limit = Limit(slot="value", quote="≥5")
    atom = Atom(id="a1", type="measurement", subject="alt", quote="ALT", limits=(limit,), times=(time,))
    placed = place("ALT within 2 weeks ≥5", Draft(atoms=(atom,), logic="a1")).atoms[0]
    assert [bound.bound for bound in placed.bounds] == [limit, time]
    assert [start(bound.span) for bound in placed.bounds] == [19, 4]


WORDS = st.sampled_from(["AST", "ALT", "≤3", "≤5", ",", ";", "(", ")", "or", "\\<2", "\n", "≥1.5", "≥1"])


@given(
    st.lists(WORDS, max_size=20).map(" ".join),
    st.lists(st.tuples(WORDS, WORDS) | st.tuples(WORDS) | st.tuples(WORDS, WORDS, WORDS), max_size=8),
)
def test_every_span_reads_its_quote(text: str, atoms: list[tuple[str, ...]]) -> None:
    placed = place(text, draft(*atoms))
    users: dict[str, list[tuple[int, int]]] = {}
    for atom in placed.atoms:
        for quote, span in [(atom.atom.quote, atom.span), *((b.bound.quote, b.span) for b in atom.bounds)]:
            assert (span is None) == (fold(clean(quote).text) not in fold(clean(text).text) or not quote.strip())
            if span is not None:
                assert fold(clean(span.of(text)).text) == fold(clean(quote).text)
        for bound in atom.bounds:
            if bound.span is not None:
                users.setdefault(bound.bound.quote, []).append((bound.span.start, bound.span.end))
    for spans in users.values():
        assert spans == sorted(spans)
