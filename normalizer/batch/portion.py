"""One part of a run in parts, on whichever machine: the shard function, between a look around and a Parquet file."""

from __future__ import annotations

import platform
import time
from contextlib import chdir, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from normalizer.batch.budget import BudgetError
from normalizer.batch.errors import BusyError, RunError
from normalizer.batch.finished import facts
from normalizer.batch.folder import read_manifest
from normalizer.batch.ledger import Spent, spent
from normalizer.batch.manifest import Settings, differences, origin
from normalizer.batch.parts import part_of, table_of
from normalizer.batch.run import Outcome, run
from normalizer.batch.shard import Shard
from normalizer.facts import write_parquet
from normalizer.model.errors import NormalizerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from normalizer.batch.reading import Means

#: Seconds to wait for a part's lock: NFSv4 keeps that of a machine that is gone for 90.
_PATIENCE: Final = 150.0
_LOOKS: Final = 0.25  # seconds between two tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A part that is to be done.

    Args:
        inputs: of the whole, as the user named them.
        home: the folder in which relative inputs stand, None when there are none.
        path: the run directory of the whole, absolute.
        manifest: what its ``run.json`` says.
        settings: of the whole.
        number: which part, from 1.
        means: this part's share.

    """

    inputs: tuple[str, ...]
    home: Path | None
    path: Path
    manifest: Mapping[str, Any]
    settings: Settings
    number: int
    means: Means

    @property
    def folder(self) -> Path:
        """The run directory of the part."""
        return part_of(self.path, self.number, self.settings.parts or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a part: its outcome, or the error that it ended in; and what it spent in all.

    ``told`` are the messages of an unfinished part, those of a finished one are in its outcome.
    """

    number: int
    spent: Spent
    outcome: Outcome = field(default_factory=Outcome)
    error: str | None = None
    over_budget: bool = False
    told: list[str] = field(default_factory=list)


def settings_of(settings: Settings, number: int) -> Settings:
    """Return the settings of a part.

    Args:
        settings: of the whole.
        number: which part, from 1.

    """
    return replace(settings, parts=None, shard=str(Shard(number, settings.parts or 1)))


def work(portion: Portion) -> Ended:
    """Do a part, or what is left of it; errors of ours are returned, for they do not go away by another try."""
    told: list[str] = []
    try:
        with _at_home(portion):
            _look_around(portion)
            outcome = _run(portion, told.append)
        _tabulate(portion)
    except (NormalizerError, ValueError) as error:
        over = isinstance(error, BudgetError)
        return Ended(number=portion.number, spent=_spent(portion), error=str(error), over_budget=over, told=told)
    return Ended(number=portion.number, spent=_spent(portion), outcome=outcome)


def _at_home(portion: Portion) -> chdir[Path] | nullcontext[None]:
    if portion.home is None:
        return nullcontext()
    if not portion.home.is_dir():
        raise RunError(portion.home, f"is not there on {platform.node()}, where it is needed for {_SHARED}")
    return chdir(portion.home)


_SHARED: Final = "inputs and run directory, which have to be on a file system that all machines share"


def _look_around(portion: Portion) -> None:
    """Say so when this machine sees another run directory, other inputs or other code than the one that asks."""
    seen = read_manifest(portion.path) if portion.path.is_dir() else None
    if seen != portion.manifest:
        what = "is not there" if seen is None else "is another one"
        raise RunError(portion.path, f"{what} on {platform.node()}; it is one of {_SHARED}")
    if differs := differences(portion.manifest, origin(portion.inputs, portion.settings)):
        shown = "\n".join(f"  - {line}" for line in differs[:10])
        raise RunError(portion.path, f"{platform.node()} sees something else than where the run was started:\n{shown}")


def _run(portion: Portion, tell: Callable[[str], None]) -> Outcome:
    until = time.monotonic() + _PATIENCE
    settings = settings_of(portion.settings, portion.number)
    while True:
        try:
            return run(portion.inputs, portion.folder, settings, means=portion.means, on_error=tell)
        except BusyError:  # a process that was given up may live on for a moment
            if time.monotonic() >= until:
                raise
        time.sleep(_LOOKS)


def _tabulate(portion: Portion) -> None:
    """Write the part's facts as Parquet, complete or not at all."""
    path = table_of(portion.path, portion.number)
    if path.is_file():
        return
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        with part.open("wb") as file:
            write_parquet(facts(portion.folder), file)
        part.replace(path)
    except OSError as error:
        raise RunError(path.parent, f"cannot be written: {error.strerror or error}") from error


def _spent(portion: Portion) -> Spent:
    return spent(portion.folder)
