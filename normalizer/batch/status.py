"""How far a run directory is, without touching it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from normalizer.batch.errors import RunError
from normalizer.batch.folder import RunFolder, read_manifest
from normalizer.batch.jobs import sent
from normalizer.batch.ledger import spent
from normalizer.batch.parts import count, folders
from normalizer.batch.shares import together
from normalizer.batch.tally import Tally
from normalizer.extract.llm.usage import in_bulk

if TYPE_CHECKING:
    from pathlib import Path

#: So many questions without an answer are named.
_NAMED = 10


def status(path: Path) -> Table:
    """Return what a run directory holds so far: trials, criteria, questions, tokens, what failed, how to go on.

    Args:
        path: the run directory; a run may be going on in it.

    Raises:
        RunError: when there is no run in it, or it cannot be read.

    """
    manifest = read_manifest(path) if path.is_dir() else None
    if manifest is None:
        raise RunError(path, "is no run directory" if path.exists() else "does not exist")
    tally, errors = Tally(), 0
    parts = folders(path, manifest)
    for part in parts:
        for entry in RunFolder(part).entries():
            tally.add(Tally.from_json(entry.counts))
            errors += entry.error is not None
    settings = manifest["settings"]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    finished = manifest["finished"]
    table.add_row("run", f"finished {finished}" if finished else "not finished: the same command goes on with it")
    table.add_row("started", f"{manifest['started']}")
    if count(manifest) is not None:
        done = sum((read_manifest(part) or {}).get("finished") is not None for part in parts)
        table.add_row("parts", f"{done:,} of {len(parts):,} finished")
    table.add_row("reader", settings["extractor"] + (f", {settings['model']}" if settings.get("model") else ""))
    table.add_row(
        "trials", f"{tally.trials:,} done" + (f", {errors:,} ended in an error of the program" if errors else "")
    )
    table.add_row("criteria", f"{tally.criteria:,}")
    so_far = together([spent(part) for part in parts])
    if so_far.questions:
        prices = in_bulk(settings["model"]) if settings.get("bulk") else None
        cost = so_far.cost(settings.get("model"), prices)
        table.add_row("questions", f"{so_far.questions:,}, {so_far.requests:,} requests")
        table.add_row("tokens", f"{so_far.input:,} in, {so_far.cached:,} of them cached, {so_far.output:,} out")
        table.add_row("cost", "not known: no price for this model" if cost is None else f"{cost:.4f} US dollars")
    if jobs := sent(path):
        steps = Counter(job.step for job in jobs)
        table.add_row(
            "sent in bulk",
            f"{sum(job.questions for job in jobs):,} questions in {len(jobs):,} jobs: "
            + ", ".join(f"{count:,} {step}" for step, count in steps.items()),
        )
    if so_far.failed:
        lines = [f"{trial} {blocks}: {error}" for trial, blocks, error in so_far.failed[:_NAMED]]
        more = [f"... and {len(so_far.failed) - _NAMED:,} more"] if len(so_far.failed) > _NAMED else []
        table.add_row("unanswered", Text("\n".join([*lines, *more, "--retry-failed asks these again"])))
    return table
