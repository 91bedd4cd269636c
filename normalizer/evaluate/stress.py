"""Stress items: short criteria of our own, each hard for a named reason and each a document of one block.

File format, ``evals/stress/*.yaml``: a list ``criteria`` of ``{id, style, kind, hard_because, text, atoms, logic}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from normalizer.evaluate.form import check_form
from normalizer.evaluate.gold import Gold, GoldBlock, typed
from normalizer.evaluate.lined import read_lined
from normalizer.model.block import Block, BlockContext, Segmentation, Tile
from normalizer.model.document import Kind, Registry, TrialDocument
from normalizer.model.draft import Draft  # noqa: TC001 - the schema reads the annotations at run time
from normalizer.model.span import Span
from normalizer.quantities import read
from normalizer.text import clean

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Stress:
    """One stress item."""

    id: str
    style: str
    kind: Kind
    hard_because: str
    text: str
    draft: Draft
    notes: str | None = None

    @property
    def trial(self) -> str:
        """The id under which the item is scored."""
        return f"stress/{self.id}"


def read_stress(path: Path) -> tuple[Stress, ...]:
    """Read one stress file.

    Raises:
        GoldError: names file, line and field.

    """
    lined = read_lined(path)
    if not isinstance(lined.data, dict) or not isinstance(lined.data.get("criteria"), list):
        raise lined.error((), "a stress file has a list 'criteria'")
    found: list[Stress] = []
    seen: set[str] = set()
    for at, data in enumerate(lined.data["criteria"]):
        where = ("criteria", at)
        if not isinstance(data, dict):
            raise lined.error(where, "a criterion is a mapping")
        draft = {key: data[key] for key in ("atoms", "logic") if key in data}
        rest = {key: value for key, value in data.items() if key not in draft}
        item: Stress = typed(lined, {**rest, "draft": draft}, Stress, where)
        if item.id in seen:
            raise lined.error((*where, "id"), f"{item.id} is used twice")
        seen.add(item.id)
        check_form(lined, where, item.text, item.draft)
        found.append(item)
    return tuple(found)


def gold_of(item: Stress) -> Gold:
    """Return the item as the labels of a document of its own."""
    block = GoldBlock(
        id=_block_id(item.kind),
        kind=item.kind,
        cohorts=(),
        span=Span(0, len(item.text)),
        draft=item.draft,
        notes=item.notes,
    )
    return Gold(trial=item.trial, source=item.style, text=item.text, cohorts=(), blocks=(block,))


def document_of(item: Stress) -> tuple[TrialDocument, Segmentation, BlockContext]:
    """Return the item as a document, its segmentation into the one block, and that: only reading is tested."""
    whole = Span(0, len(item.text))
    document = TrialDocument(
        source="stress", locator=None, layout="text", sha256=sha256(item.text.encode()).hexdigest(), text=item.text,
        trial_id=item.trial, title=None, conditions=(), registry=Registry(), sections=(whole,),
    )  # fmt: skip
    block = Block(id=_block_id(item.kind), kind=item.kind, cohorts=(), path=(), heading=None, span=whole)
    view = clean(item.text)
    context = BlockContext(
        block=block, text=item.text, view=view, mentions=read(view.text), conditions=(), cohort_labels=()
    )
    return document, Segmentation(cohorts=(), blocks=(block,), tiles=(Tile("block", whole),)), context


def _block_id(kind: Kind) -> str:
    return "I01" if kind == "inclusion" else "E01"
