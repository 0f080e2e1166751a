"""What a painting starts from: a picture, a part of one, or a smaller painting of its own."""

from __future__ import annotations

from typing import Any, Final

from studiolo.engines.automatic1111.options import MIN_SIDE_PX, MULTIPLE_PX, Wishes
from studiolo.engines.pictures import as_base64
from studiolo.engines.repainting import init_picture, mask_of
from studiolo.errors import InvalidRequestError
from studiolo.requests import ImageRequest

_AS_IT_IS: Final = 0  # resize_mode "Just resize": pictures are sent at the size that is painted
_ORIGINAL: Final = 1  # inpainting_fill: from what is there; the API's own default is to blur it away
_BLUR_PX: Final = 4  # the web UI's own default, as is the next
_PADDING_PX: Final = 32


def start(request: ImageRequest, wishes: Wishes) -> dict[str, Any]:
    """The picture to start from and, where one is asked for, the mask: white is painted anew, as with us.

    The whole picture is painted, not only what is masked, unless ``inpaint_full_res`` says so: a part by
    itself does not know what is around it.
    """
    fields: dict[str, Any] = {
        "init_images": [as_base64(init_picture(request))],
        "denoising_strength": request.strength,
        "resize_mode": _AS_IT_IS,
        "include_init_images": False,
    }
    if request.mask is None:
        return fields
    usual = {
        "mask_blur": 0 if request.seam == "precise" else _BLUR_PX,
        "inpaint_full_res": False,
        "inpaint_full_res_padding": _PADDING_PX,
    }
    said = {name: getattr(wishes, name) for name in usual}
    fill = wishes.fill_number
    return fields | {
        "mask": as_base64(mask_of(request)),
        "inpainting_fill": _ORIGINAL if fill is None else fill,
        "inpainting_mask_invert": 0,
        **{name: usual[name] if value is None else value for name, value in said.items()},
    }


def first_pass(width: int, height: int, scale: float) -> tuple[int, int]:
    """What is painted before it is enlarged ``scale`` times to ``width`` by ``height``, in pixels.

    Raises:
        InvalidRequestError: that is too small to be painted.
    """
    sides = [round(side / scale / MULTIPLE_PX) * MULTIPLE_PX for side in (width, height)]
    if min(sides) < MIN_SIDE_PX:
        raise InvalidRequestError(
            f"With hr_scale {scale:g}, {width}x{height} starts at {sides[0]}x{sides[1]}: too small.",
            hint=f"Sides of the first pass have {MIN_SIDE_PX} pixels at least: ask for more, or scale less.",
        )
    return sides[0], sides[1]
