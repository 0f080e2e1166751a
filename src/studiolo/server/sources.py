"""Pictures that clients name: an upload, one of the gallery, one in the text itself, one on the web.

A text is never a path. Whoever may talk to the server may not read its files.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Final

from pydantic import Field

from studiolo.errors import InvalidImageError, InvalidRequestError, TooLargeError
from studiolo.requests import SourceImage
from studiolo.server.limits import MEGABYTE
from studiolo.studio import Studio

_DATA: Final = re.compile(r"data:(?P<type>[a-z0-9.+/-]{0,80})(?P<base64>;base64)?,", re.IGNORECASE)
_FORMS: Final = (
    "Write sha256:… (as POST /api/uploads answers it), picture:ID (of the gallery), "
    "data:image/png;base64,… or https://…"
)

PictureReference = Annotated[
    str,
    Field(
        min_length=1,
        description="A picture: `sha256:<hex>` as POST /api/uploads answers it, `picture:<id>` of the "
        "gallery, `data:image/png;base64,…`, or an `https://…` address that is public. Never a path.",
        examples=["picture:1kqz8m4t2-7k3f"],
    ),
]
"""How a picture stands in JSON."""


def find_source(studio: Studio, text: str) -> SourceImage:
    """The picture that a client's reference means; may wait for the web.

    Raises:
        InvalidRequestError: it is no reference.
        PictureNotFoundError: nothing is known under that hash or id.
        InvalidImageError: what it refers to cannot be opened as a picture, or not safely.
        UnsafeAddressError, OfflineError: an address that is not fetched.
        TooLargeError: the data is more than an upload may be.
    """
    from studiolo.fetching import FetchLimits, fetch_picture, is_address

    text = text.strip()
    max_bytes = studio.settings.upload_mb * MEGABYTE
    if text.startswith("sha256:"):
        return SourceImage(studio.gallery.source_image(text))
    if text.startswith("picture:"):
        return SourceImage(studio.gallery.image(text.removeprefix("picture:")))
    if text[:5].lower() == "data:":
        return SourceImage(read_data_uri(text, max_bytes=max_bytes))
    if is_address(text):
        return SourceImage(fetch_picture(text, limits=FetchLimits(max_bytes=max_bytes)))
    raise InvalidRequestError(f"{text[:60]!r} is no reference to a picture.", hint=_FORMS)


def read_data_uri(text: str, *, max_bytes: int) -> bytes:
    """The bytes in ``data:image/…;base64,…``; what they are, only the decoder can tell.

    Raises:
        InvalidImageError: the address is not of that form.
        TooLargeError: there are more than ``max_bytes``.
    """
    head = _DATA.match(text)
    if head is None or not head["base64"] or not head["type"].lower().startswith("image/"):
        raise InvalidImageError(
            "The data: address does not hold a picture in base64.",
            hint="Write data:image/png;base64, and then the file's bytes in base64.",
        )
    encoded = text[head.end() :]
    if len(encoded) * 3 // 4 > max_bytes + 2:
        raise TooLargeError(
            f"The picture in the data: address is larger than {max_bytes / MEGABYTE:.0f} MB.",
            hint="Make it smaller, or raise STUDIOLO_UPLOAD_MB.",
        )
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:  # ValueError: a letter beyond ASCII
        raise InvalidImageError(
            "The data: address is damaged: it is not base64.", hint="Encode the file's bytes again."
        ) from error
