"""A full disk, a read-only folder, a damaged catalog: said plainly, and nothing lost."""

import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from PIL import Image

from studiolo.errors import (
    DiskFullError,
    GalleryCorruptError,
    GalleryError,
    GalleryReadOnlyError,
    GalleryTooNewError,
)
from studiolo.gallery import Gallery
from studiolo.gallery.blobs import BlobStore
from studiolo.gallery.database import Database
from studiolo.gallery.migrations import migrate
from studiolo.gallery.schema import MIGRATIONS
from tests.gallery.painting import WordEmbedder, painting
from tests.gallery.permissions import no_permission_to_write


def assert_helpful(error):
    assert error.hint
    assert "\n" not in str(error)


@contextmanager
def full_disk(limit):
    """No file of this process may grow beyond ``limit`` bytes: the kernel refuses as it does when full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("limit", [0, 300, 5000, 40_000])
def test_files_that_may_not_grow_keep_nothing_half(gallery, limit):
    kept = gallery.add(painting(seed=1))
    with full_disk(limit), pytest.raises(GalleryError) as raised:
        add_many(gallery)  # the write-ahead log grows until it is full, too
    assert_helpful(raised.value)
    assert_still_whole(gallery, kept)


@pytest.fixture(params=[500, 700, 1100])
def small_disk(request, tmp_path):
    """A file system of so many KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_full_disk_keeps_nothing_half(small_disk):
    with Gallery.open(small_disk, embedder=WordEmbedder()) as gallery:
        kept = gallery.add(painting(seed=1))
        with pytest.raises(DiskFullError) as raised:
            add_many(gallery)
        assert_helpful(raised.value)
        assert_still_whole(gallery, kept, room_left=False)
    with Gallery.open(small_disk, embedder=WordEmbedder()) as gallery:  # and it opens on the full disk
        assert_still_whole(gallery, kept, room_left=False)


def add_many(gallery):
    for seed in range(2, 300):
        gallery.add(painting(seed=seed, minutes=seed, size=(256, 256)))


def assert_still_whole(gallery, kept, *, room_left=True):
    report = gallery.check(deep=True, mend=False)
    assert (report.orphans, report.missing, report.damaged) == ((), (), ())
    assert gallery.image(kept).size == (64, 48)
    if room_left:
        gallery.add(painting(seed=999, minutes=999))  # and afterwards it works again


def test_full_disk_on_export_leaves_nothing(gallery, tmp_path):
    gallery.add(painting(size=(512, 512)))
    for name in ("out", "out.zip"):
        with full_disk(2000), pytest.raises(DiskFullError):
            gallery.export(tmp_path / name)
        assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("{file}", "is a file, not a folder"),
        ("{file}/gallery", "not a directory"),
        ("{file}" + "x" * 300, "name too long"),
    ],
)
def test_a_folder_that_cannot_be_names_the_setting(folder, said, tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(GalleryError, match=said) as raised:
        Gallery.open(Path(folder.format(file=file)))
    assert_helpful(raised.value)
    assert "STUDIOLO_GALLERY" in raised.value.hint
    assert "STUDIOLO_HOME" in raised.value.hint
    assert "Errno" not in str(raised.value)


def test_a_store_that_fails_says_why_without_numbers(gallery, tmp_path):
    (gallery.blobs.folder / "odd").touch()
    with pytest.raises(GalleryError, match="Not a directory") as raised:
        gallery.blobs.put("odd/a.png", b"")
    assert_helpful(raised.value)
    assert "os error" not in str(raised.value)


def test_an_export_to_where_nothing_can_be_says_why(gallery, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(GalleryError, match=r"file/out\.zip' cannot be written: ") as raised:
        gallery.export(tmp_path / "file" / "out.zip")
    assert_helpful(raised.value)
    assert "Errno" not in str(raised.value)


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_read_only_gallery_can_be_looked_at(readable_folder):
    folder = readable_folder / "gallery"
    with Gallery.open(folder, embedder=WordEmbedder()) as gallery:
        picture = gallery.add(painting())
        gallery.check(mend=False)
    with no_permission_to_write(folder), Gallery.open(folder, embedder=WordEmbedder()) as gallery:
        assert gallery.read_only
        assert gallery.list().pictures == (picture,)
        assert gallery.search("apple")[0].picture == picture
        assert gallery.image(picture).size == (64, 48)
        assert gallery.check().orphans == ()
        for change in (
            lambda: gallery.add(painting(seed=2)),
            lambda: gallery.star([picture.id]),
            lambda: gallery.delete([picture.id]),
            gallery.purge,
        ):
            with pytest.raises(GalleryReadOnlyError) as raised:
                change()
            assert_helpful(raised.value)
    with no_permission_to_write(folder), pytest.raises(GalleryReadOnlyError) as raised:
        Gallery.open(readable_folder / "new")
    assert_helpful(raised.value)


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_read_only_while_another_writes(readable_folder):
    folder = readable_folder / "gallery"
    with Gallery.open(folder) as writer:
        picture = writer.add(painting())
        with no_permission_to_write(folder), Gallery.open(folder) as gallery:
            assert gallery.list().pictures == (picture,)  # still in the log only


@pytest.mark.parametrize(
    "content",
    [b"", b"not a database at all, but long enough to be looked at" * 40, b"SQLite format 3\0" + bytes(4000)],
)
def test_catalog_that_is_none(tmp_path, content):
    (tmp_path / "catalog.db").write_bytes(content)
    if not content:  # what a full disk leaves: as good as no file
        Gallery.open(tmp_path).close()
        return
    with pytest.raises(GalleryCorruptError) as raised:
        Gallery.open(tmp_path)
    assert "--rebuild" in raised.value.hint
    assert_helpful(raised.value)


def test_damaged_catalog_is_found_and_rebuilt_from_the_pictures(tmp_path):
    folder = tmp_path / "gallery"
    with Gallery.open(folder) as gallery:
        made = [gallery.add(painting(f"apple {n}", seed=n, minutes=n)) for n in range(30)]
    damaged = bytearray((folder / "catalog.db").read_bytes())
    for page in range(2, len(damaged) // 4096):
        damaged[page * 4096 : page * 4096 + 600] = b"\xa5" * 600
    (folder / "catalog.db").write_bytes(damaged)
    with pytest.raises(GalleryError) as raised, Gallery.open(folder) as gallery:
        gallery.check()
    assert isinstance(raised.value, GalleryCorruptError)
    assert_helpful(raised.value)
    report = Gallery.rebuild(folder, embedder=WordEmbedder())
    assert (len(report.added), report.failed) == (30, ())
    with Gallery.open(folder, embedder=WordEmbedder()) as gallery:
        assert list(gallery.list(limit=30).pictures) == made[::-1]
        assert gallery.search("apple 7")[0].picture.seed == 7
        assert gallery.check(deep=True).healthy
    assert len(list((folder / "backups").glob("set-aside-*-catalog.db"))) == 1


def test_check_mends(gallery):
    pictures = [gallery.add(painting(f"apple {n}", seed=n, minutes=n)) for n in range(4)]
    gallery.path(pictures[0]).unlink()
    gallery.path(pictures[1]).write_bytes(b"\x89PNG rubbish")
    gallery.blobs.delete(pictures[2].thumbnail_key)
    with gallery.catalog.database.write() as connection:
        connection.execute("DELETE FROM pictures WHERE id = ?", (pictures[3].id,))
        connection.execute("DELETE FROM codes")
    gallery.blobs.put("sources/" + "0" * 64 + ".png", b"nobody's")
    gallery.blobs.put("images/2026/11/01/notes.txt", b"nobody's")
    seen = gallery.check(deep=True, mend=False)
    assert seen.missing == (pictures[0].id,)
    assert seen.damaged == (pictures[1].id,)
    assert seen.missing_thumbnails == (pictures[2].thumbnail_key,)
    assert set(seen.orphans) == {
        pictures[3].image_key,
        pictures[3].thumbnail_key,
        "sources/" + "0" * 64 + ".png",
        "images/2026/11/01/notes.txt",
    }
    assert seen.unindexed == 3
    assert not seen.healthy
    assert gallery.check().mended
    again = gallery.check(mend=False)
    assert (again.orphans, again.missing_thumbnails, again.unindexed) == ((), (), 0)
    assert gallery.get(pictures[3].id) == pictures[3]  # taken in again from its file
    with pytest.raises(GalleryError, match="missing from the gallery") as raised:
        gallery.image(pictures[0])
    assert_helpful(raised.value)
    with pytest.raises(GalleryError, match="is damaged") as raised:
        gallery.image(pictures[1])
    assert_helpful(raised.value)


def test_newer_gallery_is_refused_unchanged(tmp_path):
    Gallery.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (tmp_path / "catalog.db").read_bytes()
    with pytest.raises(GalleryTooNewError, match="schema 99") as raised:
        Gallery.open(tmp_path)
    assert_helpful(raised.value)
    assert (tmp_path / "catalog.db").read_bytes() == before


def test_database_of_another_program_is_refused(tmp_path):
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(GalleryCorruptError, match="not a studiolo gallery"):
        Gallery.open(tmp_path)


def test_migration_backs_up_and_is_all_or_nothing(tmp_path):
    path = tmp_path / "catalog.db"
    Database(path).close()
    more = (*MIGRATIONS, ("ALTER TABLE pictures ADD COLUMN mood TEXT", "CREATE TABLE extra (x)"))
    broken = (*MIGRATIONS, ("CREATE TABLE extra (x)", "CREATE NONSENSE"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, path, tmp_path / "backups", broken)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone() == (
            0,
        )
        migrate(connection, path, tmp_path / "backups", more)
        migrate(connection, path, tmp_path / "backups", more)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(more),)
        connection.execute("SELECT mood FROM pictures")
    copies = list((tmp_path / "backups").glob(f"catalog-v{len(MIGRATIONS)}-*.db"))
    assert copies
    with closing(sqlite3.connect(copies[0])) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    with pytest.raises(GalleryTooNewError):
        Database(path)


def test_busy_catalog_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("studiolo.gallery.database._BUSY_S", 0.05)
    with Gallery.open(tmp_path) as gallery, closing(sqlite3.connect(tmp_path / "catalog.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GalleryError, match="busy") as raised:
            gallery.add(painting())
        assert_helpful(raised.value)
        other.rollback()
        assert gallery.list().pictures == ()
        gallery.add(painting())


def test_blobs(tmp_path):
    blobs = BlobStore.at(tmp_path / "store")
    assert blobs.put("a/b.png", b"one")
    assert not blobs.put("a/b.png", b"two")
    assert blobs.get("a/b.png") == b"one"
    assert blobs.put("a/b.png", b"two", overwrite=True)
    assert blobs.get("a/b.png") == b"two"
    assert blobs.exists("a/b.png")
    assert list(blobs.list("a")) == ["a/b.png"]
    assert list(blobs.list("nothing")) == []
    (tmp_path / "store/a/b.png#1").write_bytes(b"half")  # what a killed write leaves
    blobs.delete("a/b.png")
    blobs.delete("a/b.png")
    assert list((tmp_path / "store/a").iterdir()) == []
    with pytest.raises(GalleryError, match="missing"):
        blobs.get("a/b.png")


def test_a_file_is_no_gallery(tmp_path):
    (tmp_path / "file").write_text("hello")
    with pytest.raises(GalleryError, match="is a file") as raised:
        Gallery.open(tmp_path / "file")
    assert_helpful(raised.value)


def journal_of(gallery, key, *, process):
    with gallery.catalog.database.write() as connection:
        connection.execute(
            "INSERT INTO journal (keys, host, process, started) VALUES (?, ?, ?, unixepoch())",
            (json.dumps([key]), socket.gethostname(), process),
        )


def gone_process():
    child = subprocess.Popen(["true"])
    child.wait()
    return child.pid


def half_written(gallery):
    """A kept picture's file, and what another process, killed while it wrote the same one, left beside it."""
    picture = gallery.add(painting(init_image=Image.new("RGB", (64, 48), "navy"), strength=0.5))
    [key] = gallery.blobs.list("sources")
    half = gallery.blobs.path(key + "#1")
    half.write_bytes(b"half")
    return picture, key, half


def test_a_check_removes_the_half_file_and_leaves_the_whole_one(gallery):
    picture, key, half = half_written(gallery)
    assert gallery.check().orphans == (f"{key}#1",)
    assert not half.exists()
    assert gallery.request(picture).init_image
    assert gallery.check(deep=True).healthy


def test_who_opens_the_gallery_removes_what_a_killed_process_half_wrote(gallery):
    picture, key, half = half_written(gallery)
    journal_of(gallery, key, process=gone_process())
    journal_of(gallery, key, process=gone_process())
    with Gallery.open(gallery.blobs.folder) as again:
        assert not half.exists()
        assert again.request(picture).init_image
        assert again.check(mend=False).orphans == ()


def test_a_half_file_waits_while_somebody_writes_the_same(gallery):
    _, key, half = half_written(gallery)
    journal_of(gallery, key, process=gone_process())
    journal_of(gallery, key, process=os.getpid())
    with Gallery.open(gallery.blobs.folder):
        assert half.exists()
    with gallery.catalog.database.write() as connection:
        connection.execute("DELETE FROM journal WHERE process = ?", (os.getpid(),))
    with Gallery.open(gallery.blobs.folder):
        assert not half.exists()
