"""The number of a bound, whichever side it was written on."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from normalizer.model.draft import Grade, Limit
from normalizer.quantities import value

if TYPE_CHECKING:
    from decimal import Decimal

    from normalizer.model.draft import Bound

Number: TypeAlias = "Decimal | str"
#: References whose limit without a printed multiple has the number one.
_IMPLIED: Final = frozenset({"uln", "lln", "baseline", "detection_limit"})


@lru_cache(maxsize=8192)
def worth(token: str) -> Number:
    """Return the value of a printed number ("1,800", "five", "1:80"), or the squeezed token when it is none."""
    found = value(token)
    return "".join(token.split()).lower() if found is None else found.normalize()


@lru_cache(maxsize=8192)
def numbers(bound: Bound) -> tuple[Number, ...]:
    """Return the numbers of a bound in one fixed order; low and high are not told apart, nor is an order of values.

    A multiple that is not printed ("> ULN") counts as one.
    """
    if isinstance(bound, Grade):
        found = {worth(token) for token in bound.values}
    else:
        found = {worth(token) for token in (bound.low, bound.high) if token is not None}
        if not found and isinstance(bound, Limit) and bound.reference in _IMPLIED:
            found = {worth("1")}
    return tuple(sorted(found, key=str))
