"""Eligibility text to blocks: reads lines, outlines them, numbers the blocks, resolves cohorts, tiles the sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.model.block import Block, Item, Segmentation, Tile
from normalizer.model.finding import Finding
from normalizer.model.span import Span
from normalizer.segment.brackets import unbalanced
from normalizer.segment.cohorts import Scope, resolve
from normalizer.segment.diseases import disease_words
from normalizer.segment.joins import joined_runs, restore_levels
from normalizer.segment.lines import read_lines
from normalizer.segment.outline import outline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from normalizer.model.document import Kind, TrialDocument
    from normalizer.segment.groups import Group, Outline
    from normalizer.segment.items import Node


def segment(document: TrialDocument) -> Segmentation:
    """Cut the eligibility sections of ``document`` into blocks, headings, separators and boilerplate.

    Every character of the sections lies in exactly one tile; blocks are numbered by kind in document order.
    """
    lines = read_lines(document.text, document.sections)
    found = outline(document, lines)
    drafts = _drafts(document.text, found)
    cohorts, ids = resolve(found.scopes)
    place = {id(scope): index for index, scope in enumerate(found.scopes)}
    blocks = tuple(_block(draft, ids, place) for draft in drafts)
    findings: tuple[Finding, ...] = ()
    if blocks and not found.sectioned:
        findings = (
            Finding(code="heading_lost", message="no heading says inclusion or exclusion; all is read as inclusion"),
        )
    tiles = tuple(_tiles(document, blocks, found))
    return Segmentation(cohorts=cohorts, blocks=blocks, tiles=tiles, findings=findings)


class _Draft:
    """A block before its cohorts are known."""

    __slots__ = ("findings", "group", "identity", "nodes", "scope")

    def __init__(
        self, identity: str, group: Group, nodes: list[Node], scope: Scope | None, findings: list[Finding]
    ) -> None:
        self.identity, self.group, self.nodes, self.scope, self.findings = identity, group, nodes, scope, findings


def _drafts(text: str, found: Outline) -> list[tuple[str, _Draft]]:
    counts: dict[Kind, int] = {"inclusion": 0, "exclusion": 0}
    drafts: list[tuple[str, _Draft]] = []
    scopes: list[Scope] = []
    lost = sum(1 for group in found.groups for node in group.nesting.roots if node.restarts)
    for group in found.groups:
        roots = group.nesting.roots
        if not roots:
            continue
        restore_levels(text, roots)
        scope = group.scope
        if scope is not None and (not scopes or scopes[-1] is not scope):
            scopes.append(scope)
        runs = joined_runs(text, roots, group.joins, group.kind)
        ends = [first for first, _ in runs if roots[first].restarts]
        ends.append(len(roots))
        after = 0
        for start, stop in runs:
            nodes = list(roots[start:stop])
            findings: list[Finding] = []
            if nodes[0].restarts:
                after += 1
                scope = _inferred(
                    text, group.kind, nodes[0], end=roots[ends[after] - 1].last(), findings=findings, lost=lost
                )
                if scope is not None:
                    scopes.append(scope)
            counts[group.kind] += 1
            identity = f"{'I' if group.kind == 'inclusion' else 'E'}{counts[group.kind]:02d}"
            if scope is not None:
                body = text[nodes[0].body : nodes[-1].last()]
                scope.first = scope.first or body[:400]
                scope.text = (scope.text + "\n" + body)[:6000]
                scope.blocks.append(identity)
            drafts.append((text, _Draft(identity, group, nodes, scope, findings)))
    found.scopes[:] = scopes
    return drafts


def _inferred(text: str, kind: Kind, node: Node, *, end: int, findings: list[Finding], lost: int) -> Scope | None:
    """Return the scope of a list whose heading is lost: the numbers began again after a complete list."""
    span = Span(node.marker.start, node.marker.end) if node.marker is not None else None
    findings.append(
        Finding(code="heading_lost", message="the numbering begins again and no heading says why", span=span)
    )
    words = disease_words(text[node.body : min(end, node.body + 3000)])
    if not words and lost < 2:  # noqa: PLR2004
        return None
    findings.append(Finding(code="cohort_inferred", message="a cohort is inferred from the lost heading", span=span))
    return Scope(kind, "", None)


def _block(named: tuple[str, _Draft], ids: dict[int, str], place: dict[int, int]) -> Block:
    text, draft = named
    nodes = draft.nodes
    first = nodes[0]
    span = Span(first.body, first.last() if len(nodes) == 1 else max(node.last() for node in nodes))
    findings = [*draft.findings, *_gathered(nodes)]
    if len(nodes) > 1:
        findings.append(Finding(code="items_joined", message=f"printed logic joins {len(nodes)} neighbours", span=span))
    odd = unbalanced(text, span.start, span.end)
    if odd is not None:
        findings.append(Finding(code="unbalanced_bracket", message="a bracket has no partner", span=Span(odd, odd + 1)))
    cohorts: tuple[str, ...] = ()
    if draft.scope is not None:
        identity = ids.get(place.get(id(draft.scope), -1))
        cohorts = (identity,) if identity else ()
    marker = (text[first.marker.start : first.marker.end],) if first.marker is not None else ()
    return Block(
        id=draft.identity,
        kind=draft.group.kind,
        cohorts=cohorts,
        path=draft.group.path + marker,
        heading=draft.group.heading,
        span=span,
        items=_items(text, first.children) if first.children else (),
        joined=_items(text, nodes[1:]) if len(nodes) > 1 else (),
        findings=tuple(findings),
    )


def _gathered(nodes: Iterable[Node]) -> list[Finding]:
    findings: list[Finding] = []
    for node in nodes:
        findings += node.findings
        if node.children:
            findings += _gathered(node.children)
    return findings


def _items(text: str, nodes: Iterable[Node]) -> tuple[Item, ...]:
    return tuple(
        Item(
            marker=text[node.marker.start : node.marker.end] if node.marker is not None else "",
            marker_span=Span(node.marker.start, node.marker.end) if node.marker is not None else None,
            span=Span(node.body, node.last()),
            items=_items(text, node.children) if node.children else (),
        )
        for node in nodes
    )


def _tiles(document: TrialDocument, blocks: tuple[Block, ...], found: Outline) -> list[Tile]:
    tiles: list[Tile] = []
    taken = [Tile("block", block.span) for block in blocks]
    taken += [Tile("heading", span) for span in found.heads]
    taken += [Tile("boilerplate", span) for span in found.furniture]
    taken.sort(key=lambda tile: tile.span.start)
    at = 0
    for section in document.sections:
        cursor = section.start
        while at < len(taken) and taken[at].span.start < section.end:
            span = taken[at].span
            if span.start > cursor:
                tiles.append(Tile("separator", Span(cursor, span.start)))
            tiles.append(taken[at])
            cursor = span.end
            at += 1
        if cursor < section.end:
            tiles.append(Tile("separator", Span(cursor, section.end)))
    return tiles
