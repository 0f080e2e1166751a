"""The native API: one module for each noun, each with a ``router``."""

from __future__ import annotations

from fastapi import APIRouter

from studiolo.server.routes import (
    answers,
    collections,
    engines,
    estimates,
    events,
    health,
    images,
    imports,
    jobs,
    layouts,
    models,
    pictures,
    prompts,
    session,
    settings,
    shares,
    speech,
    uploads,
)


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
        layouts.router,
        jobs.router,
        estimates.router,
        events.router,
        prompts.router,
        answers.router,
        speech.router,
        engines.router,
        models.router,
        settings.router,
        health.router,
    )
