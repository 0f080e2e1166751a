"""Compare what lies in the store with what the catalog knows, and mend it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

from studiolo.errors import InvalidImageError
from studiolo.gallery.answers import SPEECH
from studiolo.gallery.describing import SOURCES, describe_file, source_keys
from studiolo.gallery.faults import catalog_damaged, store_faults
from studiolo.gallery.ids import created_of, is_id
from studiolo.gallery.keeping import Keeper
from studiolo.gallery.picture import CheckReport, ImportReport
from studiolo.imaging.decode import load_image
from studiolo.imaging.thumbnails import thumbnail

_ROOMS: Final = ("images", "thumbnails", SOURCES, SPEECH)


def check(keeper: Keeper, *, deep: bool, mend: bool) -> CheckReport:
    """See :meth:`studiolo.gallery.Gallery.check`."""
    _check_catalog(keeper, mend=mend)
    # Files first: whatever is added meanwhile is in the journal or has its row when we look there.
    files = {key for room in _ROOMS for key in keeper.blobs.list(room)}
    pending = keeper.journal.pending()
    rows = list(keeper.catalog.keys())
    spoken = keeper.answers.speech_keys()
    known = {key for _, image, small, _ in rows for key in (image, small)}
    known |= keeper.catalog.source_keys() | spoken.keys()
    orphans = sorted(files - known - pending) + _killed_writes(keeper, pending)
    missing = [(picture_id, image) for picture_id, image, _, _ in rows if image not in files]
    thumbless = [(image, small) for _, image, small, _ in rows if small not in files and image in files]
    damaged = [picture_id for picture_id, image, _, sha256 in rows if deep and image in files and
               hashlib.sha256(keeper.blobs.get(image)).hexdigest() != sha256]  # fmt: skip
    unindexed = len(keeper.unindexed())
    if mend:
        take_in_orphans(keeper, [key for key in orphans if key.startswith("images/")])
        for key in orphans:
            if "#" in key:  # its file may well be somebody's
                keeper.blobs.delete_leftovers(key.split("#", 1)[0])
            elif not _owned_now(keeper, key):
                keeper.blobs.delete(key)
        for image, small in thumbless:
            with suppress(InvalidImageError):
                keeper.blobs.put(small, thumbnail(load_image(keeper.blobs.get(image))), overwrite=True)
        # What was spoken since the files were listed is there after all.
        lost = [key for key in spoken.keys() - files if not keeper.blobs.exists(key)]
        keeper.answers.forget_speech(lost)
        keeper.index_missing()
    return CheckReport(
        pictures=len(rows),
        orphans=tuple(orphans),
        missing_thumbnails=tuple(small for _, small in thumbless),
        unindexed=unindexed,
        missing=tuple(picture_id for picture_id, _ in missing),
        damaged=tuple(damaged),
        mended=mend,
    )


def take_in_orphans(keeper: Keeper, keys: list[str] | None = None) -> ImportReport:
    """Add rows for picture files that have none (all of the store's, if ``keys`` is None)."""
    added: list[str] = []
    failed: list[tuple[str, str]] = []
    already_here = 0
    for key in keys if keys is not None else list(keeper.blobs.list("images")):
        picture_id = PurePosixPath(key).stem
        if not is_id(picture_id) or keeper.catalog.get(picture_id) is not None:
            already_here += 1
            continue
        try:
            content = keeper.blobs.get(key)
            image = load_image(content)
            found = describe_file(content, modified=created_of(picture_id), picture_id=picture_id)
        except InvalidImageError as error:
            failed.append((key, error.message))
            continue
        picture = found.model_copy(update={"image_key": key})
        keeper.blobs.put(picture.thumbnail_key, thumbnail(image), overwrite=True)
        sources = [name for name in source_keys(picture.request) if keeper.blobs.exists(name)]
        keeper.insert(picture, source_keys=sources)
        added.append(picture.id)
    return ImportReport(added=tuple(added), already_here=already_here, failed=tuple(failed))


def set_aside_catalog(path: Path) -> None:
    """Move a catalog and its write-ahead log into ``backups``."""
    backups = path.parent / "backups"
    with store_faults(str(path.parent)):
        backups.mkdir(parents=True, exist_ok=True)
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        for suffix in ("", "-wal", "-shm"):
            file = path.with_name(path.name + suffix)
            if file.exists():
                file.rename(backups / f"set-aside-{stamp}-{path.name}{suffix}")


def _check_catalog(keeper: Keeper, *, mend: bool) -> None:
    database = keeper.catalog.database
    with database.read() as connection:
        said = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    if said != ["ok"]:
        raise catalog_damaged(database.where, said[0])
    if mend:
        with database.write() as connection:
            try:
                connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
            except sqlite3.DatabaseError:  # the word index is made from the rows; make it again
                connection.execute("INSERT INTO words (words) VALUES ('rebuild')")


def _killed_writes(keeper: Keeper, pending: set[str]) -> list[str]:
    """Temporary files that the store's own listing hides."""
    folder = keeper.blobs.folder
    if folder is None:
        return []
    found = (path.relative_to(folder).as_posix() for room in _ROOMS for path in (folder / room).rglob("*#*"))
    return sorted(name for name in found if name.split("#", 1)[0] not in pending)


def _owned_now(keeper: Keeper, key: str) -> bool:
    """Whether a row has come to know the file since we looked, or took it in."""
    picture = keeper.catalog.get(PurePosixPath(key).stem)
    if picture is not None and key in {picture.image_key, picture.thumbnail_key}:
        return True
    owned = keeper.catalog.source_keys() | keeper.answers.speech_keys().keys()
    return key in keeper.journal.pending() or key in owned
