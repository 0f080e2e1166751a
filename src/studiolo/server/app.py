"""The application: routes, dialects, the page, and what stands around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from studiolo import __version__
from studiolo.errors import StudioloError
from studiolo.server.closing import Closing
from studiolo.server.dialects import dialects
from studiolo.server.door import Door
from studiolo.server.limits import MEGABYTE, Limits
from studiolo.server.logs import log_visit
from studiolo.server.metrics import Metrics
from studiolo.server.page import add_page
from studiolo.server.problems import handle
from studiolo.server.reference import add_reference
from studiolo.server.routes import routers
from studiolo.server.security import Access, Guard, Hosts
from studiolo.server.security.redaction import Redactor
from studiolo.server.watching import Watch
from studiolo.studio import Studio


def create_app(studio: Studio, *, host: str | None = None) -> FastAPI:
    """The ASGI application for ``studio``; whoever opened it closes it.

    Args:
        studio: what is served.
        host: the address the server listens on, if it is not the settings'. On this machine's own, no
            login is needed, unless the settings say otherwise.
    """
    bound = host or studio.settings.server_host
    app = FastAPI(
        title="studiolo",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,  # what generated clients call their methods
    )
    app.state.studio = studio
    app.state.watch = Watch(studio)
    app.state.redact = Redactor(lambda: studio.settings)
    app.state.renderers = {dialect.prefix: dialect.render for dialect in dialects()}
    for router in (*routers(), *(router for dialect in dialects() for router in dialect.routers)):
        app.include_router(router)
    add_reference(app)
    add_page(app)
    for kind in (StudioloError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)
    _surround(app, studio, bound)
    return app


def _surround(app: FastAPI, studio: Studio, bound: str) -> None:
    """Put the layers around ``app`` that every request walks through; the last is the outermost."""
    settings = studio.settings
    app.state.closing = asyncio.Event()
    app.state.access = Access(studio.gallery, bound=bound, tokens_required=settings.server_tokens)
    app.add_middleware(Limits, upload_bytes=settings.upload_mb * MEGABYTE)
    app.add_middleware(Closing, event=app.state.closing)
    app.add_middleware(Guard, hosts=Hosts(bound, settings.server_names), access=app.state.access)
    app.state.metrics = Metrics()
    studio.jobs.observe(app.state.metrics)
    app.add_middleware(Door, observers=[log_visit, app.state.metrics.visited])


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Jobs are worked on from now on, and until the studio is closed: first what an earlier server left.

    Meanwhile the engines' packages are imported: what the page asks for first is there when it does.
    """
    studio: Studio = app.state.studio
    await run_in_threadpool(studio.jobs.start)
    warming = asyncio.create_task(run_in_threadpool(studio.engines))
    yield
    await warming
