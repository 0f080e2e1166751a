"""GET /v1/models: every engine that works here, by the names that requests may give."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from studiolo.engines.kinds import Kind
from studiolo.errors import UnknownEngineError
from studiolo.server.context import Needs, StudioDep
from studiolo.server.dialects.openai.faults import faults
from studiolo.server.dialects.openai.names import choose
from studiolo.studio import Studio
from studiolo.studio.core import POCKET
from studiolo.studio.engines import EngineFacts

router = APIRouter(tags=["OpenAI"], dependencies=[Depends(Needs("read"))])


class Model(BaseModel):
    """An engine, or one of its models."""

    id: str = Field(description="What requests give as `model`.", examples=["pocket"])
    object: Literal["model"] = "model"
    created: int = Field(default=0, description="The protocol wants a time; nothing here says when.")
    owned_by: str = "studiolo"
    kinds: list[Kind] = Field(description="Not OpenAI's: what it is for.", examples=[["image", "chat"]])


class ModelList(BaseModel):
    """All that work here."""

    object: Literal["list"] = "list"
    data: list[Model]


@router.get("/v1/models", responses=faults())
def list_models(studio: StudioDep) -> ModelList:
    """The engines that are ready, and the models they tell of. ``kinds`` says what each is for."""
    kinds: dict[str, list[Kind]] = {}
    for facts in studio.engines(probe=True):
        for name in _names(facts):
            kinds.setdefault(name, []).append(facts.kind)
    return ModelList(data=[Model(id=name, kinds=kinds[name]) for name in sorted(kinds)])


@router.get("/v1/models/{model:path}", responses=faults())
def retrieve_model(model: str, studio: StudioDep) -> Model:
    """One engine, by any name that requests may give; also by one of OpenAI's that stands for it."""
    kinds = [kind for kind in Kind if _is_known(studio, kind, model)]
    if not kinds:
        raise UnknownEngineError(
            f"There is no model '{model}'.", hint="GET /v1/models lists those there are."
        )
    return Model(id=model, kinds=kinds)


def _names(facts: EngineFacts) -> Iterable[str]:
    if not facts.availability.ready:
        return
    yield facts.name
    yield from (f"{facts.name}:{model}" for model in facts.availability.models)


def _is_known(studio: Studio, kind: Kind, model: str) -> bool:
    spec = choose(studio, kind, model).spec
    if kind is Kind.CHAT and spec == POCKET:
        return True
    registries = {Kind.IMAGE: studio.registry, Kind.CHAT: studio.chat, Kind.SPEECH: studio.speech}
    try:
        registries[kind].resolve(spec)
    except UnknownEngineError:
        return False
    return True
