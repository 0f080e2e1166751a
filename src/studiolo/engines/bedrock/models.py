"""The models of Bedrock that paint, as data: what they are called, where they are, what became of them."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from studiolo.engines.bedrock.conversation import foundation_model
from studiolo.engines.bedrock.errors import LIST_MODELS
from studiolo.errors import UnknownEngineError

Family = Literal["titan", "nova", "stability"]

DEFAULT: Final = "core"

_VERSION = re.compile(r"-v\d+(:\d+)*$")


@dataclass(frozen=True, kw_only=True)
class ImageModel:
    """A model that paints, or changes pictures.

    ``name`` is ours, ``model_id`` Bedrock's; ``call_id`` is what is called: the model itself, or the
    inference profile that alone reaches it. ``ended`` is the day since which it is gone everywhere,
    ``successor`` the name of what to use instead.
    """

    name: str
    model_id: str
    title: str
    family: Family
    regions: tuple[str, ...]
    call_id: str
    ended: date | None = None
    successor: str = ""


def _amazon(name: str, model_id: str, title: str, regions: tuple[str, ...], ended: date | None) -> ImageModel:
    return ImageModel(
        name=name,
        model_id=model_id,
        title=title,
        family="nova" if name.startswith("nova") else "titan",
        regions=regions,
        call_id=model_id,
        ended=ended,
        successor=DEFAULT,
    )


def _generator(name: str, model_id: str, title: str) -> ImageModel:
    return ImageModel(
        name=name,
        model_id=model_id,
        title=title,
        family="stability",
        regions=("us-west-2",),
        call_id=model_id,
    )


def _service(name: str, stem: str, title: str) -> ImageModel:
    """One of the Stability AI Image Services, which are reached through a profile of the United States."""
    model_id = f"stability.{stem}-v1:0"
    return ImageModel(
        name=name,
        model_id=model_id,
        title=f"Stable Image {title}",
        family="stability",
        regions=("us-east-1", "us-east-2", "us-west-2"),
        call_id=f"us.{model_id}",
    )


# Ids and regions: the Bedrock guide's pages on Stability AI, Titan and Nova. Ends: its "Model lifecycle",
# whose tables of October 2026 have no model of Stability AI among those to go, and no Titan v1 any more.
MODELS: Final = (
    _generator("core", "stability.stable-image-core-v1:1", "Stable Image Core"),
    _generator("ultra", "stability.stable-image-ultra-v1:1", "Stable Image Ultra"),
    _generator("sd3.5-large", "stability.sd3-5-large-v1:0", "Stable Diffusion 3.5 Large"),
    _service("inpaint", "stable-image-inpaint", "Inpaint"),
    _service("outpaint", "stable-outpaint", "Outpaint"),
    _service("erase", "stable-image-erase-object", "Erase Object"),
    _service("search-replace", "stable-image-search-replace", "Search and Replace"),
    _service("search-recolor", "stable-image-search-recolor", "Search and Recolor"),
    _service("remove-background", "stable-image-remove-background", "Remove Background"),
    _service("control-sketch", "stable-image-control-sketch", "Control Sketch"),
    _service("control-structure", "stable-image-control-structure", "Control Structure"),
    _service("style-guide", "stable-image-style-guide", "Style Guide"),
    _service("style-transfer", "stable-style-transfer", "Style Transfer"),
    _service("fast-upscale", "stable-fast-upscale", "Fast Upscale"),
    _service("conservative-upscale", "stable-conservative-upscale", "Conservative Upscale"),
    _service("creative-upscale", "stable-creative-upscale", "Creative Upscale"),
    _amazon(
        "nova-canvas",
        "amazon.nova-canvas-v1:0",
        "Nova Canvas",
        ("us-east-1", "eu-west-1", "ap-northeast-1"),
        date(2026, 9, 30),
    ),
    _amazon(
        "titan-v2",
        "amazon.titan-image-generator-v2:0",
        "Titan Image Generator G1 v2",
        ("us-east-1", "us-west-2"),
        date(2026, 6, 30),
    ),
    _amazon(
        "titan-v1",
        "amazon.titan-image-generator-v1",
        "Titan Image Generator G1 v1",
        ("us-east-1", "us-west-2"),
        None,
    ),
)
NAMES: Final = tuple(model.name for model in MODELS)


def find(asked: str | None, *, stands_for: str | None = None) -> ImageModel:
    """The model that ``asked`` means: a name of ours, an id, an inference profile's id, or the ARN of either.

    A later version of a model we know is taken for that model. ``stands_for`` says which model is behind an
    ARN that does not tell.

    Raises:
        UnknownEngineError: it is none that paints, as far as we know.
    """
    if not asked:
        return _named(DEFAULT)
    if asked in NAMES:
        return _named(asked)
    if stands_for is not None:
        return replace(find(stands_for), call_id=asked)
    model_id = foundation_model(asked)
    same = [model for model in MODELS if model.model_id == model_id] or [
        model for model in MODELS if _VERSION.sub("", model.model_id) == _VERSION.sub("", model_id)
    ]
    if len(same) != 1:
        raise UnknownEngineError(
            f"'{asked}' is no model of Bedrock that we know to paint.",
            hint=_meant(asked),
        )
    return same[0] if asked == same[0].model_id else replace(same[0], call_id=asked)


def _meant(asked: str) -> str:
    if asked.startswith("arn:"):
        return f"Say which it stands for: image_model under [engines.bedrock], one of: {', '.join(NAMES)}."
    alike = difflib.get_close_matches(asked, NAMES, n=2, cutoff=0.5)
    meant = f"Did you mean {' or '.join(alike)}? " if alike else ""
    return f"{meant}Known: {', '.join(NAMES)}, and their ids. {LIST_MODELS}"


def _named(name: str) -> ImageModel:
    return next(model for model in MODELS if model.name == name)
