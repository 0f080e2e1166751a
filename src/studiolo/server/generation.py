"""What a client writes to have pictures made: an ImageRequest in JSON, its pictures as references.

The fields are ImageRequest's own, with their bounds and descriptions; one that is added there is taken here.
"""

from __future__ import annotations

import functools
import re
from copy import copy
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from studiolo.requests import ImageRequest, Lora, SourceImage
from studiolo.server.sources import PictureReference, find_source
from studiolo.studio import Studio
from studiolo.studio.subjects import provenance

_LORA_NAME: Final = r"^\w[\w.-]*(/\w[\w.-]*)?$"  # with no dot first, neither part can climb out of a folder


def is_lora_name(text: str) -> bool:
    """Whether ``text`` is a name that a client may give; a file's path is not."""
    files = ".safetensors", ".ckpt", ".pt", ".bin"
    return bool(re.fullmatch(_LORA_NAME, text)) and ".." not in text and not text.lower().endswith(files)


def _check_lora(name: str) -> str:
    if not is_lora_name(name):
        raise ValueError("Input should be a LoRA's name, not a file")
    return name


class NamedLora(BaseModel):
    """A LoRA by its name, and how much of it."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, AfterValidator(_check_lora)] = Field(
        min_length=1,
        max_length=200,
        json_schema_extra={"pattern": _LORA_NAME},
        description="One in the server's models folder, or on the hub as `owner/name`. Never a path.",
        examples=["watercolour"],
    )
    weight: float = copy(Lora.model_fields["weight"])  # pyright: ignore[reportAssignmentType]


_IN_JSON: Final[dict[Any, Any]] = {SourceImage: PictureReference, Lora: NamedLora}
"""What stands in JSON for a type whose texts could be paths."""


def _or(one: Any, other: Any) -> Any:
    return one | other


def _as_json(annotation: Any) -> Any:
    """``annotation`` with every picture in it replaced by a reference, every LoRA by a name."""
    if annotation in _IN_JSON:
        return _IN_JSON[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None or not arguments:
        return annotation
    replaced = tuple(_as_json(argument) for argument in arguments)
    if replaced == arguments:
        return annotation
    return functools.reduce(_or, replaced) if origin in {Union, UnionType} else origin[replaced]


_FIELDS: Final = {name: _as_json(info.annotation) for name, info in ImageRequest.model_fields.items()}
_REPLACED: Final = frozenset(
    name for name, info in ImageRequest.model_fields.items() if _FIELDS[name] != info.annotation
)

if TYPE_CHECKING:

    class RequestBody(BaseModel):
        """ImageRequest's fields; see below."""
else:
    RequestBody = create_model(
        "RequestBody",
        __doc__="What to paint. What is left out, the engine's own defaults fill in.",
        __config__=ConfigDict(extra="forbid"),
        **{name: (_FIELDS[name], copy(info)) for name, info in ImageRequest.model_fields.items()},
    )


class MadeRequest(RequestBody):
    """The request that made a picture, ready to be sent again."""

    engine: str | None = Field(
        default=None, description="What painted it; null where that is not here.", examples=["pocket"]
    )

    @classmethod
    def of(cls, request: ImageRequest, *, engine: str | None) -> Self:
        """The document of ``request``, but for LoRAs that were files: those have no name here."""
        fields = request.model_dump(mode="json")
        loras = [lora for lora in fields["loras"] if is_lora_name(lora["name"])]
        return cls(**{**fields, "loras": loras}, engine=engine)


def image_request(studio: Studio, body: RequestBody) -> ImageRequest:
    """The request that ``body`` describes, its pictures found; may wait for the web.

    Raises:
        InputError: a value is wrong, or a picture is not there or cannot be opened.
        OfflineError: a picture from the web, and STUDIOLO_OFFLINE is set.
    """
    given = {name: getattr(body, name) for name in body.model_fields_set if name in ImageRequest.model_fields}
    found = {name: _find(studio, value) for name, value in given.items() if name in _REPLACED}
    known = {name: value for name, value in original_of(studio, body).items() if name != "original_prompt"}
    return studio.request(**{**known, **given, **found})


def _find(studio: Studio, value: Any) -> Any:
    if isinstance(value, str):
        return find_source(studio, value)
    if isinstance(value, NamedLora):
        return Lora(name=value.name, weight=value.weight)
    return value if value is None else tuple(_find(studio, one) for one in value)


def original_of(studio: Studio, body: RequestBody) -> dict[str, Any]:
    """Prompt, original prompt and seed of a kept picture that is only enlarged or cut out: its copy has them.

    Raises:
        PictureNotFoundError: there is no such picture.
    """
    given = body.model_dump(include={"init_image", "upscale", "remove_background"})
    reference = str(given["init_image"])
    if not (given["upscale"] or given["remove_background"]) or not reference.startswith("picture:"):
        return {}
    return provenance(studio.gallery.get(reference.removeprefix("picture:")))
