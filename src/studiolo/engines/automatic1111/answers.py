"""What comes back of a painting: pictures in base64, and ``info``, which is JSON in a text.

``info`` is ``Processed.js`` of modules/processing.py; SD.Next and AUTOMATIC1111 before 1.6 leave the model's
name to the infotext, the line of settings that is written into files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from studiolo.engines.pictures import picture_from_base64
from studiolo.errors import EngineError

if TYPE_CHECKING:
    from PIL.Image import Image

_MODEL: Final = re.compile(r"(?:^|, )Model: ([^,]+)", re.MULTILINE)


_TOLD: Final = ("seed", "steps", "cfg_scale", "sampler_name")


class _Answer(BaseModel):
    images: list[str] | None = None
    info: str = ""


class _Info(BaseModel):
    seed: int | None = None
    steps: int | None = None
    cfg_scale: float | None = None
    sampler_name: str | None = None
    sd_model_name: str | None = None
    sd_model_hash: str | None = None
    index_of_first_image: int = 0
    infotexts: list[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Painted:
    """A picture (RGB), the model it is by, and what the server said of it."""

    image: Image
    model: str
    notes: tuple[str, ...] = ()


def read(content: Any, sent: Mapping[str, Any], *, title: str, model: str) -> Painted:
    """The picture in the answer ``content`` to what was ``sent``.

    ``model`` is what was asked for, in case the answer names none.

    Raises:
        EngineError: there is no picture in it.
    """
    try:
        answer = _Answer.model_validate(content)
        info = _Info.model_validate(json.loads(answer.info) if answer.info else {})
    except (ValidationError, ValueError) as error:
        raise EngineError(f"{title} sent an answer that cannot be read.", hint="Ask again.") from error
    images = answer.images or []
    if not images:
        raise EngineError(
            f"{title} sent no picture.", hint="Somebody may have interrupted it there. Ask again."
        )
    first = images[info.index_of_first_image] if info.index_of_first_image < len(images) else images[0]
    return Painted(
        image=picture_from_base64(first, title=title).convert("RGB"),
        model=_model(info) or model or "unknown",
        notes=tuple(_notes(info, sent)),
    )


def _model(info: _Info) -> str:
    told = _MODEL.search((info.infotexts or [""])[0])
    name = info.sd_model_name or (told[1].strip() if told else "")
    return f"{name} [{info.sd_model_hash}]" if name and info.sd_model_hash else name


def _notes(info: _Info, sent: Mapping[str, Any]) -> list[str]:
    """Where the server did something else than it was asked for."""
    return [
        f"painted with {name.replace('_', ' ')} {told}, not {sent[name]}"
        for name in _TOLD
        if (told := getattr(info, name)) is not None and name in sent and told != sent[name]
    ]
