"""Jobs: every painting that is asked for over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from studiolo.errors import ForbiddenError, NotFoundError
from studiolo.jobs.job import ENDED, UNFINISHED, Job, JobState
from studiolo.jobs.queue import MAX_PAGE, MAX_PRIORITY
from studiolo.requests import MAX_COUNT, MAX_PROMPT_CHARACTERS
from studiolo.server.context import Caller, CallerDep, Needs, StudioDep
from studiolo.server.engine_names import EngineName
from studiolo.server.files import ASK_EACH_TIME, WEBP, PictureFile, respond
from studiolo.server.generation import RequestBody, image_request, original_of
from studiolo.server.job_documents import JobDetail, JobDocument, JobList, job_documents, pictures_of
from studiolo.server.problems import responses
from studiolo.server.queries import PictureId
from studiolo.server.routes.images import IMAGE
from studiolo.server.waiting import apart
from studiolo.studio import Studio

_States = Literal["active", "ended", "queued", "running", "done", "failed", "cancelled"]
_GENERATE = [Depends(Needs("generate"))]

router = APIRouter(
    prefix="/api/jobs", tags=["jobs"], dependencies=[Depends(Needs("read"))], responses=responses()
)


def owner_of(caller: Caller) -> str | None:
    """Whose jobs ``caller`` may see: its own; None, which is everybody's, if it may do everything."""
    return None if caller.allows("admin") else caller.id


def find_job(job_id: Annotated[str, Path(max_length=100)], studio: StudioDep, caller: CallerDep) -> Job:
    """The job of a path's id; one of another token does not exist."""
    return studio.jobs.get(job_id, owner=owner_of(caller))


JobDep = Annotated[Job, Depends(find_job)]
Priority = Annotated[
    int,
    Field(
        ge=-MAX_PRIORITY,
        le=MAX_PRIORITY,
        description="Higher is sooner; 0 is what all have, above it only the scope `admin` may ask for.",
    ),
]


MaxCost = Annotated[
    float | None,
    Field(
        ge=0,
        allow_inf_nan=False,
        description="US dollars that all of it may cost; what may cost more is refused before it is begun. "
        "Not given: the server's own limit, if it has one; only the scope `admin` may set a higher one.",
    ),
]


def check_priority(caller: Caller, priority: int) -> None:
    """Nobody passes the others by by asking for it.

    Raises:
        ForbiddenError: a priority above everybody's, without the scope for it.
    """
    if priority > 0 and not caller.allows("admin"):
        raise ForbiddenError(
            f"The token '{caller.name}' may not put its jobs before those of others.",
            hint="Ask for a priority of at most 0; above it needs the scope 'admin'.",
        )


def limit_for(studio: Studio, caller: Caller, wanted: float | None) -> float | None:
    """What a job may cost: as wanted, but only who has the scope ``admin`` allows more than the setting."""
    usual = studio.settings.max_cost
    if wanted is None or usual is None or caller.allows("admin"):
        return wanted
    return min(wanted, usual)


class JobRequest(RequestBody):
    """What to paint, and how the job is to be done."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"prompt": "a red apple on a table", "engine": "pocket", "count": 4, "seed": 7},
                {"prompt": "at night", "init_image": "picture:1kqz8m4t2-7k3f", "strength": 0.6},
            ]
        }
    )

    engine: EngineName | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="`pocket`, `name:model` …; if not given the server's own choice, or another engine on "
        "its machine where that one cannot do it: the pictures' notes say so.",
    )
    translate: bool = Field(
        default=True, description="Have a prompt that the engine does not read translated first."
    )
    original_prompt: str = Field(
        default="",
        max_length=MAX_PROMPT_CHARACTERS,
        description="What was typed, where `prompt` was made from it: kept with the pictures.",
    )
    priority: Priority = 0
    max_cost: MaxCost = None


@router.post("", status_code=202, dependencies=_GENERATE, responses=responses(402, 404, 413, 429, 503, 507))
async def submit_job(
    wanted: JobRequest, response: Response, studio: StudioDep, caller: CallerDep
) -> JobDocument:
    """Have pictures painted: the job waits its turn, and can be watched (`GET /api/jobs/{id}/events`).

    What the engine cannot do is said at once. When this has answered, the job is on the server's disk: it is
    done even if the server ends in between.
    """
    check_priority(caller, wanted.priority)

    def submit() -> JobDocument:
        job = studio.jobs.submit(
            image_request(studio, wanted),
            engine=wanted.engine,
            translate=wanted.translate,
            original_prompt=wanted.original_prompt or original_of(studio, wanted).get("original_prompt", ""),
            owner=caller.id,
            priority=wanted.priority,
            max_cost=limit_for(studio, caller, wanted.max_cost),
        )
        return _accepted(studio, job, response)

    return await apart(submit)  # its pictures may be on the web


@router.get("")
def list_jobs(
    studio: StudioDep,
    caller: CallerDep,
    state: Annotated[
        _States | None, Query(description="`active`: queued or running; `ended`: done, failed or cancelled.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    before: Annotated[PictureId | None, Query(description="The last page's `next`.")] = None,
) -> JobList:
    """Jobs, newest first: the caller's own, or everybody's for an admin."""
    jobs, following = studio.jobs.list(
        owner=owner_of(caller), states=_states(state), limit=limit, before=before
    )
    return JobList(jobs=job_documents(studio.gallery, jobs), next=following)


@router.get("/{job_id}", responses=responses(404))
def get_job(job: JobDep, studio: StudioDep) -> JobDetail:
    """One job, with its log."""
    return JobDetail.of(job, pictures_of(studio.gallery, [job]))


@router.delete("/{job_id}", dependencies=_GENERATE, responses=responses(404))
def cancel_job(job: JobDep, studio: StudioDep) -> JobDocument:
    """Cancel a job: at once if it waits, within a step if it runs. Finished pictures are kept."""
    return _document(studio, studio.jobs.cancel(job.id))


class JobChange(BaseModel):
    """What changes for a job."""

    model_config = ConfigDict(extra="forbid")

    priority: Priority


@router.patch("/{job_id}", dependencies=_GENERATE, responses=responses(404))
def change_job(change: JobChange, job: JobDep, studio: StudioDep, caller: CallerDep) -> JobDocument:
    """Have a job that waits done sooner, or later."""
    check_priority(caller, change.priority)
    return _document(studio, studio.jobs.set_priority(job.id, change.priority))


@router.post(
    "/{job_id}/again", status_code=202, dependencies=_GENERATE, responses=responses(402, 404, 429, 507)
)
def repeat_job(job: JobDep, response: Response, studio: StudioDep, caller: CallerDep) -> JobDocument:
    """The same once more, as a new job, which may cost no more than a new one might."""
    limit = limit_for(studio, caller, job.max_cost)
    return _accepted(studio, studio.jobs.again(job.id, max_cost=limit), response)


@router.get("/{job_id}/preview/{index}", response_class=Response, responses={**IMAGE, **responses(404)})
def get_preview(
    request: Request,
    index: Annotated[int, Path(ge=0, lt=MAX_COUNT, description="Which picture of the job, from 0.")],
    job: JobDep,
    studio: StudioDep,
    step: Annotated[  # noqa: ARG001 - it makes addresses differ, which is all
        int | None, Query(ge=0, description="Of no effect: it makes addresses differ.")
    ] = None,
) -> Response:
    """What a picture looks like while it is painted: a WebP of at most 512 pixels."""
    found = studio.jobs.preview(job.id, index)
    if found is None:
        raise NotFoundError(
            "There is no preview of that picture now.",
            hint="Previews are shown only while a picture is painted, and not by every engine.",
        )
    shown, content = found
    name = f"preview-{job.id}-{index}-{shown}.webp"
    file = PictureFile(content=content, media_type=WEBP, name=name)
    return respond(request, lambda: file, etag=f"{job.id}-{index}-{shown}", cache=ASK_EACH_TIME)


def _states(state: _States | None) -> tuple[JobState, ...] | None:
    if state == "active":
        return UNFINISHED
    if state == "ended":
        return ENDED
    return None if state is None else (state,)


def _document(studio: Studio, job: Job) -> JobDocument:
    return JobDocument.of(job, pictures_of(studio.gallery, [job]))


def _accepted(studio: Studio, job: Job, response: Response) -> JobDocument:
    response.headers["Location"] = f"/api/jobs/{job.id}"
    return _document(studio, job)
