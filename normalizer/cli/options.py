"""The options of a run, and what their texts mean."""
# ruff: noqa: PLC0415 - see app.py

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Final

import typer

_MODEL: Final = "A language model"
_LIMITS: Final = "Limits and money"
_ENGINE: Final = "More machines"

Inputs = Annotated[
    list[str],
    typer.Argument(metavar="INPUT...", help="Files, folders, globs, or - for standard input.", show_default=False),
]
Extractor = Annotated[
    str | None,
    typer.Option(help="Who reads: rules, llm or hybrid; hybrid once a model is named.", show_default="rules"),
]
Model = Annotated[str | None, typer.Option(help="Ask this model, as the endpoint calls it.", rich_help_panel=_MODEL)]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="Any OpenAI-compatible endpoint, up to /v1.", show_default="OpenAI", rich_help_panel=_MODEL
    ),
]
Mode = Annotated[
    str,
    typer.Option(
        help="How the endpoint keeps to the schema: json_schema, tools or json; batch asks through its batch interface "
        "(half price, within a day), batch,tools and batch,json likewise.",
        rich_help_panel=_MODEL,
    ),
]
Poll = Annotated[
    float,
    typer.Option(min=0.0, metavar="SECONDS", help="Between two looks at a batch.", rich_help_panel=_MODEL),
]
Effort = Annotated[
    str | None, typer.Option(help="Reasoning effort: minimal, low, medium, high.", rich_help_panel=_MODEL)
]
Concurrency = Annotated[int, typer.Option(min=1, help="Questions in flight.", rich_help_panel=_MODEL)]
BlocksPerRequest = Annotated[
    str,
    typer.Option(metavar="N|auto", help="Criteria in one question; auto packs small ones.", rich_help_panel=_MODEL),
]
Cascade = Annotated[
    bool, typer.Option("--cascade", help="Ask only where the rules leave something open.", rich_help_panel=_MODEL)
]
Reask = Annotated[bool, typer.Option(help="Tell the model once what the text contradicts.", rich_help_panel=_MODEL)]
Cache = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", envvar="NORMALIZER_CACHE", help="Share answers between runs here.", rich_help_panel=_MODEL
    ),
]
RetryFailed = Annotated[
    bool,
    typer.Option("--retry-failed", help="Ask again what had no usable answer; keep the rest.", rich_help_panel=_MODEL),
]
Prices = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Prices of models (TOML); they override ours.", rich_help_panel=_LIMITS),
]
BudgetUsd = Annotated[
    str | None,
    typer.Option(metavar="DOLLARS", help="Stop before the run costs more, exit code 4.", rich_help_panel=_LIMITS),
]
BudgetTokens = Annotated[
    int | None, typer.Option(min=1, help="Stop before the run uses more tokens, exit code 4.", rich_help_panel=_LIMITS)
]
Rpm = Annotated[int | None, typer.Option(min=1, help="Requests a minute at most.", rich_help_panel=_LIMITS)]
Tpm = Annotated[int | None, typer.Option(min=1, help="Tokens a minute at most.", rich_help_panel=_LIMITS)]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what the run would ask and cost; ask nothing.", rich_help_panel=_LIMITS)
]
Workers = Annotated[int, typer.Option(min=1, help="Processes that read by rules.", show_default=True)]
Shard = Annotated[str | None, typer.Option(metavar="i/n", help="Only this part of the trials; n parts are everything.")]
Engine = Annotated[
    str,
    typer.Option(
        help="Where it is done: local, in this process, or ray, in parts on a cluster.", rich_help_panel=_ENGINE
    ),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="The cluster, HOST:PORT or auto; else RAY_ADDRESS, else this machine alone.",
        rich_help_panel=_ENGINE, show_default=False,
    ),
]  # fmt: skip
Parts = Annotated[
    int | None,
    typer.Option(
        min=1, max=9999, help="Parts of a run on an engine.", show_default="two a processor", rich_help_panel=_ENGINE
    ),
]
Log = Annotated[
    Path | None,
    typer.Option("--log", metavar="FILE", help="Append what happens to FILE, a JSON object a line, for schedulers."),
]
IdColumn = Annotated[str, typer.Option(help="Column of the trial id in CSV and JSONL tables.")]
TextColumn = Annotated[str, typer.Option(help="Column of the criteria in CSV and JSONL tables.")]

_CHOICES: Final = {
    "mode": ("json_schema", "tools", "json"),
    "effort": ("minimal", "low", "medium", "high"),
    "engine": ("local", "ray"),
}


def one_of(value: str, option: str) -> Any:  # noqa: ANN401 - a literal type of the option's own
    """Return the value of an option with few values.

    Raises:
        typer.BadParameter: when it is another.

    """
    if value not in _CHOICES[option]:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(_CHOICES[option])}", param_hint=f"--{option}")
    return value


def mode(text: str) -> tuple[Any, bool]:
    """Return how the endpoint keeps to the schema, and whether it is asked through its batch interface.

    Raises:
        typer.BadParameter: when it is neither.

    """
    kind, comma, form = text.partition(",")
    if kind == "batch":
        return one_of(form if comma else _CHOICES["mode"][0], "mode"), True
    if text not in _CHOICES["mode"]:
        raise typer.BadParameter(
            f"{text!r} is none of {', '.join(_CHOICES['mode'])}, batch", param_hint="--mode"
        )  # fmt: skip
    return text, False


def blocks(text: str) -> Any:  # noqa: ANN401 - a number or "auto"
    """Return how many criteria a question has.

    Raises:
        typer.BadParameter: when it is neither a number nor ``auto``.

    """
    if text == "auto":
        return text
    if not text.isdigit() or int(text) < 1:
        raise typer.BadParameter(f"{text!r} is neither a number nor auto", param_hint="--blocks-per-request")
    return int(text)


def prices(path: Path | None, bulk: str | None = None) -> Any:  # noqa: ANN401 - prices by model
    """Return the prices of a file, None without one; with the model of a run in bulk its price there.

    Raises:
        typer.BadParameter: when it cannot be read.

    """
    from normalizer.extract.llm.usage import in_bulk, read_prices

    try:
        found = None if path is None else read_prices(path)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="--prices") from error
    return found if bulk is None else in_bulk(bulk, found)


def dollars(text: str | None) -> Decimal | None:
    """Return an amount of money.

    Raises:
        typer.BadParameter: when it is none.

    """
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount <= 0:
        raise typer.BadParameter(f"{text!r} is no amount of money", param_hint="--budget-usd")
    return amount


def part(text: str | None) -> str | None:
    """Return which part of the trials is meant, in one spelling.

    Raises:
        typer.BadParameter: when there is no such part.

    """
    if text is None:
        return None
    from normalizer.batch.shard import parse

    try:
        return str(parse(text))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--shard") from error


def engine(
    name: str, *, address: str | None, parts: int | None, shard: str | None, workers: int, inputs: list[str]
) -> str:
    """Return where a run is done.

    Raises:
        typer.BadParameter: when there is no such engine, or another option does not go with it.

    """
    chosen: str = one_of(name, "engine")
    ray = chosen == "ray"
    if ray and "-" in inputs:
        raise typer.BadParameter("standard input cannot be read by several parts; name files", param_hint="INPUT")
    for wrong, option in (
        (ray and shard is not None, "--shard"), (ray and workers > 1, "--workers"),
        (not ray and address is not None, "--ray-address"), (not ray and parts is not None, "--parts"),
    ):  # fmt: skip
        if wrong:
            other = "its parts take the place of it" if ray else "it is for --engine ray"
            raise typer.BadParameter(f"does not go with --engine {chosen}: {other}", param_hint=option)
    return chosen
