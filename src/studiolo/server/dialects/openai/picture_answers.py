"""What a client of OpenAI's is told of pictures: documents, and events of a stream."""

from __future__ import annotations

import base64
import io
import json
import time
from dataclasses import dataclass
from typing import Any, Final, Literal

from studiolo.errors import (
    Cancelled,
    ContentRefusedError,
    CostLimitError,
    CredentialsError,
    DiskFullError,
    EngineError,
    EngineTimeoutError,
    GalleryError,
    GalleryReadOnlyError,
    InvalidImageError,
    InvalidRequestError,
    OfflineError,
    RateLimitedError,
    UnknownEngineError,
    UnsupportedRequestError,
    kind_of,
)
from studiolo.gallery import Gallery, Picture
from studiolo.imaging.decode import load_image
from studiolo.imaging.metadata import QUALITY, encode_image, read_metadata
from studiolo.jobs.job import Job
from studiolo.server.dialects.openai.orders import Order

Event = Literal["image_generation", "image_edit"]

_RAISED: Final = {
    kind_of(kind("")): kind
    for kind in (
        ContentRefusedError, CostLimitError, CredentialsError, DiskFullError, EngineError, EngineTimeoutError,
        GalleryError, GalleryReadOnlyError,
        InvalidImageError, InvalidRequestError, OfflineError, RateLimitedError, UnknownEngineError,
        UnsupportedRequestError,
    )
}  # fmt: skip

_NO_TOKENS: Final = {
    "input_tokens": 0,
    "output_tokens": 0,
    "total_tokens": 0,
    "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
}
"""Events must say; engines that paint count none."""


def check_done(job: Job) -> None:
    """Raise what a job that has ended failed of.

    Raises:
        StudioloError: what its runner raised; an EngineError where that cannot be made again.
        Cancelled: somebody cancelled it.
    """
    if job.error is not None:
        raise _RAISED.get(job.error.name, EngineError)(job.error.message, hint=job.error.hint)
    if job.state == "cancelled":
        raise Cancelled("The job was cancelled.", hint="What was finished before is in the gallery.")


@dataclass(frozen=True, kw_only=True)
class PictureAnswers:
    """Pictures of the gallery in the form a client asked for.

    Args:
        gallery: has them.
        order: says how the client wants them.
        here: this server's own address.
    """

    gallery: Gallery
    order: Order
    here: str

    def document(self, job: Job) -> dict[str, Any]:
        """All pictures of a job that is done; reads their files.

        Raises:
            GalleryError: a file is missing or damaged.
            PictureNotFoundError: a picture was removed for good meanwhile.
        """
        pictures = [self.gallery.get(picture_id) for picture_id in job.pictures]
        told = {
            "created": int(time.time()),
            "background": "opaque",
            "output_format": self.order.body.output_format,
            "data": [self._entry(picture) for picture in pictures],
        }
        if pictures:
            told["size"] = f"{pictures[0].width}x{pictures[0].height}"
        if self.order.body.quality in {"low", "medium", "high", "xhigh", "max"}:
            told["quality"] = self.order.body.quality
        return told

    def completed(self, event: Event, picture: Picture) -> bytes:
        """The event that brings a finished picture."""
        size = f"{picture.width}x{picture.height}"
        more = {"usage": _NO_TOKENS, "id": picture.id, "seed": picture.seed}
        return self._event(f"{event}.completed", self._encoded(self._file(picture)), size, more)

    def partial(self, event: Event, preview: bytes, index: int) -> bytes:
        """The event that shows how a picture looks so far; ``index`` counts those of a picture."""
        image = load_image(preview)
        buffer = io.BytesIO()
        image.save(buffer, self.order.body.output_format)
        size = f"{image.width}x{image.height}"
        return self._event(f"{event}.partial_image", buffer.getvalue(), size, {"partial_image_index": index})

    def _entry(self, picture: Picture) -> dict[str, Any]:
        """``id`` and ``seed`` are not OpenAI's; clients hand on what they do not know."""
        told: dict[str, Any] = {"id": picture.id, "seed": picture.seed}
        if picture.prompt != self.order.request.prompt:
            told["revised_prompt"] = picture.prompt
        if self.order.body.as_url:
            return {**told, "url": f"{self.here.rstrip('/')}/api/pictures/{picture.id}/image"}
        return {**told, "b64_json": _base64(self._encoded(self._file(picture)))}

    def _event(self, kind: str, content: bytes, size: str, more: dict[str, Any]) -> bytes:
        body = self.order.body
        told = {
            "type": kind,
            "b64_json": _base64(content),
            "created_at": int(time.time()),
            "size": size,
            "quality": body.quality if body.quality not in {"standard", "hd"} else "auto",
            "background": "opaque",
            "output_format": body.output_format,
            **more,
        }
        return f"event: {kind}\ndata: {json.dumps(told)}\n\n".encode()

    def _file(self, picture: Picture) -> bytes:
        return self.gallery.blobs.get(picture.image_key)

    def _encoded(self, content: bytes) -> bytes:
        """The gallery's own PNG, or a copy in another format that knows as much of itself."""
        body = self.order.body
        if body.output_format == "png":
            return content
        known = read_metadata(content)
        partly = self.order.request.mask is not None
        quality = QUALITY if body.output_compression is None else body.output_compression
        image = load_image(content)
        return encode_image(image, body.output_format, known, known.record, partly=partly, quality=quality)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
