"""Bytes to text: byte-order mark, strict UTF-8, else cp1252 - and what is refused as no text at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.model.errors import SourceError
from normalizer.model.finding import Finding
from normalizer.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_UTF8_BOM: Final = b"\xef\xbb\xbf"
_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip archive (a spreadsheet or word-processor file?)"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x1f\x8b", "gzip data (packed twice?)"),
    (b"\x28\xb5\x2f\xfd", "zst data (packed twice?)"),
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
)
#: C0 controls that no text carries; tab, line feed, vertical tab, form feed, carriage return and escape are spared.
_CONTROLS: Final = bytes(c for c in range(1, 32) if c not in (9, 10, 11, 12, 13, 27))
#: Refused as binary above this share of control characters: legacy text has stray ones, compressed data about 8 %.
_MAX_CONTROLS: Final = 0.02

#: UTF-8 read as cp1252 ("â‰¥", "Ã©", "Â°") or as Mac Roman ("‚â•", "√©"), and the replacement character.
_MOJIBAKE: Final = re.compile(
    "[ÃÂÎÏ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
    "|â[\u0080-\u009f€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
    "|‚[Äâ]\\S|√[¢©∂∏Øó±¥•¶ß®]|¬[±µμ∞≤≥∫]|\ufffd"
)


def decode(data: bytes, source: str, place: str | None = None) -> tuple[str, tuple[Finding, ...]]:
    """Decode ``data``; a byte-order mark is not part of the text, newlines stay as read.

    Bytes that are not UTF-8 are read as cp1252 (finding ``decoded_cp1252``); its five undefined bytes become U+FFFD,
    so the text never holds a surrogate.

    Raises:
        SourceError: when the data is empty, holds NULs or is otherwise no text.

    """
    if not data.removeprefix(_UTF8_BOM).strip():
        raise SourceError(
            source, "is empty" if not data.removeprefix(_UTF8_BOM) else "holds nothing but white space", place
        )
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise SourceError(source, f"is not text but {what}", place)
    if 0 in data:
        raise SourceError(source, f"is binary: NUL byte at offset {data.index(0)}", place)
    if len(data) - len(data.translate(None, _CONTROLS)) > _MAX_CONTROLS * len(data):
        raise SourceError(source, "is binary: too many control characters", place)
    data = data.removeprefix(_UTF8_BOM)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        message = f"not UTF-8 (byte {error.start}: 0x{data[error.start]:02x}); read as cp1252"
        return data.decode("cp1252", errors="replace"), (Finding(code="decoded_cp1252", message=message),)


def mojibake(text: str, sections: Sequence[Span]) -> tuple[Finding, ...]:
    """Report the first wrongly decoded character group of the sections, with their number; nothing is changed."""
    if text.isascii():
        return ()
    hits = [
        Span(match.start(), match.end())
        for section in sections
        for match in _MOJIBAKE.finditer(text, section.start, section.end)
    ]
    if not hits:
        return ()
    message = f"{len(hits)} wrongly decoded character group(s)"
    return (Finding(code="mojibake", message=message, span=hits[0], got=hits[0].of(text)),)
