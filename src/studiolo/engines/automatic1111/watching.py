"""What becomes of a painting while its request is under way, and calling it off.

A web UI paints for several people, one after the other, and ``/sdapi/v1/interrupt`` ends whatever is painted
at that moment. So what is looked at, and what is interrupted, must first be known to be ours:

- AUTOMATIC1111 since 1.8 and Forge let a request name its task (``force_task_id``), and
  ``/internal/progress`` tells how far the task of that name is (modules/progress.py).
- Elsewhere there is only ``/sdapi/v1/progress``, of whatever is painted. That is ours where nothing was being
  painted when we asked, and something new (by its ``job_timestamp``) is now.

What waits in the queue cannot be called off: the web UI has no way to. A task with a name is therefore
interrupted when its turn has come, as long as this process is there to do it.
"""

from __future__ import annotations

import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from studiolo.engines.automatic1111.connection import Connection
from studiolo.engines.http import Service
from studiolo.engines.http.worker import Beat
from studiolo.engines.pictures import picture_from_base64
from studiolo.errors import EngineError
from studiolo.requests import Progress, ProgressCallback

if TYPE_CHECKING:
    from PIL.Image import Image

LOOK_S: Final = 0.3
_INTERRUPT: Final = "sdapi/v1/interrupt"

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What was seen of our painting: how much of it is done, and what it looks like (base64), if told."""

    share: float
    preview: str | None = None


class Watch(ABC):
    """Tells ``progress`` how far one painting is; :meth:`beat` is called while its request is under way."""

    def __init__(self, connection: Connection, progress: ProgressCallback, *, steps: int) -> None:
        self._connection = connection
        self._progress = progress
        self._steps = steps
        self._step = 0
        self._seen: Sight | None = None
        self._preview: str | None = None
        self._looked = -LOOK_S

    @property
    def fields(self) -> dict[str, Any]:
        """What the request must say, so that its painting is known again."""
        return {}

    def beat(self) -> None:
        """Tell how far it is; look, if that was a while ago. What the callback raises goes through."""
        self._tell()
        if time.monotonic() - self._looked < LOOK_S:
            return
        options = self._connection.options
        seen = self._look(self._connection.looking, self._tell, preview=options.previews)
        self._looked = time.monotonic()
        if seen is None:
            return
        self._seen = seen
        self._step = max(self._step, min(self._steps, int(seen.share * self._steps)))
        self._preview = seen.preview or self._preview
        self._tell()

    def call_off(self) -> None:
        """Interrupt the painting, if it is ours that is being painted."""
        with self._connection.looking_once() as service:
            if self._look(service, _no_beat, preview=False) is not None:
                service.tell(_INTERRUPT)

    @abstractmethod
    def _look(self, service: Service, beat: Beat, *, preview: bool) -> Sight | None:
        """What is seen of our painting; None where it is not being painted, or that is not known."""

    def _tell(self) -> None:
        shown = self._preview
        self._progress(
            Progress(
                step=self._step,
                total=self._steps,
                stage="waiting" if self._seen is None else "painting",
                preview=None if shown is None else partial(_picture, shown, self._connection.host.title),
            )
        )


class _Task(BaseModel):
    """``ProgressResponse`` of modules/progress.py."""

    active: bool
    queued: bool = False
    progress: float | None = None
    live_preview: str | None = None
    id_live_preview: int | None = None


class NamedTask(Watch):
    """A painting whose task has a name of ours."""

    def __init__(self, connection: Connection, progress: ProgressCallback, *, steps: int) -> None:
        super().__init__(connection, progress, steps=steps)
        self._name = f"task(studiolo-{uuid.uuid4().hex})"
        self._newest = -1

    @property
    def fields(self) -> dict[str, Any]:
        """The task's name."""
        return {"force_task_id": self._name}

    def call_off(self) -> None:
        """Interrupt it; if it waits in the queue, as soon as its turn has come."""
        with self._connection.looking_once() as service:
            task = self._task(service, _no_beat)
            if task is not None and task.active:
                service.tell(_INTERRUPT)
            elif task is not None and task.queued:
                threading.Thread(target=self._call_off_later, name="studiolo-call-off", daemon=True).start()

    def _call_off_later(self) -> None:
        until = time.monotonic() + self._connection.options.total_timeout_s
        with self._connection.looking_once() as service:
            while (task := self._task(service, _no_beat)) is not None and time.monotonic() < until:
                if task.active:
                    service.tell(_INTERRUPT)
                if not task.queued:
                    return
                time.sleep(LOOK_S)

    def _task(self, service: Service, beat: Beat, *, preview: bool = False) -> _Task | None:
        body = {"id_task": self._name, "id_live_preview": self._newest, "live_preview": preview}
        return _answer(_Task, lambda: service.post("internal/progress", body, beat))

    def _look(self, service: Service, beat: Beat, *, preview: bool) -> Sight | None:
        task = self._task(service, beat, preview=preview)
        if task is None or not task.active:
            return None
        if task.live_preview is not None and task.id_live_preview is not None:
            self._newest = task.id_live_preview
        return Sight(share=task.progress or 0.0, preview=task.live_preview)


class _State(BaseModel):
    job: str | None = None
    job_count: int = 0
    job_timestamp: str = ""


class _Shared(BaseModel):
    """``ProgressResponse`` of modules/api/models.py."""

    progress: float
    state: _State
    current_image: str | None = None


class UnnamedTask(Watch):
    """A painting of a server that does not name tasks: ours by what was there before."""

    def __init__(self, connection: Connection, progress: ProgressCallback, *, steps: int) -> None:
        super().__init__(connection, progress, steps=steps)
        before = _shared(connection.looking, self._tell, preview=False)
        self._before = before.state.job_timestamp if before is not None and not before.state.job else None

    def _look(self, service: Service, beat: Beat, *, preview: bool) -> Sight | None:
        if self._before is None:
            return None
        now = _shared(service, beat, preview=preview)
        if now is None or not now.state.job or now.state.job_timestamp == self._before:
            return None
        return Sight(share=now.progress, preview=now.current_image)


def _shared(service: Service, beat: Beat, *, preview: bool) -> _Shared | None:
    skip = "false" if preview else "true"
    return _answer(_Shared, lambda: service.get(f"sdapi/v1/progress?skip_current_image={skip}", beat))


def _answer(form: type[M], ask: Callable[[], Any]) -> M | None:
    """What the server answers; None if it does not: looking is a courtesy, and painting goes on."""
    try:
        return form.model_validate(ask())
    except (EngineError, ValidationError):
        return None


def _picture(shown: str, title: str) -> Image:
    return picture_from_base64(shown, title=title).convert("RGB")


def _no_beat() -> None:
    """Too short a wait to beat."""
