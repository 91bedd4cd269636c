"""UTF-8 that was read as Windows-1252 or Latin-1 ("â‰¥" for "≥"): the pattern, and what it stood for."""

from __future__ import annotations

from typing import Final


def _printed(byte: int) -> str:
    """Return the characters under which a byte appears when decoded as cp1252 and as Latin-1."""
    latin = chr(byte)
    try:
        return "".join({bytes([byte]).decode("cp1252"), latin})
    except UnicodeDecodeError:
        return latin


_CONTINUATIONS: Final = range(0x80, 0xC0)
#: Latin-1 signs and letters, Greek, punctuation to miscellaneous symbols, small and full-width forms.
_PLAUSIBLE: Final = (range(0xA0, 0x100), range(0x391, 0x3CA), range(0x2000, 0x2C00), range(0xFE50, 0x10000))

_BYTES: Final = {character: byte for byte in range(0x80, 0x100) for character in _printed(byte)}
_TAIL: Final = "[" + "".join(sorted(character for character, byte in _BYTES.items() if byte in _CONTINUATIONS)) + "]"
#: Lead bytes C2, C3 (Latin-1), CE, CF (Greek), E2 (punctuation, operators), EF (full-width forms, byte order mark).
LEADS: Final = "ÂÃÎÏâï"
PATTERN: Final = f"[ÂÃÎÏ]{_TAIL}|[âï]{_TAIL}{{2}}"


def repaired(sequence: str) -> str | None:
    """Return the one character that ``sequence`` stood for, or None when it is no such damage.

    Only characters that clinical texts use come back (Latin-1, Greek letters, punctuation, super- and subscripts,
    arrows, operators, enclosed numbers, full-width forms), so that "×" before a no-break space stays what it is.
    """
    try:
        character = bytes(_BYTES[printed] for printed in sequence).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return character if any(ord(character) in block for block in _PLAUSIBLE) else None
