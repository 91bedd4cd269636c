"""A normalized trial as one line of JSON, and back."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from normalizer.model.criterion import NormalizedTrial

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def _digits(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def to_json(trial: NormalizedTrial) -> bytes:
    """Return the trial as JSON without a line break: every field in its order, decimal numbers as strings.

    Args:
        trial: a normalized trial; equal trials give equal bytes.

    """
    return orjson.dumps(trial, default=_digits)


@cache
def _adapter() -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - a tenth of a second that only readers pay

    return TypeAdapter(NormalizedTrial)


def from_json(line: bytes | str) -> NormalizedTrial:
    """Return the trial that :func:`to_json` wrote.

    Args:
        line: one line of ``trials.jsonl``.

    Raises:
        ValueError: when the line is no such trial; the message names the fields.

    """
    trial: NormalizedTrial = _adapter().validate_json(line)
    return trial
