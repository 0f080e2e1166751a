"""What becomes of a painting while its request is under way, and calling it off.

A web UI paints for several people, one after the other, and ``/sdapi/v1/interrupt`` ends whatever is painted
at that moment. So what is looked at, and what is interrupted, must first be known to be ours:

- AUTOMATIC1111 since 1.8 and Forge let a request name its task (``force_task_id``), and
  ``/internal/progress`` tells how far the task of that name is (modules/progress.py).
- Elsewhere there is only ``/sdapi/v1/progress``, of whatever is painted. That is ours where nothing was being
  painted when we asked, and something new (by its ``job_timestamp``) is now.

What waits behind somebody else's painting cannot be called off: the web UI has no way to.
"""

from __future__ import annotations

import time
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from studiolo.engines.automatic1111.connection import Connection
from studiolo.engines.pictures import picture_from_base64
from studiolo.errors import Cancelled, EngineError
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
        seen = self._look()
        self._looked = time.monotonic()
        if seen is None:
            return
        self._seen = seen
        self._step = max(self._step, min(self._steps, int(seen.share * self._steps)))
        self._preview = seen.preview or self._preview
        self._tell()

    def call_off(self) -> None:
        """Interrupt the painting, if it is ours that is being painted."""
        if self._look(quietly=True) is not None:
            self._connection.looking.tell(_INTERRUPT)

    @abstractmethod
    def _look(self, *, quietly: bool = False) -> Sight | None:
        """What is seen of our painting; None where it is not being painted, or that is not known."""

    def _ask(self, form: type[M], path: str, body: Any, *, quietly: bool) -> M | None:
        """An answer of the server; none if it has none: looking is a courtesy, painting goes on."""
        service, beat = self._connection.looking, _no_beat if quietly else self._tell
        try:
            content = service.get(path, beat) if body is None else service.post(path, body, beat)
            return form.model_validate(content)
        except (EngineError, ValidationError):
            return None
        except Cancelled:
            if quietly:  # the engine was closed meanwhile
                return None
            raise

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

    def _look(self, *, quietly: bool = False) -> Sight | None:
        body = {
            "id_task": self._name,
            "id_live_preview": self._newest,
            "live_preview": self._connection.options.previews and not quietly,
        }
        task = self._ask(_Task, "internal/progress", body, quietly=quietly)
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
        before = self._shared(preview=False, quietly=False)
        self._before = before.state.job_timestamp if before is not None and not before.state.job else None

    def _look(self, *, quietly: bool = False) -> Sight | None:
        if self._before is None:
            return None
        now = self._shared(preview=self._connection.options.previews and not quietly, quietly=quietly)
        if now is None or not now.state.job or now.state.job_timestamp == self._before:
            return None
        return Sight(share=now.progress, preview=now.current_image)

    def _shared(self, *, preview: bool, quietly: bool) -> _Shared | None:
        skip = "false" if preview else "true"
        return self._ask(_Shared, f"sdapi/v1/progress?skip_current_image={skip}", None, quietly=quietly)


def _picture(shown: str, title: str) -> Image:
    return picture_from_base64(shown, title=title).convert("RGB")


def _no_beat() -> None:
    """Too short a wait to beat."""
