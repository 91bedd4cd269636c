"""What README.md shows is what comes out."""

from __future__ import annotations

import re
from typing import Final

import pytest

from normalizer.evaluate.scorecard import MARKS
from tests.readme.__main__ import PAGE, README, ROOT, renewed

TEXT: Final = README.read_text(encoding="utf-8")


def test_the_examples_are_what_comes_out_now() -> None:
    assert renewed(TEXT) == TEXT, "python -m tests.readme writes the examples anew"


def test_the_example_is_in_the_page() -> None:
    shown = TEXT.partition("<!-- example: page -->\n```text\n")[2].partition("```")[0]
    parts = [part.strip() for part in re.split(r"\.\.\.|\n", shown) if part.strip()]
    assert len(parts) == 2
    page = PAGE.read_text(encoding="utf-8")
    assert [part for part in parts if part not in page] == []


def test_the_targets_it_names_are_there() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", TEXT, re.MULTILINE)
    assert {"run", "test", "lint", "eval", "help"} <= {first or second for first, second in named} <= set(targets)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", TEXT))))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_scorecard_has_its_place() -> None:
    assert 0 < TEXT.find(MARKS[0]) < TEXT.find(MARKS[1])
