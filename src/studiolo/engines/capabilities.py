"""What an engine can do, declared as data: it fills in defaults, refuses what cannot be, and drives pages.

A request is checked before anything runs or is paid for.
"""

from __future__ import annotations

import secrets
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from studiolo.chat import ChatCapabilities, ChatRequest
from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.requests import MAX_SEED, ImageRequest

Task = Literal["text-to-image", "image-to-image", "inpainting"]


class Range(BaseModel):
    """The values a number may take, both ends included, and its default."""

    model_config = ConfigDict(frozen=True)

    minimum: float
    maximum: float
    default: float


class Sizes(BaseModel):
    """The sizes an engine paints, in pixels: every multiple of ``multiple`` between the ends."""

    model_config = ConfigDict(frozen=True)

    minimum: int
    maximum: int
    multiple: int
    default: tuple[int, int]
    max_pixels: int | None = None

    def allows(self, width: int, height: int) -> bool:
        """Whether an engine with these sizes paints ``width`` by ``height``."""
        sides = all(
            self.minimum <= side <= self.maximum and side % self.multiple == 0 for side in (width, height)
        )
        return sides and (self.max_pixels is None or width * height <= self.max_pixels)

    def nearest(self, width: int, height: int) -> tuple[int, int]:
        """The allowed size whose sides are closest to ``width`` and ``height``."""
        lowest = -(-self.minimum // self.multiple) * self.multiple
        highest = self.maximum // self.multiple * self.multiple
        sides = [
            min(max(round(side / self.multiple) * self.multiple, lowest), highest) for side in (width, height)
        ]
        while self.max_pixels is not None and sides[0] * sides[1] > self.max_pixels and max(sides) > lowest:
            sides[sides.index(max(sides))] -= self.multiple
        return sides[0], sides[1]

    def fitting(self, width: int, height: int) -> tuple[int, int]:
        """The allowed size for a picture of ``width`` by ``height`` that keeps its shape best."""
        scale = min(1.0, self.maximum / max(width, height))
        if self.max_pixels is not None:
            scale = min(scale, (self.max_pixels / (width * height)) ** 0.5)
        scale = max(scale, self.minimum / min(width, height))
        return self.nearest(round(width * scale), round(height * scale))


class Capabilities(BaseModel):
    """What one engine (with one model) can do. ``None`` for a range: the engine has no such knob."""

    model_config = ConfigDict(frozen=True)

    description: str = Field(description="One sentence for a person choosing an engine.")
    tasks: frozenset[Task] = frozenset({"text-to-image"})
    sizes: Sizes
    max_count: int = 16
    max_seed: int = MAX_SEED
    steps: Range | None = None
    guidance_scale: Range | None = None
    strength: Range | None = Field(
        default=None,
        description="Of image-to-image and inpainting; also of the draft, where draft_strength is set.",
    )
    draft_strength: float | None = Field(
        default=None, description="Default strength of a painting that starts from the engine's own draft."
    )
    negative_prompt: bool = False
    schedulers: tuple[str, ...] = ()
    palette: int = Field(default=0, ge=0, description="How many colours to paint in it takes; 0: none.")
    previews: bool = False
    offline: bool = False
    languages: tuple[str, ...] = Field(default=("en",), description="Of prompts, BCP 47; empty: any.")
    options: frozenset[str] = Field(
        default=frozenset(), description="Names in ImageRequest.options it knows."
    )
    models: tuple[str, ...] = ()
    device: str = Field(
        default="cpu",
        description='What it works on: "cpu", "cuda:0", or the name of a service. Jobs for one device wait '
        "for each other, whichever engine they are for.",
    )
    parallel: int = Field(default=1, ge=1, description="How many jobs its device takes at once.")
    licence: str = ""


def task_of(request: ImageRequest) -> Task:
    """The task a request asks for, by the pictures it brings."""
    if request.mask is not None:
        return "inpainting"
    return "image-to-image" if request.init_image is not None else "text-to-image"


def check(capabilities: Capabilities, request: ImageRequest, *, engine: str) -> None:
    """Refuse what ``engine`` cannot do.

    Raises:
        UnsupportedRequestError: a task or a knob this engine does not have.
        InvalidRequestError: a value outside what this engine takes.
    """
    task = task_of(request)
    if task not in capabilities.tasks:
        raise UnsupportedRequestError(f"Engine '{engine}' does no {task}.")
    if request.negative_prompt and not capabilities.negative_prompt:
        raise UnsupportedRequestError(f"Engine '{engine}' takes no negative prompt.")
    _check_palette(capabilities, request, engine)
    unknown = sorted(set(request.options) - capabilities.options)
    if unknown:
        known = ", ".join(sorted(capabilities.options)) or "none"
        raise InvalidRequestError(
            f"Engine '{engine}' has no option '{unknown[0]}'.", hint=f"Its options: {known}."
        )
    _check_numbers(capabilities, request, engine)
    if request.strength is not None and task == "text-to-image" and capabilities.draft_strength is None:
        raise InvalidRequestError(
            "strength says how far to leave the picture to start from, but no picture was given.",
            hint="Give one as init_image (--init FILE), or leave strength out.",
        )
    _check_scheduler(capabilities, request, engine)
    _check_size(capabilities, request, engine)


def _check_palette(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    if request.palette and not capabilities.palette:
        raise UnsupportedRequestError(f"Engine '{engine}' takes no palette.")
    if len(request.palette) > capabilities.palette:
        raise InvalidRequestError(
            f"Engine '{engine}' takes at most {capabilities.palette} colours,"
            f" the palette has {len(request.palette)}.",
            hint="Leave out those that matter least.",
        )


def _check_numbers(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    if request.count > capabilities.max_count:
        raise InvalidRequestError(
            f"Engine '{engine}' makes at most {capabilities.max_count} pictures at once,"
            f" {request.count} were asked for.",
            hint="Ask for fewer, more often.",
        )
    highest = capabilities.max_seed - (request.count - 1)
    if request.seed is not None and request.seed > highest:
        raise InvalidRequestError(
            f"Seed {request.seed} is too large for {request.count} pictures of engine '{engine}'.",
            hint=f"Use a seed from 0 to {highest}.",
        )
    for name in ("steps", "guidance_scale", "strength"):
        value: float | None = getattr(request, name)
        if value is None:
            continue
        allowed: Range | None = getattr(capabilities, name)
        if allowed is None:
            raise UnsupportedRequestError(f"Engine '{engine}' has no setting '{name}'.")
        if not allowed.minimum <= value <= allowed.maximum:
            raise InvalidRequestError(
                f"{name} {value:g} is outside what engine '{engine}' takes.",
                hint=f"Use {allowed.minimum:g} to {allowed.maximum:g} (default {allowed.default:g}).",
            )


def _check_scheduler(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    if request.scheduler is None or request.scheduler in capabilities.schedulers:
        return
    if not capabilities.schedulers:
        raise UnsupportedRequestError(f"Engine '{engine}' has no choice of scheduler.")
    raise InvalidRequestError(
        f"Engine '{engine}' has no scheduler '{request.scheduler}'.",
        hint=f"Its schedulers: {', '.join(capabilities.schedulers)}.",
    )


def _check_size(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    sizes = capabilities.sizes
    width, height = _size(capabilities, request)
    if sizes.allows(width, height):
        return
    near = sizes.nearest(width, height)
    most = f", at most {sizes.max_pixels:,} pixels together" if sizes.max_pixels is not None else ""
    raise InvalidRequestError(
        f"Engine '{engine}' does not paint {width}x{height}: sides are multiples of {sizes.multiple}"
        f" from {sizes.minimum} to {sizes.maximum}{most}.",
        hint=f"The nearest it can do is {near[0]}x{near[1]}.",
    )


def _size(capabilities: Capabilities, request: ImageRequest) -> tuple[int, int]:
    if request.init_image is not None and request.width is None and request.height is None:
        # A painting from a picture keeps its shape as nearly as the engine can.
        return capabilities.sizes.fitting(*request.init_image.size)
    default_width, default_height = capabilities.sizes.default
    return request.width or default_width, request.height or default_height


def resolve(capabilities: Capabilities, request: ImageRequest) -> ImageRequest:
    """The request with every default of the engine filled in, and a seed drawn if none was given."""
    width, height = _size(capabilities, request)
    update: dict[str, object] = {"width": width, "height": height}
    if request.seed is None:
        # Small enough for every engine, so that a seed can be carried from one to another.
        highest = min(capabilities.max_seed, 2**31 - 2) - (request.count - 1)
        update["seed"] = secrets.randbelow(highest + 1)
    if request.steps is None and capabilities.steps is not None:
        update["steps"] = int(capabilities.steps.default)
    if request.guidance_scale is None and capabilities.guidance_scale is not None:
        update["guidance_scale"] = capabilities.guidance_scale.default
    if request.strength is None and capabilities.strength is not None:
        update["strength"] = (
            capabilities.draft_strength if request.init_image is None else capabilities.strength.default
        )
    if request.scheduler is None and capabilities.schedulers:
        update["scheduler"] = capabilities.schedulers[0]
    return request.model_copy(update=update)


def check_chat(capabilities: ChatCapabilities, request: ChatRequest, *, engine: str) -> None:
    """Refuse a conversation the engine cannot have.

    Raises:
        UnsupportedRequestError: there are pictures, or more of them, than its model looks at.
    """
    images = len(request.images)
    if images and capabilities.vision is False:
        raise UnsupportedRequestError(
            f"{engine} cannot look at pictures.", hint="Choose a model with vision: studiolo engines"
        )
    if images > capabilities.max_images and capabilities.vision:
        raise UnsupportedRequestError(
            f"{engine} looks at {capabilities.max_images} pictures at once; there are {images}.",
            hint="Ask about fewer pictures.",
        )
