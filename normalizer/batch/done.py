"""What one trial came to: its lines for the run directory, or the error of the program that it ended in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from normalizer.batch.tally import Tally
from normalizer.facts import row_to_json, rows, to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.criterion import NormalizedTrial
    from normalizer.model.document import TrialDocument


@dataclass(frozen=True, slots=True)
class Done:
    """What one trial came to: its lines for the run directory and counts, or the error that it ended in."""

    document: TrialDocument
    line: bytes
    facts: bytes
    counts: dict[str, Any]
    error: str | None


def done_by(document: TrialDocument, make: Callable[[], NormalizedTrial]) -> Done:
    """Return what a trial comes to; an exception becomes its error, so that the others go on.

    Args:
        document: the trial as read.
        make: normalizes it, or raises what broke it before.

    """
    try:
        trial = make()
        facts = [row_to_json(row) for row in rows(trial)]
        return Done(document, to_json(trial) + b"\n", b"".join(facts), Tally.of(trial, len(facts)).to_json(), None)
    except Exception as failure:  # noqa: BLE001 - see above
        place = f" ({document.locator})" if document.locator else ""
        error = f"{document.source}{place}: trial {document.trial_id} failed: {type(failure).__name__}: {failure}"
        return Done(document, b"", b"", Tally(failed=1).to_json(), error)
