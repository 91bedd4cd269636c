"""XML trial records to objects, with expat alone: no external entities, no entity definitions, bounded depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from normalizer.model.errors import SourceError
from normalizer.sources.families import families

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DEPTH: Final = 100


class _Tree:
    """Collects record elements as objects: a child by its name, repeated children as a list, a leaf as its text."""

    def __init__(self, source: str, place: str | None) -> None:
        self.source, self.place = source, place
        self.names = {family.element for family in families() if family.element}
        self.records: list[dict[str, object]] = []
        self.stack: list[tuple[str, dict[str, object], list[str]]] = []
        self.depth = 0

    def refuse(self, *_: object) -> None:
        raise SourceError(self.source, "defines XML entities, which is refused", self.place)

    def start(self, name: str, _: object) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise SourceError(self.source, f"is XML nested deeper than {_MAX_DEPTH} elements", self.place)
        if self.stack or name in self.names:
            self.stack.append((name, {}, []))

    def text(self, data: str) -> None:
        if self.stack:
            self.stack[-1][2].append(data)

    def end(self, _: str) -> None:
        self.depth -= 1
        if not self.stack:
            return
        name, children, texts = self.stack.pop()
        if not self.stack:
            self.records.append(children)
            return
        siblings = self.stack[-1][1].setdefault(name, [])
        if isinstance(siblings, list):
            siblings.append(children or "".join(texts))


def xml_records(data: bytes | str, source: str, place: str | None = None) -> Iterator[dict[str, object]]:
    """Yield the record elements of an XML file as objects.

    Raises:
        SourceError: when it is not well-formed, defines entities, is nested too deep, or holds no known record.

    """
    tree = _Tree(source, place)
    parser = expat.ParserCreate("utf-8" if isinstance(data, str) else None)
    parser.buffer_text = True
    parser.EntityDeclHandler = tree.refuse
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    try:
        parser.Parse(data.encode("utf-8", "replace") if isinstance(data, str) else data, True)  # noqa: FBT003 - expat's
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SourceError(source, f"is not well-formed XML: {error}", place) from error
    if not tree.records:
        raise SourceError(source, "is XML without a known trial record", place)
    yield from tree.records
