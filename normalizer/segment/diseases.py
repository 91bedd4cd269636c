"""Disease words by their form: enough to tell a cohort's heading from a topic and to match two names of one disease.

The endings and heads are those of clinical Greek and Latin word formation (as any primer of medical terminology lists
them); they are no list of diseases, so that a trial of any field is read alike.
"""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = (
    r"(?:[a-z-]{0,30}(?:itis|itides|osis|oses|omas?|omata|a?emias?|opath(?:y|ies)|penia|plasias?|troph(?:y|ies)|"
    r"algia|iasis|plegia|rrho?ea|rrhage|uria|derma|megaly|edema)"
    r"|diseases?|syndromes?|disorders?|cancers?|carcinomas?|tumou?rs?|malignanc(?:y|ies)|neoplasms?|lupus|diabetes|asthma|"
    r"infections?|insufficiency|failure|deficienc(?:y|ies)|purpura|psoriasis|eczema|migraines?|epilepsy|"
    r"dementia|depression|stroke|hypertension|infarction|obesity|autism|schizophrenia|alopecia|vitiligo|pemphig[a-z]{1,5}|"
    r"transplant(?:ation)?s?|prematurity|injur(?:y|ies)|fractures?|pneumonia|covid-19|hiv|copd|t[12]dm?)"
)
_PHRASE: Final = re.compile(
    rf"(?<![\w'’/-])(?:(?!(?:with|of|for|the|and|or|in|a|an)\b)[\w'’/-]{{1,30}}[ \t]{{1,3}}){{0,5}}?"
    rf"(?<![\w-]){_HEAD}(?![\w-])",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(r"(?<![\w-])(?:[A-Z]{2,6}\d?|[A-Z][a-z]?[A-Z]{1,4})(?![\w-])")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-\d+)?|\d+[a-z]?", re.IGNORECASE)
_COURSE: Final = re.compile(
    r"\b(?:relaps\w+|refractory|recurr\w+|progressive|advanced|active|newly\s+diagnosed|severe|moderate|catastrophic|"
    r"treatment-na[iï]ve|previously\s+(?:un)?treated|resistant|chronic)\b",
    re.IGNORECASE,
)
_COMMON: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "or",
        "of",
        "for",
        "the",
        "with",
        "in",
        "to",
        "by",
        "as",
        "on",
        "from",
        "patient",
        "subject",
        "participant",
        "volunteer",
        "individual",
        "people",
        "cohort",
        "arm",
        "group",
        "part",
        "inclusion",
        "exclusion",
        "criteria",
        "criterion",
        "specific",
        "disease",
        "syndrome",
        "disorder",
        "systemic",
        "relapsed",
        "relapsing",
        "relapse",
        "refractory",
        "recurrent",
        "progressive",
        "active",
        "chronic",
        "acute",
        "moderate",
        "severe",
        "diffuse",
        "primary",
        "secondary",
        "advanced",
        "idiopathic",
        "diagnosis",
        "diagnosed",
        "classification",
        "meet",
        "comply",
        "combined",
        "known",
        "other",
        "history",
        "clinical",
        "study",
        "trial",
        "only",
        "who",
        "have",
        "has",
        "is",
        "are",
        "related",
        "associated",
        "definition",
    ]
)
#: Capitals that name no disease: bodies that issue criteria, instruments, limits, molecules.
_NO_DISEASE: Final = frozenset(
    [
        "ACR",
        "AND",
        "AST",
        "ALT",
        "CD",
        "CTCAE",
        "DNA",
        "ECOG",
        "EULAR",
        "FDA",
        "ICF",
        "ICH",
        "IL",
        "NIH",
        "NYHA",
        "OR",
        "RNA",
        "ULN",
        "LLN",
        "WHO",
        "WBC",
    ]
)


def disease_phrase(text: str, *, short: bool = False) -> str:
    """Return the first disease name in ``text`` with its qualifiers, "" when there is none.

    ``short`` also takes an abbreviation in capitals for a disease's name.
    """
    for match in _PHRASE.finditer(text[:400]):
        if key_words(match[0]):
            return match[0].strip()
    if short:
        for found in _SHORT.findall(text[:400]):
            if found not in _NO_DISEASE:
                return str(found)
    return ""


def has_course(text: str) -> bool:
    """Say whether the text names the course of a disease ("relapsed", "refractory", "newly diagnosed")."""
    return _COURSE.search(text) is not None


def key_words(text: str) -> frozenset[str]:
    """Return the words of a label that tell one disease or group from another, in singular and lower case."""
    found = set()
    for word in _WORD.findall(text):
        lower = word.lower()
        if len(lower) > 4:  # noqa: PLR2004
            if lower.endswith("ies"):
                lower = lower[:-3] + "y"
            elif lower.endswith("s") and not lower.endswith(("ss", "is", "us")):
                lower = lower[:-1]
        if lower not in _COMMON and (len(lower) > 1 or word.isupper() or word.isdigit()):
            found.add(lower)
    return frozenset(found)


def disease_words(text: str) -> frozenset[str]:
    """Return the words of all disease names in a longer text, abbreviations included."""
    cut = text[:6000]
    found: set[str] = set()
    for match in _PHRASE.finditer(cut):
        found |= key_words(match[0])
    found.update(word.lower() for word in _SHORT.findall(cut) if word not in _NO_DISEASE)
    return frozenset(found)
