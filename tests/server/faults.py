"""Random faults that a seed repeats, for runs under load."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any

import orjson

from tests.server.behaviour import Answer, Behaviour, Cut, Reset, Slow, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.server.behaviour import Script

RATES = {"429": 0.05, "500": 0.03, "503": 0.02, "reset": 0.03, "cut": 0.02, "slow": 0.05}
LAST_FAULT = 2  # times a body is seen after which it always succeeds


def chance(*parts: object) -> float:
    """Return a number in [0, 1) that depends on the parts alone."""
    digest = hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / (1 << 53)  # as many bits as a float holds, or the top would round to 1


def faulty(
    answer: Callable[[dict[str, Any]], str],
    *,
    seed: int,
    rates: Mapping[str, float] = RATES,
    slow: float = 0.1,
    retry_after: str = "0",
) -> Script:
    """Return a script that answers, but fails as often as ``rates`` say when a body is seen first or second.

    Whether and how a request fails depends on the seed, the body and how often it was seen, on nothing else.

    Args:
        answer: Gives the content that answers a body.
        seed: Another seed, other faults.
        rates: Share of requests with each fault: a status code, "reset", "cut", "slow" (answered late) or "invalid"
            (answered with half of the JSON).
        slow: Seconds that "slow" waits.
        retry_after: The Retry-After header of 429 and 503.

    Raises:
        ValueError: If a fault is not known or the rates add up to more than 1.
    """
    unknown = {name for name in rates if not name.isdigit()} - {"reset", "cut", "slow", "invalid"}
    if unknown or sum(rates.values()) > 1:
        raise ValueError(f"no rates of faults: {dict(rates)}")
    limits = list(zip(itertools.accumulate(rates.values()), rates, strict=True))

    def script(body: dict[str, Any], _number: int, seen: int) -> Behaviour:
        draw = 1.0
        if seen <= LAST_FAULT:
            draw = chance(seed, hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest(), seen)
        content = answer(body)
        match next((name for limit, name in limits if draw < limit), None):
            case None:
                return Answer(content)
            case "reset":
                return Reset()
            case "cut":
                return Cut(content)
            case "slow":
                return Slow(slow, Answer(content))
            case "invalid":
                return Answer(content[: len(content) // 2])
            case code:
                return Status(int(code), {"retry-after": retry_after} if code in {"429", "503"} else {})

    return script
