"""Pictures enlarged by the web UI's upscalers (``/sdapi/v1/extra-single-image``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from studiolo.engines.automatic1111.catalogue import Catalogue
from studiolo.engines.automatic1111.names import same
from studiolo.engines.http.worker import Beat
from studiolo.engines.pictures import as_base64, picture_from_base64
from studiolo.errors import EngineError, InvalidRequestError
from studiolo.requests import ImageRequest

if TYPE_CHECKING:
    from PIL.Image import Image

PATH: Final = "sdapi/v1/extra-single-image"

_BEST: Final = (
    "R-ESRGAN 4x+",
    "RealESRGAN 4x+",
    "ESRGAN_4x",
    "R-ESRGAN General 4xV3",
    "SwinIR 4x",
    "Lanczos",
)
"""What is taken when none is named, the first that there is."""

_EIGHT: Final = 8
_OPAQUE: Final = 255


class _Enlarged(BaseModel):
    image: str


def choose(asked: str, catalogue: Catalogue, beat: Beat) -> str:
    """The server's name of the upscaler ``asked``, of the best it has where that is empty.

    Raises:
        InvalidRequestError: there is none of that name, or none at all.
    """
    if asked:
        return catalogue.pick(asked, catalogue.upscalers, beat, what="upscaler", error=InvalidRequestError)
    there = catalogue.upscalers(beat)
    for name in (*_BEST, *there):
        found = same(name, there)
        if found is not None:
            return found
    raise InvalidRequestError(f"{catalogue.title} has no upscaler.", hint="Use another engine: realesrgan.")


def enlarge(request: ImageRequest, upscaler: str, post: Callable[[str, Any], Any], *, title: str) -> Image:
    """The picture of ``request`` its factor times as large, transparent where it was.

    The web UI cuts what it makes to a multiple of eight (``Upscaler.upscale`` in modules/upscaler.py) and
    drops transparency; so it gets the picture with its edges drawn out, and the transparency is put back.

    Raises:
        EngineError: it did not give a picture of that size.
    """
    if request.init_image is None or request.upscale is None:
        raise ValueError("there is no picture to enlarge")
    from PIL import Image as Pil

    source, factor = request.init_image.image, request.upscale
    asked = source.width * factor, source.height * factor
    content = post(PATH, _body(_padded(_colours(source), _EIGHT // factor), factor, upscaler))
    try:
        image = _Enlarged.model_validate(content).image
    except ValidationError as error:
        raise EngineError(f"{title} sent no enlarged picture.", hint="Ask again.") from error
    larger = picture_from_base64(image, title=title).convert("RGB")
    if larger.width < asked[0] or larger.height < asked[1]:
        raise EngineError(
            f"{title} made {larger.width}x{larger.height} of it, where {asked[0]}x{asked[1]} was asked for.",
            hint=f"'{upscaler}' does not enlarge that much: name another as option upscaler.",
        )
    larger = larger.crop((0, 0, *asked))
    if source.mode != "RGBA":
        return larger
    opacity = source.getchannel("A").resize(asked, Pil.Resampling.BICUBIC)
    return Pil.merge("RGBA", (*larger.split(), opacity))


def _body(picture: Image, factor: int, upscaler: str) -> dict[str, Any]:
    return {
        "resize_mode": 0,  # by a factor
        "show_extras_results": True,
        "upscaling_resize": factor,
        "upscaler_1": upscaler,
        "upscaler_2": "None",
        "extras_upscaler_2_visibility": 0,
        "image": as_base64(picture),
    }


def _colours(picture: Image) -> Image:
    """Without transparency; what cannot be seen takes the colours around it, so that none bleeds in."""
    import numpy as np
    from PIL import Image as Pil

    from studiolo.imaging.filling import fill

    if picture.mode != "RGBA":
        return picture.convert("RGB")
    pixels = np.asarray(picture)
    hidden = pixels[..., 3] < _OPAQUE
    if hidden.all():
        return picture.convert("RGB")
    return Pil.fromarray(fill(np.ascontiguousarray(pixels[..., :3]), hidden))


def _padded(picture: Image, multiple: int) -> Image:
    """With its last row and column repeated, up to sides that are multiples."""
    import numpy as np
    from PIL import Image as Pil

    right, down = -picture.width % multiple, -picture.height % multiple
    return Pil.fromarray(np.pad(np.asarray(picture), ((0, down), (0, right), (0, 0)), mode="edge"))
