"""From OpenAI's fields to an ImageRequest and the engine that is to paint it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from studiolo.engines.capabilities import Capabilities
from studiolo.engines.kinds import Kind
from studiolo.errors import InvalidRequestError
from studiolo.requests import ImageRequest, SourceImage, explain
from studiolo.server.dialects.openai.forms import Form
from studiolo.server.dialects.openai.image_bodies import EditBody, GenerationBody, ImageBody, VariationBody
from studiolo.server.dialects.openai.names import Chosen, choose
from studiolo.server.generation import RequestBody, image_request
from studiolo.studio import Studio

_STEPS: Final = {"low": 0.5, "high": 2.0, "hd": 2.0, "xhigh": 3.0, "max": 4.0}
"""How often the engine's own number of steps a quality takes; the others take it once."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be painted, by whom, and how the client wants to have it."""

    request: ImageRequest
    engine: str
    body: ImageBody

    @property
    def fingerprint(self) -> str:
        """The same for the same order; pictures count by their content."""
        asked = f"{self.engine}\n{self.body.translate}\n{self.request.model_dump_json()}"
        return hashlib.sha256(asked.encode()).hexdigest()


def generation(studio: Studio, body: GenerationBody) -> Order:
    """Pictures from words; may wait for pictures from the web.

    Raises:
        UnknownEngineError: there is no such model.
        InputError: the pictures cannot be had like this.
    """
    return _order(studio, body, body.prompt)


def edit(studio: Studio, form: Form) -> Order:
    """A picture changed by words; where its mask, or else itself, is transparent, it is painted anew.

    Raises:
        UnknownEngineError, InputError: as :func:`generation`.
    """
    body = form.read(EditBody)
    image = SourceImage(_image(form))
    mask = form.file("mask")
    hole = SourceImage(mask) if mask is not None else image
    if mask is None and image.image.mode != "RGBA":
        return _order(studio, body, body.prompt, init_image=image)
    return _order(studio, body, body.prompt, init_image=image, mask=_repainted(hole))


def variation(studio: Studio, form: Form) -> Order:
    """A picture like another one.

    Raises:
        UnknownEngineError, InputError: as :func:`generation`.
        EngineError: the assistant could not say what the picture shows.
    """
    body = form.read(VariationBody)
    content = _image(form)
    prompt = body.prompt.strip() or _prompt_of(studio, content)
    return _order(studio, body, prompt, init_image=SourceImage(content))


def _image(form: Form) -> bytes:
    content = form.file("image")
    if content is None:
        raise InvalidRequestError("'image' is missing.", hint="Send a picture's file as the field image.")
    return content


def _repainted(mask: SourceImage) -> SourceImage:
    """White where ``mask`` is erased, as engines read masks; one without transparency is such already."""
    if mask.image.mode != "RGBA":
        return mask
    from PIL import ImageOps

    return SourceImage(ImageOps.invert(mask.image.getchannel("A")))


def _prompt_of(studio: Studio, content: bytes) -> str:
    known = studio.gallery.by_content(content)
    if known is not None and known.prompt:
        return known.prompt
    return studio.describe(content, keep=False).read().text


def _order(studio: Studio, body: ImageBody, prompt: str, **pictures: SourceImage) -> Order:
    chosen = choose(studio, Kind.IMAGE, body.model)
    capabilities = studio.registry.resolve(chosen.spec).capabilities
    fields: dict[str, Any] = {**_steps(body, capabilities), **body.ours, "prompt": prompt, "count": body.n}
    try:
        asked = RequestBody.model_validate(fields)
    except ValidationError as error:
        raise explain(error, RequestBody) from error
    more = {**pictures, **_size(body, chosen, capabilities)}
    request = studio.request(image_request(studio, asked), **more)
    return Order(request=request, engine=chosen.spec, body=body)


def _steps(body: ImageBody, capabilities: Capabilities) -> dict[str, int]:
    steps, factor = capabilities.steps, _STEPS.get(body.quality)
    if steps is None or factor is None:
        return {}
    return {"steps": round(min(max(steps.default * factor, steps.minimum), steps.maximum))}


def _size(body: ImageBody, chosen: Chosen, capabilities: Capabilities) -> dict[str, int]:
    """As asked; who does not know which engine it is cannot know its sizes, and gets the nearest."""
    if body.pixels is None:
        return {}
    width, height = body.pixels
    if chosen.alias and width and height:
        width, height = capabilities.sizes.fitting(width, height)
    return {"width": width, "height": height}
