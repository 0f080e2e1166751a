"""A control map as sd-webui-controlnet takes it (``ControlNetUnit`` of its 1.1.455)."""

from __future__ import annotations

import re
from typing import Any, Final

from studiolo.engines.automatic1111.catalogue import Catalogue
from studiolo.engines.automatic1111.names import listed
from studiolo.engines.automatic1111.options import Wishes
from studiolo.engines.http.worker import Beat
from studiolo.engines.pictures import as_base64
from studiolo.engines.repainting import size_of
from studiolo.errors import InvalidRequestError
from studiolo.requests import Control, ImageRequest

_WORDS: Final[dict[Control, re.Pattern[str]]] = {
    "canny": re.compile("canny"),
    "segmentation": re.compile(r"(?<![a-z])seg(?![a-z])|segment"),
}
_LARGE: Final = re.compile(r"(?<![a-z])(sd)?xl|(?<![a-z])pony|illustrious")


def control_unit(
    request: ImageRequest, wishes: Wishes, catalogue: Catalogue, checkpoint: str | None, beat: Beat
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The unit that follows the request's map, and notes on what was chosen for it.

    Raises:
        UnsupportedRequestError: the server has no ControlNet.
        InvalidRequestError: it has no model for such maps.
    """
    if request.control_image is None or request.control is None:
        raise ValueError("there is no control map to follow")
    from PIL import Image as Pil

    if wishes.control_model is not None:
        model = catalogue.pick(
            wishes.control_model,
            catalogue.control_models,
            beat,
            what="ControlNet model",
            error=InvalidRequestError,
        )
        notes: tuple[str, ...] = ()
    else:
        model, notes = _model_for(request.control, [*catalogue.control_models(beat)], checkpoint)
    how = Pil.Resampling.NEAREST if request.control == "segmentation" else Pil.Resampling.LANCZOS
    drawn = request.control_image.image.convert("RGB").resize(size_of(request), how)
    unit = {
        "enabled": True,
        "module": catalogue.no_preprocessor(beat),
        "model": model,
        "weight": request.control_strength,
        "image": as_base64(drawn),
        "resize_mode": "Crop and Resize",
        "control_mode": "Balanced",
        "pixel_perfect": False,
        "guidance_start": 0.0,
        "guidance_end": 1.0,
        "save_detected_map": False,  # else it comes back as a second picture
    }
    return unit, notes


def _model_for(control: Control, models: list[str], checkpoint: str | None) -> tuple[str, tuple[str, ...]]:
    able = [name for name in models if _WORDS[control].search(name.lower())]
    if not able:
        raise InvalidRequestError(
            f"ControlNet has no model for {control} maps there.",
            hint=f"Put one there, or name one as option control_model: {listed(models) or 'none yet'}.",
        )
    large = bool(checkpoint and _LARGE.search(checkpoint.lower()))
    fitting = [name for name in able if bool(_LARGE.search(name.lower())) == large]
    model = (fitting or able)[0]
    if len(able) == 1:
        return model, ()
    return model, (f"followed by the ControlNet model {model}; option control_model names another",)
