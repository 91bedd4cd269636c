"""From settings to extractors: rules, a model, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.pipeline import Asking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.batch.budget import Budgeted, BudgetError
    from normalizer.batch.jobs import Jobs
    from normalizer.batch.manifest import Settings
    from normalizer.batch.reading import Means
    from normalizer.batch.remembered import Named
    from normalizer.batch.store import Store
    from normalizer.extract.llm import LlmExtractor, Model
    from normalizer.extract.llm.endpoint import Endpoint
    from normalizer.extract.llm.request import RequestForm
    from normalizer.extract.llm.usage import Usage
    from normalizer.extract.protocol import AsyncExtractor, Extractor

EXTRACTORS: Final = ("rules", "llm", "hybrid")


def check(settings: Settings) -> None:
    """Say what does not fit together before anything is written.

    Raises:
        ValueError: when there is no such extractor, or a model is missing or named in vain.
        EndpointSettingsError: when the address is none, or holds a password.

    """
    if settings.extractor not in EXTRACTORS:
        raise ValueError(f"there is no extractor {settings.extractor!r}; choose one of {', '.join(EXTRACTORS)}")
    if settings.extractor == "rules" and settings.model is not None:
        raise ValueError("the extractor rules asks no model; leave --model out or choose llm or hybrid")
    if settings.extractor != "rules" and settings.model is None:
        raise ValueError(f"the extractor {settings.extractor} needs a model: --model NAME")
    if settings.model is not None:
        endpoint_of(settings)
    if settings.bulk and settings.model is None:
        raise ValueError("in bulk a model is asked: --model NAME")
    if settings.cascade and settings.extractor != "hybrid":
        raise ValueError("a cascade needs two readers: the extractor hybrid")


def endpoint_of(settings: Settings) -> Endpoint:
    """Return the endpoint of settings that name a model."""
    from normalizer.extract.llm.endpoint import Endpoint  # noqa: PLC0415 - with a model only

    assert settings.model is not None
    return Endpoint(
        model=settings.model, base_url=settings.base_url, mode=settings.mode, effort=settings.effort,
    )  # fmt: skip


def _about(endpoint: Endpoint) -> str:
    """Return what names of questions say of an endpoint."""
    return repr((endpoint.base_url, sorted(endpoint.parameters().items(), key=str), endpoint.mode))


def named(form: RequestForm, endpoint: Endpoint) -> Named:
    """Return what names the questions to an endpoint."""
    from normalizer.batch.remembered import Named  # noqa: PLC0415 - with a model only

    return Named(form, _about(endpoint))


def budgeted(model: Model, means: Means, spent: Usage) -> Budgeted:
    """Return a model that asks no more than the budget allows.

    Args:
        model: who is asked.
        means: budget and prices.
        spent: what earlier processes of the same run used.

    Raises:
        ValueError: when there is a budget in dollars for a model without a price.

    """
    from normalizer.batch.budget import Budgeted  # noqa: PLC0415 - with a model only
    from normalizer.batch.estimate import prefix_characters  # noqa: PLC0415 - the same
    from normalizer.extract.llm.usage import price_of  # noqa: PLC0415 - the same

    return Budgeted(
        model, prefix=prefix_characters(), usd=means.budget_usd, tokens=means.budget_tokens,
        price=price_of(model.name, means.prices), spent=spent,
    )  # fmt: skip


def asked_once(model: Model, endpoint: Endpoint, stores: Sequence[Store], *, keeps: bool = True) -> LlmExtractor:
    """Return the reader that asks a model each question once, and not at all when a store has the answer.

    Args:
        model: who is asked.
        endpoint: where.
        stores: looked at in this order.
        keeps: whether new answers go to the stores.

    """
    from normalizer.batch.remembered import Remembered  # noqa: PLC0415 - with a model only
    from normalizer.extract.llm import LlmExtractor, Once  # noqa: PLC0415 - the same

    remembered = Remembered(model, stores, _about(endpoint), keeps=keeps)
    return LlmExtractor(Once(remembered), deadline=endpoint.deadline)


def rules() -> tuple[Extractor, ...]:
    """Return the embedded rules."""
    from normalizer.extract.rules import RulesExtractor  # noqa: PLC0415 - vocabulary loads only when needed

    return (RulesExtractor(),)


def with_model(
    settings: Settings, means: Means, stores: Sequence[Store], spent: Usage
) -> tuple[Extractor | AsyncExtractor, ...]:
    """Return the extractors of settings that name a model, the primary first.

    Every question goes through all of these, from the outside: asked once in this process, not at all when a store has
    the answer, within the rates, within the budget, to the endpoint.

    Args:
        settings: checked by :func:`check`.
        means: limits and prices.
        stores: where answers of a model are kept, looked at in this order.
        spent: what earlier processes of the same run used.

    Raises:
        EndpointSettingsError: when the model cannot be asked as described.
        ValueError: when there is a budget in dollars for a model without a price.

    """
    from normalizer.batch.estimate import prefix_characters  # noqa: PLC0415 - with a model only
    from normalizer.batch.limits import Limited  # noqa: PLC0415 - the same
    from normalizer.extract.llm import Client  # noqa: PLC0415 - the same

    endpoint = endpoint_of(settings)
    paid = budgeted(Client(endpoint), means, spent)
    limited = Limited(paid, prefix=prefix_characters(), rpm=means.rpm, tpm=means.tpm)
    model = asked_once(limited, endpoint, stores)
    return (model,) if settings.extractor == "llm" else (model, *rules())


def with_jobs(
    settings: Settings, jobs: Jobs, stores: Sequence[Store], over: BudgetError | None
) -> tuple[Extractor | AsyncExtractor, ...]:
    """Return the extractors of settings whose model was asked in bulk: what has no answer now has none.

    Args:
        settings: checked by :func:`check`.
        jobs: what came back.
        stores: where answers of a model are kept.
        over: why not everything was sent, if so.

    """
    from normalizer.batch.outbox import Answered, Closed  # noqa: PLC0415 - in bulk only
    from normalizer.extract.llm.errors import EndpointError  # noqa: PLC0415 - with a model only
    from normalizer.extract.llm.prompt import load_prompt  # noqa: PLC0415 - the same
    from normalizer.extract.llm.request import RequestForm  # noqa: PLC0415 - the same

    endpoint = endpoint_of(settings)
    form = RequestForm(load_prompt(), endpoint)
    rest = Closed(form, over or EndpointError("the question was not sent"))
    model = asked_once(Answered(rest, named(form, endpoint), jobs), endpoint, stores)
    return (model,) if settings.extractor == "llm" else (model, *rules())


def workers_of(settings: Settings, means: Means) -> int:
    """Return how many questions to have in flight, so that none waits for the rates beyond its deadline."""
    from normalizer.batch.estimate import prefix_characters  # noqa: PLC0415 - with a model only
    from normalizer.batch.limits import bearable  # noqa: PLC0415 - the same

    deadline = endpoint_of(settings).deadline
    return bearable(means.concurrency, deadline=deadline, prefix=prefix_characters(), rpm=means.rpm, tpm=means.tpm)


def asking(settings: Settings) -> Asking:
    """Return how the model is asked."""
    return Asking(
        blocks_per_request=settings.blocks_per_request, cascade=settings.cascade, judge=settings.reask,
    )  # fmt: skip
