"""Pictures to send, as the client's users have them."""

from __future__ import annotations

import base64
import io

from PIL import Image


def png(colour: str = "red", size: tuple[int, int] = (64, 64)) -> bytes:
    """A PNG of one colour."""
    return encoded(Image.new("RGB", size, colour))


def encoded(image: Image.Image) -> bytes:
    """``image`` as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def data_uri(content: bytes) -> str:
    """A PNG as an address."""
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def opened(encoded_content: str | None) -> Image.Image:
    """The picture in a client's ``b64_json``."""
    assert encoded_content is not None
    return Image.open(io.BytesIO(base64.b64decode(encoded_content)))


def masked(hole: tuple[int, int, int, int], *, colour: str = "white") -> bytes:
    """A mask as OpenAI's users make it: transparent where the picture is to change."""
    mask = Image.new("RGBA", (64, 64), colour)
    mask.paste((0, 0, 0, 0), hole)
    return encoded(mask)
