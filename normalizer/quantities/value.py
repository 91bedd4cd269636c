"""The value of a number token that stands alone, as a Draft holds it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from normalizer.quantities.fold import fold
from normalizer.quantities.numbers import read_digits, read_word, with_power

if TYPE_CHECKING:
    from normalizer.quantities.numbers import Numeral

_LONGEST: Final = 60
_TITRE: Final = re.compile(r"1\s?:\s?(?=\d)")


def value(token: str) -> Decimal | None:
    """Return what a printed number is worth, None when the token is no number.

    Titres count as the dilution ("1:80" is 80), powers of ten are multiplied out ("1x10^3" is 1000); a token that
    can be read in two ways ("1,500") has the value of its first reading.
    """
    lower = fold(token.strip())
    if not lower or len(lower) > _LONGEST:
        return None
    sign = Decimal(1)
    if lower[0] in "+-":
        sign, lower = Decimal(-1 if lower[0] == "-" else 1), lower[1:].lstrip()
    titre = _TITRE.match(lower)
    start = titre.end() if titre else 0
    numeral: Numeral | None
    if (
        lower[start : start + 1].isdigit()
        or lower[start : start + 1] in ("½", "¼", "¾")
        or lower[start : start + 1] == "."
    ):
        if lower[start] == "." and not lower[start + 1 : start + 2].isdigit():
            return None
        numeral = read_digits(lower, start)
        numeral = with_power(lower, numeral) or numeral
    else:
        numeral = read_word(lower, start)
    if numeral is None or numeral.odd or lower[numeral.end :].strip() not in ("", "%"):
        return None
    return sign * numeral.value
