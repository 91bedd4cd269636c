"""The words that connect statements: definitions, exceptions, conditions, permissions, examples."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_MEMBERS: Final = (
    r"patients|subjects|participants|individuals|persons|people|those|women|men|woman|man|females?|males?|"
    r"children|adults|adolescents|infants"
)
#: "X is defined as Y", "X, i.e. Y": what stands before it is the defined term.
DEFINED: Final = re.compile(
    r"\s*,?\s*\b(?:(?:is|are|was|were)\s+)?(?:defined\s+(?:as|by)|meaning|refers?\s+to|i\.e\.,?)\s*:?", re.IGNORECASE
)
#: "Definition of X: Y".
DEFINITION: Final = re.compile(r"\s*(?:the\s+)?definitions?\s+of\s+(?:the\s+)?([^:;.]{2,80}?)\s*:", re.IGNORECASE)
#: Takes the comma before it along: a comma frees a whole list, no comma only its last member.
EXCEPT: Final = re.compile(
    r"[\s,]*\b(?:with\s+the\s+exception\s+of|except(?:ing|ions?)?(?:\s+(?:for|of|in|when|if|that))*|unless|excluding|"
    r"other\s+than|apart\s+from)\b",
    re.IGNORECASE,
)
#: "in" and "for" lead a condition only before words for people, which stay outside the match.
IF: Final = re.compile(
    rf"[\s,]*\b(?:if|provided\s+that|in\s+(?:the\s+)?(?:case|event|presence)\s+of|"
    rf"(?:in|for)\s+(?=(?:the\s+)?(?:{_MEMBERS})\b))",
    re.IGNORECASE,
)
#: The same at the beginning of a statement, up to its comma or colon; group 1 is the condition.
LEADING_IF: Final = re.compile(
    rf"\s*(?:if|when|in\s+(?:case|the\s+presence)\s+of|(?:in|for)\s+(?=(?:(?:all|any|the)\s+)?(?:\w+\s+){{0,2}}"
    rf"(?:{_MEMBERS})\b))([^,:;]{{2,160}})[,:]",
    re.IGNORECASE,
)
#: The first words of EXCEPT and IF; their first letters stand apart so that a search skips from letter to letter.
_EXCEPT_WORD: Final = re.compile(r"[aeouwAEOUW](?i:part|xcept|xcluding|ther|nless|ith\s+the)")
_IF_WORD: Final = re.compile(r"[fiIFpP](?i:f|n|or|rovided)\b")
#: "Women of childbearing potential must ...": a group at the statement's start binds only itself.
OBLIGED_GROUP: Final = re.compile(
    r"\s*((?:(?:all|any)\s+)?(?:women|woman|females?|men|man|males?|girls|boys|children)\b[^,:;]{0,90}?)\s+"
    r"(?:must|should|are\s+required\s+to|is\s+required\s+to|have\s+to|need\s+to|will\s+need\s+to|agree\s+to)\b",
    re.IGNORECASE,
)
#: "... must not take part", "... are excluded": what stands before it keeps people out.
SHUT_OUT: Final = re.compile(
    r"\s*\b(?:(?:must|may|should|will|can)\s*not\s+(?:take\s+part|participate|be\s+(?:enrolled|included|eligible))|"
    r"(?:is|are|will\s+be)\s+(?:excluded|ineligible|not\s+eligible|not\s+allowed\s+to\s+participate))\b"
    r"(?:\s+(?:in|from|for)\s+(?:the\s+|this\s+)?(?:study|trial|participation))?[\s.;]*$",
    re.IGNORECASE,
)
#: The first word of a bracket that is a condition on what stands before it.
CONDITION_WORD: Final = re.compile(r"\s*(?:if|when|with|in|for|among)\s+", re.IGNORECASE)
NEGATIVE_WORD: Final = re.compile(r"\s*(?:no|not|without)\b", re.IGNORECASE)
PERMITTED: Final = re.compile(
    r"\b(?:is|are|may\s+be|will\s+be)\s+(?:permitted|allowed|acceptable|eligible)\b|"
    r"\b(?:without|no|not\s+subject\s+to)\s+(?:restrictions?|requirements?)\b",
    re.IGNORECASE,
)
FORBIDDEN: Final = re.compile(r"\b(?:not|never)\s+(?:be\s+)?(?:permitted|allowed|acceptable|eligible)\b", re.IGNORECASE)
EXAMPLE: Final = re.compile(
    r"\s*(?:e\.\s?g\.?|eg\b|such\s+as|for\s+example|including(?:\s+but\s+not\s+limited\s+to)?|i\.e\.|namely)[,:]?\s*",
    re.IGNORECASE,
)
DEFINING: Final = re.compile(r"\s*(?:i\.e\.|defined\s+(?:as|by)|that\s+is)\b", re.IGNORECASE)
#: A requirement printed among exclusions.
OBLIGED: Final = re.compile(r"\b(?:must|should)\b(?!\s+(?:be\s+avoided|not))", re.IGNORECASE)
JOINER: Final = re.compile(r"[,;]|\b(?:and|or|but)\b", re.IGNORECASE)
OR: Final = re.compile(r"[\s,]*(?:and/or|or)\b", re.IGNORECASE)
#: What stands before a colon near the beginning.
TOPIC: Final = re.compile(r"\s*([^:]{2,60}):")

#: Pieces of lower-case text of which one stands in every statement that a connective above fits.
_SIGNS: Final = (
    "defin", "mean", "refer", "i.e", "xcept", "unless", "xclud", "other than", "apart from", "if ", "when ", "provided",
    "case of", "event of", "presence of", "must ", "should ", "required to ", "have to ", "need to ", "agree to ",
)  # fmt: skip
_OF_GROUPS: Final = re.compile(
    r"\b(?:in|for|the|all|any) (?:patient|subject|participant|individual|person|people|those|women|men|woman|man|"
    r"female|male|child|adult|adolescent|infant)"
)
_DEFINED_SIGNS: Final = ("defin", "meaning", "refer", "i.e")
_EXCEPT_SIGNS: Final = ("xcept", "unless", "xcluding", "other", "apart")
_SHUT_OUT_SIGNS: Final = ("not take part", "participate", "eligible", "excluded", "not be enrolled", "not be included")
_PERMITTED_SIGNS: Final = ("permitted", "allowed", "acceptable", "eligible", "restriction", "requirement")


class Connected(NamedTuple):
    """Which words that connect statements a block can hold; none of them in most blocks."""

    at_all: bool
    defined: bool
    excepted: bool
    permitted: bool
    obliged: bool
    shut_out: bool


def search_except(flat: str, start: int, end: int) -> re.Match[str] | None:
    """Return the first match of :data:`EXCEPT` in ``[start, end)``."""
    return _search(_EXCEPT_WORD, EXCEPT, flat, start, end)


def search_if(flat: str, start: int, end: int) -> re.Match[str] | None:
    """Return the first match of :data:`IF` in ``[start, end)``."""
    return _search(_IF_WORD, IF, flat, start, end)


def _search(first: re.Pattern[str], whole: re.Pattern[str], flat: str, start: int, end: int) -> re.Match[str] | None:
    """Return what ``whole.search`` does, trying only at its first words with the blanks and commas before them."""
    for opening in first.finditer(flat, start, end):
        begin = opening.start()
        while begin > start and (flat[begin - 1] == "," or flat[begin - 1].isspace()):
            begin -= 1
        found = whole.match(flat, begin, end)
        if found is not None:
            return found
    return None


def connected(lower: str) -> Connected:
    """Return what a lower-case text can hold; one look a block saves a search in each of its statements."""
    at_all = _holds(lower, _SIGNS) or (("in " in lower or "for " in lower) and _OF_GROUPS.search(lower) is not None)
    return Connected(
        at_all,
        at_all and _holds(lower, _DEFINED_SIGNS),
        at_all and _holds(lower, _EXCEPT_SIGNS),
        _holds(lower, _PERMITTED_SIGNS),
        "must" in lower or "should" in lower,
        _holds(lower, _SHUT_OUT_SIGNS),
    )


def _holds(lower: str, signs: tuple[str, ...]) -> bool:
    for sign in signs:  # noqa: SIM110 - any() over a generator costs five times as much
        if sign in lower:
            return True
    return False
