"""What a user names (files, folders, globs, standard input) to the files that are read."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from normalizer.model.errors import SourceError
from normalizer.sources.packing import unpacked_name

if TYPE_CHECKING:
    from collections.abc import Iterable

Source: TypeAlias = "str | Path | Iterable[str | Path]"

STDIN: Final = "-"
#: The files of a folder that are read; each also with ``.gz`` or ``.zst`` behind it.
SUFFIXES: Final = (".txt", ".html", ".json", ".jsonl", ".xml", ".csv")


def names_of(source: Source) -> Iterable[str | Path]:
    """Return the names of a source, which may be one."""
    return [source] if isinstance(source, str | Path) else source


def files_of(name: str | Path) -> list[str]:
    """Return the files that a name stands for, in the order in which they are read.

    Args:
        name: a file, a folder, a glob pattern, or ``-`` for standard input, which stands for itself.

    Raises:
        SourceError: when there is nothing under this name; a file that is not there is an error of its reader.

    """
    if name == STDIN:
        return [STDIN]
    text = str(name)
    if "\0" in text:
        raise SourceError(repr(text), "is no file name")
    path = Path(text)
    try:
        if path.is_dir():
            found = sorted(p.as_posix() for p in path.iterdir() if suffix_of(p.name) in SUFFIXES and p.is_file())
            if not found:
                raise SourceError(text, f"is a folder without {' '.join(SUFFIXES)} files")
            return found
        exists = path.exists()
    except OSError as error:
        raise SourceError(text, f"cannot be read: {error.strerror or error}") from error
    if exists or not glob.has_magic(text):
        return [path.as_posix()]
    found = sorted(Path(p).as_posix() for p in glob.glob(text, recursive=True) if Path(p).is_file())  # noqa: PTH207 - absolute patterns
    if not found:
        raise SourceError(text, "matches no file")
    return found


def suffix_of(name: str) -> str:
    """Return the suffix that says what a file holds, in small letters, with its dot."""
    return Path(unpacked_name(name.lower())).suffix
