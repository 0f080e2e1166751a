"""The settings that a page can change: who paints, answers and speaks when none is named."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from studiolo.server.context import Needs, StudioDep, on_this_machine
from studiolo.server.problems import responses
from studiolo.settings.writing import overridden
from studiolo.studio import Studio
from studiolo.studio.engines import CHOICES

router = APIRouter(prefix="/api/settings", tags=["settings"], responses=responses())


class SettingsDocument(BaseModel):
    """What is used when nothing else is asked for."""

    engine: str = Field(description="Who paints.", examples=["pocket"])
    assistant: str = Field(description="Who suggests, answers and translates.", examples=["pocket"])
    speech: str = Field(description="Who speaks.", examples=["espeak"])
    offline: bool = Field(description="Whether every connection beyond this machine is refused.")
    fixed: Mapping[str, str] = Field(
        description="Settings that cannot be changed here, and what sets them: `the environment`, `.env`."
    )


class SettingsChange(BaseModel):
    """What is to change; null takes a setting back to its default."""

    model_config = ConfigDict(extra="forbid")

    engine: str | None = Field(default=None, min_length=1, max_length=500, examples=["pocket"])
    assistant: str | None = Field(default=None, min_length=1, max_length=500, examples=["ollama:llava"])
    speech: str | None = Field(default=None, min_length=1, max_length=500, examples=["espeak"])


@router.get("", dependencies=[Depends(Needs("read"))])
def get_settings(studio: StudioDep) -> SettingsDocument:
    """Who is used when none is named."""
    return _document(studio)


@router.patch("", dependencies=[Depends(Needs("admin")), Depends(on_this_machine)], responses=responses(404))
def change_settings(body: SettingsChange, studio: StudioDep) -> SettingsDocument:
    """Change who is used when none is named: written to the config file, and so from now on.

    Only on the machine itself.
    """
    if body.model_fields_set:
        studio.configure(body.model_dump(exclude_unset=True))
    return _document(studio)


def _document(studio: Studio) -> SettingsDocument:
    settings = studio.settings
    return SettingsDocument(
        engine=settings.engine,
        assistant=settings.assistant,
        speech=settings.speech,
        offline=settings.offline,
        fixed={name: where for name in CHOICES.values() if (where := overridden(name))},
    )
