"""What can go wrong with a model; each error keeps its evidence.

ModelError
├── EndpointError     the endpoint refuses the request or stays unreachable
├── DeadlineError     no usable answer within the deadline
├── RefusalError      the model declined
├── CutOffError       the answer ended at the length limit
├── FilteredError     a content filter withheld the answer
└── InvalidAnswerError   the answer is not what was asked for, also after being told so
EndpointSettingsError    the endpoint cannot be used as it is described (key, name, extra not installed)
"""

from __future__ import annotations

from normalizer.extract.llm.usage import NOTHING, Usage
from normalizer.model.errors import NormalizerError

_SHOWN = 300


class EndpointSettingsError(NormalizerError):
    """An endpoint cannot be used as it is described; raised before anything is asked."""


class ModelError(NormalizerError):
    """A question got no usable answer; keeps what it cost, the attempts, and the raw answer where there was one."""

    def __init__(self, message: str, *, usage: Usage = NOTHING, attempts: int = 1, raw: str | None = None) -> None:
        super().__init__(message)
        self.message, self.usage, self.attempts, self.raw = message, usage, attempts, raw


class EndpointError(ModelError):
    """The endpoint refused the request or stayed unreachable; keeps the HTTP status where there was one."""

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: float | None = None, lasting: bool = True
    ) -> None:
        super().__init__(message[:_SHOWN], usage=Usage(requests=1))
        self.status, self.retry_after, self.lasting = status, retry_after, lasting


class DeadlineError(ModelError):
    """No usable answer came within the deadline."""


class RefusalError(ModelError):
    """The model declined to answer; ``raw`` is what it said."""


class CutOffError(ModelError):
    """The answer ended at the length limit; ``raw`` is the part that came."""


class FilteredError(ModelError):
    """A content filter withheld the answer."""


class InvalidAnswerError(ModelError):
    """The answer is not what was asked for; ``complaints`` say where, in words of our own."""

    def __init__(
        self, complaints: tuple[str, ...], *, usage: Usage = NOTHING, attempts: int = 1, raw: str | None = None
    ) -> None:
        super().__init__(f"invalid answer: {'; '.join(complaints)}"[:_SHOWN], usage=usage, attempts=attempts, raw=raw)
        self.complaints = complaints
