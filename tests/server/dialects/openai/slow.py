"""An engine that takes its time, and waiting for what becomes true."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from studiolo.engines.fake import FakeImageEngine
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback, ignore_progress
from tests.server.serving import TIMEOUT_S, Serving


class Slow(FakeImageEngine):
    """Paints one step at a time, each when it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.allowed = threading.Semaphore(0)
        self.begun, self.ended = threading.Event(), threading.Event()
        self.paintings = 0

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        def step(done: Progress) -> None:
            self.begun.set()
            while not self.allowed.acquire(timeout=0.05):
                progress(done)
            progress(done)

        self.paintings += 1
        try:
            yield from super().generate(request, step)
        finally:
            self.ended.set()


def states(server: Serving) -> list[str]:
    return [job.state for job in server.studio.jobs.list()[0]]


def wait_until(true: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(TIMEOUT_S * 20):
        if true():
            return
        waiting.wait(0.05)
    pytest.fail("it did not come true")
