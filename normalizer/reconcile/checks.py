"""The checks in the order in which they run, and their sum over one case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.reconcile.attachment import check_attachment
from normalizer.reconcile.form import check_form
from normalizer.reconcile.grounding import check_numbers, check_quotes, check_subjects
from normalizer.reconcile.ledger import check_ledger
from normalizer.reconcile.plausible import check_plausible
from normalizer.reconcile.source import check_source
from normalizer.reconcile.structure import check_doubts, check_duplicates, check_logic, check_names
from normalizer.reconcile.surroundings import check_surroundings

if TYPE_CHECKING:
    from normalizer.reconcile.case import Case, Check, Note

#: Checks of the bounds and quantities; a block without either needs none of them.
BOUND_CHECKS: Final[tuple[Check, ...]] = (
    check_numbers,
    check_source,
    check_form,
    check_plausible,
    check_ledger,
    check_surroundings,
    check_attachment,
)
#: Checks of every block.
BLOCK_CHECKS: Final[tuple[Check, ...]] = (
    check_quotes,
    check_subjects,
    check_names,
    check_logic,
    check_duplicates,
    check_doubts,
)
CHECKS: Final[tuple[Check, ...]] = (*BLOCK_CHECKS, *BOUND_CHECKS)
#: What is left to check in a block with quantities but without bound.
_WITHOUT_BOUND: Final[tuple[Check, ...]] = (*BLOCK_CHECKS, check_ledger, check_surroundings)


def run_checks(case: Case) -> tuple[Note, ...]:
    """Return what all checks say about a case, each thing once, in the order of the checks."""
    found: list[Note] = []
    for check in CHECKS if case.entries else _WITHOUT_BOUND if case.context.mentions else BLOCK_CHECKS:
        found += check(case)
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)
