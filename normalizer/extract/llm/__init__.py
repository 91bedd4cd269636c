"""The model reading: strict wire form, versioned prompt, a client of any OpenAI-compatible endpoint.

Names are loaded when they are first used: a run by rules alone needs none of this. openai, instructor and tenacity (the
extra ``llm``) are imported when a client is made, not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from normalizer.extract.llm.client import Client
    from normalizer.extract.llm.endpoint import Endpoint
    from normalizer.extract.llm.errors import (
        CutOffError,
        DeadlineError,
        EndpointError,
        EndpointSettingsError,
        FilteredError,
        InvalidAnswerError,
        ModelError,
        RefusalError,
    )
    from normalizer.extract.llm.fake import FakeModel
    from normalizer.extract.llm.once import Once
    from normalizer.extract.llm.reader import Asked, LlmExtractor
    from normalizer.extract.llm.reply import Model, Reply
    from normalizer.extract.llm.usage import Price, Usage, price_of, read_prices

__all__ = [
    "Asked",
    "Client",
    "CutOffError",
    "DeadlineError",
    "Endpoint",
    "EndpointError",
    "EndpointSettingsError",
    "FakeModel",
    "FilteredError",
    "InvalidAnswerError",
    "LlmExtractor",
    "Model",
    "ModelError",
    "Once",
    "Price",
    "RefusalError",
    "Reply",
    "Usage",
    "price_of",
    "read_prices",
]

_HOMES = {
    "Asked": "reader",
    "Client": "client",
    "CutOffError": "errors",
    "DeadlineError": "errors",
    "Endpoint": "endpoint",
    "EndpointError": "errors",
    "EndpointSettingsError": "errors",
    "FakeModel": "fake",
    "FilteredError": "errors",
    "InvalidAnswerError": "errors",
    "LlmExtractor": "reader",
    "Model": "reply",
    "ModelError": "errors",
    "Once": "once",
    "Price": "usage",
    "RefusalError": "errors",
    "Reply": "reply",
    "Usage": "usage",
    "price_of": "usage",
    "read_prices": "usage",
}

if not TYPE_CHECKING:  # a type checker would take every name for known

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
