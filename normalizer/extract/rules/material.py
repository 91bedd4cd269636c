"""What the rules read: a block's view, the names and quantities in it, and the sense of its section."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from normalizer.concepts import Name, NameHit, expand, find, resolve
from normalizer.concepts.words import lowered
from normalizer.extract.rules.connectives import Connected, connected
from normalizer.extract.rules.lexicon import lexicon
from normalizer.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from normalizer.model.block import BlockContext
    from normalizer.model.document import Kind
    from normalizer.model.draft import ModifierKind
    from normalizer.model.mention import Mention
    from normalizer.model.view import View


class Material(NamedTuple):
    """A block's view ``text`` with everything found in it, each list in text order."""

    text: str
    original: str
    view: View
    kind: Kind
    hits: tuple[NameHit, ...]
    hit_starts: tuple[int, ...]
    mentions: tuple[Mention, ...]
    mention_starts: tuple[int, ...]
    modifiers: list[tuple[ModifierKind, Span]]
    connected: Connected

    def hits_in(self, start: int, end: int) -> tuple[NameHit, ...]:
        """Return the names that begin in ``[start, end)``."""
        if not self.hits:
            return ()
        return self.hits[bisect_left(self.hit_starts, start) : bisect_left(self.hit_starts, end)]

    def first_mention(self, start: int, end: int) -> int:
        """Return where the first quantity in ``[start, end)`` begins, ``end`` when there is none."""
        at = bisect_left(self.mention_starts, start)
        return min(self.mention_starts[at], end) if at < len(self.mention_starts) else end

    def mentions_in(self, start: int, end: int) -> tuple[Mention, ...]:
        """Return the quantities that begin in ``[start, end)``."""
        if not self.mentions:
            return ()
        return self.mentions[bisect_left(self.mention_starts, start) : bisect_left(self.mention_starts, end)]


def _free(hit: NameHit, mentions: tuple[Mention, ...]) -> bool:
    """Say whether a name stands outside all bounds and anchors (the scale of a grade is a name in its own right)."""
    start, end = hit.span.start, hit.span.end
    for mention in mentions:
        if mention.anchor_span is not None and hit.span.overlaps(mention.anchor_span):
            return False
        if end <= mention.span.start or mention.span.end <= start:
            continue
        if mention.scale_span is not None and hit.span.overlaps(mention.scale_span):
            continue
        if mention.change is not None and not any(hit.span.overlaps(numeral) for numeral in mention.numerals):
            continue
        return mention.kind == "inert" and not mention.span.contains(hit.span)
    return True


@lru_cache(maxsize=1024)
def _local_name(short: str, long: str) -> Name | None:
    """Return the vocabulary name that a trial's own abbreviation stands for, None when its long form is no name."""
    about = resolve(long)
    if about is None:
        return None
    return Name(about.id, short, "abbreviation", "exact", (), expand(long), "explained in the trial's text")


def _with_local(text: str, found: tuple[NameHit, ...], abbreviations: Mapping[str, str]) -> tuple[NameHit, ...]:
    """Return the hits with those of the trial's own abbreviations; these win over the vocabulary's reading."""
    own: list[NameHit] = []
    for short, long in abbreviations.items():
        if short not in text or (name := _local_name(short, long)) is None:
            continue
        at = text.find(short)
        while at >= 0:
            end = at + len(short)
            if not text[at - 1 : at].isalnum() and not text[end : end + 2].rstrip("s").isalnum():
                own.append(NameHit(Span(at, end), name))
            at = text.find(short, end)
    if not own:
        return found
    kept = [hit for hit in found if not _yields(hit, own)]
    added = [mine for mine in own if not any(hit.span.overlaps(mine.span) for hit in kept)]
    return tuple(sorted((*kept, *added), key=lambda hit: hit.span.start)) if added else found


def _yields(hit: NameHit, own: list[NameHit]) -> bool:
    """Say whether a hit gives way to one of the trial's own abbreviations: it reads the same characters or fewer."""
    start, end = hit.span.start, hit.span.end
    for span, name in own:
        if span.start <= start and end <= span.end and start < end and hit.name.concept != name.concept:
            return True
    return False


def _modifiers(lower: str, mentions: tuple[Mention, ...]) -> list[tuple[ModifierKind, Span]]:
    """Return the modifier phrases that stand outside quantities and anchors."""
    words = lexicon()
    taken = [m.span for m in mentions if m.kind != "inert"]
    taken += [m.span.cover(m.anchor_span) for m in mentions if m.anchor_span is not None and m.kind != "inert"]
    found: list[tuple[ModifierKind, Span]] = []
    for match in words.modifier_pattern.finditer(lower):
        start, end = match.span()
        for span in taken:
            if span.start < end and start < span.end:
                break
        else:
            found.append((words.modifiers[match.group()], Span(start, end)))
    return found


def gather(context: BlockContext) -> Material:
    """Return the material of a block: names inside numbers and anchors are left out."""
    text = context.view.text
    lower = lowered(text)
    mentions = context.mentions
    light = lexicon().light
    found = find(text)
    if context.abbreviations:
        found = _with_local(text, found, context.abbreviations)
    against = "anti-" in lower
    hits = tuple(
        [
            hit
            for hit in found
            if hit.name.printed not in light
            and not (against and lower.endswith("anti-", 0, hit.span.start))
            and (not mentions or _free(hit, mentions))
        ]
    )
    return Material(
        text,
        context.text,
        context.view,
        context.block.kind,
        hits,
        tuple([hit.span.start for hit in hits]),
        mentions,
        tuple([mention.span.start for mention in mentions]),
        _modifiers(lower, mentions),
        connected(lower),
    )
