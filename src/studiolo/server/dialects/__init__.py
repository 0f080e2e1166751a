"""Other people's APIs, spoken by ours: translation only, one package for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from studiolo.server.dialects import openai
from studiolo.server.problems import Renderer


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """An API of somebody else's making: where it is, and how it says that something went wrong."""

    prefix: str
    routers: Sequence[APIRouter]
    render: Renderer


def dialects() -> tuple[Dialect, ...]:
    """Every dialect."""
    return (Dialect(prefix=openai.PREFIX, routers=openai.routers(), render=openai.render),)
