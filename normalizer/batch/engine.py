"""What a run in parts asks of whatever does its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.batch.portion import Ended, Portion


class LostError(Exception):
    """The process or the machine that did a part is gone; says what the engine knows of it."""


class Engine(Protocol):
    """Does parts, on other machines or here; a handle names a part that it was given."""

    @property
    def places(self) -> int:
        """Parts for which there are processors."""

    def start(self, portion: Portion) -> object:
        """Begin a part as soon as there is a place; return its handle."""

    def wait(self, handles: Sequence[object], seconds: float) -> Sequence[object]:
        """Return the handles of those that ended, none after so many seconds."""

    def result(self, handle: object) -> Ended:
        """Return what became of a part that ended, or raise LostError."""

    def stop(self, handles: Sequence[object]) -> None:
        """Interrupt parts and wait until they are gone."""
