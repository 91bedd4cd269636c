"""An endpoint: which model at which address, and how it wants to be asked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from normalizer.extract.llm.errors import EndpointSettingsError

#: How an endpoint is made to keep to the schema: strict json_schema, a strict tool, or JSON with the schema in words.
Mode = Literal["json_schema", "tools", "json"]
Effort = Literal["minimal", "low", "medium", "high"]
#: Models that reason before they answer take no temperature and count their thoughts as output; by the names that
#: OpenAI gives to them (platform documentation, "Reasoning models").
_REASONING: Final = re.compile(r"(?:o\d|gpt-5)(?:$|[-.])")
_NO_KEY: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An OpenAI-compatible endpoint.

    Args:
        model: the name that the endpoint knows.
        base_url: address up to ``/v1``; None is OpenAI's.
        mode: how the schema is enforced.
        key: name of the environment variable with the API key; the key itself is held nowhere.
        temperature: 0 repeats best; left out for reasoning models.
        seed: sent when it is set; not every endpoint heeds it.
        reasoning: whether the model reasons; None asks its name.
        effort: reasoning effort, for reasoning models.
        output_limit: most tokens of an answer, thoughts included; None leaves it to the endpoint.
        attempts: most requests for one question when transport fails.
        timeout: seconds that one request may take.
        deadline: seconds that one question may take, attempts and re-asks included.

    """

    model: str
    base_url: str | None = None
    mode: Mode = "json_schema"
    key: str = "OPENAI_API_KEY"
    temperature: float = 0.0
    seed: int | None = 1
    reasoning: bool | None = None
    effort: Effort | None = None
    output_limit: int | None = 16_384
    attempts: int = 6
    timeout: float = 120.0
    deadline: float = 300.0

    def __post_init__(self) -> None:
        """Refuse an address that is none, or that holds a password.

        Raises:
            EndpointSettingsError: says which.

        """
        if self.base_url is None:
            return
        try:
            parts = urlsplit(self.base_url)
            port = parts.port
        except ValueError as error:
            raise EndpointSettingsError(f"the base URL is no address of an endpoint: {error}") from None
        if parts.username is not None or parts.password is not None:
            raise EndpointSettingsError("keys and passwords do not belong into the address; they come from outside")
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
            shown = "the base URL" if "@" in self.base_url else repr(self.base_url)  # it may hold a password
            raise EndpointSettingsError(f"{shown} is no address of an endpoint")

    @property
    def reasons(self) -> bool:
        """Say whether the model is asked as a reasoning model."""
        if self.reasoning is not None:
            return self.reasoning
        return _REASONING.match(self.model.rpartition("/")[2]) is not None

    def parameters(self) -> dict[str, Any]:
        """Return what a request says beside messages and schema."""
        found: dict[str, Any] = {"model": self.model}
        if self.reasons:
            if self.effort is not None:
                found["reasoning_effort"] = self.effort
        else:
            found["temperature"] = self.temperature
        if self.seed is not None:
            found["seed"] = self.seed
        if self.output_limit is not None:
            found["max_completion_tokens" if self.reasons or self.base_url is None else "max_tokens"] = (
                self.output_limit
            )
        return found

    def api_key(self) -> str:
        """Return the key from the environment.

        Raises:
            EndpointSettingsError: when OpenAI itself is asked without a key, or what is there can be none.

        """
        found = os.environ.get(self.key)
        if found and (not found.isascii() or not found.isprintable() or " " in found):
            raise EndpointSettingsError(
                f"the environment variable {self.key} holds no API key: it has characters that no key has"
            )
        if found:
            return found
        if self.base_url is None:
            raise EndpointSettingsError(f"the environment variable {self.key} holds no API key")
        return _NO_KEY  # a server of one's own seldom wants one, and the client will not go without
