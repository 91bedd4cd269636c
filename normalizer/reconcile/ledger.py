"""The number ledger of a block: every numeral claimed once, by a bound or by a listed reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.model.draft import Grade, Limit
from normalizer.model.ledger import NumeralClaim
from normalizer.model.span import Span
from normalizer.reconcile.case import note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.block import Item
    from normalizer.model.draft import Bound
    from normalizer.model.ledger import LedgerReason
    from normalizer.model.mention import Mention
    from normalizer.reconcile.case import Case, Entry, Note

DIGITS: Final = re.compile(r"\d+")
_NUMBER_WORDS: Final = "one|two|three|four|five|six|seven|eight|nine|ten|twelve"
_COUNTED: Final = re.compile(
    rf"\b(?:(?:at least|more than|fewer than|less than|up to|minimum of)\s+({_NUMBER_WORDS})\b"
    rf"|({_NUMBER_WORDS}) or more\b)",
    re.IGNORECASE,
)
_COMPARING: Final = ("t least", "or more", "ore than ", "ewer than ", "ess than ", "p to ", "inimum of ")
_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")


def _parts(bound: Bound) -> frozenset[str]:
    """Return the runs of digits and the words of all that a bound prints."""
    if isinstance(bound, Grade):
        printed: tuple[str | None, ...] = bound.values
    else:
        printed = (bound.low, bound.high, bound.unit, bound.offset if isinstance(bound, Limit) else None)
    return frozenset(_PARTS.findall(" ".join(part for part in printed if part).casefold()))


def _claims(entry: Entry, mention: Mention, span: Span, printed: str) -> bool:
    place = entry.placed.span
    if place is None or not place.contains(span):
        return False
    return entry.claimed is mention or _parts(entry.bound).issuperset(_PARTS.findall(printed.casefold()))


def _same_statement(one: Entry, other: Entry) -> bool:
    """Say whether two bounds are one printed bound: shared by several atoms, or a pair of times."""
    if one.at == other.at:
        return getattr(one.bound, "combine", None) is not None and getattr(other.bound, "combine", None) is not None
    return one.bound == other.bound or one.claimed is not other.claimed


def claims(case: Case, owner: str) -> list[NumeralClaim]:
    """Return the claims of the block's numerals, each once, in order; spans are offsets into the document.

    Arguments:
        case: the standing reading of the block.
        owner: the criterion's id, which names the bounds that claim.

    """
    text, mentions = case.context.text, case.context.mentions
    if not mentions and DIGITS.search(text) is None:
        return []
    view, block = case.context.view, case.context.block
    found: dict[tuple[int, int], NumeralClaim] = {}
    base = block.span.start
    taken = bytearray(len(text))

    def enter(start: int, end: int, printed: str, by: str | None, reason: LedgerReason | None) -> None:
        taken[start:end] = b"\x01" * (end - start)
        before = found.get((start, end))
        if before is None or (by is not None and before.claimed_by is None):
            span = Span(start + base, end + base)
            found[start, end] = NumeralClaim(span=span, printed=printed, claimed_by=by, reason=reason)

    for mention in mentions:
        for numeral in mention.numerals:
            span, printed = view.original(numeral), numeral.of(view.text)
            if mention.kind == "inert":
                enter(span.start, span.end, printed, None, mention.reason)
                continue
            by = None
            for entry in case.entries:
                if _claims(entry, mention, span, printed):
                    by = f"{owner}/{entry.atom.atom.id}"
                    break
            enter(span.start, span.end, printed, by, None)
    if block.items or block.joined:
        for item in (*block.items, *block.joined):
            for span in _markers(item, base, text):
                enter(span.start, span.end, span.of(text), None, "list_number")
    for match in DIGITS.finditer(text):
        if not taken[match.start()]:
            enter(match.start(), match.end(), match.group(), None, None)
    return [found[at] for at in sorted(found)] if len(found) > 1 else list(found.values())


def _markers(item: Item, base: int, text: str) -> Iterator[Span]:
    """Yield the runs of digits in the markers of an item and of those nested in it."""
    if item.marker_span is not None:
        span = item.marker_span.shift(-base)
        for match in DIGITS.finditer(text, span.start, span.end):
            yield Span(match.start(), match.end())
    for inner in item.items:
        yield from _markers(inner, base, text)


def _words_left(case: Case) -> Iterator[Note]:
    """Yield ``numeral_unclaimed`` for number words with a comparator in which no reader saw a numeral."""
    view = case.context.view
    for phrase in _COMPARING:
        if phrase in view.text:
            break
    else:
        return
    taken: list[Span] | None = None
    for match in _COUNTED.finditer(view.text):
        if taken is None:
            taken = [numeral for mention in case.context.mentions for numeral in mention.numerals]
        at = match.start(1) if match[1] else match.start(2)
        if not any(numeral.start <= at < numeral.end for numeral in taken):
            span = view.original(Span(match.start(), match.end()))
            yield note("numeral_unclaimed", f"no bound claims {match.group()!r}", span=span, expected=match.group())


def check_ledger(case: Case) -> Iterator[Note]:
    """Yield ``numeral_unclaimed`` for quantities that no bound claims, ``numeral_claimed_twice`` for the opposite."""
    view = case.context.view
    for mention, place in case.quantities:
        users = [entry for entry in case.entries if entry.claimed is mention]
        if not users:
            printed = mention.span.of(view.text)
            spans = [(view.original(numeral), numeral.of(view.text)) for numeral in mention.numerals]
            if not all(any(_claims(e, mention, *span) for e in case.entries) for span in spans):
                yield note("numeral_unclaimed", f"no bound claims {printed!r}", span=place, expected=printed)
        elif len(users) > 1 and any(not _same_statement(users[0], other) for other in users[1:]):
            printed = mention.span.of(view.text)
            message = f"{printed!r} is claimed by bounds that differ"
            for entry in users:
                yield note("numeral_claimed_twice", message, atom=entry.at, bound=entry.nth, span=place, got=printed)
    yield from _words_left(case)
