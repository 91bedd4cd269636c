"""Commands that normalize, or say what it would cost: run, estimate."""
# ruff: noqa: PLC0415, PLR0917 - see app.py; typer calls the commands by names

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from normalizer.cli import options
from normalizer.cli.app import app, complain, complaints, console, guarded
from normalizer.cli.telling import Told, log, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from normalizer.batch import Outcome, Settings
    from normalizer.batch.jobs import Sent
    from normalizer.extract.llm import Price


@app.command()
def run(
    inputs: options.Inputs,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="RUN_DIR", help="The run directory; resumed when it exists.")
    ],
    extractor: options.Extractor = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    mode: options.Mode = "json_schema",
    effort: options.Effort = None,
    concurrency: options.Concurrency = 16,
    blocks_per_request: options.BlocksPerRequest = "1",
    cascade: options.Cascade = False,
    reask: options.Reask = True,
    cache: options.Cache = None,
    retry_failed: options.RetryFailed = False,
    prices: options.Prices = None,
    budget_usd: options.BudgetUsd = None,
    budget_tokens: options.BudgetTokens = None,
    rpm: options.Rpm = None,
    tpm: options.Tpm = None,
    poll: options.Poll = 30.0,
    dry_run: options.DryRun = False,
    workers: options.Workers = 1,
    shard: options.Shard = None,
    engine: options.Engine = "local",
    ray_address: options.RayAddress = None,
    parts: options.Parts = None,
    id_column: options.IdColumn = "id",
    text_column: options.TextColumn = "criteria",
    fresh: Annotated[bool, typer.Option("--fresh", help="Discard what an earlier run left in RUN_DIR.")] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="No progress and no summary; errors are still told.")
    ] = False,
    log_file: options.Log = None,
) -> None:
    """Normalize all trials of the inputs into RUN_DIR (run.json, trials.jsonl, facts.jsonl)."""
    with guarded():
        from normalizer.batch import Means, Settings

        options.engine(engine, address=ray_address, parts=parts, shard=shard, workers=workers, inputs=inputs)
        form, bulk = options.mode(mode)
        if bulk and (rpm or tpm):
            raise typer.BadParameter("a batch has no rate; leave --rpm and --tpm out", param_hint="--mode")
        settings = Settings(
            extractor=extractor or ("rules" if model is None else "hybrid"), id_column=id_column,
            text_column=text_column, model=model, base_url=base_url, mode=form, bulk=bulk,
            effort=None if effort is None else options.one_of(effort, "effort"),
            blocks_per_request=options.blocks(blocks_per_request), cascade=cascade, reask=reask,
            shard=options.part(shard), parts=parts,
        )  # fmt: skip
        means = Means(
            concurrency=concurrency, cache=cache, prices=options.prices(prices, model if bulk else None), rpm=rpm,
            tpm=tpm, workers=workers, budget_usd=options.dollars(budget_usd), budget_tokens=budget_tokens, poll=poll,
        )  # fmt: skip
        if dry_run:
            _estimate(inputs, settings, means.prices, concurrency)
            return
        told, tell = Told(model, means.prices), complaints()
        with log(log_file, told) as logged, progress(console(err=True), told, quiet=quiet) as line:

            def trial(outcome: Outcome) -> None:
                line.trial(outcome)
                logged.trial(outcome)

            def jobs(found: Sequence[Sent]) -> None:
                line.jobs(found)
                logged.jobs(found)

            def wrong(message: str) -> None:
                tell(message)
                logged.event("error", message=message)

            logged.event("started", run=str(out), inputs=inputs, extractor=settings.extractor, model=model)
            try:
                with _engine(engine, ray_address, jobs) as run_batch:
                    outcome = run_batch(
                        inputs, out, settings, fresh=fresh, retry_failed=retry_failed, means=means, on_trial=trial,
                        on_error=wrong,
                    )  # fmt: skip
            except ValueError as error:
                raise typer.BadParameter(str(error)) from error
            except KeyboardInterrupt:
                sent = "; what was sent goes on at the endpoint and is paid for" if bulk else ""
                complain(f"interrupted; what was finished is kept, the same command goes on from there ({out}){sent}")
                raise
            logged.end(outcome)
        if not quiet:
            from normalizer.batch.summary import summary

            shown = console()
            shown.print(summary(outcome, outcome.asked.cost(model, means.prices)))
            shown.print(f"written to {out}", soft_wrap=True)
        raise typer.Exit(outcome.exit_code)


@contextmanager
def _engine(
    name: str, address: str | None, on_jobs: Callable[[Sequence[Sent]], None]
) -> Iterator[Callable[..., Outcome]]:
    """Yield what runs a batch, here or on an engine that is there for as long as the block lasts."""
    if name == "local":
        from normalizer.batch import run as here

        yield partial(here, on_jobs=on_jobs)
        return
    from normalizer.batch.rayed import opened
    from normalizer.batch.whole import run_in_parts

    with opened(address) as engine:
        yield partial(run_in_parts, engine=engine)


@app.command()
def estimate(
    inputs: options.Inputs,
    model: options.Model = None,
    mode: options.Mode = "json_schema",
    concurrency: options.Concurrency = 16,
    blocks_per_request: options.BlocksPerRequest = "1",
    cascade: options.Cascade = False,
    prices: options.Prices = None,
    id_column: options.IdColumn = "id",
    text_column: options.TextColumn = "criteria",
) -> None:
    """Say how many questions, tokens, dollars and hours a run with a model would take; asks nothing, needs no key."""
    with guarded():
        from normalizer.batch import Settings

        form, bulk = options.mode(mode)
        settings = Settings(
            extractor="hybrid", model=model or "unnamed", mode=form, bulk=bulk, id_column=id_column,
            text_column=text_column, blocks_per_request=options.blocks(blocks_per_request), cascade=cascade,
        )  # fmt: skip
        _estimate(inputs, settings, options.prices(prices, model if bulk else None), concurrency)


def _estimate(inputs: list[str], settings: Settings, prices: Mapping[str, Price] | None, concurrency: int) -> None:
    from normalizer.batch.estimate import estimate as estimated
    from normalizer.extract.llm.usage import price_of
    from normalizer.sources import read

    if settings.model is None:
        raise typer.BadParameter("the rules ask nothing and cost nothing; name a model", param_hint="--model")
    tell = complaints()
    documents = read(
        inputs, id_column=settings.id_column, text_column=settings.text_column, on_error=lambda error: tell(str(error))
    )
    price = price_of(settings.model, prices)
    console().print(estimated(documents, settings, price=price, concurrency=concurrency).table())
