"""OpenAI's API: pictures, chat, speech and models, for clients that speak nothing else.

Translation only: what is asked becomes what the facade is asked by everybody, and what it says goes back in
OpenAI's words. ``docs/openai-api.md`` lists what is taken, what is refused and what changes nothing.
"""

from __future__ import annotations

from fastapi import APIRouter

from studiolo.server.dialects.openai import chat, images, models, speech
from studiolo.server.dialects.openai.faults import render

__all__ = ["PREFIX", "render", "routers"]

PREFIX = "/v1/"


def routers() -> tuple[APIRouter, ...]:
    """All its routes."""
    return images.router, chat.router, speech.router, models.router
