"""Galleries that earlier versions wrote (tests/gallery/kept): brought along, or looked at as they are."""

import os
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from studiolo.errors import GalleryReadOnlyError, GalleryTooNewError
from studiolo.gallery import Gallery, PictureFilter
from studiolo.jobs.journal import JobJournal
from studiolo.requests import SourceImage
from tests.gallery.painting import WordEmbedder, painting
from tests.gallery.permissions import no_permission_to_write

KEPT = Path(__file__).parent / "kept"
EARLIER = [1, 2, 3]
JOBS = {1: [], 2: [], 3: [("a green pear", None)]}


def unpack(version, folder):
    with zipfile.ZipFile(KEPT / f"schema-{version}.zip") as archive:
        archive.extractall(folder)
    return folder


def version_of(catalog):
    with closing(sqlite3.connect(f"{catalog.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def assert_all_there(gallery, version):
    newest, oldest = gallery.list().pictures
    assert [newest.prompt, oldest.prompt] == ["a house by the sea", "a red apple"]
    assert (newest.starred, oldest.tags, oldest.original_prompt) == (True, ("fruit",), "apple")
    assert [p.prompt for p in gallery.list(PictureFilter(trash=True)).pictures] == ["a blue boat"]
    assert gallery.request(newest).init_image.size == (16, 16)
    assert [hit.picture.id for hit in gallery.search("apples")] == [oldest.id]
    assert gallery.get(oldest.id[-4:]) == oldest
    assert gallery.count() == 2
    assert gallery.tags() == {"fruit": 1}
    assert [(month.month, month.count) for month in gallery.timeline()] == [("2026-11", 2)]
    answers = gallery.answers.of(newest.id)
    assert [answer.text for answer in answers] == (["An umbrella, it seems."] if version > 1 else [])
    if answers:
        assert gallery.answers.audio(answers[0]) == b"RIFF"
        assert [hit.picture.id for hit in gallery.search("umbrella")] == [newest.id]


def jobs_in(gallery):
    return JobJournal(gallery, "mine").page(owner=None, states=None, limit=9, before=None)


@pytest.mark.parametrize("version", EARLIER)
def test_an_earlier_gallery_is_brought_along_whole(tmp_path, version):
    unpack(version, tmp_path)
    with Gallery.open(tmp_path, embedder=WordEmbedder()) as gallery:
        assert_all_there(gallery, version)
        assert gallery.check(deep=True, mend=False).orphans == ()
        assert [(job.prompt, job.max_cost) for job in jobs_in(gallery)] == JOBS[version]
        newest = gallery.list().pictures[0]
        collection = gallery.collections.create("Houses")
        assert gallery.collections.add(collection.id, [newest.id]).count == 1
        _, secret = gallery.tokens.create("phone")
        assert gallery.tokens.find(secret)
        _, secret = gallery.shares.create(newest.id)
        assert gallery.shares.find(secret)
        gallery.answers.add(newest.id, question="And above?", text="A kite.", engine="fake")
        assert [hit.picture.id for hit in gallery.search("kite")] == [newest.id]
    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.name.startswith(f"catalog-v{version}-")
    assert version_of(copy) == version


@pytest.mark.skipif(os.name != "posix", reason="permissions")
@pytest.mark.parametrize("version", EARLIER)
def test_an_earlier_gallery_that_cannot_be_written_is_looked_at_as_it_is(readable_folder, version):
    folder = unpack(version, readable_folder / "gallery")
    with no_permission_to_write(folder), Gallery.open(folder, embedder=WordEmbedder()) as gallery:
        assert gallery.read_only
        assert_all_there(gallery, version)
        newest = gallery.list().pictures[0]
        assert gallery.check().orphans == ()
        assert [(job.prompt, job.max_cost) for job in jobs_in(gallery)] == JOBS[version]
        assert gallery.spent() == ()
        assert (gallery.collections.list(), gallery.collections.of(newest.id)) == ((), ())
        assert gallery.list(PictureFilter(collection="nothing")).pictures == ()
        assert gallery.tokens.list() == gallery.shares.of(newest.id) == ()
        assert gallery.tokens.find("stl_" + 43 * "x") is None
        assert gallery.shares.find(43 * "x") is None
        assert (gallery.version() == 0) == (version < 3)
        gallery.export(readable_folder / ".." / f"{readable_folder.name}.zip")
        for change in (
            lambda: gallery.add(painting()),
            lambda: gallery.collections.create("Houses"),
            lambda: gallery.tokens.create("phone"),
            lambda: gallery.shares.create(newest.id),
            lambda: gallery.uploads.keep(SourceImage(Image.new("RGB", (8, 8)))),
        ):
            with pytest.raises(GalleryReadOnlyError):
                change()
    (readable_folder / ".." / f"{readable_folder.name}.zip").unlink()
    assert version_of(folder / "catalog.db") == version


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_a_newer_gallery_that_cannot_be_written_is_refused_too(readable_folder):
    folder = readable_folder / "gallery"
    Gallery.open(folder).close()
    with closing(sqlite3.connect(folder / "catalog.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with no_permission_to_write(folder), pytest.raises(GalleryTooNewError, match="schema 99"):
        Gallery.open(folder)


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_tokens_open_a_gallery_that_cannot_be_written(readable_folder):
    folder = readable_folder / "gallery"
    with Gallery.open(folder) as gallery:
        picture = gallery.add(painting())
        token, secret = gallery.tokens.create("phone", expires=datetime.now(UTC) + timedelta(days=1))
        share, link = gallery.shares.create(picture.id)
    with no_permission_to_write(folder), Gallery.open(folder) as gallery:
        assert gallery.tokens.find(secret) == token
        assert gallery.shares.find(link) == share
        assert gallery.tokens.list()[0].last_used is None
