"""The application: routes, dialects, the page, and what stands around them."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from studiolo import __version__
from studiolo.errors import StudioloError
from studiolo.server.dialects import dialects
from studiolo.server.door import Door
from studiolo.server.limits import MEGABYTE, Limits
from studiolo.server.page import add_page
from studiolo.server.problems import handle
from studiolo.server.routes import routers
from studiolo.server.security import Access, Guard, Hosts
from studiolo.studio import Studio


def create_app(studio: Studio, *, host: str | None = None) -> FastAPI:
    """The ASGI application for ``studio``; whoever opened it closes it.

    Args:
        studio: what is served.
        host: the address the server listens on, if it is not the settings'. On this machine's own, no
            login is needed, unless the settings say otherwise.
    """
    settings = studio.settings
    bound = host or settings.server_host
    access = Access(studio.gallery, bound=bound, tokens_required=settings.server_tokens)
    app = FastAPI(title="studiolo", version=__version__, docs_url=None, redoc_url=None)
    app.state.studio = studio
    app.state.access = access
    app.state.renderers = {dialect.prefix: dialect.render for dialect in dialects()}
    for router in (*routers(), *(router for dialect in dialects() for router in dialect.routers)):
        app.include_router(router)
    add_page(app)
    for kind in (StudioloError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)
    # The last that is added is the outermost.
    app.add_middleware(Limits, upload_bytes=settings.upload_mb * MEGABYTE)
    app.add_middleware(Guard, hosts=Hosts(bound, settings.server_names), access=access)
    app.add_middleware(Door)
    return app
