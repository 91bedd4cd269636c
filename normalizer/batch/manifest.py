"""What a run was made from: inputs with their hashes, versions, settings. Two runs with one origin give equal bytes."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import normalizer
from normalizer.model.criterion import SCHEMA_VERSION
from normalizer.model.errors import SourceError
from normalizer.sources.names import STDIN, files_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from normalizer.extract.llm.endpoint import Effort, Mode
    from normalizer.extract.pack import BlocksPerRequest

#: Settings that are named only where they are chosen.
_SELDOM: Final = ("bulk", "shard", "parts")
_WITHOUT_MODEL: Final = ("extractor", "id_column", "text_column", "shard", "parts")
_CODE: Final = frozenset({".py", ".csv", ".tsv", ".toml", ".json", ".md", ".yaml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user chose: extractor, columns of tables of (id, criteria), model and how it is asked, part or parts.

    ``bulk`` asks through the provider's batch interface.
    """

    extractor: str = "rules"
    id_column: str = "id"
    text_column: str = "criteria"
    model: str | None = None
    base_url: str | None = None
    mode: Mode = "json_schema"
    effort: Effort | None = None
    blocks_per_request: BlocksPerRequest = 1
    cascade: bool = False
    reask: bool = True
    bulk: bool = False
    shard: str | None = None
    parts: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the settings that decide what comes out; without a model those of a model do not."""
        found = {name: value for name, value in asdict(self).items() if name not in _SELDOM or value}
        return found if self.model is not None else {name: found[name] for name in _WITHOUT_MODEL if name in found}


@cache
def code_digest() -> str:
    """Return a hash over the package's code and data files: another reading may come of any change to them."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in _CODE):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _hash(path: str) -> tuple[int, str] | None:
    if path == STDIN or not Path(path).is_file():
        return None
    try:
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return file.tell(), digest
    except OSError:
        return None  # the reader says why


def _inputs(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for name in names:
        try:
            paths = files_of(name)
        except SourceError:
            paths = [name]
        for path in paths:
            size, digest = _hash(path) or (None, None)
            yield {"source": path, "bytes": size, "sha256": digest}


def origin(names: Sequence[str], settings: Settings) -> dict[str, Any]:
    """Return the part of the manifest that decides what a run's files hold.

    Args:
        names: files, folders and globs as the user gave them, in order.
        settings: what the user chose.

    """
    versions = {
        "normalizer": normalizer.__version__,
        "code": code_digest(),
        "python": ".".join(platform.python_version_tuple()[:2]),
    }
    if settings.model is not None:
        from normalizer.extract.llm.prompt import load_prompt  # noqa: PLC0415 - with a model only

        versions["prompt"] = load_prompt().hash
    return {
        "schema_version": SCHEMA_VERSION,
        "versions": versions,
        "settings": settings.to_json(),
        "inputs": list(_inputs(names)),
    }


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs between the origin that a run directory records and today's, in words, one thing a line."""
    found = []
    for part in ("schema_version", "versions", "settings"):
        old, new = before.get(part), now[part]
        if isinstance(old, dict) and isinstance(new, dict):
            names = sorted(old.keys() | new.keys())
            found += [
                f"{part}.{name} was {old.get(name)}, is {new.get(name)}"
                for name in names
                if old.get(name) != new.get(name)
            ]
        elif old != new:
            found.append(f"{part} was {old}, is {new}")
    olds = {item["source"]: item for item in before.get("inputs", ())}
    news = {item["source"]: item for item in now["inputs"]}
    found += [f"input {name} was not there before" for name in news if name not in olds]
    found += [f"input {name} is gone" for name in olds if name not in news]
    found += [f"input {name} has changed" for name in news if name in olds and news[name] != olds[name]]
    if not found and before.get("inputs") != now["inputs"]:
        found.append("the inputs stand in another order")
    return found
