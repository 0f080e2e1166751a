"""GET /v1/models: every engine that works here, by the names that requests may give."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Depends

from studiolo.engines.kinds import Kind
from studiolo.errors import UnknownEngineError
from studiolo.server.context import Needs, StudioDep
from studiolo.server.dialects.openai.names import choose
from studiolo.studio import Studio
from studiolo.studio.core import POCKET
from studiolo.studio.engines import EngineFacts, Registries, look_at_engines

router = APIRouter(tags=["OpenAI"], dependencies=[Depends(Needs("read"))])

_CREATED = 0
"""The protocol wants a time; when a model was made is nowhere written."""


@router.get("/v1/models")
def list_models(studio: StudioDep) -> dict[str, Any]:
    """The engines that are ready, and the models they tell of. ``kinds`` says what each is for."""
    found = look_at_engines(_registries(studio), studio.settings, probe=True)
    kinds: dict[str, list[Kind]] = {}
    for facts in found:
        for name in _names(facts):
            kinds.setdefault(name, []).append(facts.kind)
    return {"object": "list", "data": [_model(name, kinds[name]) for name in sorted(kinds)]}


@router.get("/v1/models/{model:path}")
def retrieve_model(model: str, studio: StudioDep) -> dict[str, Any]:
    """One engine, by any name that requests may give; also by one of OpenAI's that stands for it."""
    kinds = [kind for kind in Kind if _is_known(studio, kind, model)]
    if not kinds:
        raise UnknownEngineError(
            f"There is no model '{model}'.", hint="GET /v1/models lists those there are."
        )
    return _model(model, kinds)


def _registries(studio: Studio) -> Registries:
    return {Kind.IMAGE: studio.registry, Kind.CHAT: studio.chat, Kind.SPEECH: studio.speech}


def _names(facts: EngineFacts) -> Iterable[str]:
    if not facts.availability.ready:
        return
    yield facts.name
    yield from (f"{facts.name}:{model}" for model in facts.availability.models)


def _is_known(studio: Studio, kind: Kind, model: str) -> bool:
    spec = choose(studio, kind, model).spec
    if kind is Kind.CHAT and spec == POCKET:
        return True
    try:
        _registries(studio)[kind].resolve(spec)
    except UnknownEngineError:
        return False
    return True


def _model(name: str, kinds: Iterable[Kind]) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "created": _CREATED,
        "owned_by": "studiolo",
        "kinds": [str(kind) for kind in kinds],
    }
