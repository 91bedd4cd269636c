"""Clinical-trial eligibility criteria as data that can be trusted.

``for document in load("trials/"): trial = normalize(document)``; a trial's facts are ``rows(trial)``. Names are loaded
when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from normalizer.batch import RunError
    from normalizer.extract.protocol import Extractor
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
    from normalizer.pipeline import normalize
    from normalizer.sources import document_from_text, load

    __version__: str

__all__ = [
    "Coverage",
    "Criterion",
    "Extractor",
    "Finding",
    "GoldError",
    "LogicError",
    "NormalizedTrial",
    "NormalizerError",
    "PublishedAtom",
    "PublishedBound",
    "Repair",
    "Row",
    "RulesExtractor",
    "RunError",
    "SourceError",
    "Span",
    "SpanError",
    "TrialDocument",
    "UnitError",
    "__version__",
    "document_from_text",
    "from_json",
    "load",
    "normalize",
    "rows",
    "to_json",
]

_HOMES = {
    "Extractor": "extract.protocol",
    "Row": "facts",
    "RulesExtractor": "extract.rules",
    "RunError": "batch",
    "document_from_text": "sources",
    "from_json": "facts",
    "load": "sources",
    "normalize": "pipeline",
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
