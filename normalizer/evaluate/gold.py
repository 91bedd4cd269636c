"""Hand-made labels, read from YAML and checked against their schema: ``evals/LABELLING.md``, section 1."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from normalizer.evaluate.lined import Lined, read_lined
from normalizer.model.document import Kind  # noqa: TC001 - the schema reads the annotations at run time
from normalizer.model.draft import Draft  # noqa: TC001 - the same
from normalizer.model.span import Span  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldCohort:
    """A group of participants; ``inferred`` when its heading is lost."""

    id: str
    label: str
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledBlock:
    """A block as it stands in the file."""

    id: str
    kind: Kind
    starts: str
    ends: str
    cohorts: tuple[str, ...] = ()
    draft: Draft
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """One gold file, not yet compared with its document."""

    trial: str
    source: str
    cohorts: tuple[GoldCohort, ...] = ()
    blocks: tuple[LabelledBlock, ...]
    lined: Lined


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldBlock:
    """A labelled block at its characters; the spans of quotes follow from ``draft`` and the text."""

    id: str
    kind: Kind
    cohorts: tuple[str, ...]
    span: Span
    draft: Draft
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """The labels of one document and its text."""

    trial: str
    source: str
    text: str
    cohorts: tuple[GoldCohort, ...]
    blocks: tuple[GoldBlock, ...]


@cache
def _adapter(type_: type) -> TypeAdapter[Any]:
    return TypeAdapter(type_)


def _unknown(data: object, type_: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of keys that the dataclass does not have."""
    if isinstance(type_, type) and is_dataclass(type_) and isinstance(data, dict):
        hints = get_type_hints(type_)
        names = {field.name for field in fields(type_)}
        for key, value in data.items():
            if key in names:
                yield from _unknown(value, hints[key], (*path, key))
            else:
                yield (*path, key)
    elif isinstance(data, list):
        for at, value in enumerate(data):
            for inner in get_args(type_)[:1]:
                yield from _unknown(value, inner, (*path, at))


def _printed(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path as the file has it: atoms and logic stand in the block itself."""
    return tuple(step for step in path if step != "draft")


def typed(lined: Lined, data: object, type_: type[T], path: tuple[str | int, ...]) -> T:
    """Return ``data`` as the dataclass.

    Raises:
        GoldError: at the first field that is missing, unknown or of the wrong type.

    """
    for unknown in _unknown(data, type_, path):
        raise lined.error(_printed(unknown), "unknown field")
    try:
        value: T = _adapter(type_).validate_python(data)  # type: ignore[arg-type]  # classes are hashable
    except ValidationError as error:
        first = error.errors()[0]
        place = tuple(step for step in first["loc"] if isinstance(step, str | int))
        raise lined.error(_printed((*path, *place)), first["msg"]) from error
    return value


def _block(lined: Lined, data: object, path: tuple[str | int, ...]) -> LabelledBlock:
    if not isinstance(data, dict):
        raise lined.error(path, "a block is a mapping")
    draft = {key: data[key] for key in ("atoms", "logic") if key in data}
    rest = {key: value for key, value in data.items() if key not in draft}
    for name in ("id", "kind", "starts", "ends"):
        if name not in rest:
            raise lined.error((*path, name), "field required")
    return typed(lined, {**rest, "draft": draft}, LabelledBlock, path)


def read_gold(path: Path) -> Labels:
    """Read one gold file and check it as far as that is possible without its document.

    Raises:
        GoldError: names file, line and field.

    """
    lined = read_lined(path)
    data = lined.data
    if not isinstance(data, dict):
        raise lined.error((), "a gold file is a mapping with trial, source and blocks")
    for name in ("trial", "source", "blocks"):
        if name not in data:
            raise lined.error((name,), "field required")
    for name in data:
        if name not in ("trial", "source", "cohorts", "blocks"):
            raise lined.error((name,), "unknown field")
    cohorts = tuple(
        typed(lined, item, GoldCohort, ("cohorts", at)) for at, item in enumerate(data.get("cohorts") or ())
    )
    blocks = tuple(_block(lined, item, ("blocks", at)) for at, item in enumerate(data["blocks"]))
    known = {cohort.id for cohort in cohorts}
    seen: set[str] = set()
    for at, block in enumerate(blocks):
        if block.id in seen:
            raise lined.error(("blocks", at, "id"), f"{block.id} is used twice")
        seen.add(block.id)
        for cohort in block.cohorts:
            if cohort not in known:
                raise lined.error(("blocks", at, "cohorts"), f"no cohort {cohort}")
    return Labels(
        trial=str(data["trial"]), source=str(data["source"]), cohorts=cohorts, blocks=blocks, lined=lined
    )  # fmt: skip


def read_folder(folder: Path) -> Mapping[str, Labels]:
    """Read every ``*.yaml`` of a folder; returns labels by trial.

    Raises:
        GoldError: at the first malformed file, or when two files label one trial.

    """
    found: dict[str, Labels] = {}
    for path in sorted(folder.glob("*.yaml")):
        labels = read_gold(path)
        if labels.trial in found:
            raise labels.lined.error(("trial",), f"{labels.trial} is labelled twice")
        found[labels.trial] = labels
    return found
