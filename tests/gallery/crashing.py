"""What the child processes of test_crash.py do. Imported by each of them, so kept small."""

import importlib
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from PIL import Image

from studiolo.gallery import Gallery, Speech
from studiolo.requests import SourceImage
from tests.gallery.painting import painting

# Loaded once, before the forks.
for name in ("obstore.store", "studiolo.gallery.search", "studiolo.imaging.thumbnails", "PIL.PngImagePlugin"):
    importlib.import_module(name)


def do_nothing() -> None:
    """Start the process that forks the others."""


def add_forever(folder: str, first_seed: int, acknowledged: str) -> None:
    """Add until killed; each id is noted once ``add`` has returned."""
    with Gallery.open(Path(folder)) as gallery, Path(acknowledged).open("a") as notes:
        for seed in range(first_seed, first_seed + 10_000):
            notes.write(gallery.add(painting(seed=seed, minutes=seed)).id + "\n")
            notes.flush()


def add_some(folder: str, first_seed: int, count: int) -> None:
    with Gallery.open(Path(folder)) as gallery:
        for seed in range(first_seed, first_seed + count):
            gallery.add(painting(seed=seed, minutes=seed))


def collect(folder: str, collection: str, ids: list[str]) -> None:
    """Add to a collection one by one, and take the first out and in again each time."""
    with Gallery.open(Path(folder)) as gallery:
        for picture_id in ids:
            gallery.collections.add(collection, [picture_id])
            gallery.collections.take(collection, ids[:1])
            gallery.collections.add(collection, ids[:1])


def open_once(folder: str) -> None:
    Gallery.open(Path(folder)).close()


def die_at_line(folder: str, action: str, line: int) -> None:
    """Do ``action`` and kill -9 this very process at the given line of the gallery's code."""
    Gallery.open(Path(folder)).close()
    left = line

    def trace(frame, event, argument):
        nonlocal left
        if "gallery" not in frame.f_code.co_filename:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    gallery = Gallery.open(Path(folder))
    sys.settrace(trace)
    if action == "add":
        init = Image.new("RGB", (64, 48), "navy")
        gallery.add(painting(seed=1000 + line, minutes=line, init_image=init, strength=0.5))
    elif action == "speak":
        speech = Speech(engine="gtts", format="mp3", seconds=1.4)
        gallery.answers.add_speech(gallery.answers.get("latest"), b"ID3 new", speech)
    elif action == "upload":
        gallery.uploads.keep(SourceImage(Image.new("RGB", (8, 8), (line % 256, line // 256, 0))))
    elif action == "tidy":
        gallery.uploads.tidy(timedelta(0))
    else:
        gallery.purge()
    sys.settrace(None)
    gallery.close()
