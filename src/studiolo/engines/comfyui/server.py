"""ComfyUI's routes, as ``server.py`` and ``execution.py`` of Comfy-Org/ComfyUI have them (2026-11)."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ValidationError

from studiolo.engines.comfyui import faults
from studiolo.engines.comfyui.graph import Nodes, table
from studiolo.engines.http import Service
from studiolo.engines.http.worker import Beat
from studiolo.engines.pictures import as_png, picture_from
from studiolo.errors import Cancelled, EngineError, StudioloError

if TYPE_CHECKING:
    from PIL.Image import Image

_FOLDER: Final = "studiolo"
_MOMENT_S: Final = 3.0

Place = Literal["waiting", "running"]


class Output(BaseModel):
    """A file that a node has written."""

    filename: str
    subfolder: str = ""
    type: str = "output"


class Status(BaseModel):
    """How a painting ended; each message is its kind and what is said of it."""

    status_str: str = ""
    messages: list[tuple[str, dict[str, Any]]] = []


class Entry(BaseModel):
    """A painting that is over."""

    outputs: dict[str, dict[str, Any]] = {}
    status: Status | None = None


class Server:
    """One ComfyUI. Safe to use from several threads."""

    def __init__(self, service: Service) -> None:
        self.service = service

    @property
    def title(self) -> str:
        """What messages call it."""
        return self.service.host.title

    def node(self, kind: str, beat: Beat) -> dict[str, Any]:
        """What a class of nodes takes; empty if it has none of that name.

        Raises:
            EngineError: it is no ComfyUI, or does not answer.
        """
        try:
            told = self.service.get(f"object_info/{kind}", beat)
        except EngineError as error:
            if faults.is_other(error):
                raise faults.no_comfyui(self.service) from error
            raise
        if not isinstance(told, dict):
            raise faults.no_comfyui(self.service)
        return table(table(told).get(kind))

    def submit(self, nodes: Nodes, *, name: str, beat: Beat) -> str:
        """Put a painting into the queue; returns the server's id of it.

        ``name`` is our id of it, and of whoever listens. Newer servers take it for theirs. If the reply is
        lost, it is found by either, so nothing is queued twice.

        Raises:
            InvalidRequestError: the server does not take the workflow; says which node and input.
            EngineError: it is not in the queue.
        """
        body = {
            "prompt": nodes,
            "prompt_id": name,
            "client_id": name,
            # Newer servers show previews when asked to, older ones when started with --preview-method.
            "extra_data": {"preview_method": "auto"},
        }
        try:
            reply = self.service.post("prompt", body, beat, once=True)
        except EngineError as error:
            if faults.answered(error):
                raise
            found = self._find(name, beat)
            if found is None:
                raise type(error)(error.message, hint="Nothing was queued. Ask again.") from error
            return found
        told = table(reply).get("prompt_id")
        if not isinstance(told, str):
            raise self.service.unreadable("no id of what was queued")
        return told

    def entry(self, painting: str, beat: Beat) -> Entry | None:
        """How the painting ended; None if it has not.

        Raises:
            EngineError: the server does not answer, or nothing that can be read.
        """
        history = self.service.get(f"history/{quote(painting, safe='')}", beat)
        try:
            return Entry.model_validate(history[painting]) if painting in history else None
        except (ValidationError, TypeError) as error:
            raise self.service.unreadable("no history") from error

    def place(self, painting: str, beat: Beat) -> Place | None:
        """Where the painting is in the queue; None if it is not in it."""
        found = self._queued(painting, beat)
        return found[0] if found else None

    def upload(self, image: Image, beat: Beat) -> str:
        """Store ``image`` where the server keeps what may go; returns its name as nodes take it."""
        content = as_png(image)
        filename = f"{hashlib.sha256(content).hexdigest()[:32]}.png"
        form = [("image", (filename, content, "image/png"))]
        fields = {"type": "temp", "subfolder": _FOLDER, "overwrite": "true"}
        told = self.service.upload("upload/image", form, beat, fields=fields)
        try:
            stored = f"{told['subfolder']}/{told['name']}".removeprefix("/")
            return f"{stored} [{told['type']}]"
        except (KeyError, TypeError) as error:
            raise self.service.unreadable("no name of the picture that was sent") from error

    def view(self, file: Output, beat: Beat) -> Image:
        """The picture in ``file``.

        Raises:
            EngineError: it is not there any more, or no picture.
        """
        try:
            content = self.service.read_bytes(f"view?{urlencode(file.model_dump())}", beat)
        except EngineError as error:
            raise faults.no_file(self.service, error) from error
        return picture_from(content, title=self.title)

    def call_off(self, painting: str) -> None:
        """Take the painting out of the queue, or interrupt it if it runs; no other one. Never fails.

        Newer servers interrupt the painting that is named alone. Older ones interrupt whatever runs, so they
        are told only while it is ours.
        """
        until = time.monotonic() + _MOMENT_S

        def beat() -> None:
            if time.monotonic() > until:
                raise Cancelled

        try:
            for _ in range(2):  # what is taken out may have begun by then
                found = self._queued(painting, beat)
                if found is None:
                    return
                place, name = found
                if place == "running":
                    self.service.tell("interrupt", {"prompt_id": name})
                    return
                self.service.tell("queue", {"delete": [name]})
        except StudioloError:
            return

    def _queue(self, beat: Beat) -> dict[Place, list[list[Any]]]:
        """Items as the server has them: number, id, nodes, extra data, outputs."""
        told = self.service.get("queue", beat)
        try:
            return {"running": list(told["queue_running"]), "waiting": list(told["queue_pending"])}
        except (KeyError, TypeError) as error:
            raise self.service.unreadable("no queue") from error

    def _queued(self, name: str, beat: Beat) -> tuple[Place, str] | None:
        """Where a painting is in the queue, and its id there: ``name``, or what older servers made up."""
        try:
            for place, items in self._queue(beat).items():
                for item in items:
                    if item[1] == name or item[3].get("client_id") == name:
                        return place, str(item[1])
        except (IndexError, AttributeError, TypeError) as error:
            raise self.service.unreadable("no queue") from error
        return None

    def _find(self, name: str, beat: Beat) -> str | None:
        """The server's id of what was queued as ``name``, if it was."""
        try:
            found = self._queued(name, beat)
            if found is not None:
                return found[1]
            return name if self.entry(name, beat) is not None else None
        except EngineError:
            return None
