"""Pictures put where a model can fetch them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from studiolo.engines.http import Service
from studiolo.engines.http.worker import Beat
from studiolo.engines.pictures import as_png

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_DATA_URL: Final = 256_000
"""Replicate's own advice: what is larger is uploaded first."""

_NAMES: Final = {"image/png": "picture.png", "image/jpeg": "picture.jpg"}


def place(service: Service, data: bytes, media_type: str, beat: Beat) -> str:
    """An address for ``data``: itself where it is small, else that of an uploaded file."""
    url = f"data:{media_type};base64,{base64.b64encode(data).decode()}"
    return url if len(url) <= MAX_DATA_URL else upload(service, data, media_type, beat)


def place_picture(service: Service, image: Image, beat: Beat) -> str:
    """As :func:`place`, without loss."""
    return place(service, as_png(image), "image/png", beat)


def upload(service: Service, data: bytes, media_type: str, beat: Beat) -> str:
    """Put ``data`` into Replicate's files, and give its address."""
    content = service.upload("files", [("content", (_NAMES[media_type], data, media_type))], beat)
    try:
        return str(content["urls"]["get"])
    except (TypeError, KeyError) as error:
        raise service.unreadable("no file") from error
