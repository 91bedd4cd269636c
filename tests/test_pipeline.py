from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalizer.facts import to_json
from normalizer.model import STATUS_ORDER, TrialDocument
from normalizer.pipeline import normalize
from normalizer.sources import document_from_text

if TYPE_CHECKING:
    from normalizer.model import Finding, NormalizedTrial, Span

SENTENCES = (
    "Ferritin ≥ 30 ng/mL and transferrin saturation < 20 %",
    "Neutrophils >1.2x109/L (no filgrastim within 9 days)",
    "Lipase \\> 3 x ULN unless pancreatic cysts are known",
    "Biopsy within 4 weeks or 5 half-lives, whichever is longer, before randomisation",
    "NYHA class II-III or ECOG 0-1",
    "At least two of the following three: a. fever ≥ 38.5 °C; b. rash; c. CRP > 15 mg/L",
    "Men aged 21 to 74 years, BMI 19–31 kg/m2",
    "Patients must have stopped lithium 17 days earlier",
    "MASH F2 by 2021 criteria, IL-6 antibody negative",
    "known allergy to egg",
    "weight loss of 7% in 5 months",
    "&lt; 45 mL/min/1.73 m2 eGFR (CKD-EPI) â‰¥ 2 times",
    "(i) ≤ ",
    "1.500 or 2,5 mg/day [sic",
    "at least one",
    "x" * 40,
)
JOINTS = st.sampled_from(
    ["; ", ". ", "\n", "\n\n2. ", "\n* ", " and ", ", ", "\n\nExclusion Criteria:\n\n1. ", " 3) ", ""]
)
TEXTS = st.lists(st.tuples(st.sampled_from(SENTENCES), JOINTS), min_size=1, max_size=7).map(
    lambda parts: "Inclusion Criteria:\n\n1. " + "".join(sentence + joint for sentence, joint in parts)
)


def findings(trial: NormalizedTrial) -> list[Finding]:
    found = list(trial.findings)
    for criterion in trial.criteria:
        found += criterion.findings
        found += [f for atom in criterion.atoms for bound in atom.bounds for f in bound.findings]
    return found


def check_whole(document: TrialDocument) -> None:
    trial = normalize(document)
    text = trial.document.text
    for criterion in trial.criteria:
        if criterion.span is not None:
            assert criterion.span.of(text) == criterion.text
        for repair in criterion.repairs:
            assert repair.span.of(text) == repair.before
        for atom in criterion.atoms:
            placed: list[tuple[Span | None, str]] = [(atom.span, atom.quote)]
            placed += [(bound.span, bound.quote) for bound in atom.bounds]
            assert all(span is not None and span.of(text) == quote for span, quote in placed)
        worst = [STATUS_ORDER.index(b.status) for a in criterion.atoms for b in a.bounds if b.status in STATUS_ORDER]
        if worst and criterion.status in STATUS_ORDER:
            assert STATUS_ORDER.index(criterion.status) >= max(worst)
    check_ledger(document, trial)


def check_ledger(document: TrialDocument, trial: NormalizedTrial) -> None:
    coverage = trial.coverage
    assert coverage.tiled_characters == coverage.section_characters
    at = [one.start for one in document.sections][:1]
    for tile in coverage.tiles:
        if at and tile.start != at[0]:
            assert tile.start in {span.start for span in document.sections}
        at = [tile.end]
    spans = [claim.span for claim in coverage.numerals]
    assert spans == sorted(set(spans))
    assert len(spans) == coverage.numerals_in_bounds + coverage.numerals_with_reason + coverage.numerals_unclaimed
    for section in document.sections:
        for run in re.finditer(r"\d+", section.of(document.text)):
            start = section.start + run.start()
            assert sum(span.start <= start < span.end for span in spans) == 1, run.group()
    reported = [f.span for f in findings(trial) if f.code == "numeral_unclaimed" and f.span is not None]
    for claim in coverage.numerals:
        if claim.claimed_by is None and claim.reason is None:
            assert any(span.overlaps(claim.span) for span in reported), claim.printed


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_mixture_of_sentences_is_accounted_for(text: str) -> None:
    check_whole(document_from_text(text, trial_id="T1"))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aZ 09.,;:()[]<>≥≤±×%/\\^\n-–•①½é²", max_size=120))
def test_any_characters_are_accounted_for(text: str) -> None:
    check_whole(document_from_text(f"Inclusion Criteria:\n\n1. {text}", trial_id="T1"))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_equal_input_gives_equal_bytes(sentence: str) -> None:
    document = document_from_text(f"Inclusion Criteria:\n\n1. {sentence}\n", trial_id="T1")
    assert to_json(normalize(document)) == to_json(normalize(document))


def test_a_trial_without_criteria_is_a_trial_with_a_finding() -> None:
    trial = normalize(document_from_text("nothing of the kind", trial_id="T1"))
    assert "no_criteria" in {finding.code for finding in findings(trial)}
