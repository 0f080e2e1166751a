"""What is known of a job: who asked for what, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, cast

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from studiolo.errors import StudioloError, kind_of

JobState = Literal["queued", "running", "done", "failed", "cancelled"]

UNFINISHED: Final[tuple[JobState, ...]] = ("queued", "running")
ENDED: Final[tuple[JobState, ...]] = ("done", "failed", "cancelled")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JobProgress(_Frozen):
    """How far a running job is.

    ``index`` is the picture being painted, from 0, ``step`` of ``total`` its own steps; ``fraction`` is of
    the whole job, 0 to 1. ``seconds_left`` is None until steps of this kind were measured. ``preview_step``
    is the step of this picture's newest preview, None if there is none: see :meth:`JobQueue.preview`.
    """

    index: int
    step: int
    total: int
    stage: str
    fraction: float
    seconds_left: float | None = None
    preview_step: int | None = None


class JobError(_Frozen):
    """Why a job failed. ``name`` is the kind of error: ``engine-timeout``, ``disk-full``."""

    message: str
    hint: str
    name: str

    @classmethod
    def of(cls, error: StudioloError) -> JobError:
        """What is kept of ``error``."""
        return cls(message=error.message, hint=error.hint, name=kind_of(error))


class LogEntry(_Frozen):
    """What happened to a job, and when."""

    at: AwareDatetime
    message: str


class Job(_Frozen):
    """A painting that waits, runs or has ended.

    ``id`` sorts by time. ``owner`` is who asked for it, empty for this machine's own user. ``request`` is the
    :class:`~studiolo.requests.ImageRequest` as JSON with every default filled in, pictures as ``sha256:…``.
    ``max_cost`` is what all of it may cost, in US dollars, None: whatever it costs. ``position`` is 1 for the
    next on its device, None unless it waits. ``pictures`` are ids in the gallery, in the order of their
    seeds. ``started`` is when it was begun last.
    """

    id: str
    created: AwareDatetime
    owner: str = ""
    engine: str
    device: str
    state: JobState
    priority: int = 0
    request: Mapping[str, JsonValue]
    translate: bool = True
    original_prompt: str = ""
    max_cost: float | None = None
    started: AwareDatetime | None = None
    finished: AwareDatetime | None = None
    position: int | None = None
    progress: JobProgress | None = None
    pictures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: JobError | None = None
    log: tuple[LogEntry, ...] = Field(default=(), repr=False)

    @property
    def prompt(self) -> str:
        """What to paint."""
        return cast("str", self.request["prompt"])

    @property
    def count(self) -> int:
        """How many pictures were asked for."""
        return cast("int", self.request.get("count", 1))

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED
