"""The pictures of a request on their way to the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studiolo.engines.comfyui.server import Server
from studiolo.engines.comfyui.templates import Uploads
from studiolo.engines.http.worker import Beat
from studiolo.engines.repainting import init_picture, mask_of, size_of
from studiolo.imaging.flattening import flattened
from studiolo.requests import ImageRequest

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The pictures of a request as they are sent."""

    init: Image | None = None
    mask: Image | None = None
    control: Image | None = None

    @classmethod
    def of(cls, request: ImageRequest) -> Sources:
        """Those of ``request``, at the size that is painted; one that is only enlarged stays as it is."""
        if request.init_image is not None and request.edits_only:
            return cls(init=flattened(request.init_image.image))
        return cls(
            init=init_picture(request) if request.init_image is not None else None,
            mask=mask_of(request).convert("RGB") if request.mask is not None else None,
            control=_control(request),
        )

    def with_mask_in_alpha(self) -> Sources:
        """As ``LoadImage`` reads masks: what is transparent is painted anew."""
        from PIL import ImageOps

        if self.init is None or self.mask is None:
            return self
        init = self.init.convert("RGBA")
        init.putalpha(ImageOps.invert(self.mask.convert("L")))
        return Sources(init=init, control=self.control)

    def uploaded(self, server: Server, beat: Beat) -> Uploads:
        """Their names at the server."""
        given = {"init": self.init, "mask": self.mask, "control": self.control}
        return Uploads(
            **{name: server.upload(image, beat) for name, image in given.items() if image is not None}
        )


def _control(request: ImageRequest) -> Image | None:
    from PIL import Image as Pil

    if request.control_image is None:
        return None
    how = Pil.Resampling.NEAREST if request.control == "segmentation" else Pil.Resampling.LANCZOS
    return request.control_image.image.convert("RGB").resize(size_of(request), how)
