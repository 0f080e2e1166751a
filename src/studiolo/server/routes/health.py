"""Whether the server is alive, whether it can do its work, and its numbers."""

from __future__ import annotations

import os
import shutil
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from studiolo.errors import StudioloError
from studiolo.server.context import Needs, StudioDep
from studiolo.server.problems import responses
from studiolo.studio import Studio

ROOM_MIB: Final = 50
"""Free space below which pictures can no longer be counted on to be kept."""
_MEBIBYTE: Final = 2**20

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """That the server answers at all."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether work can be done: each check says ``ok``, or what is the matter."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "status": "ready",
                "checks": {"catalog": "ok", "gallery": "ok", "workers": "ok"},
            }
        }
    )

    status: Literal["ready", "not ready"]
    checks: Annotated[dict[str, str], Field(description="By part of the studio.")]


@router.get("/healthz")
async def get_health() -> Health:
    """That the server is alive; needs no token."""
    return Health()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Something is the matter"}})
def get_readiness(studio: StudioDep, response: Response) -> Readiness:
    """Whether pictures can be found, painted and kept; needs no token."""
    checks = {"catalog": _catalog(studio), "gallery": _gallery(studio), "workers": _workers(studio)}
    ready = all(told == "ok" for told in checks.values())
    response.status_code = 200 if ready else 503
    return Readiness(status="ready" if ready else "not ready", checks=checks)


@router.get(
    "/metrics",
    dependencies=[Depends(Needs("read"))],
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus's text"}, **responses()},
    response_class=Response,
)
def get_metrics(request: Request, studio: StudioDep) -> Response:
    """Requests, jobs, steps, failures, costs and the queue's length, for Prometheus."""
    from prometheus_client import CONTENT_TYPE_LATEST

    from studiolo.server.exposition import expose

    return Response(expose(request.app.state.metrics, studio), media_type=CONTENT_TYPE_LATEST)


def _catalog(studio: Studio) -> str:
    try:
        studio.gallery.list(limit=1)
    except StudioloError:
        return "does not answer"
    return "ok"


def _gallery(studio: Studio) -> str:
    folder = studio.settings.gallery_folder
    if studio.gallery.read_only or not os.access(folder, os.W_OK):
        return "cannot be written"
    return "ok" if shutil.disk_usage(folder).free >= ROOM_MIB * _MEBIBYTE else "the disk is full"


def _workers(studio: Studio) -> str:
    return "ok" if studio.jobs.alive else "have stopped"
