"""The native API: one module for each noun, each with a ``router``."""

from __future__ import annotations

from fastapi import APIRouter

from studiolo.server.routes import session


def routers() -> tuple[APIRouter, ...]:
    """Every router of the native API."""
    return (session.router,)
