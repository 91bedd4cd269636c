"""Printed registry fields to typed ones."""

from __future__ import annotations

from decimal import Decimal

import pytest

from normalizer.sources.registry import age, age_range, healthy, sex


@pytest.mark.parametrize(
    ("printed", "value", "unit"),
    [
        ("18 Years", "18", "a"), ("6 Months", "6", "mo"), ("1 Month", "1", "mo"), ("2 Weeks", "2", "wk"),
        ("30 Days", "30", "d"), ("12 Hours", "12", "h"), ("90 Minutes", "90", "min"), ("18(Year)", "18", "a"),
        ("18Y", "18", "a"), ("85", "85", "a"), (">= 20age old", "20", "a"), ("19 Year(s)", "19", "a"),
        ("0.5 Years", "0.5", "a"), ("0 Years", "0", "a"),
    ],
)  # fmt: skip
def test_age(printed: str, value: str, unit: str) -> None:
    found = age(printed, "f")
    assert found is not None
    assert (found.value, found.unit, found.printed, found.field, found.span) == (
        Decimal(value),
        unit,
        printed,
        "f",
        None,
    )


@pytest.mark.parametrize(
    "printed", ["", "N/A", "No limit", "No Limit", "0 N/A (No limit)", "None", "no maximum age", "Not applicable", "-"]
)
def test_no_age(printed: str) -> None:
    assert age(printed, "f") is None


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("18-65 years", ("18", "a", "18"), ("65", "a", "65 years")),
        ("18 Years to 65 Years", ("18", "a", "18 Years"), ("65", "a", "65 Years")),
        ("6 Months – 5 Years (Child)", ("6", "mo", "6 Months"), ("5", "a", "5 Years")),
        ("3 to 9 months", ("3", "mo", "3"), ("9", "mo", "9 months")),
        ("5+ years old", ("5", "a", "5+ years old"), None),
        ("18 Years and older", ("18", "a", "18 Years and older"), None),
        ("over 60", ("60", "a", "over 60"), None),
        ("≥ 12 years", ("12", "a", "≥ 12 years"), None),
        ("up to 17 years", None, ("17", "a", "up to 17 years")),
        ("under 2 years", None, ("2", "a", "under 2 years")),
        ("65 years and younger", None, ("65", "a", "65 years and younger")),
        ("All ages", None, None),
        ("", None, None),
    ],
)
def test_age_range(printed: str, low: tuple[str, ...] | None, high: tuple[str, ...] | None) -> None:
    text = f"Ages{printed}|"
    for limit, expected in zip(age_range(printed, "age", 4), (low, high), strict=True):
        assert (limit and (str(limit.value), limit.unit, limit.printed)) == expected
        if limit is not None:
            assert limit.span is not None
            limit.span.verify(text, limit.printed)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("ALL", "all"), ("Both", "all"), ("Both males and females", "all"), ("Male/Female", "all"),
        ("Female, Male", "all"),
        ("FEMALE", "female"), ("Women", "female"), ("Male", "male"), ("men", "male"),
        ("<br>Female: yes<br>Male: no<br>", "female"), ("Female: no Male: yes", "male"),
        ("female: Yes, male: Yes", "all"),
        ("-", None), ("", None), ("Female: no Male: no", None),
    ],
)  # fmt: skip
def test_sex(printed: str, value: str | None) -> None:
    found = sex(printed, "f")
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("printed", "accepted"),
    [
        ("No", False), ("Yes", True), ("true", True), ("false", False), ("No Healthy Volunteers", False),
        ("Accepts Healthy Volunteers", True), ("Healthy Volunteers", True), ("", None), ("unknown", None),
    ],
)  # fmt: skip
def test_healthy_volunteers(printed: str, accepted: bool | None) -> None:
    found = healthy(printed, "f")
    assert (found and found.accepted) == accepted
