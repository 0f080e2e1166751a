"""Whether the pictures of a request go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studiolo.errors import InvalidImageError, InvalidRequestError

if TYPE_CHECKING:
    from studiolo.requests.image import ImageRequest

_INIT = "Give the picture as init_image (--init FILE)."


def check_pictures(request: ImageRequest) -> None:
    """Refuse what says how to treat a picture that is not there, and what contradicts itself.

    Raises:
        InvalidRequestError: a picture is missing, or two wishes exclude each other.
        InvalidImageError: the mask is not of the picture's size.
    """
    if request.init_image is None:
        _refuse_without_init(request)
    elif request.mask is not None and request.mask.size != request.init_image.size:
        mask, init = request.mask.size, request.init_image.size
        raise InvalidImageError(
            f"The mask is {mask[0]}x{mask[1]}, the picture {init[0]}x{init[1]}.",
            hint="Make the mask the picture's size: white where to repaint, black where to keep.",
        )
    _check_margins(request)
    _check_companions(request)
    _check_edits(request)


def _refuse_without_init(request: ImageRequest) -> None:
    wishes = {
        "A mask says where to repaint a picture": request.mask,
        "A mask prompt says what of a picture to repaint": request.mask_prompt or None,
        "Outpainting grows a picture": request.outpaint,
        "Upscaling enlarges a picture": request.upscale,
        "Removing the background cuts out a picture": request.remove_background or None,
    }
    for wish, given in wishes.items():
        if given is not None:
            raise InvalidRequestError(f"{wish}, but no picture was given.", hint=_INIT)


def _check_margins(request: ImageRequest) -> None:
    if request.outpaint is None:
        return
    if min(request.outpaint) < 0 or not any(request.outpaint):
        raise InvalidRequestError(
            f"outpaint is {request.outpaint}: it says how far each side grows, at least one of them.",
            hint="Give pixels for left, top, right and bottom, such as 128,0,128,0.",
        )
    if request.mask is not None or request.mask_prompt:
        raise InvalidRequestError(
            "There are margins to grow by and a mask as well.",
            hint="Outpaint first, then repaint the result.",
        )
    if request.width is not None or request.height is not None:
        init = request.init_image.size if request.init_image is not None else (0, 0)
        left, top, right, bottom = request.outpaint
        grown = init[0] + left + right, init[1] + top + bottom
        if (request.width or grown[0], request.height or grown[1]) != grown:
            raise InvalidRequestError(
                f"The picture grows to {grown[0]}x{grown[1]}, but another size was asked for.",
                hint="Leave the size out: the margins say it.",
            )


def _check_companions(request: ImageRequest) -> None:
    asked = request.control, request.control_strength, request.control_prepared or None
    if request.control_image is None and any(value is not None for value in asked):
        raise InvalidRequestError(
            "A control says how to follow a picture's layout, but no picture was given.",
            hint="Give the picture as control_image (--control FILE).",
        )
    edges = request.mask, request.mask_prompt or None, request.outpaint
    if request.seam is not None and all(edge is None for edge in edges):
        raise InvalidRequestError(
            "seam says how to treat the edge of what is painted anew, but all of the picture is.",
            hint="Give a mask, a mask prompt or margins to grow by, or leave seam out.",
        )
    if not request.references and request.similarity is not None:
        raise InvalidRequestError(
            "similarity says how near to stay to reference pictures, but none was given.",
            hint="Give one to five as references (--reference FILE).",
        )


def _check_edits(request: ImageRequest) -> None:
    if not request.edits_only:
        return
    if request.upscale is not None and request.remove_background:
        raise InvalidRequestError(
            "A picture is either enlarged or cut out in one go.", hint="Do one, then the other."
        )
    others = request.mask, request.outpaint, request.control_image, *request.references
    if any(other is not None for other in others) or request.mask_prompt:
        raise InvalidRequestError(
            "A picture that is only enlarged or cut out is not painted on.",
            hint="Leave masks, margins, control and references out, or paint first.",
        )
