"""Packed bytes: gzip and zst, told by their first bytes when they are read and by a name's ending when written."""

from __future__ import annotations

import gzip
import re
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from normalizer.model.errors import NormalizerError

if TYPE_CHECKING:
    import io
    from collections.abc import Callable

#: zst data may ask for a window of this many bytes (as a power of 2), as the program `zstd` allows it: 128 MiB.
_WINDOW: Final = 27
_GZIP_LEVEL: Final = 6
_ZST_LEVEL: Final = 3


class MissingExtraError(NormalizerError):
    """A file format needs a package that is not installed; the message names the extra to install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """One way of packing bytes.

    Args:
        name: what errors call it.
        ending: of the names of packed files.
        begins: how the data begins.
        broken: what is said of data that cannot be unpacked.
        max_ratio: a stream may unpack to this many times its packed size.
        unpack: returns a file of the unpacked bytes; raises MissingExtraError.
        pack: returns a file that packs into another and leaves that open; equal bytes are packed equally.
        damage: the exceptions of damaged data.

    """

    name: str
    ending: str
    begins: re.Pattern[bytes]
    broken: str
    max_ratio: int
    unpack: Callable[[io.RawIOBase], Any]
    pack: Callable[[BinaryIO], Any]
    damage: Callable[[], tuple[type[Exception], ...]]


def _zstd() -> Any:  # noqa: ANN401 - a module that is only there with the extra, or from Python 3.14 on
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415 - see above
        else:
            from backports import zstd  # noqa: PLC0415 - see above
    except ImportError as error:
        raise MissingExtraError("zst needs backports.zstd: pip install 'criteria-normalizer[zst]'") from error
    return zstd


def _unpack_zst(file: io.RawIOBase) -> Any:  # noqa: ANN401 - see above
    zstd = _zstd()
    return zstd.ZstdFile(file, options={zstd.DecompressionParameter.window_log_max: _WINDOW})


def _pack_zst(file: BinaryIO) -> Any:  # noqa: ANN401 - see above
    zstd = _zstd()
    parameters = zstd.CompressionParameter
    options = {parameters.compression_level: _ZST_LEVEL, parameters.checksum_flag: 1}
    return zstd.ZstdFile(file, "wb", options=options)


#: Criteria pack 4 to 10 to 1, bombs 1,000 to 1 with gzip and 30,000 to 1 with zst, whose window of megabytes also lets
#: pages that repeat cost a few bytes each: more of it is honest, so its greatest ratio is higher.
PACKINGS: Final = (
    Packing(
        name="gzip",
        ending=".gz",
        begins=re.compile(rb"\x1f\x8b"),
        broken="is a damaged gzip file",
        max_ratio=200,
        unpack=lambda file: gzip.GzipFile(fileobj=file),
        pack=lambda file: gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0),
        damage=lambda: (gzip.BadGzipFile, EOFError, zlib.error),
    ),
    Packing(
        name="zst",
        ending=".zst",
        begins=re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),  # a frame of data, or one to be skipped
        broken="is a damaged zst file, or packed with a dictionary or a window of more than 128 MiB",
        max_ratio=1000,
        unpack=_unpack_zst,
        pack=_pack_zst,
        damage=lambda: (_zstd().ZstdError, EOFError),
    ),
)


def packing_of(name: str) -> Packing | None:
    """Return how a file of this name is packed, None when its ending says nothing of it."""
    return next((packing for packing in PACKINGS if name.lower().endswith(packing.ending)), None)


def unpacked_name(name: str) -> str:
    """Return a file's name without the ending of its packing."""
    packing = packing_of(name)
    return name if packing is None else name[: -len(packing.ending)]
