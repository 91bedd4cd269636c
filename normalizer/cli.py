"""The command line: parses arguments, calls the package, turns outcomes into exit codes.

Exit codes: 0 done, 1 some criteria failed, 2 usage or a refused input (the others are still written), 3 a gate
failed, 130 interrupted. Everything heavy is imported inside the commands, so that ``--help`` answers at once.
"""
# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from normalizer.batch import Outcome

FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130
_PLAIN_WIDTH: Final = 120
_TOLD: Final = 20
_MODEL: Final = "A language model"

app = typer.Typer(
    name="normalizer",
    help="Clinical-trial eligibility criteria as data: every number points at its characters, every doubt says so.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

cache_app = typer.Typer(help="The answers of models that runs share.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")
CacheDir = Annotated[
    Path, typer.Argument(metavar="DIR", envvar="NORMALIZER_CACHE", help="What `run --cache` was given.")
]
RunDir = Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A directory that `run` wrote.")]


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn errors raised on purpose into one message and an exit code."""
    from normalizer.model.errors import NormalizerError

    try:
        yield
    except NormalizerError as error:
        _complain(str(error))
        raise typer.Exit(USAGE) from error
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


def _complain(message: str) -> None:
    shown = "".join(character if character.isprintable() or character == "\n" else "?" for character in message)
    typer.echo(f"normalizer: {shown}", err=True)


def _complaints() -> Callable[[str], None]:
    """Return what tells errors, the first ones only: a wrong column name makes one in every line."""
    count = 0

    def tell(message: str) -> None:
        nonlocal count
        count += 1
        if count <= _TOLD:
            _complain(message)
        elif count == _TOLD + 1:
            _complain("... more of them are told in run.json")

    return tell


def _console(*, err: bool = False) -> Console:
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


@contextmanager
def _progress(console: Console, *, quiet: bool) -> Iterator[Callable[[Outcome], None] | None]:
    if quiet or not console.is_terminal:
        yield None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} trials"),
        TextColumn("{task.fields[criteria]:,} criteria"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("", total=None, criteria=0)

        def advance(outcome: Outcome) -> None:
            tally = outcome.tally
            progress.update(task, completed=tally.trials + tally.failed, criteria=tally.criteria)

        yield advance


@app.command()
def run(  # noqa: PLR0917 - typer calls it by names
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT...", help="Files, folders, globs, or - for standard input.", show_default=False),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="RUN_DIR", help="The run directory; resumed when it exists.")
    ],
    extractor: Annotated[
        str | None,
        typer.Option(help="Who reads: rules, llm or hybrid; hybrid once a model is named.", show_default="rules"),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Ask this model, as the endpoint calls it.", rich_help_panel=_MODEL)
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Any OpenAI-compatible endpoint, up to /v1.",
            show_default="OpenAI",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    mode: Annotated[
        str,
        typer.Option(help="How the endpoint keeps to the schema: json_schema, tools or json.", rich_help_panel=_MODEL),
    ] = "json_schema",
    effort: Annotated[
        str | None, typer.Option(help="Reasoning effort: minimal, low, medium, high.", rich_help_panel=_MODEL)
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Questions in flight.", rich_help_panel=_MODEL)] = 16,
    blocks_per_request: Annotated[
        str,
        typer.Option(metavar="N|auto", help="Criteria in one question; auto packs small ones.", rich_help_panel=_MODEL),
    ] = "1",
    cascade: Annotated[
        bool, typer.Option("--cascade", help="Ask only where the rules leave something open.", rich_help_panel=_MODEL)
    ] = False,
    reask: Annotated[
        bool, typer.Option(help="Tell the model once what the text contradicts.", rich_help_panel=_MODEL)
    ] = True,
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", envvar="NORMALIZER_CACHE", help="Share answers between runs here.", rich_help_panel=_MODEL
        ),
    ] = None,
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed", help="Ask again what had no usable answer; keep the rest.", rich_help_panel=_MODEL
        ),
    ] = False,
    prices: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Prices of models (TOML); they override ours.", rich_help_panel=_MODEL),
    ] = None,
    id_column: Annotated[str, typer.Option(help="Column of the trial id in CSV and JSONL tables.")] = "id",
    text_column: Annotated[str, typer.Option(help="Column of the criteria in CSV and JSONL tables.")] = "criteria",
    fresh: Annotated[bool, typer.Option("--fresh", help="Discard what an earlier run left in RUN_DIR.")] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="No progress and no summary; errors are still told.")
    ] = False,
) -> None:
    """Normalize all trials of the inputs into RUN_DIR (run.json, trials.jsonl, facts.jsonl)."""
    with _guarded():
        from normalizer.batch import Means, Settings
        from normalizer.batch import run as run_batch

        settings = Settings(
            extractor=extractor or ("rules" if model is None else "hybrid"), id_column=id_column,
            text_column=text_column, model=model, base_url=base_url, mode=_one_of(mode, "mode"),
            effort=None if effort is None else _one_of(effort, "effort"),
            blocks_per_request=_blocks(blocks_per_request), cascade=cascade, reask=reask,
        )  # fmt: skip
        with _progress(_console(err=True), quiet=quiet) as advance:
            try:
                outcome = run_batch(
                    inputs, out, settings, fresh=fresh, retry_failed=retry_failed,
                    means=Means(concurrency=concurrency, cache=cache, prices=_prices(prices)),
                    on_trial=advance, on_error=_complaints(),
                )  # fmt: skip
            except ValueError as error:
                raise typer.BadParameter(str(error)) from error
            except KeyboardInterrupt:
                _complain(f"interrupted; what was finished is kept, the same command goes on from there ({out})")
                raise
        if not quiet:
            from normalizer.batch.summary import summary

            console = _console()
            console.print(summary(outcome, outcome.asked.cost(model, _prices(prices))))
            console.print(f"written to {out}", soft_wrap=True)
        raise typer.Exit(outcome.exit_code)


_CHOICES: Final = {"mode": ("json_schema", "tools", "json"), "effort": ("minimal", "low", "medium", "high")}


def _one_of(value: str, option: str) -> Any:  # noqa: ANN401 - a literal type of the option's own
    if value not in _CHOICES[option]:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(_CHOICES[option])}", param_hint=f"--{option}")
    return value


def _blocks(text: str) -> Any:  # noqa: ANN401 - a number or "auto"
    if text == "auto":
        return text
    if not text.isdigit() or int(text) < 1:
        raise typer.BadParameter(f"{text!r} is neither a number nor auto", param_hint="--blocks-per-request")
    return int(text)


def _prices(path: Path | None) -> Any:  # noqa: ANN401 - prices by model
    if path is None:
        return None
    from normalizer.extract.llm.usage import read_prices

    try:
        return read_prices(path)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="--prices") from error


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
    with _guarded():
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
        _complain(f"{path}: cannot be written: {error.strerror or error}")
        raise typer.Exit(USAGE) from error
    finally:
        part.unlink(missing_ok=True)


@app.command()
def show(
    folder: RunDir,
    trial: Annotated[str, typer.Argument(metavar="TRIAL", help="A trial's id.")],
) -> None:
    """Print the criteria of one trial: the source text, what was understood, how far to trust it and why not."""
    with _guarded():
        from normalizer.batch import find
        from normalizer.batch.show import show as parts

        console = _console()
        for part in parts(find(folder, trial)):
            if console.is_terminal:
                console.print(part)
                continue
            with console.capture() as captured:
                console.print(part)
            typer.echo("\n".join(line.rstrip() for line in captured.get().split("\n")), nl=False)


@app.command()
def status(folder: RunDir) -> None:
    """Say how far a run is: trials, questions, tokens, cost, what had no answer."""
    with _guarded():
        from normalizer.batch.status import status as found

        _console().print(found(folder))


@cache_app.command()
def stats(folder: CacheDir) -> None:
    """Say what a cache of answers holds."""
    with _guarded():
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
    with _guarded():
        from normalizer.batch.cache import LIMIT
        from normalizer.batch.cache import prune as pruned

        typer.echo(f"{pruned(folder, LIMIT if max_bytes is None else max_bytes):,} answers removed")


@app.command(name="eval")
def evaluate(
    gold: Annotated[
        Path | None, typer.Argument(metavar="[GOLD]", help="Folder of gold files; default evals/gold.")
    ] = None,
    extractor: Annotated[
        str | None, typer.Option(help="Only this reader: rules, llm or hybrid (recorded answers).", show_default="all")
    ] = None,
    run_dir: Annotated[Path | None, typer.Option("--run", metavar="RUN_DIR", help="Score what this run wrote.")] = None,
    corpus: Annotated[
        tuple[str, Path] | None, typer.Option("--corpus", metavar="lct|chia PATH", help="Score on an external corpus.")
    ] = None,
) -> None:
    """Score against gold; without arguments everything that the gates look at. Exit code 3 when a gate fails."""
    with _guarded():
        if extractor not in (None, "rules", "llm", "hybrid"):
            raise typer.BadParameter(f"{extractor!r} is none of rules, llm, hybrid", param_hint="--extractor")
        if corpus is not None:
            _print_corpus(*corpus)
        elif run_dir is not None:
            from normalizer.evaluate.runs import report_of
            from normalizer.evaluate.tables import printed

            typer.echo(printed(report_of(run_dir, gold)))
        else:
            from normalizer.evaluate import everything

            arguments = ["--gold", str(gold), "--only", "seeds"] if gold is not None else []
            raise typer.Exit(everything.main(arguments + (["--extractor", extractor] if extractor else [])))


def _print_corpus(name: str, path: Path) -> None:
    from normalizer.evaluate.corpora import CORPORA, FILES
    from normalizer.evaluate.tables import printed

    if name not in CORPORA:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(CORPORA)}", param_hint="--corpus")
    if missing := [file for file in FILES if not (path / file).is_file()]:
        raise typer.BadParameter(f"{path} has no {', '.join(missing)}", param_hint="--corpus")
    typer.echo(printed(CORPORA[name](path)))


@app.command()
def diff(
    before: Annotated[
        str, typer.Argument(metavar="A", help="report.json[#SET], a folder with one, or a run directory.")
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="The same, to compare with A.")],
    gold: Annotated[Path | None, typer.Option(help="Gold to score run directories on; default evals/gold.")] = None,
) -> None:
    """Compare two evaluated runs bound by bound: flips both ways by name, tokens beside accuracy."""
    with _guarded():
        from normalizer.evaluate.diff import difference, printed
        from normalizer.evaluate.runs import record_of

        typer.echo(printed(difference(record_of(before, gold), record_of(after, gold)), before, after))


def main() -> Any:  # noqa: ANN401 - typer ends the process
    """Run the command line."""
    return app()


if __name__ == "__main__":
    main()
