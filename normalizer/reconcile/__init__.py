"""Readings against the source: one check a module, statuses, the number ledger, checks over the whole trial."""

from normalizer.reconcile.agreement import Agreement, agreement
from normalizer.reconcile.case import Case, Note
from normalizer.reconcile.checks import CHECKS, run_checks
from normalizer.reconcile.complete import complete
from normalizer.reconcile.coverage import coverage
from normalizer.reconcile.judge import judge
from normalizer.reconcile.ledger import claims
from normalizer.reconcile.publish import publish
from normalizer.reconcile.registry import registry_criteria
from normalizer.reconcile.trial import check_trial, marked

__all__ = [
    "CHECKS",
    "Agreement",
    "Case",
    "Note",
    "agreement",
    "check_trial",
    "claims",
    "complete",
    "coverage",
    "judge",
    "marked",
    "publish",
    "registry_criteria",
    "run_checks",
]
