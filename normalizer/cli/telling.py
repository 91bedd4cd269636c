"""How far a run is: a live line on a terminal, JSON lines in a file for schedulers."""
# ruff: noqa: PLC0415 - see app.py

from __future__ import annotations

import json
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TextIO

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from normalizer.batch import Outcome
    from normalizer.batch.jobs import Sent
    from normalizer.extract.llm import Price

#: Seconds between two lines of progress in a log.
_EVERY: Final = 5.0
#: So many trials must be done before it is told how long the others take; the first ones wait for processes to start.
_ENOUGH: Final = 10


class Told:
    """Counts of a run as it goes on, in plain figures and with their rate."""

    def __init__(self, model: str | None, prices: Mapping[str, Price] | None) -> None:
        """Begin to take time.

        Args:
            model: who is asked, None with rules alone.
            prices: the user's own, which override the table.

        """
        self._model, self._prices = model, prices
        self._began = time.monotonic()

    def counts(self, outcome: Outcome) -> dict[str, Any]:
        """Return the counts of a run so far; with a model also questions, tokens and US dollars (None: no price).

        Rate and end are told of what this process does itself, without the trials that it skips. ``share`` is the
        share of the inputs that is done and ``eta_seconds`` the time until the end, None where they are not known.
        """
        tally, asked, now = outcome.tally, outcome.asked, time.monotonic()
        own, seconds = outcome.done - outcome.skipped, now - (outcome.began or self._began)
        share = outcome.share
        counts: dict[str, Any] = {
            "trials": outcome.done,
            "skipped": outcome.skipped,
            "failed": tally.failed,
            "refused": outcome.refused,
            "criteria": tally.criteria,
            "seconds": round(now - self._began, 1),
            "trials_per_minute": round(60 * own / seconds, 1) if seconds else 0.0,
            "share": None if share is None else round(share, 4),
            "eta_seconds": _left(outcome, own, seconds),
        }
        if self._model is None:
            return counts
        cost = asked.cost(self._model, self._prices)
        return counts | {
            "questions": asked.questions,
            "unanswered": asked.failed.total(),
            "requests": asked.usage.requests,
            "input_tokens": asked.usage.input,
            "output_tokens": asked.usage.output,
            "cost_usd": None if cost is None else str(cost),
        }


def _left(outcome: Outcome, own: int, seconds: float) -> int | None:
    """Return the seconds until the end, None as long as they are not known; ``own`` trials took ``seconds``."""
    if not outcome.share:
        return None
    if outcome.share == 1:
        return 0
    return None if own < _ENOUGH else round(seconds * (1 / outcome.share - 1) * outcome.done / own)


class Log:
    """Events of a run, a JSON object a line: ``at`` (UTC), ``event`` and what belongs to it."""

    def __init__(self, file: TextIO | None, told: Told) -> None:
        """Write to an open file; without one nothing is written."""
        self._file, self._told = file, told
        self._next = 0.0
        self._jobs: dict[str, int] = {}

    def event(self, name: str, **said: Any) -> None:  # noqa: ANN401 - plain JSON values
        """Write an event at once."""
        if self._file is not None:
            line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": name, **said}
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()

    def trial(self, outcome: Outcome) -> None:
        """Say how far the run is, at most every five seconds."""
        if self._file is not None and (now := time.monotonic()) >= self._next:
            self._next = now + _EVERY
            self.event("progress", **self._told.counts(outcome))

    def jobs(self, jobs: Sequence[Sent]) -> None:
        """Say how the jobs of a run in bulk stand, when that has changed."""
        counts = _of_jobs(jobs)
        if counts != self._jobs:
            self._jobs = counts
            self.event("jobs", **counts)

    def end(self, outcome: Outcome) -> None:
        """Say what the run came to."""
        self.event("finished", exit_code=outcome.exit_code, **self._told.counts(outcome))


@contextmanager
def log(path: Path | None, told: Told) -> Iterator[Log]:
    """Open a log; a run that is broken off says so in it, with the error.

    Raises:
        typer.BadParameter: when the file cannot be written.

    """
    with ExitStack() as opened:
        try:
            file = None if path is None else opened.enter_context(path.open("a", encoding="utf-8"))
        except OSError as error:
            raise typer.BadParameter(f"cannot be written: {error}", param_hint="--log") from error
        written = Log(file, told)
        try:
            yield written
        except BaseException as error:
            written.event("stopped", error=type(error).__name__, message=str(error))
            raise


class Line:
    """The live line of a run; what it shows replaces what it showed before."""

    def __init__(self, show: Callable[[str], None] | None, told: Told) -> None:
        """Show texts with a function; without one nothing is shown."""
        self._show, self._told = show, told

    def trial(self, outcome: Outcome) -> None:
        """Show how far the run is."""
        if self._show is not None:
            self._show(_line(self._told.counts(outcome)))

    def jobs(self, jobs: Sequence[Sent]) -> None:
        """Show how the jobs of a run in bulk stand."""
        if self._show is not None and jobs:
            counts = _of_jobs(jobs)
            self._show(
                f"{counts['answered_questions']:,} of {counts['sent_questions']:,} questions answered, "
                f"{counts['open']:,} of {counts['jobs']:,} jobs open"
            )


@contextmanager
def progress(console: Console, told: Told, *, quiet: bool) -> Iterator[Line]:
    """Show a live line, on a terminal only."""
    if quiet or not console.is_terminal:
        yield Line(None, told)
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
    ) as shown:  # fmt: skip
        task = shown.add_task("", total=None)
        yield Line(lambda text: shown.update(task, description=text), told)


def _of_jobs(jobs: Sequence[Sent]) -> dict[str, int]:
    return {
        "jobs": len(jobs),
        "open": sum(job.step != "done" for job in jobs),
        "sent_questions": sum(job.questions for job in jobs),
        "answered_questions": sum(job.answered for job in jobs),
    }


def _line(counts: dict[str, Any]) -> str:
    parts = [
        f"{counts['trials']:,} trials",
        f"{counts['criteria']:,} criteria",
        f"{counts['trials_per_minute']:,.0f} a minute",
    ]
    if counts["share"] is not None:
        parts.append(f"{counts['share']:.0%}")
    if counts["eta_seconds"] is not None:
        parts.append(f"{timedelta(seconds=counts['eta_seconds'])} left")
    if "questions" in counts:
        parts.append(f"{counts['questions']:,} questions")
        if counts["cost_usd"] is not None:
            parts.append(f"${float(counts['cost_usd']):,.4f}")
    parts += [f"{counts[name]:,} {name}" for name in ("failed", "refused", "unanswered") if counts.get(name)]
    return ", ".join(parts)
