"""Pictures on their way to a service and back: whole, without loss, and looked at before they are trusted."""

from __future__ import annotations

import base64
import binascii
import io
from typing import TYPE_CHECKING

from studiolo.errors import EngineError, InvalidImageError
from studiolo.imaging.decode import load_image

if TYPE_CHECKING:
    from PIL.Image import Image


def as_png(image: Image) -> bytes:
    """Without loss, and without what its file told beside the pixels."""
    buffer = io.BytesIO()
    bare = image.copy()
    bare.info = {}
    bare.save(buffer, "PNG", compress_level=1)  # a picture goes once over the wire; time matters more
    return buffer.getvalue()


def as_base64(image: Image) -> str:
    """The PNG in base64, as JSON carries it."""
    return base64.b64encode(as_png(image)).decode()


def as_data_url(image: Image) -> str:
    """The PNG as a ``data:`` address."""
    return f"data:image/png;base64,{as_base64(image)}"


def picture_from(content: bytes, *, title: str) -> Image:
    """The picture that the service ``title`` sent.

    Raises:
        EngineError: it is none, is cut off, or has more pixels than we open.
    """
    try:
        return load_image(content)
    except InvalidImageError as error:
        raise EngineError(
            f"{title} sent something that is no whole picture: {error.message}", hint="Ask again."
        ) from error


def picture_from_base64(text: str, *, title: str) -> Image:
    """As :func:`picture_from`, of base64 or a ``data:`` address.

    Raises:
        EngineError: as there.
    """
    bare = text.partition(",")[2] if text.startswith("data:") else text
    try:
        content = base64.b64decode(bare, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EngineError(f"{title} sent a picture that is no base64.", hint="Ask again.") from error
    return picture_from(content, title=title)
