"""Who paints behind the router, each asked in its own words.

From the client of Hugging Face (huggingface_hub 2.4.0, ``inference/_providers/``), which is the router's
description where its pages say only how to use it. Of its providers of pictures these are here; Replicate has
an engine of its own, and whose finished picture the router does not promise to hand out again are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from studiolo.engines.pictures import as_base64, as_data_url
from studiolo.requests import ImageRequest

if TYPE_CHECKING:
    from PIL.Image import Image

Task = Literal["text-to-image", "image-to-image"]

KNOBS: Final = ("seed", "steps", "guidance_scale", "negative_prompt")
"""Of a request: what some of them take."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One of them.

    ``path`` and ``body`` make a request of the provider's name of the model, the words and knobs, the size,
    and the picture to begin from. ``names`` says what it calls the knobs; what is not there it does not take.
    A provider with a ``queue`` answers with a ticket where it is given a picture.
    """

    path: Callable[[str], str]
    body: Callable[[str, dict[str, Any], tuple[int, int], Image | None], dict[str, Any]]
    tasks: frozenset[Task]
    names: Mapping[str, str] = field(
        default_factory=lambda: {
            "seed": "seed",
            "steps": "num_inference_steps",
            "guidance_scale": "guidance_scale",
            "negative_prompt": "negative_prompt",
        }
    )
    queue: bool = False

    def knobs(self, request: ImageRequest) -> dict[str, Any]:
        """What of ``request`` was asked for, by the provider's names, and its prompt."""
        given = {name: getattr(request, name) for name in self.names}
        said = {self.names[name]: value for name, value in given.items() if value not in (None, "")}
        return {"prompt": request.prompt, **said}


_BOTH: Final[frozenset[Task]] = frozenset({"text-to-image", "image-to-image"})


def _hf_inference(
    model: str, knobs: dict[str, Any], size: tuple[int, int], init: Image | None
) -> dict[str, Any]:
    del model
    width, height = size
    if init is None:
        prompt = knobs.pop("prompt")
        return {"inputs": prompt, "parameters": {**knobs, "width": width, "height": height}}
    target = {"width": width, "height": height}
    return {"inputs": as_base64(init), "parameters": {**knobs, "target_size": target}}


def _fal(model: str, knobs: dict[str, Any], size: tuple[int, int], init: Image | None) -> dict[str, Any]:
    del model
    body = {**knobs, "image_size": {"width": size[0], "height": size[1]}}
    if init is not None:
        link = as_data_url(init)
        body |= {"image_url": link, "image_urls": [link]}
    return body


def _together(model: str, knobs: dict[str, Any], size: tuple[int, int], init: Image | None) -> dict[str, Any]:
    body = {"model": model, **knobs, "width": size[0], "height": size[1], "response_format": "base64"}
    if init is None:
        return body
    # Together's guide to image-to-image: FLUX.1 Kontext takes one address, the others a list.
    alone = "kontext" in model.lower() and "flux.1" in model.lower()
    link = as_data_url(init)
    return body | ({"image_url": link} if alone else {"reference_images": [link]})


def _nscale(model: str, knobs: dict[str, Any], size: tuple[int, int], init: Image | None) -> dict[str, Any]:
    del init
    return {"model": model, **knobs, "size": f"{size[0]}x{size[1]}", "response_format": "b64_json"}


PROVIDERS: Final[Mapping[str, Provider]] = {
    "hf-inference": Provider(
        path=lambda model: f"hf-inference/models/{model}", body=_hf_inference, tasks=_BOTH
    ),
    "fal-ai": Provider(path=lambda model: f"fal-ai/{model}", body=_fal, tasks=_BOTH, queue=True),
    "together": Provider(
        path=lambda _: "together/v1/images/generations",
        body=_together,
        tasks=_BOTH,
        names={
            "seed": "seed",
            "steps": "steps",
            "guidance_scale": "guidance_scale",
            "negative_prompt": "negative_prompt",
        },
    ),
    "nscale": Provider(
        path=lambda _: "nscale/v1/images/generations",
        body=_nscale,
        tasks=frozenset({"text-to-image"}),
        names={},
    ),
}
