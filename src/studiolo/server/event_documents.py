"""What events say: the JSON of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import BaseModel, Field

from studiolo.gallery import Gallery, Picture
from studiolo.jobs.events import Event, GalleryChange, GalleryChangeKind, PictureFinished
from studiolo.jobs.job import Job, JobProgress
from studiolo.server.documents import PictureDocument
from studiolo.server.job_documents import JobDocument, ProgressDocument, pictures_of


class JobProgressEvent(ProgressDocument):
    """How far a job is (`progress`)."""

    id: str = Field(description="Of the job.")


class PictureEvent(BaseModel):
    """A picture of a job is finished, and in the gallery (`picture`)."""

    job_id: str
    index: int = Field(description="Its place in the job, from 0.")
    picture: PictureDocument


class GalleryEvent(BaseModel):
    """Pictures came, changed or went (`gallery`)."""

    change: GalleryChangeKind = Field(description="`unknown`: another process changed something.")
    ids: tuple[str, ...] = ()


def event_documents(gallery: Gallery, events: Sequence[Event]) -> list[BaseModel]:
    """What each of ``events`` says, in their order; the pictures of all jobs are looked up together."""
    pictures = pictures_of(gallery, (event.data for event in events if isinstance(event.data, Job)))
    return [_document(event, pictures) for event in events]


def _document(event: Event, pictures: Mapping[str, Picture]) -> BaseModel:
    match event.data:
        case Job() as job:
            return JobDocument.of(job, pictures)
        case JobProgress() as progress:
            job_id = cast("str", event.job_id)
            return JobProgressEvent(id=job_id, **dict(ProgressDocument.of(job_id, progress)))
        case PictureFinished(index=index, picture=picture):
            document = PictureDocument.of(picture)
            return PictureEvent(job_id=cast("str", event.job_id), index=index, picture=document)
        case GalleryChange(change=change, ids=ids):
            return GalleryEvent(change=change, ids=ids)
        case data:
            raise TypeError(f"nobody knows how to tell a {type(data).__name__}")
