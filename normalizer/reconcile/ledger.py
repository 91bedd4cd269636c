"""The number ledger of a block: every numeral claimed once, by a bound or by a listed reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from normalizer.model.draft import Grade
from normalizer.model.ledger import NumeralClaim
from normalizer.reconcile.case import note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.block import Item
    from normalizer.model.draft import Bound
    from normalizer.model.mention import Mention
    from normalizer.model.span import Span
    from normalizer.reconcile.case import Case, Note
    from normalizer.text import PlacedBound

DIGITS = re.compile(r"\d+")


def _tokens(bound: Bound) -> str:
    if isinstance(bound, Grade):
        return " ".join(bound.values)
    offset = getattr(bound, "offset", None)
    return " ".join(part for part in (bound.low, bound.high, bound.unit, offset) if part)


def _claims(placed: PlacedBound, numeral: Span, printed: str) -> bool:
    return (
        placed.span is not None
        and placed.span.contains(numeral)
        and printed.casefold() in _tokens(placed.bound).casefold()
    )


def claims(case: Case, owner: str) -> tuple[NumeralClaim, ...]:
    """Return the claims of the block's numerals, spans as offsets into the block's text; ``owner`` names the criterion."""
    view, text = case.context.view, case.context.text
    found: list[NumeralClaim] = []
    for mention in case.context.mentions:
        for numeral in mention.numerals:
            span = view.original(numeral)
            printed = numeral.of(view.text)
            if mention.kind == "inert":
                found.append(NumeralClaim(span=span, printed=printed, reason=mention.reason))
                continue
            claimed = next((atom.atom.id for _, _, atom, bound in case.bounds() if _claims(bound, span, printed)), None)
            by = f"{owner}/{claimed}" if claimed is not None else None
            found.append(NumeralClaim(span=span, printed=printed, claimed_by=by))
    for item in (*case.context.block.items, *case.context.block.joined):
        found.extend(_markers(item, case.context.block.span.start, text))
    return tuple(sorted(found, key=lambda claim: claim.span))


def _markers(item: Item, base: int, text: str) -> Iterator[NumeralClaim]:
    if item.marker_span is not None:
        span = item.marker_span.shift(-base)
        for match in DIGITS.finditer(text, span.start, span.end):
            yield NumeralClaim(span=type(span)(match.start(), match.end()), printed=match.group(), reason="list_number")
    for inner in item.items:
        yield from _markers(inner, base, text)


def check_ledger(case: Case) -> Iterator[Note]:
    """Yield ``numeral_unclaimed`` for every quantity that no bound of the reading claims."""
    for mention in case.context.mentions:
        if mention.kind == "inert":
            continue
        missing = [n for n in mention.numerals if not _claimed(case, mention, n)]
        if missing and len(missing) == len(mention.numerals):
            view = case.context.view
            printed = mention.span.of(view.text)
            yield note(
                "numeral_unclaimed", f"no bound claims {printed!r}", span=view.original(mention.span), expected=printed
            )


def _claimed(case: Case, mention: Mention, numeral: Span) -> bool:
    del mention
    view = case.context.view
    span, printed = view.original(numeral), numeral.of(view.text)
    return any(_claims(bound, span, printed) for _, _, _, bound in case.bounds())
