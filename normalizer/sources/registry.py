"""The typed fields that registries print beside the criteria: age, sex, healthy volunteers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from normalizer.model.document import RegistryAge, RegistryHealthy, RegistrySex
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.model.document import AgeUnit, Sex

_UNITS: Final[tuple[tuple[str, AgeUnit], ...]] = (
    ("mi", "min"), ("mo", "mo"), ("m", "mo"), ("y", "a"), ("a", "a"), ("w", "wk"), ("d", "d"), ("h", "h"),
)  # fmt: skip
_NUMBER = r"\d{1,4}(?:\.\d{1,3})?"
_UNIT = (
    r"(?:years?|yrs?|y|age|months?|mos?|m|weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?)\b"
    r"(?:[ -]?(?:of[ ]age|old))?"
)
_NO_LIMIT = re.compile(
    r"\bno[ -](?:\w+[ ])?(?:limit|maximum|minimum|age)|\bn/?a\b|\bnone\b|\bnot applicable\b", re.IGNORECASE
)
_SINGLE = re.compile(rf"(?P<n>{_NUMBER})[ ]?\(?(?P<u>{_UNIT})?", re.IGNORECASE)
_RANGE = re.compile(
    rf"(?P<low>(?P<n1>{_NUMBER})[ ]?(?P<u1>{_UNIT})?)[ ]?(?:-|–|—|−|~|to|through|until|and)[ ]?"
    rf"(?P<high>(?P<n2>{_NUMBER})[ ]?(?P<u2>{_UNIT})?)",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    rf"(?:>=?|≥|at least|minimum(?: of)?|from|over|older than)[ ]?(?P<n1>{_NUMBER})[ ]?(?P<u1>{_UNIT})?"
    rf"|(?P<n2>{_NUMBER})[ ]?\+[ ]?(?P<u2>{_UNIT})?"
    rf"|(?P<n3>{_NUMBER})[ ]?(?P<u3>{_UNIT})?[ ]?(?:and|or|&)[ ](?:older|over|above|up|more)\b",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    rf"(?:<=?|≤|at most|maximum(?: of)?|up to|under|below|younger than|until)[ ]?(?P<n1>{_NUMBER})[ ]?(?P<u1>{_UNIT})?"
    rf"|(?P<n2>{_NUMBER})[ ]?(?P<u2>{_UNIT})?[ ]?(?:and|or|&)[ ](?:younger|under|below|less)\b",
    re.IGNORECASE,
)
_FEMALE_FLAG = re.compile(r"\bfemale\W{0,3}(yes|no)\b", re.IGNORECASE)
_MALE_FLAG = re.compile(r"\bmale\W{0,3}(yes|no)\b", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:all|both|any)\b", re.IGNORECASE)
_FEMALE = re.compile(r"\b(?:females?|wom[ae]n|f)\b", re.IGNORECASE)
_MALE = re.compile(r"\b(?:males?|m[ae]n|m)\b", re.IGNORECASE)
_HEALTHY_NO = re.compile(r"\b(?:no|not|false|0)\b", re.IGNORECASE)
_HEALTHY_YES = re.compile(r"\b(?:yes|true|accept|accepts|accepted|healthy|1)\b", re.IGNORECASE)


class Limits(NamedTuple):
    """Both ends of a printed age range, None where it prints no such end."""

    low: RegistryAge | None
    high: RegistryAge | None


def _unit(printed: str | None, default: AgeUnit = "a") -> AgeUnit:
    word = (printed or "").lower()
    return next((code for prefix, code in _UNITS if word.startswith(prefix)), default)


def age(printed: str, field: str, start: int | None = None) -> RegistryAge | None:
    """Read one age limit ("18 Years", "18(Year)", "18Y", "18"); None when the field says that there is no limit.

    A number without a unit is years, as registries print it. ``start`` is the field's offset in the text, if any.
    """
    printed = printed.strip()
    match = None if _NO_LIMIT.search(printed) else _SINGLE.search(printed)
    if match is None:
        return None
    span = None if start is None else Span(start, start + len(printed))
    return RegistryAge(value=Decimal(match["n"]), unit=_unit(match["u"]), printed=printed, field=field, span=span)


def age_range(printed: str, field: str, start: int | None = None) -> Limits:
    """Read a printed age range ("18-65 years", "18 Years to 65 Years", "5+ years old", "up to 17 years")."""

    def limit(match: re.Match[str], group: str | int, number: str, unit: AgeUnit) -> RegistryAge:
        quote = match[group].rstrip()
        at = match.start(group)
        span = None if start is None else Span(start + at, start + at + len(quote))
        return RegistryAge(value=Decimal(number), unit=unit, printed=quote, field=field, span=span)

    if match := _RANGE.search(printed):
        high = _unit(match["u2"])
        return Limits(
            limit(match, "low", match["n1"], _unit(match["u1"], high)), limit(match, "high", match["n2"], high)
        )
    low = high_limit = None
    if match := _AT_LEAST.search(printed):
        i = next(i for i in "123" if match[f"n{i}"])
        low = limit(match, 0, match[f"n{i}"], _unit(match[f"u{i}"]))
    if match := _AT_MOST.search(printed):
        i = next(i for i in "12" if match[f"n{i}"])
        high_limit = limit(match, 0, match[f"n{i}"], _unit(match[f"u{i}"]))
    return Limits(low, high_limit)


def sex(printed: str, field: str, start: int | None = None) -> RegistrySex | None:
    """Read a sex field ("ALL", "Both", "Female", "Male/Female", "Female: yes Male: no"); None when it names none."""
    printed = printed.strip()
    female_flag, male_flag = _FEMALE_FLAG.search(printed), _MALE_FLAG.search(printed)
    if female_flag and male_flag:
        female, male = female_flag[1].lower() == "yes", male_flag[1].lower() == "yes"
    else:
        both = _BOTH.search(printed) is not None
        female = both or _FEMALE.search(printed) is not None
        male = both or _MALE.search(printed) is not None
    if not female and not male:
        return None
    value: Sex = "all" if female and male else "female" if female else "male"
    span = None if start is None else Span(start, start + len(printed))
    return RegistrySex(value=value, printed=printed, field=field, span=span)


def healthy(printed: str, field: str, start: int | None = None) -> RegistryHealthy | None:
    """Read a healthy-volunteers field ("No", "true", "No Healthy Volunteers", "Accepts Healthy Volunteers")."""
    printed = printed.strip()
    refused = _HEALTHY_NO.search(printed) is not None
    if not refused and not _HEALTHY_YES.search(printed):
        return None
    span = None if start is None else Span(start, start + len(printed))
    return RegistryHealthy(accepted=not refused, printed=printed, field=field, span=span)
