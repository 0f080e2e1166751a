"""What a client writes to have pictures made: an ImageRequest in JSON, its pictures as references.

The fields are ImageRequest's own, with their bounds and descriptions; one that is added there is taken here.
"""

from __future__ import annotations

import functools
from copy import copy
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model

from studiolo.requests import ImageRequest, SourceImage
from studiolo.server.sources import PictureReference, find_source
from studiolo.studio import Studio


def _or(one: Any, other: Any) -> Any:
    return one | other


def _as_json(annotation: Any) -> Any:
    """``annotation`` with every SourceImage in it replaced by a reference."""
    if annotation is SourceImage:
        return PictureReference
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None or not arguments:
        return annotation
    replaced = tuple(_as_json(argument) for argument in arguments)
    if replaced == arguments:
        return annotation
    return functools.reduce(_or, replaced) if origin in {Union, UnionType} else origin[replaced]


_FIELDS: Final = {name: _as_json(info.annotation) for name, info in ImageRequest.model_fields.items()}
_PICTURES: Final = frozenset(
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


def image_request(studio: Studio, body: RequestBody) -> ImageRequest:
    """The request that ``body`` describes, its pictures found; may wait for the web.

    Raises:
        InputError: a value is wrong, or a picture is not there or cannot be opened.
        OfflineError: a picture from the web, and STUDIOLO_OFFLINE is set.
    """
    given = {name: getattr(body, name) for name in body.model_fields_set if name in ImageRequest.model_fields}
    found = {name: _find(studio, value) for name, value in given.items() if name in _PICTURES}
    return studio.request(**{**given, **found})


def _find(studio: Studio, value: Any) -> Any:
    if isinstance(value, str):
        return find_source(studio, value)
    return value if value is None else tuple(_find(studio, one) for one in value)
