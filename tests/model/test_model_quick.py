"""Quick records behave as the dataclasses they are."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from normalizer.model import Atom, Block, Criterion, Finding, Limit, Mention, PublishedBound, Reading, Span, View

QUICK = (Atom, Block, Criterion, Finding, Limit, Mention, PublishedBound, Reading, Span, View)


@pytest.mark.parametrize("cls", QUICK)
def test_every_field_is_stored_under_its_name(cls: type) -> None:
    made = cls(**{field.name: field.name for field in fields(cls)})
    assert type(made) is cls
    assert [getattr(made, field.name) for field in fields(cls)] == [field.name for field in fields(cls)]


def test_defaults_order_of_arguments_and_errors() -> None:
    assert (Span(1, 2).start, Span(1, end=2).end) == (1, 2)
    assert Finding(code="mojibake", message="m").span is None
    for wrong in (lambda: Span(1), lambda: Span(1, 2, 3), lambda: Finding("mojibake", "m"), lambda: View(texts="")):  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            wrong()


def test_records_stay_frozen_and_can_be_compared_hashed_copied_and_pickled() -> None:
    span = Span(3, 5)
    with pytest.raises(FrozenInstanceError):
        span.start = 4  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del span.end
    assert {span: 1}[Span(3, 5)] == 1
    assert Span(3, 4) < span < Span(4, 4)
    for other in (copy.copy(span), copy.deepcopy(span), pickle.loads(pickle.dumps(span)), replace(span)):  # noqa: S301 - own bytes
        assert type(other) is Span
        assert other == span
    assert replace(span, end=9) == Span(3, 9)
