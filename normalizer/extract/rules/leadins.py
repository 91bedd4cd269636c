"""Items under their lead-in: at-least-n lists, windows that bind every item, lead-ins that say something themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.extract.rules.bounds import attach
from normalizer.extract.rules.sentences import read_sentences
from normalizer.extract.rules.shapes import with_adjectives
from normalizer.extract.rules.sketch import Branch, Sketch, Tree, join, leaves
from normalizer.model.span import Span

if TYPE_CHECKING:
    from normalizer.extract.rules.material import Material
    from normalizer.model.mention import Mention

_LIST: Final = re.compile(r"\b(?:following|below)\b|:\s*$", re.IGNORECASE)
#: Behind a count: up to the words that announce its list.
_FOLLOWING: Final = re.compile(r"\s*(?:\w+\s+){0,2}?(?:of\s+)?(?:the\s+|these\s+)?following(?:\s+\w+)?", re.IGNORECASE)
_ALL: Final = re.compile(r"\b(?:all|both|each)\s+(?:of\s+)?(?:the\s+)?(?:following|these)\b", re.IGNORECASE)
_ANY: Final = re.compile(
    r"\b(?:any|either|one)\s+(?:one\s+)?(?:or\s+more\s+)?(?:of\s+)?(?:the\s+)?(?:following|these)\b", re.IGNORECASE
)
_LIST_NEAR: Final = 40  # characters between a count and the word that announces its list
_SAYS_SOMETHING: Final = 3  # characters before a count that can be a statement


def under_lead_in(
    material: Material, start: int, first: int, children: list[Tree], *, joined_or: bool, describe: bool
) -> Tree | None:
    """Return the items' tree under the text ``[start, first)`` that introduces them."""
    lead = material.text[start:first]
    quantities = [m for m in material.mentions_in(start, first) if m.kind != "inert"]
    announces = _LIST.search(lead.rstrip()) is not None
    operator = "any" if describe or joined_or else "all"
    if _ALL.search(lead):
        operator = "all"
    elif _ANY.search(lead):
        operator = "any"
    counts = [
        m
        for m in quantities
        if m.kind == "count" and _LIST.search(material.text, m.span.end, min(first, m.span.end + _LIST_NEAR))
    ]
    if counts and len(children) > 1:
        count = counts[-1]
        lead_in = _FOLLOWING.match(material.text, count.span.end, first)
        quote = Span(count.span.start, lead_in.end()) if lead_in else count.span
        heading = counted_heading(material, count, quote)
        rest = (
            read_sentences(material, start, count.span.start, describe=describe)
            if count.span.start - start > _SAYS_SOMETHING
            else None
        )
        group: Tree = Branch("atleast", [heading, *children])
        return join("all", [rest, group]) if rest is not None else group
    body = join("any" if operator == "any" else "all", children)
    if not lead.strip():
        return body
    if announces and not quantities:
        return (_as_members(None, children) or body) if operator == "any" and describe else body
    own = read_sentences(material, start, first, describe=describe)
    if own is None or body is None:
        return own or body
    if announces and isinstance(own, Sketch) and own.times and not own.limits and not own.grades:
        if isinstance(merged := _as_members(own, children), Sketch):
            return merged
        own.type = "heading"
        own.modifiers = with_adjectives(material, own, own.modifiers)
        if own.subject == "unspecified":
            own.subject = "criterion"
        return Branch("under", [own, body])
    return join("any" if describe else "all", [own, body])


def counted_heading(material: Material, count: Mention, quote: Span) -> Sketch:
    """Return the heading of an at-least-n list, with its one count."""
    heading = Sketch("heading", "criterion", quote, quote.start)
    attach(heading, count, material)
    return heading


def _as_members(lead_in: Sketch | None, children: list[Tree]) -> Sketch | None:
    """Return plain nouns under a lead-in with a window ("any of the following drugs within ...") as one atom."""
    nouns = [leaf for child in children for leaf in leaves(child)]
    listed = all(isinstance(child, Sketch) or child.operator in ("any", "all") for child in children)
    plain = all(not noun.bounded and noun.type in ("treatment", "condition", "procedure", "other") for noun in nouns)
    if not listed or not plain or (lead_in is None and any(noun.modifiers for noun in nouns)):
        return None
    first = nouns[0]
    if lead_in is not None:
        first.times = lead_in.times
    first.modifiers = [("member", noun.span) for noun in nouns] if len(nouns) > 1 else first.modifiers
    return first
