"""Clinical-trial eligibility criteria as data that can be trusted.

``for document in load("trials/"): trial = normalize(document)``; a trial's facts are ``rows(trial)``. With a language
model beside the rules: ``normalize(document, [LlmExtractor(Client(Endpoint(model="..."))), RulesExtractor()])``. Names
are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from normalizer.batch import RunError
    from normalizer.extract.llm import (
        Client,
        CutOffError,
        DeadlineError,
        Endpoint,
        EndpointError,
        EndpointSettingsError,
        FakeModel,
        FilteredError,
        InvalidAnswerError,
        LlmExtractor,
        ModelError,
        Once,
        Price,
        RefusalError,
        Usage,
    )
    from normalizer.extract.protocol import AsyncExtractor, Extractor
    from normalizer.extract.rules import RulesExtractor
    from normalizer.facts import Row, from_json, rows, to_json
    from normalizer.model import (
        Coverage,
        Criterion,
        Finding,
        GoldError,
        LogicError,
        NormalizedTrial,
        NormalizerError,
        PublishedAtom,
        PublishedBound,
        Repair,
        SourceError,
        Span,
        SpanError,
        TrialDocument,
        UnitError,
    )
    from normalizer.pipeline import Asking, Normalized, Normalizer, normalize, normalize_async
    from normalizer.sources import document_from_text, load

    __version__: str

__all__ = [
    "Asking",
    "AsyncExtractor",
    "Client",
    "Coverage",
    "Criterion",
    "CutOffError",
    "DeadlineError",
    "Endpoint",
    "EndpointError",
    "EndpointSettingsError",
    "Extractor",
    "FakeModel",
    "FilteredError",
    "Finding",
    "GoldError",
    "InvalidAnswerError",
    "LlmExtractor",
    "LogicError",
    "ModelError",
    "Normalized",
    "NormalizedTrial",
    "Normalizer",
    "NormalizerError",
    "Once",
    "Price",
    "PublishedAtom",
    "PublishedBound",
    "RefusalError",
    "Repair",
    "Row",
    "RulesExtractor",
    "RunError",
    "SourceError",
    "Span",
    "SpanError",
    "TrialDocument",
    "UnitError",
    "Usage",
    "__version__",
    "document_from_text",
    "from_json",
    "load",
    "normalize",
    "normalize_async",
    "rows",
    "to_json",
]

_HOMES = {
    "Asking": "pipeline",
    "AsyncExtractor": "extract.protocol",
    "Client": "extract.llm",
    "CutOffError": "extract.llm",
    "DeadlineError": "extract.llm",
    "Endpoint": "extract.llm",
    "EndpointError": "extract.llm",
    "EndpointSettingsError": "extract.llm",
    "Extractor": "extract.protocol",
    "FakeModel": "extract.llm",
    "FilteredError": "extract.llm",
    "InvalidAnswerError": "extract.llm",
    "LlmExtractor": "extract.llm",
    "ModelError": "extract.llm",
    "Normalized": "pipeline",
    "Normalizer": "pipeline",
    "Once": "extract.llm",
    "Price": "extract.llm",
    "RefusalError": "extract.llm",
    "Row": "facts",
    "RulesExtractor": "extract.rules",
    "RunError": "batch",
    "Usage": "extract.llm",
    "document_from_text": "sources",
    "from_json": "facts",
    "load": "sources",
    "normalize": "pipeline",
    "normalize_async": "pipeline",
    "rows": "facts",
    "to_json": "facts",
}


if not TYPE_CHECKING:  # a type checker would take every name for known

    def __getattr__(name: str) -> object:
        if name == "__version__":
            value: object = _version()
        elif name in __all__:
            value = getattr(import_module(f"normalizer.{_HOMES.get(name, 'model')}"), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow

    try:
        return version("criteria-normalizer")
    except PackageNotFoundError:  # a checkout that was not installed
        return "0+unknown"
