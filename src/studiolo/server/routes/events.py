"""What happens, as it happens: server-sent events."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from studiolo.server.context import CallerDep, Needs, StudioDep
from studiolo.server.event_stream import EVENT_SCHEMA, EVENT_STREAM, EventStream
from studiolo.server.problems import responses
from studiolo.server.routes.jobs import JobDep, owner_of

router = APIRouter(
    prefix="/api", tags=["events"], dependencies=[Depends(Needs("read"))], responses=responses()
)

_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "`snapshot` where there is nothing to resume, then `job`, `progress`, `picture` and "
        "`gallery` as they happen, each with an `id`; a comment line every 15 s.",
        "content": {
            EVENT_STREAM: {
                **EVENT_SCHEMA,
                "example": 'event: progress\ndata: {"id":"1kqz8m4t2-7k3f","index":0,"step":5,"total":12,'
                '"stage":"painting","fraction":0.2,"seconds_left":1.4,"preview_url":null}\nid: 5f1c09ab-41\n',
            }
        },
    }
}


def _last_event_id(
    header: Annotated[
        str,
        Header(alias="Last-Event-ID", max_length=100, description="Browsers send it when they come back."),
    ] = "",
    query: Annotated[
        str, Query(alias="last_event_id", max_length=100, description="For clients that cannot set headers.")
    ] = "",
) -> str:
    """The last event the client saw: then it is told what it missed."""
    return header or query


LastEventId = Annotated[str, Depends(_last_event_id)]


@router.get("/events", response_class=Response, responses=_STREAM)
async def watch_studio(
    request: Request, studio: StudioDep, caller: CallerDep, last_event_id: LastEventId
) -> Response:
    """Everything that happens: the caller's jobs (an admin's: everybody's), and changes of the gallery."""
    return EventStream(
        studio,
        request.app.state.watch,
        caller=caller,
        owner=owner_of(caller),
        last_event_id=last_event_id,
    )


@router.get(
    "/jobs/{job_id}/events",
    response_class=Response,
    responses={**_STREAM, 204: {"description": "It has ended, and the client knows."}, **responses(404)},
)
async def watch_job(
    request: Request, studio: StudioDep, caller: CallerDep, job: JobDep, last_event_id: LastEventId
) -> Response:
    """What happens to one job; the stream ends with it."""
    owner = owner_of(caller)
    if job.ended and last_event_id:
        missed = studio.jobs.events.since(last_event_id, owner)
        if missed is not None and all(event.job_id != job.id for event in missed):
            return Response(status_code=204)  # browsers stop coming back at that
    return EventStream(
        studio,
        request.app.state.watch,
        caller=caller,
        owner=owner,
        last_event_id=last_event_id,
        job_id=job.id,
    )
