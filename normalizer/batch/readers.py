"""From settings to extractors: rules, a model, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.pipeline import Asking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.batch.manifest import Settings
    from normalizer.batch.store import Store
    from normalizer.extract.llm.endpoint import Endpoint
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
        _endpoint(settings)
    if settings.cascade and settings.extractor != "hybrid":
        raise ValueError("a cascade needs two readers: the extractor hybrid")


def _endpoint(settings: Settings) -> Endpoint:
    from normalizer.extract.llm.endpoint import Endpoint  # noqa: PLC0415 - with a model only

    assert settings.model is not None
    return Endpoint(
        model=settings.model, base_url=settings.base_url, mode=settings.mode, effort=settings.effort,
    )  # fmt: skip


def extractors(settings: Settings, stores: Sequence[Store] = ()) -> tuple[Extractor | AsyncExtractor, ...]:
    """Return the extractors that settings ask for, the primary first.

    Args:
        settings: checked by :func:`check`.
        stores: where answers of a model are kept, looked at in this order.

    Raises:
        EndpointSettingsError: when the model cannot be asked as described.

    """
    from normalizer.extract.rules import RulesExtractor  # noqa: PLC0415 - vocabulary loads only when needed

    if settings.extractor == "rules":
        return (RulesExtractor(),)
    from normalizer.batch.remembered import Remembered  # noqa: PLC0415 - with a model only
    from normalizer.extract.llm import Client, LlmExtractor, Once  # noqa: PLC0415 - the same

    endpoint = _endpoint(settings)
    about = repr((endpoint.base_url, sorted(endpoint.parameters().items(), key=str), endpoint.mode))
    model = LlmExtractor(Once(Remembered(Client(endpoint), stores, about)), deadline=endpoint.deadline)
    return (model,) if settings.extractor == "llm" else (model, RulesExtractor())


def asking(settings: Settings) -> Asking:
    """Return how the model is asked."""
    return Asking(
        blocks_per_request=settings.blocks_per_request, cascade=settings.cascade, judge=settings.reask,
    )  # fmt: skip
