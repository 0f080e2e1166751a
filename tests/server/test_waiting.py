"""Who waits for a model keeps nobody else waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from studiolo.engines.fake import FakeChatEngine
from studiolo.requests import ignore_progress

from .dialects.openai.pictures import png
from .serving import TIMEOUT_S, Serving

THREADS = 40
"""So many answer what is quick: anyio's default."""


class Slow(FakeChatEngine):
    go = threading.Event()
    asked = threading.Semaphore(0)

    def chat(self, request, progress=ignore_progress):
        self.asked.release()
        assert self.go.wait(TIMEOUT_S)
        return (yield from super().chat(request, progress))


def test_many_that_wait_for_a_slow_assistant_keep_nobody_from_the_gallery(start: Callable[..., Serving]):
    server = start(assistant="slow")
    server.studio.chat.register("slow", Slow)
    Slow.go.clear()
    picture = png(size=(64, 64))

    def vary() -> int:
        with server.new_client() as client:
            return client.post("/v1/images/variations", files={"image": ("a.png", picture)}).status_code

    with ThreadPoolExecutor(THREADS) as clients:
        answers = [clients.submit(vary) for _ in range(THREADS)]
        try:
            for _ in range(THREADS):
                assert Slow.asked.acquire(timeout=TIMEOUT_S)
            assert server.get("/api/tags").status_code == 200
        finally:
            Slow.go.set()
        assert {answer.result() for answer in answers} == {200}
