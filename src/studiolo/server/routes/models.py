"""The engines' models over HTTP: which there are, which are here."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from studiolo.engines.kinds import Kind
from studiolo.server.context import Needs, StudioDep
from studiolo.server.problems import responses
from studiolo.studio.pulling import store_of

router = APIRouter(prefix="/api/models", tags=["engines"])


class EngineModelDocument(BaseModel):
    """A model that an engine can have by name."""

    engine: str = Field(examples=["diffusers"])
    kind: Kind
    name: str = Field(description="What stands behind the colon in `engine:name`.", examples=["sdxl"])
    description: str
    licence: str = Field(examples=["CreativeML Open RAIL++-M"])
    download_bytes: int = Field(description="What pulling it takes when nothing is here, about.")
    bytes_here: int = Field(description="How much of it is here; models share files.")
    ready: bool = Field(description="Whether it can be used, offline too.")


class EngineModels(BaseModel):
    """Every model that an engine can have by name."""

    models: tuple[EngineModelDocument, ...]
    free_bytes: int = Field(description="Room that is left where models are kept.")


@router.get("", dependencies=[Depends(Needs("read"))], responses=responses())
def list_engine_models(studio: StudioDep) -> EngineModels:
    """The models of the engines on this machine; `studiolo pull` brings one here."""
    return EngineModels(
        models=tuple(EngineModelDocument.model_validate(model.document()) for model in studio.models()),
        free_bytes=store_of(studio.settings).free_bytes,
    )
