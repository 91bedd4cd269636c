"""What a number is relative to: ULN and LLN, predicted values, baseline, detection limits; and changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from normalizer.model.draft import Change, Reference

_WHOSE: Final = (
    r"(?:(?:the|an?|age|sex|gender|site|respective|corresponding|applicable|our|its"
    r"|institution(?:al)?(?:'?s)?|lab(?:oratory)?(?:'?s)?|local|central|standard|"
    r"reference|normal|hospital|study|adjusted|specific|assay|test)[- ]+)*"
)
_OF: Final = (
    r"(?:\s+(?:of|for|in)\s+(?:the\s+|a\s+|an\s+)?(?:institution(?:al)?(?:'?s)?\s+|lab(?:oratory)?(?:'?s)?\s+"
    r"|local\s+|age[- ]\w+\s+|respective\s+|"
    r"assay'?s?\s+|test\s+)*(?:(?P<{0}>detection|quantification|quantitation|detectability|test\b(?!ing)"
    r"|assay)|(?:normal(?:s|ity)?|reference)"
    r"(?:\s+(?:laboratory\s+)?(?:reference\s+)?(?:range|value|limit|level|interval)s?)?|(?:the\s+)?range"
    r"|\(?uln\)?|lab(?:oratory)?|institution))?"
)
_TAIL: Final = r"(?:\s*\((?:the\s+)?(?:i?uln|i?lln|unl|lnl|nl|[a-z]{2,5}'s uln|lloq|lod|llod)\))?"
#: A limit of the normal range or of detection, in words or letters.
LIMIT: Final = re.compile(
    _WHOSE + r"(?:(?P<uln>(?:i-?)?uln\b|unl\b|\(uln\)|i\.?u\.?l\.?n\b)|(?P<lln>(?:i-?)?lln\b|lnl\b|\(lln\))"
    r"|(?P<lod>ll?o[dq]\b|ulo[dq]\b|limits?\s+of\s+(?:detection|quantification|quantitation))"
    + r"|(?:(?P<upper>upper|highest|higher|maximum)|(?P<lower>lower|lowest))(?:\s+(?:normal|reference"
    r"|institutional|lab(?:oratory)?|range))*[- ]+"
    r"(?:limits?(?:\s+values?)?|(?:reference\s+)?(?:values?|levels?)(?=\s+(?:of|for)\s+(?:the\s+)?(?:normal"
    r"|reference))|boundary|bound|end(?=\s+of\s+(?:the\s+)?(?:normal|reference))"
    r"|range(?=\s+of\s+(?:the\s+)?normal)|normal(?:\s+(?:value|range))?)"
    + _OF.format("det")
    + r"|(?:normal|institutional|reference)\s+(?P<upper2>upper)\s+limits?(?:\s+value)?"
    + r"|(?:the\s+)?(?P<normal>normal\s+(?:upper\s+)?(?:reference\s+)?(?:values?\s+range|range|values?|limits?)"
    r"|normal(?!\s+(?:control|saline|sinus|hepat|liver|renal|diet)))" + _OF.format("det2") + r")" + _TAIL
)
_TIMES: Final = re.compile(
    r"\s*(?:-?\s*fold(?:s)?\b|times?\b|x\b(?=\s|\(|[a-z]|$)|x(?=\s*[(iul])|\*|multiplied\s+by"
    r"|´)?\s*(?:-\s*)?(?:higher\s+than\s+|greater\s+than\s+|above\s+|over\s+|more\s+than\s+|of\s+|that\s+of\s+)?"
)
_BASE: Final = re.compile(
    r"(?:the\s+)?(?:patient'?s?\s+|subject'?s?\s+|their\s+"
    r"|his\s+or\s+her\s+)?(?:own\s+)?baseline(?:\s+(?:value|level)s?)?\b"
)
_PREDICTED: Final = re.compile(
    r"\s*(?:of\s+)?-?\s*(?:the\s+)?(?:(?:age|gender|sex|height|normal|patient'?s"
    r"|expected)[- ]*(?:based\s+)?)*(?:predicted|predictive|pred\b|predict\b|expected\s+(?:value"
    r"|normal))(?:\s+(?:normal\s+)?(?:values?|normal|level))?"
    r"|\s*(?:of\s+)(?:the\s+)?(?:normal|theoretical)(?:\s+(?:predicted\s+)?(?:value|values))?(?!\s+(?:saline"
    r"|control))"
)
_PREDICTED_LEFT: Final = re.compile(r"(?:predicted|pred\b|%\s?pred)[^.;,\n≥≤<>=]{0,40}$")
_OTHER_REFERENCE: Final = re.compile(
    r"\s*(?:-?\s*(?:per)?centile\b|\s*(?:sds?|standard\s+deviations?)\s+(?:above|below|from|of)"
    r"|\s*(?:of\s+)(?:the\s+)?(?:control|nadir|mean)\b|\s*(?:above|below)\s+(?:the\s+)?(?:mean|nadir|age))"
)
_UP: Final = (
    r"(?:increas(?:e[sd]?|ing)|rises?|rose|risen|gain(?:s|ed)?|elevation|prolongation|improve(?:s|d"
    r"|ments?)?)"
)
_DOWN: Final = (
    r"(?:decreas(?:e[sd]?|ing)|decrements?|declin(?:e[sd]?|ing)|reduc(?:tions?|es|ed|e)|falls?|fell|fallen"
    r"|drop(?:s|ped)?|(?<!blood\s)(?<!bone\s)(?<!hair\s)(?<!hearing\s)(?<!attachment\s)(?<!vision\s)(?<!visual\s)(?:weight\s+)?loss"
    r"(?!\s+of\s+(?:consciousness|response|vision|sight|hearing|smell|taste|function|blood))|lost|loses|losing|deteriorat(?:ion|es|ed)|worsen(?:ing|s|ed))"
)
_EITHER: Final = (
    r"(?:chang(?:es?|ed|ing)|variations?|differences?|fluctuat(?:ions?|es|ed|ing)|vari(?:es|ed)|varying"
    r"|differ(?:s|ed|ing)?)"
)
_CHANGE_RIGHT: Final = re.compile(
    rf"(?:\s*-?\s*(?:points?|unintentional|intentional|absolute|relative|or\s+(?:more|greater|higher)|body"
    rf"|weight|(?:of\s+)?(?:total\s+|initial\s+)?body[- ]?weight|involuntary|dose|annual"
    rf"|sustained))*\s*(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<either>{_EITHER}))(?![a-z])(?!\s+(?:ejection"
    rf"|bone|renal))"
)
_CHANGE_LEFT: Final = re.compile(
    rf"(?<![a-z])(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<either>{_EITHER}))(?P<gap>[^.;\d\n]{{0,48}})$"
)
_WEIGHT_VERB: Final = re.compile(r"los[et]|gain")
_TIGHT: Final = re.compile(r"\s*\(?(?:of|by)?\s*(?:at\s+least\s+)?")
_LINKED: Final = re.compile(r"\b(?:of|by)\s*$|^\s*(?:in|of|from)\s")
_LINK: Final = re.compile(r"\b(?:of|by|in|from)\b")
_GAP_STOP: Final = re.compile(
    r"\b(?:and|or|with|due|because|within|over|during|who|which|requir\w*|if|risk|despite|for|after|to)\b|,"
)


@dataclass(frozen=True, slots=True)
class Referred:
    """A reference behind (or in place of) a number: which, and where it ends."""

    reference: Reference
    end: int


def limit_at(lower: str, at: int) -> Referred | None:
    """Read a reference limit ("ULN", "the institutional upper limit of normal (ULN)") that starts at ``at``."""
    found = LIMIT.match(lower, at, at + 140)
    if found is None:
        return None
    group = found.groupdict()
    if group["lod"] or group["det"] or group["det2"]:
        return Referred("detection_limit", found.end())
    if group["normal"]:
        return Referred("uln" if "upper" in found[0] else "other", found.end())
    return Referred("lln" if group["lln"] or group["lower"] else "uln", found.end())


def multiple(lower: str, end: int) -> Referred | None:
    """Read what makes the number that ends at ``end`` a multiple: " x ULN", "-fold baseline"."""
    times = _TIMES.match(lower, end, end + 40)
    assert times is not None
    at = times.end()
    sign = times[0].strip()
    if sign and (base := _BASE.match(lower, at)):
        return Referred("baseline", base.end())
    found = limit_at(lower, at)
    if found is None or (not sign and found.reference == "other"):
        return None
    if found.reference == "other" and lower[at:].lstrip().startswith("normal") and not sign:
        return None
    return found


def predicted(lower: str, end: int) -> int | None:
    """Return the end of "predicted" or "of predicted value" behind a per cent sign, None when there is none."""
    found = _PREDICTED.match(lower, end, end + 60)
    return found.end() if found else None


def predicted_before(lower: str, floor: int, start: int) -> bool:
    """Say whether "% predicted" stands before the comparator, within its clause."""
    return _PREDICTED_LEFT.search(lower, max(floor, start - 48), start) is not None


def other_reference(lower: str, end: int) -> int | None:
    """Return the end of a percentile, a deviation from a mean or a share of a control, None when there is none."""
    found = _OTHER_REFERENCE.match(lower, end, end + 40)
    return found.end() if found else None


def change(
    lower: str, floor: int, start: int, end: int, *, verbless: bool, kilos: bool, bare: bool
) -> tuple[Change, int, int] | None:
    """Find the change word that makes the number a difference; return it with the span that then carries the bound.

    ``start`` and ``end`` delimit comparator, number and unit. ``verbless`` allows "increase > 10 %" without "of" or
    "by", which is right only for per cents and points.
    """
    right = None if bare else _CHANGE_RIGHT.match(lower, end, end + 60)
    if right is not None:
        return _NAMES[right.lastgroup or ""], start, right.end()
    left = _CHANGE_LEFT.search(lower, max(floor, start - 70), start)
    if left is None:
        return None
    gap = left["gap"]
    word = next(name for name in ("up", "down", "either") if left[name])
    tight = _TIGHT.fullmatch(gap) is not None
    if not tight and (_GAP_STOP.search(gap) or not _LINKED.search(gap)):
        return None
    if not _LINK.search(gap) and not verbless and not (kilos and _WEIGHT_VERB.match(left[word])):
        return None
    return _NAMES[word], left.start(word), end


_NAMES: Final[dict[str, Change]] = {"up": "increase", "down": "decrease", "either": "either"}
