"""The application: routes, dialects, the page, and what stands around them."""

from __future__ import annotations

from fastapi import FastAPI

from studiolo import __version__
from studiolo.server.routes import routers
from studiolo.studio import Studio


def create_app(studio: Studio) -> FastAPI:
    """The ASGI application for ``studio``; whoever opened it closes it."""
    app = FastAPI(title="studiolo", version=__version__)
    app.state.studio = studio
    for router in routers():
        app.include_router(router)
    return app
