"""The vendors' servers of the tests, in a process of their own, painting as slowly as they are told."""

from __future__ import annotations

import io
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from types import SimpleNamespace
from typing import Any, Final

SIDE_PX: Final = 1024
STEPS: Final = 4


@contextmanager
def running(vendor: str, lasts_s: float) -> Iterator[str]:
    """The address of ``vendor``'s server, each of whose pictures takes ``lasts_s``."""
    context = multiprocessing.get_context("spawn")
    told: Queue[str] = context.Queue()
    over = context.Event()
    process = context.Process(target=_serve, args=(vendor, lasts_s, told, over), daemon=True)
    process.start()
    try:
        yield told.get(timeout=60)
    finally:
        over.set()
        process.join(10)
        process.terminate()


def _serve(vendor: str, lasts_s: float, told: Queue[str], over: Any) -> None:
    _paint_one_picture()
    with VENDORS[vendor](lasts_s) as server:
        told.put(server.address)
        over.wait()


def _paint_one_picture() -> None:
    """Whatever is painted, this is written: noise on a shade, encoded once, of 1.6 MB as PNG."""
    import numpy as np
    from PIL import Image

    shade = np.linspace(40, 200, SIDE_PX)[:, None, None] + np.zeros((SIDE_PX, SIDE_PX, 3))
    noise = np.random.default_rng(1).normal(0, 4, shade.shape)
    buffer = io.BytesIO()
    Image.fromarray((shade + noise).clip(0, 255).astype(np.uint8)).save(buffer, "PNG")
    content = buffer.getvalue()
    encode = Image.Image.save

    def save(image: Image.Image, file: Any, kind: str, **options: Any) -> None:
        if kind == "PNG":
            file.write(content)
        else:  # a preview
            encode(image, file, kind, **options)

    Image.Image.save = save


@contextmanager
def _openai(lasts_s: float) -> Iterator[Any]:
    from tests.engines.openai_images.server import ImageServer

    class Slow(ImageServer):
        def take(self, order: Any) -> Any:
            taken = super().take(order)
            time.sleep(lasts_s)
            return taken

    with Slow() as server:
        yield SimpleNamespace(address=server.base_url)


@contextmanager
def _replicate(lasts_s: float) -> Iterator[Any]:
    from tests.engines.replicate.runs import Run
    from tests.engines.replicate.server import ReplicateServer

    def over(run: Run) -> bool:
        age = datetime.now(UTC) - datetime.fromisoformat(run.created)
        return age.total_seconds() >= lasts_s or run.cancelled.is_set()

    Run.over = property(over)
    with ReplicateServer() as server:
        yield server


@contextmanager
def _bedrock(lasts_s: float) -> Iterator[Any]:
    from tests.engines.bedrock import painter, service

    def paint(asked: Any) -> Any:
        if asked.operation == "InvokeModel":
            time.sleep(lasts_s)
        return painter.paint(asked)

    with service.serving(paint) as serving:
        yield SimpleNamespace(address=serving.url)


def _automatic1111(lasts_s: float) -> AbstractContextManager[Any]:
    from tests.engines.automatic1111.server import WebUI

    return WebUI(lasts_s=lasts_s)


def _comfyui(lasts_s: float) -> AbstractContextManager[Any]:
    from tests.engines.comfyui.server import ComfyServer

    class Slow(ComfyServer):
        def _step(self, *args: Any) -> None:
            threading.Event().wait(lasts_s / STEPS)
            super()._step(*args)

    return Slow()


VENDORS: Final[dict[str, Callable[[float], AbstractContextManager[Any]]]] = {
    "replicate": _replicate,
    "bedrock": _bedrock,
    "openai": _openai,
    "automatic1111": _automatic1111,
    "comfyui": _comfyui,
}
