"""Readings against the source: one check a module, statuses, the number ledger, checks over the whole trial."""

from normalizer.reconcile.case import Case, Note
from normalizer.reconcile.checks import CHECKS, run_checks
from normalizer.reconcile.coverage import coverage
from normalizer.reconcile.ledger import claims
from normalizer.reconcile.publish import publish
from normalizer.reconcile.trial import check_trial, registry_criteria

__all__ = ["CHECKS", "Case", "Note", "check_trial", "claims", "coverage", "publish", "registry_criteria", "run_checks"]
