from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.evaluate.gold import read_folder, read_gold
from normalizer.evaluate.pages import locate
from normalizer.evaluate.split import Split, read_split
from normalizer.evaluate.stress import document_of, gold_of, read_stress
from normalizer.model.errors import GoldError

if TYPE_CHECKING:
    from pathlib import Path

    from normalizer.evaluate.gold import Gold


def test_blocks_stand_at_their_characters(gold: Gold) -> None:
    assert [block.span.of(gold.text) for block in gold.blocks][:3] == [
        "Ferritin at least 40 ng/mL, and albumin > 2.9 g/dL unless uveitis is present.",
        "Sodium and potassium >= LLN.",
        "Two relapses within 9 weeks before randomisation.",
    ]
    assert gold.blocks[0].draft.atoms[1].limits[0].low == "2.9"
    assert gold.cohorts[0].label == "Part A: gout"


@pytest.mark.parametrize(
    ("change", "line", "field"),
    [
        (("kind: inclusion", "kind: inclusive"), 7, "blocks[0].kind"),
        (("id: I01\n", "id: I02\n"), 16, "blocks[1].id"),
        (("cohorts: [c1]", "cohorts: [c9]"), 8, "blocks[0].cohorts"),
        (('low: "40"', "low: 40"), 12, "blocks[0].atoms[0].limits[0].low"),
        (('low: "40"', 'lower: "40"'), 12, "blocks[0].atoms[0].limits[0].lower"),
        (("type: condition", "type: illness"), 14, "blocks[0].atoms[2].type"),
        (("trial: T1\n", ""), 1, "trial"),
        (('    logic: "all(a1, a2)"\n', '    logic: "a1"\n    logic: "a2"\n'), 25, "blocks[1].logic"),
        (("trial: T1", "trial: [T1"), 1, "file"),
    ],
)
def test_a_malformed_file_is_named_with_line_and_field(
    tmp_path: Path, labels_text: str, change: tuple[str, str], line: int, field: str
) -> None:
    old, new = change
    assert old in labels_text
    path = tmp_path / "bad.yaml"
    path.write_text(labels_text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(GoldError) as caught:
        read_gold(path)
    assert caught.value.file == "bad.yaml"
    assert caught.value.field == field
    assert caught.value.line == line or field == "file"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (('quote: "at least 40 ng/mL"', 'quote: "at most 40 ng/mL"'), "blocks[0].atoms[0].limits[0].quote"),
        (('low: "40"', 'low: "41"'), "blocks[0].atoms[0].limits[0].low"),
        (('quote: "uveitis"', 'quote: "iritis"'), "blocks[0].atoms[2].quote"),
        (('values: ["0", "1"]', 'values: ["0", "2"]'), "blocks[3].atoms[0].grades[0].values"),
        (("unless(a2, a3)", "unless(a2, a4)"), "blocks[0].logic"),
        (("unless(a2, a3)", "unless(a2"), "blocks[0].logic"),
        (("all(a1, unless(a2, a3))", "all(a1, a2)"), "blocks[0].logic"),
        (
            ('id: a2, type: measurement, subject: "albumin"', 'id: a1, type: measurement, subject: "albumin"'),
            "blocks[0].atoms[1].id",
        ),
        (('starts: "Two relapses within"', 'starts: "Three relapses within"'), "blocks[2].starts"),
        (('ends: "before randomisation."', 'ends: "before allocation."'), "blocks[2].ends"),
    ],
)
def test_a_label_that_its_page_contradicts_is_named(
    tmp_path: Path, labels_text: str, page_text: str, change: tuple[str, str], field: str
) -> None:
    old, new = change
    assert old in labels_text
    path = tmp_path / "bad.yaml"
    path.write_text(labels_text.replace(old, new, 1), encoding="utf-8")
    labels = read_gold(path)
    with pytest.raises(GoldError) as caught:
        locate(labels, page_text)
    assert caught.value.field == field
    assert caught.value.line > 0


def test_a_block_ends_behind_its_last_quote(tmp_path: Path) -> None:
    path = tmp_path / "g.yaml"
    path.write_text(
        "trial: T\nsource: t.txt\nblocks:\n  - id: E01\n    kind: exclusion\n"
        '    starts: "No stoma, no"\n    ends: "colitis."\n'
        '    atoms:\n      - {id: a1, type: condition, subject: "proctitis", quote: "proctitis"}\n    logic: "a1"\n',
        encoding="utf-8",
    )
    text = "No stoma, no colitis. Nor proctitis or other colitis. Further colitis."
    assert (
        locate(read_gold(path), text).blocks[0].span.of(text) == "No stoma, no colitis. Nor proctitis or other colitis."
    )


def test_one_trial_is_labelled_once(tmp_path: Path, labels_text: str) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(labels_text, encoding="utf-8")
    with pytest.raises(GoldError, match="labelled twice"):
        read_folder(tmp_path)


STRESS = """criteria:
  - id: s1
    style: nephrology
    kind: inclusion
    hard_because: "number in words"
    text: "At least two kidney biopsies"
    atoms:
      - {id: a1, type: procedure, subject: "kidney biopsy", quote: "kidney biopsies",
         limits: [{slot: count, comparator: ">=", low: "two", quote: "At least two"}]}
    logic: "a1"
"""


def test_a_stress_item_is_a_document_of_one_block(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(STRESS, encoding="utf-8")
    (item,) = read_stress(path)
    document, segmentation, context = document_of(item)
    gold = gold_of(item)
    assert gold.trial == document.trial_id == "stress/s1"
    assert gold.blocks[0].span == segmentation.blocks[0].span == context.block.span
    assert context.text == item.text


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("criteria:", "items:", "file"),
        ('    hard_because: "number in words"\n', "", "criteria[0].hard_because"),
        ('low: "two"', 'low: "three"', "criteria[0].atoms[0].limits[0].low"),
    ],
)
def test_a_malformed_stress_item_is_named(tmp_path: Path, old: str, new: str, field: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(STRESS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(GoldError) as caught:
        read_stress(path)
    assert caught.value.field == field


def test_split_says_what_may_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "split.toml"
    path.write_text('tuning = ["T*"]\nmeasured = ["T9"]\n', encoding="utf-8")
    split = read_split(path)
    assert [split.part(trial) for trial in ("T1", "T9", "X")] == ["tuning", "measured", "unlisted"]
    assert read_split(tmp_path / "absent.toml") == Split()
    path.write_text('tuned = ["T*"]\n', encoding="utf-8")
    with pytest.raises(GoldError, match="tuned"):
        read_split(path)
