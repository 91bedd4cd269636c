"""What was noticed (Finding) and what was mended (Repair), with the one table of severities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from normalizer.model.quick import quick_init
from normalizer.model.span import Span

Severity = Literal["note", "open"]

#: The one table of finding codes. ``note`` is recorded only; ``open`` sends its bound, else its criterion, to review.
SEVERITY: Final[Mapping[str, Severity]] = MappingProxyType(
    {
        # decoding and sources
        "decoded_cp1252": "note",
        "mojibake": "open",
        "no_criteria": "open",
        "not_english": "open",
        "duplicate_trial_id": "note",
        "no_trial_id": "note",
        "no_layout": "note",
        "truncated_input": "open",
        # segmentation
        "heading_lost": "open",
        "cohort_inferred": "note",
        "list_number_missing": "note",
        "inline_items_split": "note",
        "level_promoted": "note",
        "items_joined": "note",
        "unbalanced_bracket": "note",
        "note_between_items": "note",
        # reading
        "comparator_missing": "open",
        "comparator_damaged": "open",
        "number_ambiguous": "open",
        "number_missing": "open",
        "exponent_damaged": "note",
        "unit_missing": "open",
        "unit_implied": "note",
        "unit_unknown": "open",
        "unit_kind_mismatch": "open",
        "number_glued": "note",
        "name_mistranslated": "note",
        "restated_time": "open",
        "anchor_missing": "note",
        "anchor_ambiguous": "note",
        "attachment_ambiguous": "open",
        "role_ambiguous": "open",
        "subject_missing": "open",
        "subject_unknown": "note",
        # grounding and ledger
        "quote_not_found": "open",
        "quote_ambiguous": "open",
        "number_not_in_quote": "open",
        "subject_not_grounded": "open",
        "comparator_contradicted": "open",
        "unit_contradicted": "open",
        "reference_contradicted": "open",
        "direction_contradicted": "open",
        "anchor_contradicted": "open",
        "numeral_unclaimed": "open",
        "numeral_claimed_twice": "open",
        # plausibility
        "implausible_value": "open",
        "range_reversed": "open",
        "direction_unusual": "note",
        # logic
        "logic_error": "open",
        "mixed_polarity": "note",
        "polarity_doubtful": "open",
        "count_mismatch": "open",
        "duplicate_atom": "note",
        "repeated_bound": "open",
        "order_lost": "note",
        "coreference_lost": "note",
        "sum_rule": "note",
        # two readings
        "readings_differ": "open",
        "second_reading_failed": "note",
        "settled_by_agreement": "note",
        "bound_shared": "note",
        # whole trial
        "registry_disagrees": "open",
        "contradictory_bounds": "open",
        "implausible_pair": "open",
        "repeated_text": "note",
        # failure
        "extraction_failed": "open",
    }
)


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something noticed; ``code`` must stand in :data:`SEVERITY`."""

    code: str
    message: str
    span: Span | None = None
    expected: str | None = None
    got: str | None = None
    atom: str | None = None

    @property
    def severity(self) -> Severity:
        """``note`` or ``open``, from the one table."""
        return SEVERITY[self.code]


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A named rule changed what is read; ``span`` is in the original text, which itself never changes."""

    rule: str
    span: Span
    before: str
    after: str
