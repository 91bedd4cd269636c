"""The command that writes facts for others: facts."""
# ruff: noqa: PLC0415 - see app.py

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from normalizer.cli.app import USAGE, app, complain, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator


@app.command()
def facts(
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN_DIR...", help="Directories that `run` wrote.", show_default=False)
    ],
    form: Annotated[
        str | None, typer.Option("--format", help="jsonl, csv or parquet; else by FILE's ending, else jsonl.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FILE", help="Write here, not to standard output; .gz or .zst behind packs it."
        ),
    ] = None,
    partition_by: Annotated[
        str | None,
        typer.Option(metavar="COLUMN[,COLUMN]", help="Parquet in a folder FILE, divided as Hive does: kind=inclusion/"),
    ] = None,
    rows_per_file: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Parquet in a folder FILE, at most N rows in a file.")
    ] = None,
) -> None:
    """Write the facts of RUN_DIR: one row for each bound and grade, the same columns in every format."""
    with guarded():
        from normalizer.batch import facts as read_facts
        from normalizer.facts import WRITERS, write_dataset
        from normalizer.sources.packing import packing_of, unpacked_name

        packing = None if out is None else packing_of(out.name)
        named = "" if out is None else Path(unpacked_name(out.name)).suffix.lstrip(".").lower()
        chosen = form or named or "jsonl"
        if chosen not in WRITERS:
            raise typer.BadParameter(f"{chosen!r} is none of {', '.join(WRITERS)}", param_hint="--format")
        if packing is not None and chosen == "parquet":
            message = f"Parquet is packed inside; name a file without {packing.ending}"
            raise typer.BadParameter(message, param_hint="--out")
        if partition_by is not None or rows_per_file is not None:
            columns = [] if partition_by is None else _columns(partition_by)
            if chosen != "parquet" or out is None:
                hint = "--rows-per-file" if partition_by is None else "--partition-by"
                raise typer.BadParameter("is for --format parquet and a folder named with -o", param_hint=hint)
            rows = read_facts(*folders)
            with _filling(out) as part:
                write_dataset(rows, part, partition_by=columns, rows_per_file=rows_per_file)
            return
        if out is None and chosen == "parquet" and sys.stdout.isatty():
            raise typer.BadParameter("Parquet is not for a terminal; name a file with -o", param_hint="--format")
        rows = read_facts(*folders)
        with _writing(out) as file:
            if packing is None:
                WRITERS[chosen](rows, file)
            else:
                with packing.pack(file) as packed:
                    WRITERS[chosen](rows, packed)


def _columns(text: str) -> list[str]:
    from normalizer.facts import PARTITIONS

    columns = [column.strip() for column in text.split(",")]
    for column in columns:
        if column not in PARTITIONS:
            raise typer.BadParameter(f"{column!r} is none of {', '.join(PARTITIONS)}", param_hint="--partition-by")
    if len(set(columns)) < len(columns):
        raise typer.BadParameter(f"{text!r} names a column twice", param_hint="--partition-by")
    return columns


@contextmanager
def _writing(path: Path | None) -> Iterator[BinaryIO]:
    """Open standard output, or a file that appears under its name only when it is complete."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = _part(path)
    with _told(path):
        try:
            with part.open("wb") as file:
                yield file
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _filling(path: Path) -> Iterator[Path]:
    """Make a folder that appears under its name only when it is complete."""
    part = _part(path)
    with _told(path):
        if path.exists() and not (path.is_dir() and not any(path.iterdir())):
            raise typer.BadParameter(f"{path} is there and not an empty folder; name a new one", param_hint="--out")
        try:
            shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
            part.mkdir()
            yield part
            part.replace(path)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _part(path: Path) -> Path:
    path = path.absolute()
    return path.with_name(f".{path.name}.part")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        complain(f"{path}: cannot be written: {error.strerror or error}")
        raise typer.Exit(USAGE) from error
