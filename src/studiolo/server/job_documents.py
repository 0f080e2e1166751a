"""What clients are told of jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from studiolo.gallery import Gallery, Picture
from studiolo.jobs.job import Job, JobError, JobProgress, JobState
from studiolo.server.documents import PictureDocument

_ID = "1kqz8m4t2-7k3f"


class ProgressDocument(BaseModel):
    """How far a running job is."""

    index: int = Field(description="The picture being painted, from 0.", examples=[0])
    step: int = Field(examples=[5])
    total: int = Field(description="Steps of this picture.", examples=[12])
    stage: str = Field(examples=["painting"])
    fraction: float = Field(ge=0, le=1, description="Of the whole job.", examples=[0.2])
    seconds_left: float | None = Field(
        default=None, description="Of the whole job; null until steps of this kind were measured."
    )
    preview_url: str | None = Field(
        default=None,
        description="What the picture looks like now, as WebP; null where the engine does not show it.",
        examples=[f"/api/jobs/{_ID}/preview/0?step=5"],
    )

    @classmethod
    def of(cls, job_id: str, progress: JobProgress) -> Self:
        """The document of ``progress``."""
        step = progress.preview_step
        url = None if step is None else f"/api/jobs/{job_id}/preview/{progress.index}?step={step}"
        return cls(**progress.model_dump(exclude={"preview_step"}), preview_url=url)


class JobErrorDocument(BaseModel):
    """Why a job failed."""

    detail: str = Field(description="What went wrong, in one line, for a person.")
    hint: str = Field(description="The next thing to do.")
    error: str = Field(description="The kind of problem, for a program.", examples=["disk-full"])

    @classmethod
    def of(cls, error: JobError) -> Self:
        """The document of ``error``."""
        return cls(detail=error.message, hint=error.hint, error=error.name)


class LogLine(BaseModel):
    """What happened to a job, and when."""

    at: AwareDatetime
    message: str


class JobDocument(BaseModel):
    """A painting that waits, runs or has ended."""

    id: str = Field(description="Sorts by time.", examples=[_ID])
    state: JobState
    engine: str = Field(examples=["pocket"])
    device: str = Field(description="What it is painted on; jobs of one device wait for each other.")
    priority: int = Field(description="Higher is sooner.")
    position: int | None = Field(
        default=None, description="1 for the next on its device; null unless queued."
    )
    created: AwareDatetime
    started: AwareDatetime | None = Field(default=None, description="When it was begun last.")
    finished: AwareDatetime | None = None
    prompt: str
    original_prompt: str = Field(default="", description="What was typed, where `prompt` was made from it.")
    max_cost: float | None = Field(
        default=None, description="What all of it may cost, in US dollars; null: whatever it costs."
    )
    translate: bool = Field(description="Whether a prompt the engine does not read is translated first.")
    request: Mapping[str, JsonValue] = Field(description="With every default filled in.")
    count: int = Field(description="How many pictures were asked for.")
    progress: ProgressDocument | None = Field(default=None, description="null unless running.")
    pictures: tuple[PictureDocument, ...] = Field(description="Finished so far, in the order of their seeds.")
    notes: tuple[str, ...] = Field(default=(), description="Sentences for the user.")
    error: JobErrorDocument | None = Field(default=None, description="null unless failed.")

    @classmethod
    def of(cls, job: Job, pictures: Mapping[str, Picture]) -> Self:
        """The document of ``job``; ``pictures`` are at least its own, by id, but for those removed since."""
        return cls.model_construct(**_fields(job, pictures))


class JobDetail(JobDocument):
    """A job, with what happened to it."""

    log: tuple[LogLine, ...] = Field(default=(), description="What happened to it, oldest first.")

    @classmethod
    def of(cls, job: Job, pictures: Mapping[str, Picture]) -> Self:
        """The document of ``job``, with its log."""
        log = tuple(LogLine(at=entry.at, message=entry.message) for entry in job.log)
        return cls.model_construct(**_fields(job, pictures), log=log)


class JobList(BaseModel):
    """Some jobs, newest first."""

    jobs: tuple[JobDocument, ...]
    next: str | None = Field(default=None, description="Give it as `before` to get those that follow.")


class Snapshot(BaseModel):
    """How things stand: every job that is not finished, and those that ended lately."""

    jobs: tuple[JobDocument, ...]


def job_documents(gallery: Gallery, jobs: Iterable[Job]) -> tuple[JobDocument, ...]:
    """The documents of ``jobs``, their pictures looked up together."""
    jobs = tuple(jobs)
    pictures = pictures_of(gallery, jobs)
    return tuple(JobDocument.of(job, pictures) for job in jobs)


def pictures_of(gallery: Gallery, jobs: Iterable[Job]) -> dict[str, Picture]:
    """What ``jobs`` have painted so far, by id; asks the gallery only if there is anything."""
    ids = [picture_id for job in jobs for picture_id in job.pictures]
    return {picture.id: picture for picture in gallery.catalog.by_ids(ids)} if ids else {}


def _fields(job: Job, pictures: Mapping[str, Picture]) -> dict[str, Any]:
    plain = job.model_dump(exclude={"owner", "progress", "pictures", "error", "log"})
    painted = (pictures[picture_id] for picture_id in job.pictures if picture_id in pictures)
    return {
        **plain,
        "prompt": job.prompt,
        "count": job.count,
        "progress": job.progress and ProgressDocument.of(job.id, job.progress),
        "pictures": tuple(PictureDocument.of(picture) for picture in painted),
        "error": job.error and JobErrorDocument.of(job.error),
    }
