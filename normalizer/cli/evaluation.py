"""Commands that measure: eval, diff."""
# ruff: noqa: PLC0415 - see app.py

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from normalizer.cli.app import app, guarded


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
    with guarded():
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
    with guarded():
        from normalizer.evaluate.diff import difference, printed
        from normalizer.evaluate.runs import record_of

        typer.echo(printed(difference(record_of(before, gold), record_of(after, gold)), before, after))
