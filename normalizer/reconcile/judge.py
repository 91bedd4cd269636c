"""What a model is told of its answer: only what the source text decides, in words that it can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.model.draft import Provenance, Reading
from normalizer.reconcile.case import Case
from normalizer.reconcile.form import check_form
from normalizer.reconcile.grounding import check_numbers, check_quotes
from normalizer.reconcile.ledger import check_ledger
from normalizer.reconcile.structure import check_logic

if TYPE_CHECKING:
    from normalizer.model.block import BlockContext
    from normalizer.model.draft import Draft

_CHECKS: Final = (check_quotes, check_numbers, check_form, check_ledger, check_logic)
#: Findings that another look at the text can mend; the others may be the text's own fault.
_MENDABLE: Final = frozenset(
    {"quote_not_found", "number_not_in_quote", "number_missing", "range_reversed", "numeral_unclaimed",
     "numeral_claimed_twice", "logic_error", "count_mismatch"}
)  # fmt: skip
_JUDGED: Final = Provenance(extractor="judge", version="1")


def judge(context: BlockContext, draft: Draft) -> tuple[str, ...]:
    """Return what is wrong with a Draft of a block, each thing once.

    Args:
        context: the block.
        draft: a reading of it.

    """
    case = Case.of(context, Reading(block_id=context.block.id, draft=draft, provenance=_JUDGED))
    said = []
    for check in _CHECKS:
        for note in check(case):
            finding = note.finding
            if finding.code in _MENDABLE:
                where = f"{finding.got!r}: " if finding.got else ""
                said.append(f"{where}{finding.message}")
    return tuple(dict.fromkeys(said))
