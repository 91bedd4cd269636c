"""Every labelled block with its gold and what each reader made of it: what the page of a report shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from normalizer.align import Stated
from normalizer.evaluate.compare import compare
from normalizer.evaluate.mistakes import mistakes, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from normalizer.evaluate.compare import Comparison
    from normalizer.evaluate.readers import Reader
    from normalizer.evaluate.sets import Labelled
    from normalizer.evaluate.sides import SideBlock
    from normalizer.model.criterion import Criterion, NormalizedTrial
    from normalizer.model.draft import Bound


def items(
    name: str, labelled: Sequence[Labelled], predictions: Mapping[Reader, Mapping[str, NormalizedTrial]]
) -> list[dict[str, Any]]:
    """Return the blocks as JSON-ready data; spans are offsets into the block's text.

    Args:
        name: the set.
        labelled: its documents.
        predictions: reader to trial id to what was published.

    """
    found = []
    for one in labelled:
        sides = {reader: _Side(one, trials[one.gold.trial]) for reader, trials in predictions.items()}
        for block in one.gold.blocks:
            first = next(iter(sides.values()))
            side = next(left for left in first.comparison.left.blocks if left.id == block.id)
            found.append(
                {
                    "set": name, "trial": one.gold.trial, "block": block.id, "kind": block.kind,
                    "text": block.span.of(one.gold.text), "notes": block.notes,
                    "gold": {"logic": block.draft.logic, **_lines(side)},
                    "readers": {reader: made.read(side) for reader, made in sides.items()},
                }
            )  # fmt: skip
    return found


class _Side:
    """One reader's document: its criteria, and its mistakes by gold block."""

    def __init__(self, one: Labelled, trial: NormalizedTrial) -> None:
        self.comparison: Comparison = compare(one.gold, trial)
        self._criteria = {criterion.block_id: criterion for criterion in trial.criteria}
        right = self.comparison.right.blocks
        self._partner = {self.comparison.left.blocks[a].id: right[b] for a, b in self.comparison.blocks}
        self._wrong: dict[str, list[dict[str, Any]]] = {}
        back = {theirs.id: mine for mine, theirs in self._partner.items()}
        for mistake in mistakes(self.comparison):
            shown_ = {"kind": mistake.kind, "gold": mistake.gold, "got": mistake.predicted}
            block = back.get(mistake.block) if mistake.kind == "invented" else mistake.block
            if block is not None:
                self._wrong.setdefault(block, []).append(shown_)

    def read(self, gold: SideBlock) -> dict[str, Any] | None:
        """Return what the reader made of a gold block, None when it has no such block."""
        side = self._partner.get(gold.id)
        if side is None:
            return None
        criterion: Criterion = self._criteria[side.id]
        placed = replace(side, span=gold.span)  # offsets as gold's
        findings = [*criterion.findings, *(f for a in criterion.atoms for b in a.bounds for f in b.findings)]
        wrong = self._wrong.get(gold.id, [])
        return {
            "status": criterion.status, "logic": criterion.logic, **_lines(placed),
            "findings": list(dict.fromkeys(f"{f.code}: {f.message}" for f in findings)),
            "repairs": [f"{r.rule}: {r.before} → {r.after}" for r in criterion.repairs],
            "wrong": wrong,
        }  # fmt: skip


def _lines(side: SideBlock) -> dict[str, Any]:
    """Return atoms and bounds in one line each, with the characters they stand at."""
    start = side.span.start
    lines = []
    for atom in side.atoms:
        modifiers = " ".join(f"[{m.kind}: {m.text}]" for m in atom.atom.modifiers)
        head = f"{atom.atom.id} {atom.atom.subject}" + (f" {modifiers}" if modifiers else "")
        bounds = [
            {
                "text": _stated(placed.bound, atom.atom.subject).partition("| ")[2],
                "span": None if placed.span is None else [placed.span.start - start, placed.span.end - start],
            }
            for placed in atom.bounds
        ]
        place = None if atom.span is None else [atom.span.start - start, atom.span.end - start]
        lines.append({"text": head, "type": atom.atom.type, "span": place, "bounds": bounds})
    return {"atoms": lines}


def _stated(bound: Bound, subject: str) -> str:
    return shown(Stated(atom=0, nth=0, bound=bound, span=None, subject=subject, atom_span=None))
