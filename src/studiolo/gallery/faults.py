"""What SQLite, the file system and the object store say, as studiolo's own errors."""

from __future__ import annotations

import errno
import re
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from studiolo.errors import DiskFullError, GalleryCorruptError, GalleryError, GalleryReadOnlyError, reason

CHOOSE_ANOTHER: Final = "Choose another folder: STUDIOLO_GALLERY=FOLDER, or for everything STUDIOLO_HOME."

_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_NOT_WRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


@contextmanager
def catalog_faults(where: str) -> Generator[None]:
    """Raise SQLite's errors as GalleryError; ``where`` is the database, as the user knows it."""
    try:
        yield
    except sqlite3.Error as error:
        raise catalog_error(error, where) from error


def catalog_error(error: sqlite3.Error, where: str) -> GalleryError:
    """SQLite's error as one of ours."""
    # The low byte is the kind, the rest says more; errors of Python's module have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _CORRUPT:
        return catalog_damaged(where, str(error))
    if code == sqlite3.SQLITE_FULL:
        return disk_full(where)
    if code in _NOT_WRITABLE:
        return read_only(where)
    if code in _BUSY:
        return GalleryError(
            f"The gallery's catalog {where} is busy: another process has been writing for long.",
            hint="Try again when it has finished.",
        )
    if code == sqlite3.SQLITE_IOERR:
        return GalleryError(
            f"The gallery's catalog {where} cannot be read or written ({error}).",
            hint="Check the disk and its free space: df -h",
        )
    return GalleryError(f"The gallery's catalog {where} failed: {error}.", hint="Run: studiolo gallery check")


def catalog_damaged(where: str, said: str) -> GalleryCorruptError:
    """The catalog cannot be trusted; ``said`` is what SQLite says."""
    return GalleryCorruptError(
        f"The gallery's catalog {where} is damaged ({said}).",
        hint="The pictures are safe. Rebuild the catalog from them: studiolo gallery check --rebuild",
    )


@contextmanager
def store_faults(where: str) -> Generator[None]:
    """Raise errors of files and of the object store as GalleryError."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (OSError, BaseError) as error:
        raise store_error(error, where) from error


def store_error(error: Exception, where: str) -> GalleryError:
    """An error of the file system or object store as one of ours."""
    number = _errno(error)
    if number in _FULL:
        return disk_full(where)
    if number in _READ_ONLY or isinstance(error, PermissionError):
        return read_only(where)
    # obstore frames it: Generic LocalFileSystem error: Unable to open …: Not a directory (os error 20)
    said = re.sub(r"^Generic \w+ error: | \(os error \d+\)", "", reason(error))
    return GalleryError(f"The gallery's store {where} failed: {said}.", hint="Run: studiolo gallery check")


@contextmanager
def writing(what: str, *, hint: str) -> Generator[None]:
    """Raise what the file system says of a folder or file as GalleryError: ``what`` cannot be written."""
    try:
        yield
    except OSError as error:
        number = _errno(error)
        kind = GalleryReadOnlyError if number in _READ_ONLY else GalleryError
        if number in _FULL:
            kind, hint = DiskFullError, "Free some space, then repeat."
        raise kind(f"{what} cannot be written: {reason(error)}.", hint=hint) from error


def disk_full(where: str) -> DiskFullError:
    """No room for what was to be kept."""
    return DiskFullError(
        f"The disk is full; nothing half-written was kept in {where}.",
        hint="Free some space (studiolo gallery purge empties the trash), then repeat.",
    )


def read_only(where: str) -> GalleryReadOnlyError:
    """The gallery can be looked at, not changed."""
    return GalleryReadOnlyError(
        f"The gallery {where} cannot be written.",
        hint=f"Give yourself permission: chmod -R u+rwX '{where}'. {CHOOSE_ANOTHER}",
    )


def _errno(error: Exception) -> int | None:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    # obstore has no codes, but its Rust side writes "(os error 28)".
    match = re.search(r"os error (\d+)", str(error))
    return int(match[1]) if match else None
