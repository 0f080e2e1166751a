"""The application: routes, dialects, the page, and what stands around them."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from studiolo import __version__
from studiolo.errors import StudioloError
from studiolo.server.dialects import dialects
from studiolo.server.door import Door
from studiolo.server.problems import handle
from studiolo.server.routes import routers
from studiolo.server.security import Guard
from studiolo.studio import Studio


def create_app(studio: Studio) -> FastAPI:
    """The ASGI application for ``studio``; whoever opened it closes it."""
    app = FastAPI(title="studiolo", version=__version__, docs_url=None, redoc_url=None)
    app.state.studio = studio
    app.state.renderers = {dialect.prefix: dialect.render for dialect in dialects()}
    for router in (*routers(), *(router for dialect in dialects() for router in dialect.routers)):
        app.include_router(router)
    for kind in (StudioloError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)
    for layer in (Guard, Door):  # the last is the outermost
        app.add_middleware(layer)
    return app
