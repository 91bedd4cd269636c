"""One run: documents in, a run directory out; errors are collected, finished trials are passed over."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import orjson

from normalizer.batch.asked import Asked
from normalizer.batch.errors import RunError
from normalizer.batch.folder import LEDGER, Entry, RunFolder
from normalizer.batch.ledger import spent
from normalizer.batch.manifest import Settings, differences, origin
from normalizer.batch.readers import check
from normalizer.batch.reading import Again, Means, read_all
from normalizer.batch.shard import parse
from normalizer.batch.tally import Tally
from normalizer.sources import read
from normalizer.sources.intake import Intake
from normalizer.sources.names import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from normalizer.batch.done import Done
    from normalizer.batch.jobs import Sent
    from normalizer.extract.llm.usage import Price
    from normalizer.model.document import TrialDocument

#: So many error messages are kept in the manifest; the others are only counted.
_KEPT: Final = 1000


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a run came to: its summary, what was skipped because an earlier run had it, and the messages of errors.

    ``refused`` counts inputs or records that could not be read, ``tally.failed`` trials that broke the program,
    ``taken`` those that were read, which runs ahead of those that are done. ``began`` is when the first that was not
    skipped was taken (of the monotonic clock, in seconds).
    """

    tally: Tally = field(default_factory=Tally)
    skipped: int = 0
    refused: int = 0
    errors: list[str] = field(default_factory=list)
    asked: Asked = field(default_factory=Asked)
    taken: int = 0
    began: float | None = None
    intake: Intake | None = None

    @property
    def done(self) -> int:
        """Trials that came to an end, skipped ones too."""
        return self.tally.trials + self.tally.failed

    @property
    def share(self) -> float | None:
        """The share of the inputs' bytes that is done, from 0 to 1, None when it is not known.

        What was taken and is not yet done is taken off, as if all trials that were taken had the same length.
        """
        share = None if self.intake is None else self.intake.share
        return share if share is None or not self.taken else share * self.done / self.taken

    @property
    def exit_code(self) -> int:
        """2 with a refused input, 1 with a failed trial or criterion or one without a second reading, else 0."""
        if self.refused:
            return 2
        tally = self.tally
        return 1 if tally.failed or tally.statuses["failed"] or tally.findings["second_reading_failed"] else 0


def fingerprint(document: TrialDocument) -> str:
    """Return a hash of everything that was read of a trial."""
    return hashlib.sha256(orjson.dumps(document, default=str)).hexdigest()[:24]


def run(
    inputs: Sequence[str],
    path: Path,
    settings: Settings | None = None,
    *,
    fresh: bool = False,
    retry_failed: bool = False,
    means: Means | None = None,
    on_trial: Callable[[Outcome], None] | None = None,
    on_error: Callable[[str], None] | None = None,
    on_jobs: Callable[[tuple[Sent, ...]], None] | None = None,
) -> Outcome:
    """Normalize all trials of the inputs into a run directory.

    Args:
        inputs: files, folders, globs or ``-``.
        path: the run directory; one with an unfinished or finished run of the same inputs and settings is resumed.
        settings: extractor and column names.
        fresh: discard what an earlier run left there.
        retry_failed: make the outputs anew and ask again what had no usable answer; the other answers are there.
        means: with what it is done; does not change what comes out.
        on_trial: called after every trial with the outcome so far.
        on_error: called with every error message; the other inputs go on.
        on_jobs: called with all jobs after every look at an endpoint that is asked in bulk.

    Raises:
        RunError: when the directory cannot be written, is in use, or holds a run of something else.
        ValueError: when the settings do not fit together.
        EndpointSettingsError: when the model cannot be asked as described.
        EndpointError: when what is sent in bulk is refused, or its endpoint stays unreachable.
        BudgetError: when asking on would pass the budget; what was finished is finished.

    """
    settings, means = settings or Settings(), means or Means()
    check(settings)
    if settings.bulk:
        if STDIN in inputs:
            raise ValueError("what is asked in bulk is read more than once, standard input is not; give a file")
        means = replace(means, prices=_in_bulk(settings, means))
    outcome = Outcome()

    def wrong(message: str) -> None:
        if len(outcome.errors) < _KEPT:
            outcome.errors.append(message)
        if on_error is not None:
            on_error(message)

    def refused(error: Exception) -> None:
        outcome.refused += 1
        wrong(str(error))

    with RunFolder(path, fresh=fresh, again=retry_failed) as folder:
        manifest = begin(folder, origin(inputs, settings))
        if retry_failed:
            manifest["finished"] = None
        finished = manifest["finished"] is not None and folder.complete
        outcome.intake = Intake(inputs)
        documents = _documents(inputs, settings, refused, outcome.intake)
        pending = _skip(folder, _counted(documents, outcome), outcome, wrong, finished=finished)
        again = Again(
            documents=lambda: islice(_documents(inputs, settings, lambda _: None), outcome.skipped, None),
            on_jobs=on_jobs or (lambda _: None), wrong=wrong, give_up=retry_failed,
        )  # fmt: skip

        def finish(done: Done) -> None:
            _finish(folder, done, outcome, wrong)
            if on_trial is not None:
                on_trial(outcome)

        ledger = folder.path / LEDGER
        if retry_failed and settings.bulk:
            _forget_errors(ledger)
        read_all(pending, settings, means, ledger=ledger, finish=finish, on_read=outcome.asked.add, again=again)
        if not finished:
            folder.finish()
            manifest |= {
                "finished": now(),
                "summary": outcome.tally.to_json(),
                "refused": outcome.refused,
                "errors": outcome.errors,
            }
            if settings.model is not None:
                manifest["asked"] = outcome.asked.to_json(settings.model, means.prices)
                manifest["spent"] = spent(folder.path).to_json(settings.model, means.prices)
            folder.write_manifest(manifest)
    return outcome


def _documents(
    inputs: Sequence[str], settings: Settings, on_error: Callable[[Exception], None], intake: Intake | None = None
) -> Iterator[TrialDocument]:
    documents = read(
        inputs, id_column=settings.id_column, text_column=settings.text_column, on_error=on_error, intake=intake
    )
    return documents if settings.shard is None else parse(settings.shard).take(documents)


def _in_bulk(settings: Settings, means: Means) -> Mapping[str, Price]:
    from normalizer.extract.llm.usage import in_bulk  # noqa: PLC0415 - with a model only

    assert settings.model is not None
    return in_bulk(settings.model, means.prices)


def _forget_errors(ledger: Path) -> None:
    from normalizer.batch.jobs import Jobs  # noqa: PLC0415 - in bulk only

    with Jobs(ledger) as jobs:
        jobs.forget(errors=True)


def now() -> str:
    """Return the time as manifests have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def begin(folder: RunFolder, today: dict[str, Any]) -> dict[str, Any]:
    """Return the directory's manifest, a new one in a new directory.

    Args:
        folder: opened.
        today: of a run as it would be now, see :func:`normalizer.batch.manifest.origin`.

    Raises:
        RunError: when it holds a run of something else.

    """
    manifest = folder.manifest()
    if manifest is None:
        manifest = {**today, "started": now(), "finished": None}
        folder.write_manifest(manifest)
    elif differs := differences(manifest, today):
        shown = "\n".join(f"  - {line}" for line in differs[:10])
        message = f"holds a run of something else; name a new directory or start afresh:\n{shown}"
        raise RunError(folder.path, message)
    return manifest


def _counted(documents: Iterator[TrialDocument], outcome: Outcome) -> Iterator[TrialDocument]:
    for document in documents:
        outcome.taken += 1
        yield document


def _skip(
    folder: RunFolder,
    documents: Iterator[TrialDocument],
    outcome: Outcome,
    wrong: Callable[[str], None],
    *,
    finished: bool,
) -> Iterator[TrialDocument]:
    """Pass over the documents that the journal has, then hand on the others; both must tell the same story."""
    last: Entry | None = None
    for entry in folder.entries():
        document = next(documents, None)
        if document is None or fingerprint(document) != entry.fingerprint:
            got = "nothing" if document is None else document.trial_id
            raise RunError(folder.path, f"was made from other inputs: expected trial {entry.trial_id}, got {got}")
        last = entry
        outcome.skipped += 1
        outcome.tally.add(Tally.from_json(entry.counts))
        if entry.error is not None:
            wrong(entry.error)
    if not finished:
        folder.cut(outcome.skipped, last)
        outcome.began = time.monotonic()
        yield from documents
    elif (document := next(documents, None)) is not None:
        raise RunError(folder.path, f"is a finished run without trial {document.trial_id}; name a new directory")


def _finish(folder: RunFolder, done: Done, outcome: Outcome, wrong: Callable[[str], None]) -> None:
    if done.error is not None:
        wrong(done.error)
    entry = Entry(fingerprint(done.document), done.document.trial_id, done.counts, done.error)
    folder.append(entry, done.line, done.facts)
    outcome.tally.add(Tally.from_json(done.counts))
