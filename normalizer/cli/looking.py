"""Commands that look at what a run left: show, status, cache."""
# ruff: noqa: PLC0415 - see app.py

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from normalizer.cli.app import RunDir, app, console, guarded

cache_app = typer.Typer(help="The answers of models that runs share.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")
CacheDir = Annotated[
    Path, typer.Argument(metavar="DIR", envvar="NORMALIZER_CACHE", help="What `run --cache` was given.")
]


@app.command()
def show(
    folder: RunDir,
    trial: Annotated[str, typer.Argument(metavar="TRIAL", help="A trial's id.")],
) -> None:
    """Print the criteria of one trial: the source text, what was understood, how far to trust it and why not."""
    with guarded():
        from normalizer.batch import find
        from normalizer.batch.show import show as parts

        shown = console()
        for part in parts(find(folder, trial)):
            if shown.is_terminal:
                shown.print(part)
                continue
            with shown.capture() as captured:
                shown.print(part)
            typer.echo("\n".join(line.rstrip() for line in captured.get().split("\n")), nl=False)


@app.command()
def status(folder: RunDir) -> None:
    """Say how far a run is: trials, questions, tokens, cost, what had no answer."""
    with guarded():
        from normalizer.batch.status import status as found

        console().print(found(folder))


@cache_app.command()
def stats(folder: CacheDir) -> None:
    """Say what a cache of answers holds."""
    with guarded():
        from normalizer.batch.cache import stats as found

        held = found(folder)
        typer.echo(
            f"{held.answers:,} answers, {held.text_bytes:,} bytes of text, {held.file_bytes:,} bytes on the disk; "
            f"they cost {held.input_tokens:,} tokens in and {held.output_tokens:,} out, once"
        )


@cache_app.command()
def prune(
    folder: CacheDir,
    max_bytes: Annotated[int | None, typer.Option(min=0, help="Size that may stay; 2 GiB if not given.")] = None,
) -> None:
    """Remove the oldest answers from a cache."""
    with guarded():
        from normalizer.batch.cache import LIMIT
        from normalizer.batch.cache import prune as pruned

        typer.echo(f"{pruned(folder, LIMIT if max_bytes is None else max_bytes):,} answers removed")
