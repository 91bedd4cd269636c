"""The labelled sets: gold beside the prepared document, whoever is to read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from normalizer.evaluate.gold import read_folder
from normalizer.evaluate.pages import located
from normalizer.evaluate.stress import document_of, gold_of, read_stress
from normalizer.pipeline import prepare
from normalizer.sources import load

if TYPE_CHECKING:
    from pathlib import Path

    from normalizer.evaluate.gold import Gold
    from normalizer.model.block import BlockContext, Segmentation
    from normalizer.model.document import TrialDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A labelled document, cut into blocks; ``cassette`` names where its recorded answers are."""

    gold: Gold
    document: TrialDocument
    segmentation: Segmentation
    contexts: tuple[BlockContext, ...]
    cassette: str


def seeds(folder: Path, pages: Path) -> tuple[Labelled, ...]:
    """Return the labelled pages.

    Args:
        folder: the gold files.
        pages: the pages that they label.

    Raises:
        GoldError: when a gold file is malformed or labels a page that is not there.

    """
    labelled = read_folder(folder)
    if not labelled:
        return ()
    documents = {PurePath(document.source).name: document for document in load(pages)}
    found = []
    for labels in labelled.values():
        gold = located(labels, documents.values())
        document = documents[labels.source]
        segmentation, contexts = prepare(document)
        found.append(
            Labelled(
                gold=gold, document=document, segmentation=segmentation, contexts=contexts,
                cassette=f"seeds/{labels.trial}",
            )
        )  # fmt: skip
    return tuple(found)


def stress(folder: Path) -> tuple[Labelled, ...]:
    """Return the stress items, each a document of one block.

    Args:
        folder: the stress files.

    Raises:
        GoldError: when a file is malformed.

    """
    found = []
    for path in sorted(folder.glob("*.yaml")):
        for item in read_stress(path):
            document, segmentation, context = document_of(item)
            found.append(
                Labelled(
                    gold=gold_of(item), document=document, segmentation=segmentation, contexts=(context,),
                    cassette=f"stress/{path.stem}",
                )
            )  # fmt: skip
    return tuple(found)
