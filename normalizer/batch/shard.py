"""One of n parts of the trials, for schedulers that only start commands: ``--shard 2/8``."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from normalizer.model.document import TrialDocument

_SHARD: Final = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Shard:
    """The trials that fall to one of several runs by the hash of their ids, wherever in the inputs they stand.

    Args:
        number: which part, from 1.
        of: how many parts there are.

    Raises:
        ValueError: when there is no such part.

    """

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise ValueError(f"there is no shard {self}: the first of n is 1/n, the last n/n")

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, trial_id: str) -> bool:
        """Return whether a trial falls to this part."""
        digest = hashlib.sha256(trial_id.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8]) % self.of == self.number - 1

    def take(self, documents: Iterator[TrialDocument]) -> Iterator[TrialDocument]:
        """Pass the documents of this part on, in their order."""
        return (document for document in documents if self.has(document.trial_id))


def parse(text: str) -> Shard:
    """Return the part that ``i/n`` names, counted from 1.

    Args:
        text: as a command line gives it.

    Raises:
        ValueError: when it is not of this form, or there is no such part.

    """
    found = _SHARD.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} names no shard; write i/n, the second of eight is 2/8")
    return Shard(int(found[1]), int(found[2]))
