"""What the child processes of the crash tests do. Imported by each of them, so kept small."""

import importlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

from PIL import Image

from studiolo.engines.fake import FakeImageEngine
from studiolo.gallery import Gallery
from studiolo.registry import EngineRegistry
from studiolo.requests import ignore_progress
from studiolo.settings import Settings
from studiolo.studio import Studio

# Loaded once, before the forks.
for name in ("obstore.store", "studiolo.gallery.search", "studiolo.imaging.thumbnails", "PIL.PngImagePlugin"):
    importlib.import_module(name)

FIELDS = {"width": 64, "height": 48, "steps": 2}


class SlowEngine(FakeImageEngine):
    """Takes a few milliseconds a step, so that there is a middle to be killed in."""

    @property
    def capabilities(self):
        return super().capabilities.model_copy(update={"max_count": 64})

    def generate(self, request, progress=ignore_progress):
        def slowly(step):
            time.sleep(0.003)
            progress(step)

        yield from super().generate(request, slowly)


class DeadlyEngine(FakeImageEngine):
    """As a library does that is built for another processor."""

    def generate(self, request, progress=ignore_progress):
        os.kill(os.getpid(), signal.SIGKILL)
        yield from ()


def do_nothing() -> None:
    """Start the process that forks the others."""


def open_studio(home: str) -> Studio:
    settings = Settings.load(home=Path(home), engine="slow")
    registry = EngineRegistry()
    registry.register("slow", SlowEngine)
    registry.register("deadly", DeadlyEngine)
    return Studio(settings, registry, Gallery.open(settings.gallery_folder))


def unfinished(studio: Studio) -> int:
    return len(studio.jobs.list(states=["queued", "running"], limit=500)[0])


def ask_and_paint(home: str, jobs: int, count: int, first_seed: int, acknowledged: str) -> None:
    """Ask for jobs, note each id once it is promised, and paint until killed or done."""
    with open_studio(home) as studio, Path(acknowledged).open("a") as notes:
        for number in range(jobs):
            init = Image.new("RGB", (64, 48), (number, 0, 0)) if number % 2 else None
            seed = first_seed + 100 * number
            job = studio.submit("an apple", count=count, seed=seed, init_image=init, **FIELDS)
            notes.write(job.id + "\n")
            notes.flush()
        while unfinished(studio):
            time.sleep(0.01)


def take_up(home: str) -> None:
    """Go on with what is there, until nothing is left."""
    with open_studio(home) as studio:
        studio.jobs.start()
        while unfinished(studio):
            time.sleep(0.01)


def serve(home: str, ready: str) -> None:
    """Run until killed, as a server does."""
    with open_studio(home) as studio:
        studio.jobs.start()
        Path(ready).touch()
        while True:
            time.sleep(1)


def die_of_the_engine(home: str) -> None:
    """Begin whatever is there, and die of it."""
    with open_studio(home) as studio:
        studio.jobs.start()
        while unfinished(studio):
            time.sleep(0.01)


def die_at_line(home: str, line: int) -> None:
    """Ask for two pictures and kill -9 this very process at that line of the jobs' or gallery's code."""
    left = line
    lock = threading.Lock()

    def trace(frame, event, argument):
        nonlocal left
        if "/studiolo/jobs/" not in frame.f_code.co_filename and (
            "/studiolo/gallery/" not in frame.f_code.co_filename
        ):
            return None
        if event == "line":
            with lock:
                left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    studio = open_studio(home)
    threading.settrace(trace)
    sys.settrace(trace)
    init = Image.new("RGB", (64, 48), "navy")
    job = studio.submit("an apple", count=2, seed=1000 * (line + 1), init_image=init, **FIELDS)
    studio.jobs.wait(job.id)
    studio.close()
    sys.settrace(None)
