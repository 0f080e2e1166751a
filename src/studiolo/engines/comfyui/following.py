"""One painting from the queue to its end: progress, patience, and what came out of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import ValidationError

from studiolo.engines.comfyui import faults
from studiolo.engines.comfyui.graph import Workflow
from studiolo.engines.comfyui.listening import Glimpse, Line, Message, Over, Steps
from studiolo.engines.comfyui.server import Entry, Output, Place, Server
from studiolo.engines.http.worker import BEAT_S
from studiolo.engines.pictures import picture_from
from studiolo.errors import EngineError, EngineTimeoutError
from studiolo.requests import Progress, ProgressCallback

if TYPE_CHECKING:
    from PIL.Image import Image

_LOOK_S: Final = 5.0  # how often a server is asked that tells by itself
_LOOK_ANYWAY_S: Final = 0.5  # and one that does not
_ROUNDING: Final = 1e-6
_PICTURE_FILES: Final = (b"\xff\xd8\xff", b"\x89PNG")


class Meter:
    """Tells ``progress`` how far a painting is. Steps never go down, and end at their total."""

    def __init__(self, progress: ProgressCallback, *, total: int, stage: str, title: str) -> None:
        self._progress = progress
        self._total = max(1, total)
        self._stage = stage
        self._title = title
        self._weights: Mapping[str, int] = {}
        self._done: dict[str, float] = {}
        self._step = 0
        self._begun = False
        self._preview: Callable[[], Image] | None = None  # the server shows none until it has begun

    def measure(self, weights: Mapping[str, int]) -> None:
        """How much of the work each node is."""
        self._weights = weights

    def beat(self) -> None:
        """Still there. What the callback raises goes through."""
        stage = self._stage if self._begun else "waiting"
        self._progress(Progress(step=self._step, total=self._total, stage=stage, preview=self._preview))

    def take(self, message: Message) -> None:
        """What the server told."""
        self._begun = True
        if isinstance(message, Glimpse) and message.content.startswith(_PICTURE_FILES):
            self._preview = partial(_seen, message.content, self._title)
        if isinstance(message, Steps):
            self._done |= {name: share for name, share in message.done.items() if name in self._weights}
            taken = sum(self._weights[name] * share for name, share in self._done.items())
            share = taken / max(1, sum(self._weights.values()))
            self._step = max(self._step, min(int(self._total * share + _ROUNDING), self._total))

    def end(self, picture: Image) -> None:
        """The picture is here."""
        self._begun, self._step = True, self._total
        self._preview = partial(picture.convert, "RGB")
        self.beat()


def follow(server: Server, line: Line, painting: str, meter: Meter, *, patience_s: float) -> Entry:
    """Wait for the end of a painting that is in the queue.

    Raises:
        EngineTimeoutError: it has run for ``patience_s``. Waiting for others does not count.
        EngineError: it failed, was interrupted at the server, or the server does not know it any more.
    """
    look_at = time.monotonic() + (_LOOK_S if not line.broken else BEAT_S)
    begun_at: float | None = None
    while True:
        message = line.next(painting)
        now = time.monotonic()
        if message is not None:
            meter.take(message)
            begun_at = now if begun_at is None else begun_at
            look_at = now if isinstance(message, Over) else look_at
        meter.beat()
        if now >= look_at:
            entry, place = _look(server, painting, meter)
            if entry is not None:
                return _judged(entry, server.title)
            if place == "running" and begun_at is None:
                begun_at = now
            look_at = now + (_LOOK_ANYWAY_S if line.broken or isinstance(message, Over) else _LOOK_S)
        elif line.broken:
            look_at = min(look_at, now + _LOOK_ANYWAY_S)
        if begun_at is not None and now - begun_at > patience_s:
            name = server.service.host.engine
            raise EngineTimeoutError(
                f"{server.title} did not finish within {patience_s:g} s.",
                hint=f"Ask again, or set total_timeout_s in [engines.{name}] higher.",
            )


def _look(server: Server, painting: str, meter: Meter) -> tuple[Entry | None, Place | None]:
    """How it ended, or where it is."""
    entry = server.entry(painting, meter.beat)
    if entry is not None:
        return entry, None
    place = server.place(painting, meter.beat)
    if place is None:
        # It may have ended between the two questions.
        entry = server.entry(painting, meter.beat)
        if entry is None:
            raise EngineError(
                f"{server.title} does not know the painting any more.",
                hint="It was restarted, or its history cleared. Ask again.",
            )
    return entry, place


def _judged(entry: Entry, title: str) -> Entry:
    """The entry of a painting that went well."""
    status = entry.status
    if status is None:
        return entry
    for kind, told in status.messages:
        if kind == "execution_error":
            raise faults.failed(told, title)
        if kind == "execution_interrupted":
            raise EngineError("The painting was interrupted at the server.", hint="Ask again.")
    if status.status_str == "error":
        raise faults.failed({}, title)
    return entry


def pictures_of(entry: Entry, workflow: Workflow, title: str) -> list[Output]:
    """The files that the painting left; those that were to be kept before those that may go.

    Raises:
        EngineError: there is none.
    """
    wanted = [workflow.output] if workflow.output else list(entry.outputs)
    found: list[Output] = []
    for name in wanted:
        images: Any = entry.outputs.get(name, {}).get("images")
        for image in cast("list[Mapping[str, Any]]", images) if isinstance(images, list) else []:
            try:
                found.append(Output.model_validate(image))
            except ValidationError:
                continue
    if not found:
        where = f" from node {workflow.output}" if workflow.output else ""
        raise EngineError(
            f"{title} finished without a picture{where}.",
            hint="The workflow needs a node that saves or previews the picture.",
        )
    return sorted(found, key=lambda file: file.type != "output")


def _seen(content: bytes, title: str) -> Image:
    return picture_from(content, title=title).convert("RGB")
