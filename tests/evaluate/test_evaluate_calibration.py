"""Right answers score one, nothing scores zero, and one wrong field moves only the scores that hold it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from normalizer.evaluate.report import Report, evaluate
from normalizer.evaluate.scorers import RATES
from normalizer.evaluate.scorers.levels import LEVELS, REQUIRED

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.evaluate.gold import Gold
    from normalizer.model.criterion import Criterion, NormalizedTrial, PublishedAtom

    Perfect = Callable[[Gold], NormalizedTrial]

_ERRORS = {"silent_errors", "errors", "review_recall", "status/checked"}


def _scored(gold: Gold, trial: NormalizedTrial) -> dict[str, float | None]:
    report = evaluate([gold], {gold.trial: trial})
    return {name: report.value(name) for name in report.scores}


def _atoms(trial: NormalizedTrial, block: str, change: Callable[[Criterion], Criterion]) -> NormalizedTrial:
    return replace(trial, criteria=tuple(change(c) if c.block_id == block else c for c in trial.criteria))


def _corrupt(trial: NormalizedTrial, block: str, atom: int, bound: int, **fields: Any) -> NormalizedTrial:
    def change(criterion: Criterion) -> Criterion:
        def one(at: int, old: PublishedAtom) -> PublishedAtom:
            if at != atom:
                return old
            return replace(
                old, bounds=tuple(replace(b, **fields) if n == bound else b for n, b in enumerate(old.bounds))
            )

        return replace(criterion, atoms=tuple(one(at, old) for at, old in enumerate(criterion.atoms)))

    return _atoms(trial, block, change)


def _moved(gold: Gold, before: NormalizedTrial, after: NormalizedTrial) -> set[str]:
    """Return the scores that changed; one of which nothing is asked any more has not."""
    old, new = _scored(gold, before), _scored(gold, after)
    return {name for name, value in new.items() if value is not None and old.get(name) != value}


def test_identity_scores_one(gold: Gold, perfect: Perfect) -> None:
    scores = _scored(gold, perfect(gold))
    assert {name for name, value in scores.items() if name in RATES and value} == set()
    assert {name for name, value in scores.items() if name not in RATES and value not in (1.0, None)} == set()
    asked = {name for name, value in scores.items() if value is not None}
    assert {*LEVELS, "comparator", "unit", "anchor", "exception", "logic", "criterion_exact", "cohorts"} <= asked


def test_nothing_scores_zero(gold: Gold, perfect: Perfect) -> None:
    for trial in ({}, {gold.trial: replace(perfect(gold), criteria=())}):
        report = evaluate([gold], trial)
        for name in (*LEVELS, "segmentation_exact", "logic", "criterion_exact", "atom_found"):
            assert report.value(name) == 0.0, name
        assert report.value("silent_errors") == 1.0
        assert report.value("comparator") is None
        assert report.value("review_rate") is None


@pytest.mark.parametrize(
    ("place", "fields", "own"),
    [
        (("I01", 0, 0), {"comparator": ">"}, {"comparator"}),
        (("I01", 0, 0), {"unit_printed": "mg/mL"}, {"unit"}),
        (("I01", 0, 0), {"low_printed": "41"}, {"number", "ungrounded"}),
        (("I01", 0, 0), {"change": "increase"}, {"change"}),
        (("I01", 0, 0), {"offset": "4 s"}, {"offset"}),
        (("I01", 0, 0), {"restates": True}, {"restates"}),
        (("I01", 0, 0), {"role": "dose"}, {"slot"}),
        (("I02", 1, 0), {"reference": "uln"}, {"reference"}),
        (("I03", 0, 1), {"anchor": "screening"}, {"anchor", "window_anchor"}),
        (("I03", 0, 1), {"direction": "after"}, {"direction", "window_direction"}),
        (("I03", 0, 1), {"unit_printed": "days"}, {"unit", "window_unit"}),
        (("I03", 0, 1), {"high_printed": "8"}, {"number", "ungrounded", "window_value"}),
        (("I03", 0, 1), {"combine": "longer"}, {"combine"}),
        (("I04", 0, 0), {"values": ("0", "2")}, {"number", "ungrounded"}),
        (("I04", 0, 0), {"scale": "NYHA"}, {"scale"}),
    ],
)
def test_one_wrong_field_moves_itself_and_what_holds_it(
    gold: Gold, perfect: Perfect, place: tuple[str, int, int], fields: dict[str, Any], own: set[str]
) -> None:
    right = perfect(gold)
    moved = _moved(gold, right, _corrupt(right, *place, **fields))
    field = next(iter(own & {*REQUIRED["full_bound"]}))
    roles = {_role(right, *place), fields.get("role", _role(right, *place))}
    composites = {level for level in LEVELS if field in REQUIRED[level]} | {"criterion_exact"}
    if field not in ("anchor", "direction", "combine", "restates", "scale"):
        composites |= _ERRORS
    levels = {level for level in LEVELS if field in REQUIRED[level]} if field != "slot" else set(LEVELS)
    composites |= {f"{level}/{role}" for level in levels for role in roles}
    assert moved - {"number"} == (own - {"number"}) | composites


def _role(trial: NormalizedTrial, block: str, atom: int, bound: int) -> str:
    return next(c for c in trial.criteria if c.block_id == block).atoms[atom].bounds[bound].role


def test_a_wrong_subject_moves_only_what_holds_it(gold: Gold, perfect: Perfect) -> None:
    right = perfect(gold)
    wrong = _atoms(right, "I01", lambda c: replace(c, atoms=(replace(c.atoms[0], subject="globulin"), *c.atoms[1:])))
    moved = _moved(gold, right, wrong)
    levels = {"subject", "full_bound", "subject/value", "full_bound/value"}
    assert moved == {"bound_subject", "atom_subject", "criterion_exact", *levels}


@pytest.mark.parametrize(
    ("block", "change", "moved"),
    [
        ("I01", {"logic": "all(a1, a2, a3)"}, {"logic", "exception", "criterion_exact"}),
        ("I01", {"logic": "all(unless(a2, a3), a1)"}, set()),
        ("I01", {"logic": "all(a1, unless(a2, not(a3)))"}, {"logic", "negated", "criterion_exact"}),
        ("I01", {"logic": "all(a1, unless(a2"}, {"logic", "exception", "criterion_exact"}),
        ("E03", {"kind": "inclusion"}, {"kind", "criterion_exact"}),
        ("E01", {"kind": "inclusion"}, {"kind", "criterion_exact", *_ERRORS}),
        ("E03", {"cohorts": ("c1",)}, {"cohorts", "criterion_exact"}),
        ("I02", {"status": "review"}, {"review_rate", "review_precision", "status/review"}),
    ],
)
def test_a_wrong_criterion_moves_only_what_holds_it(
    gold: Gold, perfect: Perfect, block: str, change: dict[str, Any], moved: set[str]
) -> None:
    right = perfect(gold)
    assert _moved(gold, right, _atoms(right, block, lambda c: replace(c, **change))) == moved


def test_an_error_in_review_is_not_silent(gold: Gold, perfect: Perfect) -> None:
    wrong = _corrupt(perfect(gold), "I01", 0, 0, comparator="<")
    seen = _atoms(wrong, "I01", lambda c: replace(c, status="review"))
    assert _scored(gold, wrong)["silent_errors"] == pytest.approx(1 / 10)
    scores = _scored(gold, seen)
    assert scores["silent_errors"] == 0.0
    assert scores["errors"] == pytest.approx(1 / 10)
    assert scores["review_precision"] == scores["review_recall"] == 1.0


def test_a_duplicate_is_punished_once(gold: Gold, perfect: Perfect) -> None:
    right = perfect(gold)

    def doubled(criterion: Criterion) -> Criterion:
        first = criterion.atoms[0]
        return replace(criterion, atoms=(replace(first, bounds=(*first.bounds, first.bounds[0])), *criterion.atoms[1:]))

    report = evaluate([gold], {gold.trial: _atoms(right, "I01", doubled)})
    for level in LEVELS:
        total = report.scores[level].total
        assert (total.right, total.predicted, total.gold) == (10, 11, 10), level
    assert [mistake.kind for mistake in report.mistakes] == ["invented"]


def test_coordination_counts_every_atom(gold: Gold, perfect: Perfect) -> None:
    right = perfect(gold)
    alone = _atoms(right, "I02", lambda c: replace(c, atoms=c.atoms[:1], logic="a1"))
    report = evaluate([gold], {gold.trial: alone})
    total = report.scores["number_found"].total
    assert (total.right, total.predicted, total.gold) == (9, 9, 10)
    assert [(m.kind, m.gold) for m in report.mistakes] == [("missing", "potassium | value >= of lln")]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_order_does_not_matter(gold: Gold, perfect: Perfect, data: st.DataObject) -> None:
    wrong = _corrupt(_corrupt(perfect(gold), "I02", 0, 0, comparator="<"), "I03", 0, 1, anchor=None)
    criteria = []
    for criterion in data.draw(st.permutations(wrong.criteria)):
        atoms = [
            replace(atom, bounds=tuple(data.draw(st.permutations(atom.bounds))))
            for atom in data.draw(st.permutations(criterion.atoms))
        ]
        criteria.append(replace(criterion, atoms=tuple(atoms)))
    assert _scored(gold, replace(wrong, criteria=tuple(criteria))) == _scored(gold, wrong)


def test_pooling_is_over_bounds_and_intervals_need_documents(gold: Gold, perfect: Perfect) -> None:
    second = replace(gold, trial="T2")
    report: Report = evaluate([second, gold], {"T1": perfect(gold)})
    score = report.scores["number_found"]
    assert report.unpredicted == ("T2",)
    assert (score.total.right, score.total.predicted, score.total.gold) == (10, 10, 20)
    assert score.interval == (0.0, 1.0)
    assert evaluate([gold], {"T1": perfect(gold)}).scores["number_found"].interval is None


def test_a_prediction_from_another_text_is_refused(gold: Gold, perfect: Perfect) -> None:
    trial = perfect(gold)
    other = replace(trial, document=replace(trial.document, text=trial.document.text + " "))
    with pytest.raises(ValueError, match="different texts"):
        evaluate([gold], {"T1": other})
