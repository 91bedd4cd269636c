"""Which texts came before, in few bytes each: of a text its hash is kept."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

#: 96 bits: among a million million texts two have the same hash with a chance of one in a hundred thousand.
_WIDTH: Final = 12
_EMPTY: Final = bytes(_WIDTH)
_START: Final = 2**10


class Seen:
    """A set of texts that cannot be listed: a table of hashes, a third to two thirds full, 18 to 36 bytes each."""

    def __init__(self) -> None:
        self._table = bytearray(_START * _WIDTH)
        self._count = 0

    def add(self, text: str) -> bool:
        """Add a text and return whether it is new."""
        if 3 * self._count * _WIDTH >= 2 * len(self._table):
            self._grow()
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_WIDTH).digest()
        at = _place(self._table, digest)
        if self._table[at : at + _WIDTH] == digest:
            return False
        self._table[at : at + _WIDTH] = digest
        self._count += 1
        return True

    def _grow(self) -> None:
        larger = bytearray(2 * len(self._table))
        for start in range(0, len(self._table), _WIDTH):
            digest = bytes(self._table[start : start + _WIDTH])
            if digest != _EMPTY:
                at = _place(larger, digest)
                larger[at : at + _WIDTH] = digest
        self._table = larger


def _place(table: bytearray, digest: bytes) -> int:
    """Return where a hash stands in the table, or where it belongs."""
    slots = len(table) // _WIDTH
    slot = int.from_bytes(digest[:8]) % slots
    while table[slot * _WIDTH : (slot + 1) * _WIDTH] not in (digest, _EMPTY):
        slot = (slot + 1) % slots
    return slot * _WIDTH
