"""Commands that look at what a run left: facts, show, status, cache."""
# ruff: noqa: PLC0415 - see app.py

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from normalizer.cli.app import USAGE, RunDir, app, complain, console, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

cache_app = typer.Typer(help="The answers of models that runs share.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")
CacheDir = Annotated[
    Path, typer.Argument(metavar="DIR", envvar="NORMALIZER_CACHE", help="What `run --cache` was given.")
]


@app.command()
def facts(
    folder: RunDir,
    form: Annotated[
        str | None, typer.Option("--format", help="jsonl, csv or parquet; else by FILE's ending, else jsonl.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write here, not to standard output.")
    ] = None,
) -> None:
    """Write the facts of RUN_DIR: one row for each bound and grade, the same columns in every format."""
    with guarded():
        from normalizer.batch import facts as read_facts
        from normalizer.facts import WRITERS

        chosen = form or (out.suffix.lstrip(".").lower() if out is not None else "") or "jsonl"
        if chosen not in WRITERS:
            raise typer.BadParameter(f"{chosen!r} is none of {', '.join(WRITERS)}", param_hint="--format")
        if out is None and chosen == "parquet" and sys.stdout.isatty():
            raise typer.BadParameter("Parquet is not for a terminal; name a file with -o", param_hint="--format")
        with _writing(out) as file:
            WRITERS[chosen](read_facts(folder), file)


@contextmanager
def _writing(path: Path | None) -> Iterator[BinaryIO]:
    """Open standard output, or a file that appears under its name only when it is complete."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        complain(f"{path}: cannot be written: {error.strerror or error}")
        raise typer.Exit(USAGE) from error
    finally:
        part.unlink(missing_ok=True)


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
