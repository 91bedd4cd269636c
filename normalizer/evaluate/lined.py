"""YAML read with the line of every value, so that an error can name its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from normalizer.model.errors import GoldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_TAG = "tag:yaml.org,2002:"
Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Lined:
    """The plain data of one YAML file and the line, from 1, at which each path in it stands."""

    file: str
    data: Any
    lines: Mapping[Path_, int]

    def error(self, path: Iterable[str | int], message: str) -> GoldError:
        """Return the error that names file, line and field of ``path``, or of its nearest printed parent."""
        whole = tuple(path)
        known = whole
        while known and known not in self.lines:
            known = known[:-1]
        return GoldError(self.file, self.lines.get(known, 0), dotted(whole), message)


def dotted(path: Path_) -> str:
    """Return a path as people write it: ``blocks[3].atoms[0].quote``."""
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return shown.lstrip(".") or "file"


def read_lined(path: Path) -> Lined:
    """Read a YAML file of mappings, lists, texts and truth values.

    Raises:
        GoldError: when it is no YAML, repeats a key, or holds an unquoted number, date or other special value.

    """
    file = path.name
    try:
        node = YAML(typ="safe").compose(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise GoldError(file, mark.line + 1 if mark else 0, "file", f"no YAML: {error.problem}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(file, 0, "file", str(error)) from error
    lines: dict[Path_, int] = {}
    return Lined(file, None if node is None else _plain(file, node, (), lines), lines)


def _plain(file: str, node: Node, path: Path_, lines: dict[Path_, int]) -> object:
    line = lines[path] = node.start_mark.line + 1
    if isinstance(node, MappingNode):
        table: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in table:
                raise GoldError(file, key.start_mark.line + 1, dotted((*path, key.value)), "printed twice")
            table[key.value] = _plain(file, value, (*path, key.value), lines)
        return table
    if isinstance(node, SequenceNode):
        return [_plain(file, item, (*path, at), lines) for at, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    printed, tag = str(node.value), str(node.tag).removeprefix(_TAG)
    if tag == "bool":
        return printed.lower() in ("true", "yes", "on")
    if tag == "str":
        return printed
    raise GoldError(file, line, dotted(path), f"put quotation marks around {printed!r}: it reads as {tag}")
