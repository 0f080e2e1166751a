"""Folders, zips and single files, read and written by the names of the files in them."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from studiolo.errors import InvalidImageError, reason
from studiolo.imaging.decode import MAX_BYTES, read_file

LINES: Final = "pictures.jsonl"
"""What is said of the pictures, a line each; it may be larger than a picture."""

Write = Callable[[str, bytes], None]
"""Puts a file of that name into a new bundle."""


class Bundle(Protocol):
    """Files by name, wherever they are."""

    def names(self) -> dict[str, None]:
        """All names, in the order in which they are taken in."""
        ...

    def read(self, name: str) -> bytes:
        """The content of one.

        Raises:
            InvalidImageError: it cannot be unpacked, or is too large.
        """
        ...

    def modified(self, name: str) -> datetime:
        """When it was last written."""
        ...


class _Folder:
    def __init__(self, root: Path, names: Iterator[Path]) -> None:
        self._root = root
        self._names = dict.fromkeys(path.relative_to(root).as_posix() for path in names)

    def names(self) -> dict[str, None]:
        return self._names

    def read(self, name: str) -> bytes:
        return read_file(self._root / name)

    def modified(self, name: str) -> datetime:
        return datetime.fromtimestamp((self._root / name).stat().st_mtime, UTC)


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = dict.fromkeys(info.filename for info in archive.infolist() if not info.is_dir())

    def names(self) -> dict[str, None]:
        return self._names

    def read(self, name: str) -> bytes:
        info = self._archive.getinfo(name)
        limit = MAX_BYTES * (4 if name == LINES else 1)
        if info.file_size > limit:
            raise InvalidImageError(f"'{name}' would unpack to {info.file_size / 2**20:.0f} MiB.")
        try:
            with self._archive.open(info) as file:
                return file.read(limit + 1)[:limit]  # the size written in the zip may be a lie
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise InvalidImageError(f"'{name}' cannot be unpacked: {reason(error)}.") from error

    def modified(self, name: str) -> datetime:
        try:
            return datetime(*self._archive.getinfo(name).date_time).astimezone(UTC)
        except ValueError:  # zips may say month 0
            return datetime.now(UTC)


@contextmanager
def open_bundle(source: Path) -> Generator[Bundle]:
    """The files in a folder or zip, or one file alone.

    Raises:
        InvalidImageError: a zip that is not whole.
    """
    if source.is_dir():
        yield _Folder(source, (path for path in sorted(source.rglob("*")) if path.is_file()))
    elif zipfile.is_zipfile(source) or source.suffix.lower() == ".zip":
        with _opened(source) as archive:
            yield _Zip(archive)
    else:
        yield _Folder(source.parent, iter([source]))


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise InvalidImageError(
            f"The zip is damaged: {reason(error)}.", hint="Get it again, or export it anew."
        ) from error


@contextmanager
def new_bundle(destination: Path) -> Generator[Write]:
    """Write beside the destination, and rename at the end: an export is whole or absent."""
    partial = destination.with_name(destination.name + ".partial")
    destination.parent.mkdir(parents=True, exist_ok=True)
    try:
        if destination.suffix.lower() == ".zip":
            with zipfile.ZipFile(partial, "w") as archive:  # pictures are compressed already
                yield archive.writestr
        else:
            yield _folder_writer(partial)
        partial.rename(destination)
    finally:
        if partial.is_dir():
            shutil.rmtree(partial)
        partial.unlink(missing_ok=True)


def _folder_writer(folder: Path) -> Write:
    def write(name: str, content: bytes) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return write
