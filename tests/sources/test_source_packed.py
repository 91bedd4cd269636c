"""Packed inputs: gzip and zst, whole, in pieces, damaged, and larger than they may be."""

from __future__ import annotations

import gzip
import io
import sys
from typing import TYPE_CHECKING, Final

import pytest

from normalizer.model.errors import SourceError
from normalizer.sources import document_from_bytes, load, read
from normalizer.sources.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LINES: Final = b"".join(b'{"id": "T%d", "criteria": "age over %d years"}\n' % (at, at) for at in range(300))
#: A frame that readers pass over (RFC 8878, 3.1.2).
SKIPPED: Final = b"\x5a\x2a\x4d\x18" + (6).to_bytes(4, "little") + b"hidden"
PACK: Final[dict[str, Callable[[bytes], bytes]]] = {"gz": gzip.compress, "zst": zstd.compress}


def windowed(data: bytes, log: int) -> bytes:
    """Pack data so that it asks for a window of 2 to the power of ``log`` bytes."""
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: log})
    return packer.compress(data) + packer.flush()


def summed(data: bytes) -> bytes:
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})


def ids(path: Path) -> list[str]:
    return [document.trial_id for document in load(path)]


@pytest.mark.parametrize("ending", PACK)
def test_pieces_are_read_as_one(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.jsonl.{ending}"
    path.write_bytes(PACK[ending](LINES[:1000]) + PACK[ending](LINES[1000:]))
    assert ids(path) == [f"T{at}" for at in range(300)]


def test_frames_to_be_skipped_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(SKIPPED + zstd.compress(LINES[:1000]) + SKIPPED + zstd.compress(LINES[1000:]) + SKIPPED)
    assert len(ids(path)) == 300
    path.write_bytes(SKIPPED)
    with pytest.raises(SourceError, match="is empty"):
        list(load(path.rename(tmp_path / "a.txt.zst")))


@pytest.mark.parametrize("ending", PACK)
def test_the_bytes_decide_not_the_name(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(PACK[ending](LINES))
    assert len(ids(path)) == 300


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("frames", [1, 2])
def test_every_truncation_is_noticed(tmp_path: Path, ending: str, frames: int) -> None:
    path = tmp_path / f"a.jsonl.{ending}"
    whole = PACK[ending](LINES)
    for cut in (4, 5, 9, 15, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole * (frames - 1) + whole[:cut])
        errors: list[SourceError] = []
        found = list(read(path, on_error=errors.append))
        assert len(found) < 300 * frames
        assert [error.source for error in errors] == [path.as_posix()], cut
        assert f"damaged {'gzip' if ending == 'gz' else 'zst'} file" in str(errors[0])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zstd.compress(LINES) + b"more", "damaged zst"),
        (zstd.compress(LINES)[:-40] + b"\xff" * 40, "damaged zst"),
        (summed(LINES)[:-1] + b"\x00", "damaged zst.*checksum"),
        (windowed(LINES, 28), "window of more than 128 MiB.*too much memory"),
        (zstd.compress(LINES, zstd_dict=zstd.ZstdDict(LINES[:2000], is_raw=True)), "with a dictionary"),
        (gzip.compress(LINES)[:-8] + b"\x00" * 8, "damaged gzip.*CRC"),
        (zstd.compress(gzip.compress(LINES)), "gzip data"),
        (gzip.compress(zstd.compress(LINES)), "zst data"),
    ],
)
def test_what_cannot_be_unpacked_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=rf"a\.txt: .*{words}"):
        list(load(path))


def test_the_largest_window_of_the_program_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(windowed(LINES, 27))
    assert len(ids(path)) == 300


@pytest.mark.parametrize("name", ["bomb.jsonl.zst", "bomb.txt.zst", "bomb.csv.zst", "bomb.json.zst", "bomb.xml.zst"])
def test_a_bomb_is_refused_early(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    block = zstd.compress((b" " * 999 + b"\n") * 2**13)
    path.write_bytes((zstd.compress(b"id,criteria\n") if "csv" in name else b"") + block * 8)
    with pytest.raises(SourceError, match=rf"{name}: is refused: zst data that unpacks to more than 1,000 times"):
        list(load(path))


def test_what_repeats_honestly_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b"".join(zstd.compress(LINES * 20) for _ in range(20)))
    assert len(LINES) * 400 > 200 * path.stat().st_size, "gzip's ratio would refuse it"
    with path.open("rb") as file:
        assert sum(1 for _ in Stream(file, "x").lines()) == 300 * 400


def test_without_the_extra_the_message_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(zstd.compress(LINES))
    monkeypatch.setitem(sys.modules, zstd.__name__, None)
    monkeypatch.delattr(sys.modules[zstd.__name__.partition(".")[0]], "zstd")
    with pytest.raises(SourceError, match=r"a\.jsonl\.zst: .*criteria-normalizer\[zst\]"):
        list(load(path))


@pytest.mark.parametrize("ending", PACK)
def test_packed_bytes_in_the_hand_are_refused(ending: str) -> None:
    with pytest.raises(SourceError, match="packed twice"):
        document_from_bytes(PACK[ending](LINES), "x")


@pytest.mark.parametrize("ending", PACK)
def test_a_stream_says_how_many_packed_bytes_it_took(ending: str) -> None:
    data = PACK[ending](LINES * 50)
    stream = Stream(io.BytesIO(data), "x")
    taken = [stream.taken for _ in stream.lines()]
    assert taken == sorted(taken)
    assert taken[0] <= 2**14
    assert taken[-1] == len(data)
