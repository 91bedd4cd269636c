"""What a line announces: a section of inclusion or exclusion criteria, a cohort, a topic, a note, or furniture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from normalizer.model.quick import quick_init
from normalizer.segment.diseases import disease_phrase

if TYPE_CHECKING:
    from normalizer.model.document import Kind

#: Words that a heading has at most, and a short title; characters of a general lead-in.
_MOST_WORDS: Final = 16
_TITLE_WORDS: Final = 8
_LEAD_LENGTH: Final = 160

_HINTS: Final = ("clusi", "ligib", "xclud", "nclud", "criteri", "enrol", "articipat", "requirement")
_KIND: Final = re.compile(
    r"\b(?P<non>non[\s-]?)?(?P<kind>inclusion|exclusion|inclusive|exclusionary|in(?=\s?criteria)|ex(?=\s?criteria))"
    r"(?P<both>\s*(?:/|and|&|or)\s*(?:non[\s-]?)?(?:inclusion|exclusion))?"
    r"(?P<criteria>\s*[\s-]?(?:criteri(?:a|ons?|um|as)|requirements?|factors)\b(?:\s*\(s\))?)?",
    re.IGNORECASE,
)
_VERB: Final = re.compile(
    r"\b(?:must|should|shall|will|would|may|might|can(?:not)?|is|are|was|were|be|been|has|have|had|do(?:es)?|did|"
    r"meets?|met|meeting|who|fulfil\w*|satisf\w+|includ(?:es?|ing)|defined|according|per|based|under|not)\b",
    re.IGNORECASE,
)
_COLON: Final = re.compile(r"[:：]")
_STUDY: Final = re.compile(
    r"^(?:the\s+|this\s+|our\s+|any\s+)?(?:[\w-]+\s+)?(?:stud(?:y|ies)|trials?|participa\w+|enrol\w+|entry|inclusion|"
    r"eligibility|screening|registration|protocol|recruitment|project|research|intervention|enter\w*|criteria)\b"
    r"[^,]{0,40}$|^(?:the\s+|this\s+|all\s+|eligible\s+|study\s+|trial\s+)*(?:patients?|subjects?|participants?)$",
    re.IGNORECASE,
)
_ALL: Final = re.compile(
    r"^(?:for\s+|in\s+)?(?:all|both|every|each|any|common|general|overall|shared)\b(?!\s+of\b)", re.IGNORECASE
)
_COMMON: Final = re.compile(r"\b(?:common|general|overall|all|both|shared|main|universal)\b", re.IGNORECASE)
_EXCLUDED: Final = re.compile(
    r"\b(?:exclu(?:ded?|sions?|ding)|ineligible|non-?eligible|(?:not|cannot|can't|may\s+not|n't)\s+(?:\w+\s+){0,3}?"
    r"(?:eligible|included?|enrol\w*|participat\w+|enter\w*|join|suitable|considered|qualify|allowed\s+to))\b",
    re.IGNORECASE,
)
_INCLUDED: Final = re.compile(
    r"\b(?:(?:eligible|included|enrolled|qualify|participate|considered)\b.{0,80}\b(?:if|when|who|following|criteria)"
    r"|in order to (?:be|participate))\b",
    re.IGNORECASE,
)
_LEADING: Final = re.compile(
    r"\b(?:the\s+)?following\b|\ball\s+(?:of\s+)?(?:the|these)\b|\bcriteria\b|\bas\s+follows\b|\bif\s+(?:you|they|any|all)\b"
    r"|\b(?:must|should)\s*(?:have|be|meet)?\s*[:：]$",
    re.IGNORECASE,
)
_CHOICE: Final = re.compile(
    r"\b(?:at\s+least|any|either|one|two|three|1|2|3)\b(?:\s+(?:one|two|three|\d|or\s+more))*\s+of\s+(?:the\s+)?"
    r"(?:following|these|below)",
    re.IGNORECASE,
)
_NOTE: Final = re.compile(
    r"(?:\\?\*{1,2}\s*)?(?:note|nb|n\.b\.|remarks?|comment|notice)s?\s*\d?\s*[:：.\-–]|\\\*\s*\w|[†‡§]", re.IGNORECASE
)
_FURNITURE: Final = re.compile(
    r"(?:\W*(?:(?:please\s+)?(?:note|nb)\W+)?(?:that\s+)?(?:the\s+)?(?:other|additional|further|more|full|complete|detailed)\b"
    r".{0,80}\b(?:criteria|requirements|conditions|restrictions|information|details)\b.{0,40}"
    r"\b(?:appl(?:y|ies)|protocol|found|listed|available|provided)\b.{0,60})"
    r"|\W*(?:none|nil|no|n/?\.?a\.?|not\s+(?:applicable|provided|specified|available)|no\s+(?:specific\s+)?(?:exclusion|inclusion)\s+criteria"
    r"|see\s+(?:above|below|protocol|inclusion(?:\s+criteria)?)|as\s+above|no\s+entry)\W*",
    re.IGNORECASE,
)
_FURNITURE_HINTS: Final = ("riteri", "equire", "onditio", "estrict", "nformat", "etails")
_UNIT_OF_TRIAL: Final = re.compile(
    r"^(?:for\s+|in\s+|only\s+for\s+)?(?:the\s+)?(?:(?:treatment|study|control|experimental|healthy|intervention|dose|"
    r"comparator|placebo|open[\s-]label|randomi[sz]ed|expansion|single|main|core|optional|phase)\s+){0,2}"
    r"(?P<unit>cohorts?|arms?|groups?|parts?|phases?|strat(?:um|a)|sub-?stud(?:y|ies)|sub-?protocol|amendments?|modules?|"
    r"randomi[sz]ation|escalation|expansion|extension|run-in|crossover|period|stage)\b"
    r"(?P<id>(?:[\s:#.-]*(?:\(?(?:\d{1,2}[a-d]?|[A-Z]\d?|I{1,3}|IV|V|one|two|three|four)\b\)?"
    r"(?:\s*(?:,|/|&|and|or|to|-|–)\s*(?:\d{1,2}[a-d]?|[A-Z]\d?)\b)*))?)",
)
_UNIT_ANY_CASE: Final = re.compile(_UNIT_OF_TRIAL.pattern, re.IGNORECASE)
_NUMBERLESS_UNITS: Final = re.compile(
    r"(?:randomi[sz]ation|escalation|expansion|extension|run-in|crossover)", re.IGNORECASE
)
_PEOPLE: Final = re.compile(
    r"^(?P<for>for\s+|in\s+|only\s+for\s+)?(?:the\s+|an?\s+)?(?:[\w()/,-]+\s+){0,7}?"
    r"(?P<people>patients?|subjects?|participants?|volunteers?|controls(?=\W|$)|donors?|caregivers?|clinicians?|individuals|"
    r"parents|couples|providers|siblings|relatives|family\s+members)\b(?P<rest>.{0,120})$",
    re.IGNORECASE,
)
_PERSONAL: Final = re.compile(
    r"\b(?:wom[ea]n|m[ae]n|females?|males?|child-?bearing|pregnan\w+|fertile|potential|aged?|history|prior|previous\w*|"
    r"metastas[ei]s|taking|using|receiv\w+|treated|requiring|undergo\w+|known|any|all)\b",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"[<>≤≥=%]|\d\s?(?:mg|g|years?|weeks?|months?|days?)\b")
_TRAILING: Final = " \t:：.-–—*_#"


@quick_init
@dataclass(frozen=True, slots=True)
class Heading:
    """What a line announces.

    ``end`` is the offset in the line's body where the heading stops (what follows is a criterion). ``scope``: "all"
    closes every cohort, "cohort" opens the one named by ``label``, "same" changes nothing. ``unit``: the cohort is a
    part, arm or group of the trial's own naming.
    """

    end: int
    kind: Kind | None = None
    scope: str = "same"
    label: str = ""
    title: str = ""
    unit: bool = False


def section_heading(body: str, *, marked: bool, listed: bool) -> Heading | None:
    """Return the inclusion or exclusion heading that ``body`` begins with or is.

    ``marked`` says that a list marker stands before it, ``listed`` that a list or an indented text follows.
    """
    lower = body[:260].lower()
    if not any([hint in lower for hint in _HINTS]):  # noqa: C419 - a list is faster than a generator here
        return None
    match = _KIND.search(body, 0, 160) if "clusi" in lower or "criteria" in lower else None
    if match is not None:
        found = _named(body, match, marked=marked)
        if found is not None:
            return found
    if marked or not (listed or body.endswith((":", "："))):
        return None
    return _sentence(body, listed=listed)


def _named(body: str, match: re.Match[str], *, marked: bool) -> Heading | None:
    before = body[: match.start()].strip(" \t*_#\\:-–.(")
    words = before.split()
    if len(words) > 8 or (before and _VERB.search(before)) or ";" in before:  # noqa: PLR2004
        return None
    after = body[match.end() :]
    plain = after.strip(" \t*_#")
    bare = match["criteria"] is None
    kind: Kind = "exclusion" if (match["kind"][0] in "eE") != bool(match["non"]) else "inclusion"
    if match["non"] and match["kind"][0] in "eE":
        return None
    colon = _COLON.search(body, match.end(), match.end() + 200)
    if not plain:
        if bare and len(words) > 3:  # noqa: PLR2004
            return None
        end = len(body)
    elif plain[0] in ":：" and colon is not None:
        end = colon.end()
        while end < len(body) and body[end] in "*_ \t:":
            end += 1
        rest = body[end:]
        if (rest and rest.endswith((":", "：")) and _LEADING.search(rest)) or (
            rest
            and len(rest) < _LEAD_LENGTH
            and re.search(r"\b(?:answers?|following|eligible)\b", rest)
            and _sentence(rest, listed=True)
        ):
            end = len(body)
    elif bare:
        if not (
            re.fullmatch(r"\(.{1,60}\)\W*|[-–—]\s.{1,80}:", plain)
            or (body[match.start()].isupper() and len(words) <= 1 and re.fullmatch(r"for\s.{1,80}:", plain))
        ):
            return None
        end = len(body)
    elif re.match(r"\s*[-–—]\s", after) and body.endswith((":", "：")) and _LEADING.search(after):
        end = len(body)
    elif re.match(r"\s*[-–—]?\s*(?:\(?\d{1,2}[.)]|[•*-])\s?\w", after) and not marked:
        end = match.end()
    elif colon is not None and len(body[match.end() : colon.start()].split()) <= _MOST_WORDS:
        end = colon.end()
    elif colon is None and len(plain.split()) <= 12 and plain[-1:] not in ".;" and not _VERB.search(plain):  # noqa: PLR2004
        end = len(body)
    else:
        return None
    if marked and end == len(body) and not body.rstrip().endswith((":", "：")) and len(body.split()) > 4:  # noqa: PLR2004
        return None
    title = body[:end].strip(_TRAILING)
    if match["both"]:
        return Heading(end, None, "all", title=title)
    scope, label = _scope(before, body[match.end() : end].strip(_TRAILING))
    return Heading(end, kind, scope, label, title)


def _scope(before: str, after: str) -> tuple[str, str]:
    """Return scope and label from the words before and after "inclusion criteria"."""
    after = after.strip(" \t:：-–—,")
    inner = after[1:-1] if after.startswith("(") and after.endswith(")") else after
    match = re.match(
        r"(?:for|of|in|specific (?:to|for)|applicable to|only for|applying to)\s+(.*)", inner, re.IGNORECASE | re.DOTALL
    )
    target = (match[1] if match else inner).strip()
    if target:
        if _ALL.match(target):
            return "all", ""
        if _UNIT_ANY_CASE.match(target) and (match or inner != after or len(target.split()) <= 8):  # noqa: PLR2004
            return "cohort", target
        if match and not _STUDY.match(target) and not _LEADING.search(target) and not _VERB.search(target):
            return "cohort", target
        if match and _PEOPLE.match(target) and not _STUDY.match(target) and len(target.split()) <= 8:  # noqa: PLR2004
            return "cohort", target
    if before:
        if _COMMON.search(before):
            return "all", ""
        head = before.strip(" :-–—,(")
        unit = _UNIT_ANY_CASE.match(head)
        if unit and (unit["id"].strip() or _NUMBERLESS_UNITS.search(unit["unit"])):
            return "cohort", head
        if re.search(
            r"\b(?:healthy|controls|volunteers?|donors?|caregivers?|clinics?|partners?|clinicians?)\b",
            head,
            re.IGNORECASE,
        ):
            return "cohort", head
        phrase = disease_phrase(head)
        if phrase:
            return "cohort", head
    return "all", ""


def _sentence(body: str, *, listed: bool) -> Heading | None:
    """Return the heading that a lead-in sentence is ("Patients with any of the following are not eligible:")."""
    if len(body) > 300 or not _LEADING.search(body):  # noqa: PLR2004
        return None
    if body.rstrip()[-1:] in ".;" and not listed:
        return None
    title = body.strip(_TRAILING)
    if _EXCLUDED.search(body):
        return Heading(len(body), "exclusion", "same", title=title)
    if _INCLUDED.search(body):
        return Heading(len(body), "inclusion", "same", title=title)
    return None


def list_lead(body: str, kind: Kind) -> Heading | None:
    """Return the heading that a marked lead-in to a whole section is ("You are eligible if all of these hold:")."""
    found = _sentence(body, listed=True)
    if (
        found is None
        or found.kind != kind
        or not body.endswith((":", "："))
        or (kind == "inclusion" and is_choice(body))
    ):
        return None
    return found


def states_criterion(body: str) -> bool:
    """Say whether an unmarked lead-in is itself a criterion: it has a limit, or is a sentence about a disease."""
    return _DIGIT.search(body) is not None or (len(body.split()) > 5 and disease_phrase(body) != "")  # noqa: PLR2004


def is_choice(body: str) -> bool:
    """Say whether a lead-in asks for some of the list that follows it ("at least two of the following")."""
    return _CHOICE.search(body) is not None and not re.search(r"\ball\s+of\b", body, re.IGNORECASE)


def is_lead_in(body: str) -> bool:
    """Say whether an unmarked line introduces the list after it in general words."""
    return len(body) < 300 and _LEADING.search(body) is not None  # noqa: PLR2004


def is_note(body: str) -> bool:
    """Say whether the line is a note on what stands before it."""
    return _NOTE.match(body) is not None


def is_furniture(body: str) -> bool:
    """Say whether the line tells nothing about a participant ("Other criteria may apply.", "None")."""
    if len(body) > 40:  # noqa: PLR2004
        for hint in _FURNITURE_HINTS:
            if hint in body:
                break
        else:
            return False
    return len(body) < 260 and _FURNITURE.fullmatch(body) is not None  # noqa: PLR2004


def cohort_heading(body: str, *, marked: bool) -> Heading | None:
    """Return the cohort heading that ``body`` begins with: a part, arm or group, or people with a disease.

    A heading may share its line with its first criterion after a colon; without one it is the whole line.
    """
    colon = _COLON.search(body, 0, 160)
    head = body[: colon.start()] if colon else body
    if len(head) > 150 or head[-1:] in ";,":  # noqa: PLR2004
        return None
    words = head.split()
    if not words or len(words) > _MOST_WORDS or _DIGIT.search(head):
        return None
    stop = colon.end() if colon else len(body)
    while stop < len(body) and body[stop].isspace():
        stop += 1
    title = head.strip(_TRAILING)
    verb = _VERB.search(head)
    if (
        _ALL.match(head)
        and not verb
        and (colon is not None)
        and re.search(r"patients|subjects|participants|cohorts|groups|arms|parts", head, re.IGNORECASE)
    ):
        return Heading(stop, None, "all", title=title)
    unit = _UNIT_ANY_CASE.match(head) if not verb else None
    if unit is not None:
        named = unit["id"].strip()
        rest = head[unit.end() :].strip()
        if (
            named
            and (colon is not None or len(words) <= _TITLE_WORDS)
            and not (rest and rest[0].islower() and colon is None)
        ) or (
            _NUMBERLESS_UNITS.match(unit["unit"]) and colon is not None and len(words) <= 6  # noqa: PLR2004
        ):
            return Heading(stop, None, "cohort", title, title, unit=True)
    people = _PEOPLE.match(head)
    if people is not None and not verb and (colon is not None or not marked) and not _PERSONAL.search(head):
        rest = people["rest"].strip()
        with_disease = disease_phrase(head) != ""
        volunteers = re.search(r"\b(?:healthy|controls|donors?|volunteers?|caregivers?)\b", head, re.IGNORECASE)
        if not marked and colon is not None and stop >= len(body) and re.match(r"with(?:out)?\b", rest):
            with_disease = True
        if (with_disease and (people["for"] or rest.startswith(("with", "in ", "(")) or not rest)) or (
            volunteers and len(words) <= _TITLE_WORDS
        ):
            label = title[len(people["for"] or "") :]
            return Heading(stop, None, "cohort", label, title)
    return None


def topic_heading(body: str) -> bool:
    """Say whether an unmarked line is a title over the list that follows: short, no sentence, no number."""
    words = body.split()
    if len(words) > 10 or body[-1:] in ".;," or _DIGIT.search(body):  # noqa: PLR2004
        return False
    if body[-1:] in ":：":
        return True
    return len(words) <= 8 and not _VERB.search(body) and (body[0].isupper() or body[0].isdigit())  # noqa: PLR2004


def is_title(body: str) -> bool:
    """Say whether the line is a title by its form alone: a few words, the longer ones in capitals or with a capital."""
    words = re.findall(r"[^\W\d_]{4,}", body)
    return bool(words) and len(body) < 60 and topic_heading(body) and all(word[0].isupper() for word in words)  # noqa: PLR2004
