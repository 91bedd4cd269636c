"""The checks in the order in which they run, and their sum over one case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.reconcile.grounding import check_numbers, check_quotes, check_subjects
from normalizer.reconcile.ledger import check_ledger
from normalizer.reconcile.plausible import check_plausible
from normalizer.reconcile.source import check_source
from normalizer.reconcile.structure import check_doubts, check_duplicates, check_logic

if TYPE_CHECKING:
    from normalizer.reconcile.case import Case, Check, Note

CHECKS: Final[tuple[Check, ...]] = (
    check_quotes,
    check_numbers,
    check_subjects,
    check_source,
    check_plausible,
    check_logic,
    check_duplicates,
    check_ledger,
    check_doubts,
)


def run_checks(case: Case) -> tuple[Note, ...]:
    """Return what all checks say about a case, each thing once, in the order of the checks."""
    return tuple(dict.fromkeys(note for check in CHECKS for note in check(case)))
