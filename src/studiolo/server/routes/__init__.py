"""The native API: one module for each noun, each with a ``router``."""

from __future__ import annotations

from fastapi import APIRouter

from studiolo.server.routes import collections, images, imports, pictures, session, shares, uploads


def routers() -> tuple[APIRouter, ...]:
    """Every router of the native API."""
    return (
        session.router,
        pictures.router,
        images.router,
        imports.router,
        collections.router,
        shares.router,
        shares.public,
        uploads.router,
    )
