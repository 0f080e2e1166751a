"""The engines over HTTP: what is here, what is missing and what mends it, a test, and keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from studiolo.engines.kinds import Kind
from studiolo.server.context import Needs, StudioDep, on_this_machine
from studiolo.server.engine_names import ModelName, check_engine_name
from studiolo.server.equipment_documents import (
    EngineDocument,
    Engines,
    TrialDocument,
    VoiceDocument,
    Voices,
)
from studiolo.server.problems import responses
from studiolo.server.security.redaction import Redact
from studiolo.server.waiting import in_thread

router = APIRouter(prefix="/api/engines", tags=["engines"])
reading = Depends(Needs("read"))
own_machine = (Depends(Needs("admin")), Depends(on_this_machine))

EngineName = Annotated[
    str, AfterValidator(check_engine_name), Path(min_length=1, max_length=200, examples=["openai"])
]


class TrialBody(BaseModel):
    """What is tried."""

    model_config = ConfigDict(extra="forbid")

    model: ModelName | None = Field(
        default=None, max_length=500, description="A model of the engine; its own choice if not given."
    )


class KeyBody(BaseModel):
    """A key, as the service gave it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    api_key: SecretStr = Field(min_length=1, max_length=4000)


@router.get("", dependencies=[reading], responses=responses())
def list_engines(studio: StudioDep, kind: Annotated[Kind | None, Query()] = None) -> Engines:
    """Every engine, ready or not; servers of this machine (Ollama's, …) are asked whether they are there.

    What they said is taken as known for ten seconds.
    """
    return Engines(engines=tuple(EngineDocument.of(facts) for facts in studio.engines(kind, probe=True)))


@router.get("/{kind}/{name}", dependencies=[reading], responses=responses(404, 503))
def get_engine(
    kind: Kind,
    name: EngineName,
    studio: StudioDep,
    model: Annotated[ModelName | None, Query(min_length=1, max_length=500)] = None,
) -> EngineDocument:
    """One engine, ready or not; what it can do with `model`, where one is named. Nobody is asked."""
    return EngineDocument.of(studio.engine(kind, f"{name}:{model}" if model else name))


@router.post("/{kind}/{name}/test", dependencies=[Depends(Needs("generate"))], responses=responses(404))
async def try_engine(
    kind: Kind, name: EngineName, request: Request, studio: StudioDep, body: TrialBody | None = None
) -> TrialDocument:
    """Have an engine paint a small picture, say a word, or speak one. Nothing is kept; services may charge.

    The answer is 200 also where the engine could not do it: `ok` says so, with the reason and what to do.
    """
    spec = f"{name}:{body.model}" if body is not None and body.model else name

    trial = await in_thread(request, lambda stopped: studio.try_engine(kind, spec, cancel=stopped))
    redact: Redact = request.app.state.redact  # a service may quote the key that it refuses
    return TrialDocument.of(replace(trial, said=redact(trial.said), hint=redact(trial.hint)))


@router.get("/speech/{name}/voices", dependencies=[reading], responses=responses(404, 502, 503))
async def list_voices(name: EngineName, request: Request, studio: StudioDep) -> Voices:
    """The voices of a speech engine; a hosted one asks its service."""
    voices = await in_thread(request, lambda _: studio.voices(name))
    return Voices(voices=tuple(VoiceDocument.of(voice) for voice in voices))


@router.put("/{name}/key", status_code=204, dependencies=own_machine, responses=responses(404))
def set_key(name: EngineName, body: KeyBody, studio: StudioDep) -> None:
    """Keep the key of an engine's service in the config file; it is used at once.

    Only on the machine itself. What begins before goes on with the old key.
    """
    studio.set_key(name, body.api_key.get_secret_value())


@router.delete("/{name}/key", status_code=204, dependencies=own_machine, responses=responses(404))
def remove_key(name: EngineName, studio: StudioDep) -> None:
    """Take the key out of the config file. Only on the machine itself."""
    studio.remove_key(name)
