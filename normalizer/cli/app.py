"""What all commands share: the application, exit codes, how errors are told and how things are shown.

Exit codes: 0 done, 1 some criteria or questions failed, 2 usage or a refused input (the others are still written), 3 a
gate failed, 4 stopped by a budget, 130 interrupted. Everything heavy is imported inside the commands, so that
``--help`` answers at once.
"""
# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

FAILED: Final = 1
USAGE: Final = 2
OVER_BUDGET: Final = 4
INTERRUPTED: Final = 130
_PLAIN_WIDTH: Final = 120
_TOLD: Final = 20

app = typer.Typer(
    name="normalizer",
    help="Clinical-trial eligibility criteria as data: every number points at its characters, every doubt says so.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
RunDir = Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A directory that `run` wrote.")]


@contextmanager
def guarded() -> Iterator[None]:
    """Turn errors raised on purpose into one message and an exit code."""
    from normalizer.model.errors import NormalizerError

    try:
        yield
    except NormalizerError as error:
        from normalizer.batch.budget import BudgetError
        from normalizer.batch.errors import PartsError

        complain(str(error))
        over = isinstance(error, BudgetError) or (isinstance(error, PartsError) and error.over_budget)
        raise typer.Exit(OVER_BUDGET if over else USAGE) from error
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


def complain(message: str) -> None:
    """Tell an error; characters that would steer a terminal are shown as question marks."""
    shown = "".join(character if character.isprintable() or character == "\n" else "?" for character in message)
    typer.echo(f"normalizer: {shown}", err=True)


def complaints() -> Callable[[str], None]:
    """Return what tells errors, the first ones only: a wrong column name makes one in every line."""
    count = 0

    def tell(message: str) -> None:
        nonlocal count
        count += 1
        if count <= _TOLD:
            complain(message)
        elif count == _TOLD + 1:
            complain("... more of them are told in run.json")

    return tell


def console(*, err: bool = False) -> Console:
    """Return a console that is plain and wide when it is no terminal; rich itself respects NO_COLOR."""
    from rich.console import Console

    plain = not (sys.stderr if err else sys.stdout).isatty()
    width = _PLAIN_WIDTH if plain and "COLUMNS" not in os.environ else None
    return Console(stderr=err, width=width, highlight=False, markup=False, emoji=False)


def _version(wanted: bool) -> None:
    if wanted:
        import normalizer

        typer.echo(f"normalizer {normalizer.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass
