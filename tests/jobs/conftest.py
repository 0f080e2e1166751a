import threading
import time
from collections.abc import Iterator

import pytest

from studiolo.gallery import Gallery
from studiolo.registry import EngineRegistry
from studiolo.settings import Settings
from studiolo.studio import Studio
from tests.jobs.engines import ENGINES

SMALL = {"width": 64, "height": 48}


def open_studio(**settings) -> Studio:
    """A studio in the home of this test, with engines of all tempers."""
    registry = EngineRegistry()
    for name, engine in ENGINES.items():
        registry.register(name, engine)
    loaded = Settings.load(**{"engine": "fake", **settings})
    return Studio(loaded, registry, Gallery.open(loaded.gallery_folder))


@pytest.fixture
def studio(home) -> Iterator[Studio]:
    with open_studio() as studio:
        yield studio


@pytest.fixture
def gated(studio):
    """The engine that waits for its gate."""
    return studio.registry.resolve("gated")


def wait_until(condition, seconds=30.0):
    """Wait for ``condition()``; what it gives when it holds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came to be")


def until_running(studio, job):
    return wait_until(lambda: studio.jobs.get(job.id).state == "running")


class Listener:
    """Remembers every event."""

    def __init__(self, studio, owner=None):
        self.events = []
        self.heard = threading.Condition()
        self.subscription = studio.jobs.events.subscribe(self.hear, owner)

    def hear(self, event):
        with self.heard:
            self.events.append(event)
            self.heard.notify_all()

    def of(self, kind, job_id=None):
        return [event.data for event in self.events if event.kind == kind and job_id in {None, event.job_id}]

    def wait_for(self, condition):
        with self.heard:
            assert self.heard.wait_for(condition, 30), "it was never told"
