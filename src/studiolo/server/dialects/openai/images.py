"""POST /v1/images/generations, edits, variations: every picture is a job of the queue, and in the gallery."""

from __future__ import annotations

import time
from functools import partial
from typing import Annotated, Any, Final

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from studiolo.jobs.job import Job
from studiolo.jobs.queue import JobQueue
from studiolo.server.context import CallerDep, Needs, StudioDep
from studiolo.server.dialects.openai import orders
from studiolo.server.dialects.openai.attempts import Attempts, Patience
from studiolo.server.dialects.openai.faults import answers
from studiolo.server.dialects.openai.forms import Form, read_form
from studiolo.server.dialects.openai.image_bodies import EditBody, GenerationBody, ImageBody, VariationBody
from studiolo.server.dialects.openai.image_stream import ImageStream
from studiolo.server.dialects.openai.orders import Order
from studiolo.server.dialects.openai.picture_answers import Event, PictureAnswers, check_done
from studiolo.server.limits import MEGABYTE
from studiolo.server.waiting import EventStream, apart, unless_gone

router = APIRouter(tags=["OpenAI"], dependencies=[Depends(Needs("generate"))])

_WAITING: Final = CapacityLimiter(256)
"""Threads of those who wait for a job: apart, so that they keep nobody else waiting."""
_LOOK_S: Final = 5.0
"""A thread whose client has left ends after so long."""


_ANSWERS: Final = answers(
    {
        "created": 1795330000,
        "background": "opaque",
        "output_format": "png",
        "size": "512x512",
        "data": [{"b64_json": "iVBORw0KGgo…", "id": "1kqz8m4t2-7k3f", "seed": 7}],
    },
    events='event: image_generation.completed\ndata: {"b64_json": "iVBORw0KGgo…", "seed": 7, …}',
)


def _attempts(request: Request, studio: StudioDep) -> Attempts:
    state = request.app.state
    if not hasattr(state, "openai_attempts"):
        state.openai_attempts = Attempts(studio.jobs)
    found: Attempts = state.openai_attempts
    return found


async def _form(request: Request, studio: StudioDep) -> Form:
    return await read_form(request, upload_bytes=studio.settings.upload_mb * MEGABYTE)


def _form_schema(model: type[ImageBody], *files: str) -> dict[str, Any]:
    """The document of a route that takes a form."""
    schema = model.model_json_schema()
    binary = {name: {"type": "string", "format": "binary"} for name in files}
    schema["properties"] = {**binary, **schema["properties"]}
    schema["required"] = ["image", *schema.get("required", [])]
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


FormDep = Annotated[Form, Depends(_form)]


class Painting:
    """What every route needs to have an order painted for its client."""

    def __init__(
        self,
        request: Request,
        studio: StudioDep,
        caller: CallerDep,
        attempts: Annotated[Attempts, Depends(_attempts)],
    ) -> None:
        self._request = request
        self._studio = studio
        self._owner = caller.id
        self._attempts = attempts
        self._patience = Patience.of(request)
        self._began = time.monotonic()

    async def answer(self, order: Order, event: Event) -> Response:
        """The pictures, or a stream of events that brings them one by one."""
        jobs = self._studio.jobs
        begin = partial(self._attempts.begin, order, self._patience, owner=self._owner)
        answers = PictureAnswers(gallery=self._studio.gallery, order=order, here=str(self._request.base_url))
        if order.body.stream:
            stream = ImageStream(jobs, answers, event, owner=self._owner, request=self._request)
            job = await stream.open(begin)
            return EventStream(stream.events(job), ended=partial(self._end_stream, stream, job, order))
        job = await run_in_threadpool(begin)
        try:
            done = await unless_gone(self._request, _ended(jobs, job))
        except BaseException:
            self._abandon(job)
            raise
        self._attempts.end(job, order)
        check_done(done)
        return JSONResponse(await run_in_threadpool(answers.document, done))

    def _end_stream(self, stream: ImageStream, job: Job, order: Order) -> None:
        stream.close()
        if stream.complete:
            self._attempts.end(job, order)
        else:
            self._abandon(job)

    def _abandon(self, job: Job) -> None:
        waited_s = time.monotonic() - self._began
        self._attempts.abandon(job, returns=self._patience.will_return(waited_s))


PaintingDep = Annotated[Painting, Depends()]


@router.post("/v1/images/generations", responses=_ANSWERS)
async def create_image(body: GenerationBody, studio: StudioDep, painting: PaintingDep) -> Response:
    """Paint pictures from words, as OpenAI's API does it; `docs/openai-api.md` says what differs."""
    order = await apart(partial(orders.generation, studio, body))
    return await painting.answer(order, "image_generation")


@router.post("/v1/images/edits", responses=_ANSWERS, openapi_extra=_form_schema(EditBody, "image", "mask"))
async def create_image_edit(form: FormDep, studio: StudioDep, painting: PaintingDep) -> Response:
    """Change a picture by words; where the mask is transparent, it is painted anew."""
    order = await apart(partial(orders.edit, studio, form))
    return await painting.answer(order, "image_edit")


@router.post("/v1/images/variations", responses=_ANSWERS, openapi_extra=_form_schema(VariationBody, "image"))
async def create_image_variation(form: FormDep, studio: StudioDep, painting: PaintingDep) -> Response:
    """Paint pictures like another one."""
    order = await apart(partial(orders.variation, studio, form))
    return await painting.answer(order, "image_generation")


async def _ended(jobs: JobQueue, job: Job) -> Job:
    while not job.ended:
        wait = partial(jobs.wait, job.id, _LOOK_S)
        job = await to_thread.run_sync(wait, limiter=_WAITING, abandon_on_cancel=True)
    return job
