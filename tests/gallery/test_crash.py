"""Killed for real, at any point: what was acknowledged is whole, and nothing half is kept."""

import multiprocessing
import os
import random
import sys
import time
from datetime import timedelta

import pytest
from PIL import Image

from studiolo.gallery import Gallery, PictureFilter, Speech
from studiolo.gallery.schema import MIGRATIONS
from studiolo.requests import SourceImage
from tests.gallery.crashing import add_forever, add_some, collect, die_at_line, do_nothing, open_once
from tests.gallery.painting import painting
from tests.gallery.test_migrations import unpack, version_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.gallery.crashing"])
    with pytest.MonkeyPatch.context() as patch:
        # The server that forks our children starts with the first; it must find what it is to load.
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        first = context.Process(target=do_nothing)
        first.start()
        first.join()
        first.close()
    return context


def assert_whole(folder):
    """Opening cleans up; then every row has its files, and every file its row."""
    with Gallery.open(folder) as gallery:
        report = gallery.check(deep=True, mend=False)
        assert report.orphans == ()
        assert report.missing == ()
        assert report.damaged == ()
        assert report.missing_thumbnails == ()
        for picture in gallery.list(limit=5).pictures:
            gallery.image(picture)
            gallery.request(picture)
        return {picture.id for picture in gallery.list(limit=10_000).pictures}


def test_killed_at_random_moments(tmp_path, processes):
    chance = random.Random(0)
    folder, notes = tmp_path / "gallery", tmp_path / "acknowledged"
    notes.touch()
    for number in range(8):
        before = notes.stat().st_size
        child = processes.Process(target=add_forever, args=(str(folder), number * 10_000, str(notes)))
        child.start()
        deadline = time.monotonic() + 20
        while notes.stat().st_size == before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.05)
        child.kill()
        child.join()
        child.close()
        kept = assert_whole(folder)
        acknowledged = set(notes.read_text().split())
        assert acknowledged <= kept
        assert len(kept - acknowledged) <= number + 1  # killed between the row and its note


@pytest.mark.parametrize("action", ["add", "purge"])
def test_killed_at_every_few_lines(tmp_path, processes, action):
    folder = tmp_path / "gallery"
    outcomes = set()
    for line in range(0, 2000, 23 if action == "add" else 7):
        with Gallery.open(folder) as gallery:
            if action == "purge" and gallery.count(PictureFilter(trash=True)) == 0:
                init = Image.new("RGB", (64, 48), "navy")
                made = painting(seed=line, minutes=line, init_image=init, strength=0.5)
                gallery.delete([gallery.add(made).id])
        child = processes.Process(target=die_at_line, args=(str(folder), action, line))
        child.start()
        child.join()
        outcomes.add(child.exitcode)
        finished = child.exitcode == 0
        child.close()
        assert_whole(folder)
        if finished:  # beyond the last line: the whole action ran
            break
    assert outcomes == {-9, 0}
    with Gallery.open(folder) as gallery:
        # The shared source outlives every crash as long as a picture needs it, and goes with the last.
        gallery.delete([picture.id for picture in gallery.list(limit=1000).pictures])
        gallery.purge()
        assert gallery.count(PictureFilter(trash=True)) == 0
        assert list(gallery.blobs.list("sources")) == []


def test_killed_while_keeping_speech(tmp_path, processes):
    """Whole, the old or the new, and no file beside it."""
    old = Speech(engine="espeak", format="wav", seconds=1.5)
    with Gallery.open(tmp_path) as gallery:
        picture = gallery.add(painting())
        answer = gallery.answers.add(picture.id, question="What?", text="An apple.", engine="fake")
        gallery.answers.add_speech(answer, b"RIFF old", old)
    outcomes = set()
    for line in range(0, 400, 9):
        child = processes.Process(target=die_at_line, args=(str(tmp_path), "speak", line))
        child.start()
        child.join()
        with Gallery.open(tmp_path) as gallery:
            kept = gallery.answers.get(answer.id)
            outcomes.add((child.exitcode, kept.speech.format))
            assert list(gallery.blobs.list("speech")) == [kept.speech_key]
            assert gallery.answers.audio(kept) == (b"RIFF old" if kept.speech.format == "wav" else b"ID3 new")
            gallery.answers.add_speech(kept, b"RIFF old", old)
        finished = child.exitcode == 0
        child.close()
        if finished:
            break
    assert {(-9, "wav"), (0, "mp3")} <= outcomes


def test_two_processes_at_once(tmp_path, processes):
    folder = tmp_path / "gallery"  # made by whichever is first
    children = [processes.Process(target=add_some, args=(str(folder), seed, 12)) for seed in (0, 1000, 2000)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0
        child.close()
    assert len(assert_whole(folder)) == 36


@pytest.mark.parametrize("action", ["upload", "tidy"])
def test_killed_while_uploads_come_and_go(tmp_path, processes, action):
    """A file and its row are both there or both gone."""
    init = Image.new("RGB", (64, 48), "navy")
    with Gallery.open(tmp_path) as gallery:
        kept = gallery.add(painting(init_image=init, strength=0.5))
    outcomes = set()
    for line in range(0, 400, 5):
        if action == "tidy":
            with Gallery.open(tmp_path) as gallery:
                for image in (init, Image.new("RGB", (8, 8), (line % 256, 1, 0))):
                    gallery.uploads.keep(SourceImage(image))
        child = processes.Process(target=die_at_line, args=(str(tmp_path), action, line))
        child.start()
        child.join()
        outcomes.add(child.exitcode)
        finished = child.exitcode == 0
        child.close()
        assert_whole(tmp_path)
        with Gallery.open(tmp_path) as gallery:
            assert set(gallery.blobs.list("sources")) == gallery.catalog.source_keys()
            assert gallery.request(kept).init_image.size == (64, 48)
        if finished:
            break
    assert outcomes == {-9, 0}
    with Gallery.open(tmp_path) as gallery:
        gallery.uploads.tidy(timedelta(0))
        assert len(list(gallery.blobs.list("sources"))) == 1


def test_two_processes_fill_one_collection(tmp_path, processes):
    with Gallery.open(tmp_path) as gallery:
        ids = [gallery.add(painting(seed=seed, minutes=seed)).id for seed in range(40)]
        made = gallery.collections.create("both")
    halves = (ids[::2], ids[1::2])
    children = [processes.Process(target=collect, args=(str(tmp_path), made.name, half)) for half in halves]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0
        child.close()
    with Gallery.open(tmp_path) as gallery:
        assert (gallery.collections.get(made.id).count, gallery.collections.get(made.id).cover) == (
            40,
            ids[-1],
        )


def test_an_earlier_gallery_is_opened_by_several_at_once(tmp_path, processes):
    unpack(1, tmp_path)
    children = [processes.Process(target=open_once, args=(str(tmp_path),)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0
        child.close()
    assert version_of(tmp_path / "catalog.db") == len(MIGRATIONS)
    assert len(list((tmp_path / "backups").iterdir())) == 1
    assert len(assert_whole(tmp_path)) == 2
