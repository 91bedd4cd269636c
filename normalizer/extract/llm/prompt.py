"""The prompt: versioned files, the static messages that stand before every question, and the question itself.

A version is ``prompts/<version>.system.md`` and ``prompts/<version>.examples.yaml``; old versions stay. The folder is
the packaged one in an installed wheel, else the checkout's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson
from pydantic import TypeAdapter

from normalizer.extract.llm.mapping import wire_of
from normalizer.model.document import Kind  # noqa: TC001 - read at run time
from normalizer.model.draft import Draft  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from normalizer.model.block import BlockContext

VERSION: Final = "extract.v2"
_PACKAGE: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleBlock:
    """One block of a worked exchange: what a request says of it, its reading, the open findings it rightly has."""

    shows: str
    kind: Kind
    text: str
    draft: Draft
    heading: str | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A worked request with its answer."""

    conditions: tuple[str, ...]
    blocks: tuple[ExampleBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt version; ``messages`` stand before every question, ``hash`` is over all that a model sees of them."""

    version: str
    messages: tuple[Mapping[str, str], ...]
    exchanges: tuple[Exchange, ...]
    hash: str


def prompt_folder() -> Path:
    """Return the folder of the prompt files: the packaged one, else the checkout's."""
    packaged = _PACKAGE / "prompts"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "prompts"


@cache
def load_prompt(version: str = VERSION, folder: Path | None = None) -> Prompt:
    """Return a prompt version.

    Args:
        version: the part of the file names before ``.system.md``.
        folder: where the files are, by default :func:`prompt_folder`.

    Raises:
        FileNotFoundError: when there is no such version.

    """
    folder = folder or prompt_folder()
    system = (folder / f"{version}.system.md").read_text(encoding="utf-8").strip()
    exchanges = _exchanges(folder / f"{version}.examples.yaml")
    messages = [{"role": "system", "content": system}]
    for exchange in exchanges:
        names = [f"b{at}" for at in range(1, len(exchange.blocks) + 1)]
        asked = [
            _asked(name, block.kind, block.text, heading=block.heading)
            for name, block in zip(names, exchange.blocks, strict=True)
        ]
        answer = {
            "blocks": [wire_of(block.draft, name) for name, block in zip(names, exchange.blocks, strict=True)]
        }  # fmt: skip
        messages += [
            {"role": "user", "content": _question(exchange.conditions, asked)},
            {"role": "assistant", "content": orjson.dumps(answer).decode()},
        ]
    digest = hashlib.sha256(orjson.dumps(messages)).hexdigest()[:16]
    return Prompt(version=version, messages=tuple(messages), exchanges=exchanges, hash=digest)


def _exchanges(path: Path) -> tuple[Exchange, ...]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow, and needed once

    with path.open(encoding="utf-8") as file:
        data = YAML(typ="safe").load(file)
    for exchange in data["exchanges"]:
        for block in exchange["blocks"]:
            block["draft"] = {"atoms": block.pop("atoms", []), "logic": block.pop("logic")}
    found: tuple[Exchange, ...] = TypeAdapter(tuple[Exchange, ...]).validate_python(data["exchanges"])
    return found


def _asked(name: str, kind: Kind, text: str, **context: object) -> dict[str, Any]:
    """Return a block as a question names it; context that there is none of is left out."""
    return {"block": name, "kind": kind, **{key: value for key, value in context.items() if value}, "text": text}


def _question(conditions: Sequence[str], blocks: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps({"trial": {"conditions": conditions}, "blocks": blocks}).decode()


def names(contexts: Sequence[BlockContext]) -> tuple[str, ...]:
    """Return the names that a question gives to its blocks: their place, so that equal texts make equal questions."""
    return tuple([f"b{at}" for at in range(1, len(contexts) + 1)])


def question(contexts: Sequence[BlockContext]) -> str:
    """Return the message that asks for the readings of blocks of one trial.

    It is JSON: a criterion's text can hold nothing that ends it, and a quote is copied from string to string.
    """
    blocks = []
    for name, context in zip(names(contexts), contexts, strict=True):
        block = context.block
        known = {short: full for short, full in context.abbreviations.items() if short in context.text}
        blocks.append(
            _asked(
                name,
                block.kind,
                context.text,
                cohorts=context.cohort_labels,
                heading=block.heading,
                abbreviations=known,
            )
        )
    return _question(contexts[0].conditions, blocks)
