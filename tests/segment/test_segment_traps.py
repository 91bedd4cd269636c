# ruff: noqa: E501 - invented pages are easier to read as they are printed
"""One test per class of structural damage; every sentence is invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from normalizer.model.document import Registry, TrialDocument
from normalizer.model.span import Span
from normalizer.segment import segment

if TYPE_CHECKING:
    from normalizer.model.block import Item, Segmentation


def document(text: str, *, conditions: tuple[str, ...] = (), synthetic: tuple[Span, ...] = ()) -> TrialDocument:
    return TrialDocument(
        source="invented.txt", locator=None, layout="generic", sha256="", text=text, trial_id="T1", title=None,
        conditions=conditions, registry=Registry(), sections=(Span(0, len(text)),) if text else (), synthetic=synthetic,
    )  # fmt: skip


def cut(text: str, **more: tuple[str, ...]) -> tuple[list[str], Segmentation]:
    """Return "id cohorts path text" of every block, and the segmentation."""
    found = segment(document(text, **more))  # type: ignore[arg-type]
    rows = [
        " ".join((block.id, *block.cohorts, *block.path, "|", " ".join(block.span.of(text).split())))
        for block in found.blocks
    ]
    return rows, found


def markers(items: tuple[Item, ...]) -> list[object]:
    return [[item.marker, *markers(item.items)] if item.items else item.marker for item in items]


def codes(found: Segmentation, index: int) -> set[str]:
    return {finding.code for finding in found.blocks[index].findings}


@pytest.mark.parametrize("bullet", ["*", "-", "•", "·", "●", "–", "○", "▪", "o"])
def test_every_bullet_starts_a_block(bullet: str) -> None:
    rows, _ = cut(f"Inclusion Criteria:\n{bullet} Gout\n{bullet} Able to walk\nExclusion Criteria:\n{bullet} Deafness")
    assert rows == [f"I01 {bullet} | Gout", f"I02 {bullet} | Able to walk", f"E01 {bullet} | Deafness"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("1.", "2."), ("1)", "2)"), ("(1)", "(2)"), ("1、", "2、"), ("a.", "b."), ("(a)", "(b)"), ("i.", "ii."),
     ("①", "②"), ("1\\.", "2\\."), ("1-", "2-"), ("* 1.", "* 2.")],
)  # fmt: skip
def test_every_number_starts_a_block(first: str, second: str) -> None:
    rows, found = cut(f"Inclusion Criteria\n{first} Gout\n{second} Able to walk")
    assert rows == [f"I01 {first} | Gout", f"I02 {second} | Able to walk"]
    assert not found.blocks[1].findings


def test_number_without_blank_is_a_marker_and_a_decimal_is_not() -> None:
    rows, _ = cut("Exclusion Criteria\n1.Women who nurse\n2.Urea above the limit of\n1.5 x ULN\n3.Men who smoke")
    assert rows == ["E01 1. | Women who nurse", "E02 2. | Urea above the limit of 1.5 x ULN", "E03 3. | Men who smoke"]


def test_numbers_without_delimiter_are_markers_only_in_a_run() -> None:
    rows, _ = cut("Inclusion Criteria: 1 Adults\n2 Gout\n3 Consent given")
    assert rows == ["I01 1 | Adults", "I02 2 | Gout", "I03 3 | Consent given"]
    rows, _ = cut("Inclusion Criteria:\n12 weeks of gout\nAdults")
    assert rows == ["I01 | 12 weeks of gout", "I02 | Adults"]


def test_numbers_of_subsections_behind_bullets() -> None:
    rows, _ = cut("Inclusion Criteria:\n* 1. Gout:\n* 1.1 Able to walk\n* 1.2 Able to read\n* 2. Adults")
    assert rows == ["I01 * 1. | Gout: * 1.1 Able to walk * 1.2 Able to read", "I02 * 2. | Adults"]


def test_nesting_by_indent_and_by_kind_of_marker() -> None:
    text = "Inclusion Criteria:\n1. Blood:\n   * Urea\n   * Salt:\n     - low\n     - high\n2. Bones: a. hip; b. knee\n3. Skin"
    rows, found = cut(text)
    assert [row[:6] for row in rows] == ["I01 1.", "I02 2.", "I03 3."]
    assert markers(found.blocks[0].items) == ["*", ["*", "-", "-"]]
    assert markers(found.blocks[1].items) == ["a.", "b."]


@pytest.mark.parametrize("gap", ["", "<!-- -->\n"])
def test_restart_after_a_lead_in_is_a_nested_list_and_the_outer_numbers_resume(gap: str) -> None:
    text = f"Exclusion Criteria\n1. Deafness\n2. Earlier drugs:\n{gap}1. Lime\n2. Mint\n3. Sage\n3\\. Gout; 4. Stroke"
    rows, found = cut(text)
    assert [row.split(" |")[0] for row in rows] == ["E01 1.", "E02 2.", "E03 3\\.", "E04 4."]
    assert markers(found.blocks[1].items) == ["1.", "2.", "3."]
    assert codes(found, 3) == {"inline_items_split"}


def test_outer_numbers_inside_a_nested_line_are_blocks_of_their_own() -> None:
    text = (
        "Inclusion Criteria\n1. Adults\n2. The blood must show:\n<!-- -->\n1. Urea below 9;\n2. Salt below 8.\n"
        "3. Iron above 4. 3. Walks alone since 2019. Scored grade 2. 4. Sees well; 5. Hears well\n"
    )
    rows, found = cut(text)
    assert [row.split(" |")[0] for row in rows] == ["I01 1.", "I02 2.", "I03 3.", "I04 4.", "I05 5."]
    assert markers(found.blocks[1].items) == ["1.", "2.", "3."]
    assert rows[2].endswith("| Walks alone since 2019. Scored grade 2.")


def test_sub_items_printed_at_the_level_of_their_lead_in_go_back_under_it() -> None:
    text = "Inclusion Criteria:\n1. Adults\n2. The organs meet these requirements:\n3. Lung: clear\n4. Liver: soft. 3. Agrees to join; 4. Walks"
    rows, found = cut(text)
    assert [row.split(" |")[0] for row in rows] == ["I01 1.", "I02 2.", "I03 3.", "I04 4."]
    assert markers(found.blocks[1].items) == ["3.", "4."]
    assert "level_promoted" in codes(found, 1)


def test_lost_numbers_are_findings() -> None:
    _, found = cut("Inclusion Criteria\n2. Adults\n3. Gout\n5. Walks")
    assert [codes(found, index) for index in range(3)] == [{"list_number_missing"}, set(), {"list_number_missing"}]


@pytest.mark.parametrize(
    "line", ["(i) hip; and (ii) knee", "1) hip 2) knee", "①hip ②knee", "a. hip; b. knee", "• hip • knee"]
)
def test_inline_lists_are_items_of_one_block(line: str) -> None:
    rows, found = cut(f"Inclusion Criteria:\n* Pain of both joints: {line}\n* Adults")
    assert len(rows) == 2
    assert len(found.blocks[0].items) == 2
    assert found.blocks[0].items[1].span.of(f"Inclusion Criteria:\n* Pain of both joints: {line}\n* Adults") == "knee"


def test_bare_lines_under_a_lead_in_bullet_are_its_items() -> None:
    text = (
        "Exclusion Criteria\n* Any of the following treatments:\nMint within 3 weeks.\nSage \\[leaf or root,\ncooked\\] ever. "
        "3)Thyme today.\nLime yesterday.\n* Deafness"
    )
    rows, found = cut(text)
    assert [row.split(" |")[0] for row in rows] == ["E01 *", "E02 *"]
    assert markers(found.blocks[0].items) == ["", "", "3)", ""]


def test_bare_lines_under_a_cohort_heading_are_blocks() -> None:
    text = (
        "Inclusion Criteria\n* Adults\n* For subjects with active bowel colitis:\nStools above 6 a day.\nUse of any of these (alone):\n"
        "mint or sage.\n• For subjects with chronic skin eczema: Itch above 4.\nDry skin.\nExclusion Criteria\n* Deafness"
    )
    rows, found = cut(text)
    assert rows == [
        "I01 * | Adults",
        "I02 c1 * | Stools above 6 a day.",
        "I03 c1 * | Use of any of these (alone): mint or sage.",
        "I04 c2 • | Itch above 4.",
        "I05 c2 • | Dry skin.",
        "E01 * | Deafness",
    ]
    assert [cohort.label for cohort in found.cohorts] == [
        "subjects with active bowel colitis",
        "subjects with chronic skin eczema",
    ]


def test_hard_wrapped_lines_are_joined() -> None:
    text = (
        "        Inclusion Criteria:\r\n\r\n          -  Has been able to walk for at least forty minutes on every single day of the\r\n"
        "             week before the visit and does not need any stick, frame or other person\r\n             for it\r\n\r\n"
        "          -  Adults\r\n"
    )
    rows, found = cut(text)
    assert len(rows) == 2
    assert rows[0].endswith("other person for it")
    assert not found.blocks[0].items


@pytest.mark.parametrize("separator", ["~", "<br>", "_x000D_<br>", "<br/ ><br>", "\r\n", "\r"])
def test_exported_line_ends(separator: str) -> None:
    rows, _ = cut(
        separator.join(["Inclusion Criteria:", "1. Adults of ~5 feet", "2. Gout", "Exclusion Criteria:", "1. Deaf"])
    )
    assert rows == ["I01 1. | Adults of ~5 feet", "I02 2. | Gout", "E01 1. | Deaf"]


def test_text_without_line_breaks() -> None:
    text = "Inclusion Criteria: 1. Adults; 2. Gout for 2 years. 3. Walks Exclusion Criteria: 1. Deaf. 2. Blind"
    rows, _ = cut(text)
    assert rows == [
        "I01 1. | Adults;",
        "I02 2. | Gout for 2 years.",
        "I03 3. | Walks",
        "E01 1. | Deaf.",
        "E02 2. | Blind",
    ]


def test_no_heading_reads_all_as_inclusion_with_a_finding() -> None:
    rows, found = cut("Adults\nNo deafness\n\nNot pregnant")
    assert rows == ["I01 | Adults", "I02 | No deafness", "I03 | Not pregnant"]
    assert [finding.code for finding in found.findings] == ["heading_lost"]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("INCLUSION", "inclusion"), ("Key inclusion criteria", "inclusion"), ("Inclusion:", "inclusion"),
     ("Non-inclusion criteria:", "exclusion"), ("**Exclusion Criteria**", "exclusion"), ("Criteria for exclusion:", "exclusion"),
     ("Patients with any of the following are not eligible:", "exclusion"), ("Subject Exclusion Criteria", "exclusion"),
     ("You may not be eligible if you:", "exclusion"), ("Inclusion Criteria - Subjects qualify if they meet these criteria:", "inclusion")],
)  # fmt: skip
def test_wordings_of_section_headings(heading: str, kind: str) -> None:
    _, found = cut(f"{heading}\n* Gout\n* Deafness")
    assert [block.kind for block in found.blocks] == [kind, kind]
    assert [tile.kind for tile in found.tiles if tile.kind != "separator"] == ["heading", "block", "block"]


@pytest.mark.parametrize(
    "line", ["Meets the inclusion criteria of the Lime study", "Inclusion body myositis", "Deaf; see exclusion 4"]
)
def test_criteria_that_speak_of_inclusion_are_no_headings(line: str) -> None:
    rows, _ = cut(f"Exclusion Criteria:\n* {line}\n* Gout")
    assert rows == [f"E01 * | {line}", "E02 * | Gout"]


def test_cohort_headings_by_part_and_arm_share_ids_across_sections_and_end_at_a_common_heading() -> None:
    text = (
        "Inclusion Criteria for Part A:\n1. Gout\nInclusion Criteria for Part B:\n1. Stroke\nCommon inclusion criteria:\n1. Adults\n"
        "Exclusion Criteria:\nPart B:\n1. Deaf\nAll participants:\n1. Blind"
    )
    rows, found = cut(text)
    assert rows == ["I01 c1 1. | Gout", "I02 c2 1. | Stroke", "I03 1. | Adults", "E01 c2 1. | Deaf", "E02 1. | Blind"]
    assert [cohort.label for cohort in found.cohorts] == ["Part A", "Part B"]


def test_laboratory_and_topic_headings_are_no_cohorts() -> None:
    rows, found = cut(
        "Inclusion Criteria:\n\nLaboratory values:\n\n* Urea below 9\n\nDISEASE CHARACTERISTICS: Gout\n\n* Adults"
    )
    assert [row.split(" |")[0] for row in rows] == ["I01 *", "I02", "I03 *"]
    assert not found.cohorts
    assert found.blocks[0].heading == "Laboratory values"


def test_disease_names_between_bullets_are_headings_in_a_flattened_page() -> None:
    text = (
        "Inclusion Criteria:\n* adults;\n* Specific inclusion criteria:\n* Relapsed refractory bowel colitis.\n* meets the 2011 criteria;\n"
        "* has stools above 6;\n* flares at rest\n* Note: It is enough if one of items 2 and 3 is met.\n"
        "* Refractory progressive dermatitis\n* meets the 2012 criteria;\n"
    )
    rows, found = cut(text)
    assert [row.split(" |")[0] for row in rows] == ["I01 *", "I02 c1 *", "I03 c1 *", "I04 c2 *"]
    assert rows[2].endswith("has stools above 6; * flares at rest * Note: It is enough if one of items 2 and 3 is met.")
    assert len(found.blocks[2].joined) == 2
    assert "items_joined" in codes(found, 2)


def test_lost_cohort_headings_are_inferred_and_matched_with_printed_ones() -> None:
    text = (
        "Inclusion Criteria\n1. Adults\n2. Consent\n1. Has bowel colitis\n2. Stools above 6\n1. Itch above 4\n2. Scales\n1. Has knee arthritis\n"
        "2. Swelling\nExclusion Criteria\n1. Deaf\n2. Blind\nActive Colitis\n1. Fistula\nRefractory Dermatitis\n1. Burns\nActive Arthritis\n1. Gout"
    )
    rows, found = cut(text)
    assert [row.split(" |")[0] for row in rows] == [
        "I01 1.", "I02 2.", "I03 c1 1.", "I04 c1 2.", "I05 c2 1.", "I06 c2 2.", "I07 c3 1.", "I08 c3 2.",
        "E01 1.", "E02 2.", "E03 c1 1.", "E04 c2 1.", "E05 c3 1.",
    ]  # fmt: skip
    assert codes(found, 2) == {"heading_lost", "cohort_inferred"}
    assert [cohort.label for cohort in found.cohorts] == ["Active Colitis", "Refractory Dermatitis", "Active Arthritis"]


def test_inferred_cohort_without_printed_heading_names_its_block() -> None:
    _, found = cut("Inclusion Criteria\n1. Adults\n2. Consent\n1. Has bowel colitis\n2. Stools above 6")
    (cohort,) = found.cohorts
    assert (cohort.heading, cohort.inferred_from, cohort.label) == (None, "I03", "bowel colitis")


def test_or_lines_join_neighbours() -> None:
    rows, found = cut("Inclusion Criteria:\n* Gout\n\nOR\n\n* Stroke; or\n* Deafness\n* Adults")
    assert rows == ["I01 * | Gout OR * Stroke; or * Deafness", "I02 * | Adults"]
    assert codes(found, 0) == {"items_joined"}
    assert [item.marker for item in found.blocks[0].joined] == ["*", "*"]


def test_choice_lead_in_owns_the_list_under_it() -> None:
    rows, found = cut(
        "Inclusion Criteria:\n\nAt least 2 of the following:\n\n* Gout\n* Stroke\n\nExclusion Criteria:\n\nAny of the following:\n\n* Deaf\n* Blind"
    )
    assert [row.split(" |")[0] for row in rows] == ["I01", "E01 *", "E02 *"]
    assert markers(found.blocks[0].items) == ["*", "*"]


def test_lead_in_to_the_whole_section_is_a_heading_even_with_a_marker() -> None:
    rows, _ = cut(
        "Exclusion Criteria:\n\n* Subjects are excluded if they meet any of the following criteria:\n\n  1. Gout\n  2. Stroke"
    )
    assert rows == ["E01 1. | Gout", "E02 2. | Stroke"]


def test_notes_belong_to_their_neighbour_and_furniture_is_boilerplate() -> None:
    text = "Inclusion Criteria:\n1. Gout\n\nNote: of any joint.\n\n2. Adults\n\nOther protocol-defined criteria may apply.\n\nExclusion Criteria:\n\nNone"
    rows, found = cut(text)
    assert rows == ["I01 1. | Gout Note: of any joint.", "I02 2. | Adults"]
    assert codes(found, 0) == {"note_between_items"}
    assert [tile.span.of(text) for tile in found.tiles if tile.kind == "boilerplate"] == [
        "Other protocol-defined criteria may apply.",
        "None",
    ]


def test_brackets_keep_lines_together_and_lost_partners_are_found() -> None:
    rows, found = cut("Inclusion Criteria:\nGout (of the hip,\nKnee or\nElbow)\nDeaf in both ears).")
    assert rows == ["I01 | Gout (of the hip, Knee or Elbow)", "I02 | Deaf in both ears)."]
    assert codes(found, 1) == {"unbalanced_bracket"}


def test_abbreviated_species_is_no_list_letter() -> None:
    rows, _ = cut("Exclusion Criteria:\n* E. coli infection\n* Hepatitis; e.g. after travel\nC. difficile last month")
    assert rows[0] == "E01 * | E. coli infection"
    assert rows[2] == "E03 | C. difficile last month"


def test_synthetic_heading_sets_the_kind_and_is_boilerplate() -> None:
    text = "Exclusion Criteria:\n- Gout"
    found = segment(document(text, synthetic=(Span(0, 19),)))
    assert [(block.kind, block.span.of(text)) for block in found.blocks] == [("exclusion", "Gout")]
    assert found.tiles[0].kind == "boilerplate"


def test_empty_section() -> None:
    assert segment(document("")).tiles == ()
    rows, found = cut(" \n\n")
    assert not rows
    assert [tile.kind for tile in found.tiles] == ["separator"]
