"""Pictures as files: cached for good, never taken for anything but a picture, named for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response

from studiolo.errors import GalleryError, InvalidImageError
from studiolo.gallery import Gallery, Picture
from studiolo.gallery.filenames import slug

FOREVER: Final = "private, max-age=31536000, immutable"
"""What an id or a hash names never changes."""
ASK_EACH_TIME: Final = "private, no-cache"
WEBP: Final = "image/webp"
PNG: Final = "image/png"

# Opened on its own, a picture is no document of ours: no script in it runs, and it loads nothing.
_SANDBOX: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, kw_only=True)
class PictureFile:
    """A picture's bytes, what they are, and the name to save them under."""

    content: bytes
    media_type: str
    name: str


def picture_file(gallery: Gallery, picture: Picture, *, strip: bool) -> PictureFile:
    """The file of ``picture``; with ``strip``, a copy that tells neither prompt nor settings.

    What cannot be copied without its metadata (GIF, BMP, TIFF, AVIF) becomes a PNG of its first frame.

    Raises:
        GalleryError: the file is missing or damaged.
    """
    content = gallery.blobs.get(picture.image_key)
    try:
        media_type = read_media_type(content)
        if strip:
            content, media_type = _stripped(content, media_type)
    except InvalidImageError as error:
        raise GalleryError(
            f"The file of picture {picture.id} is damaged.", hint="Run: studiolo gallery check --deep"
        ) from error
    # The prompt is in the name, too.
    name = f"picture-{picture.id}" if strip else f"{slug(picture.prompt)}-{picture.id}"
    return PictureFile(content=content, media_type=media_type, name=f"{name}.{_suffix(media_type)}")


def read_media_type(content: bytes) -> str:
    """What ``content`` is, by its decoder; what anybody claims it to be does not count.

    Raises:
        InvalidImageError: not a picture that we open.
    """
    from PIL import Image

    from studiolo.imaging.decode import open_image

    with open_image(content) as image:
        return Image.MIME[image.format or "PNG"]


def respond(
    request: Request,
    read: Callable[[], PictureFile],
    *,
    etag: str,
    cache: str = FOREVER,
    download: bool = False,
) -> Response:
    """The response that carries a picture, or 304 where the client has it: then nothing is read."""
    headers = {"ETag": f'"{etag}"', "Cache-Control": cache, **_SANDBOX}
    if _has_it(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    file = read()
    headers["Content-Disposition"] = disposition(file.name, download=download)
    return Response(file.content, media_type=file.media_type, headers=headers)


def disposition(name: str, *, download: bool) -> str:
    """A Content-Disposition (RFC 6266): ``name`` in full for those that read it, in ASCII for the others."""
    kind = "attachment" if download else "inline"
    plain = "".join(letter for letter in name if letter.isascii() and (letter.isalnum() or letter in "-_."))
    plain = plain.lstrip("-.") or "picture"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _has_it(request: Request, etag: str) -> bool:
    """Whether ``If-None-Match`` (RFC 9110) names what would be sent."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))


def _stripped(content: bytes, media_type: str) -> tuple[bytes, str]:
    from studiolo.imaging.metadata import strip_metadata

    if media_type not in {PNG, "image/jpeg", WEBP}:
        content, media_type = _as_png(content), PNG
    return strip_metadata(content), media_type


def _as_png(content: bytes) -> bytes:
    from studiolo.requests import SourceImage

    return SourceImage(content).png


def _suffix(media_type: str) -> str:
    kind = media_type.removeprefix("image/")
    return {"jpeg": "jpg", "tiff": "tif"}.get(kind, kind)
