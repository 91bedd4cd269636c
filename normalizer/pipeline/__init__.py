"""The path of one trial: blocks and quantities, readings, criteria."""

from normalizer.pipeline.normalize import normalize, normalize_async
from normalizer.pipeline.service import Normalized, Normalizer
from normalizer.pipeline.trial import prepare, settle
from normalizer.pipeline.work import Asking, Question, Work

__all__ = [
    "Asking",
    "Normalized",
    "Normalizer",
    "Question",
    "Work",
    "normalize",
    "normalize_async",
    "prepare",
    "settle",
]
