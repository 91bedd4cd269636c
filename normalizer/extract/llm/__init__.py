"""The model reading: strict wire form, versioned prompt, a client of any OpenAI-compatible endpoint.

openai, instructor and tenacity (the extra ``llm``) are imported when a client is made, not before.
"""

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
