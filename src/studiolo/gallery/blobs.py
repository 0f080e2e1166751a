"""Files of the gallery, through one object-store library: a folder now, S3 by the same code.

What obstore's LocalStore does, seen with strace and by killing it (0.12): it writes ``name#1``
beside the target and renames it, so a file is whole or absent; a failed write removes the
temporary file, a killed process leaves it (hidden from ``list``); it never calls fsync. So here a
local file is flushed to the disk after the rename, before anyone writes a row that names it,
and leftovers are removed with the file they belong to.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from studiolo.errors import GalleryError
from studiolo.gallery.faults import CHOOSE_ANOTHER, store_faults, writing

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import LocalStore, ObjectStore


class BlobStore:
    """Bytes by key; keys are relative paths with ``/``. Every failure is a GalleryError."""

    def __init__(self, store: ObjectStore, *, where: str, folder: Path | None = None) -> None:
        self.store = store
        self.where = where
        self.folder = folder

    @classmethod
    def at(cls, folder: Path) -> Self:
        """The files in a local folder; it is made with the first file."""
        return cls(_local_store(folder), where=str(folder), folder=folder)

    def put(self, key: str, content: bytes, *, overwrite: bool = False) -> bool:
        """Keep ``content``; False (and nothing changed) if ``key`` is taken and not to be overwritten.

        Raises:
            DiskFullError: nothing was kept.
            GalleryReadOnlyError: no permission to write.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with store_faults(self.where):
            try:
                obstore.put(self.store, key, content, mode="overwrite" if overwrite else "create")
            except (AlreadyExistsError, FileExistsError):
                return False
            self._flush(key)
        return True

    def get(self, key: str) -> bytes:
        """The content of ``key``.

        Raises:
            GalleryError: there is no such file, or it cannot be read.
        """
        import obstore

        try:
            with store_faults(self.where):
                return obstore.get(self.store, key).bytes().to_bytes()
        except GalleryError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise GalleryError(
                    f"The file {key} is missing from the gallery {self.where}.",
                    hint="See what else is: studiolo gallery check",
                ) from error
            raise

    def exists(self, key: str) -> bool:
        """Whether ``key`` is there."""
        import obstore

        with store_faults(self.where):
            try:
                obstore.head(self.store, key)
            except FileNotFoundError:
                return False
        return True

    def delete(self, key: str) -> None:
        """Remove ``key`` and what a killed write of it left; nothing happens if there is none."""
        import obstore

        with store_faults(self.where), suppress(FileNotFoundError):
            obstore.delete(self.store, key)
        self.delete_leftovers(key)

    def delete_leftovers(self, key: str) -> None:
        """Remove what killed writes of ``key`` left; the file itself stays. Nobody may be writing it."""
        if self.folder is None:
            return
        path = self.folder / key
        with store_faults(self.where):
            for leftover in path.parent.glob(f"{path.name}#*"):
                leftover.unlink(missing_ok=True)

    def list(self, prefix: str = "") -> Iterator[str]:
        """All keys below ``prefix`` (a folder), in no order."""
        import obstore

        with store_faults(self.where):
            listing = cast("Callable[..., Iterator[Sequence[ObjectMeta]]]", getattr(obstore, "list"))  # noqa: B009
            for entries in listing(self.store, prefix or None):
                yield from (entry["path"] for entry in entries)

    def path(self, key: str) -> Path:
        """The file behind ``key``.

        Raises:
            GalleryError: the store is not on this machine.
        """
        if self.folder is None:
            raise GalleryError(
                f"{self.where} is not a folder on this machine.", hint="Use: studiolo gallery export"
            )
        return self.folder / key

    def _flush(self, key: str) -> None:
        """To the disk with the file and its folder's entry, so that a power cut finds both."""
        if self.folder is None or os.name != "posix":
            return
        path = self.folder / key
        for target, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
            descriptor = os.open(target, flags)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _local_store(folder: Path) -> LocalStore:
    from obstore.store import LocalStore

    with writing(f"The gallery {folder}", hint=CHOOSE_ANOTHER):
        if folder.exists() and not folder.is_dir():
            raise GalleryError(f"The gallery {folder} is a file, not a folder.", hint=CHOOSE_ANOTHER)
        folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(folder)
