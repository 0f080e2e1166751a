"""What an engine can do, declared as data: it fills in defaults, refuses what cannot be, and drives pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import gcd, log
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from studiolo.requests import MAX_SEED, Control, ImageRequest, Refiner, Seam

Task = Literal[
    "text-to-image",
    "image-to-image",
    "inpainting",
    "outpainting",
    "variation",
    "upscaling",
    "background-removal",
]

KNOBS = (
    "steps",
    "guidance_scale",
    "strength",
    "handover",
    "refiner_strength",
    "control_strength",
    "similarity",
)
"""The numbers of a request that have a range in the capabilities, under the same name."""


class Range(BaseModel):
    """The values a number may take, both ends included, and its default."""

    model_config = ConfigDict(frozen=True)

    minimum: float
    maximum: float
    default: float


class Sizes(BaseModel):
    """The sizes an engine paints, in pixels: every multiple of ``multiple`` between the ends.

    Where ``choices`` are given, it paints these alone; the other limits hold for them, too.
    """

    model_config = ConfigDict(frozen=True)

    minimum: int
    maximum: int
    multiple: int
    default: tuple[int, int]
    max_pixels: int | None = None
    min_pixels: int | None = None
    max_ratio: float | None = Field(default=None, ge=1, description="Of the longer side to the shorter.")
    choices: tuple[tuple[int, int], ...] = ()

    @classmethod
    def among(cls, choices: Sequence[tuple[int, int]], *, default: tuple[int, int] | None = None) -> Self:
        """These (width, height) alone, the first of them by default."""
        sides = [side for size in choices for side in size]
        return cls(
            minimum=min(sides),
            maximum=max(sides),
            multiple=gcd(*sides),
            default=default or choices[0],
            choices=tuple(choices),
        )

    def allows(self, width: int, height: int) -> bool:
        """Whether an engine with these sizes paints ``width`` by ``height``."""
        if self.choices:
            return (width, height) in self.choices
        sides = all(
            self.minimum <= side <= self.maximum and side % self.multiple == 0 for side in (width, height)
        )
        pixels = (self.min_pixels or 0) <= width * height <= (self.max_pixels or width * height)
        shape = self.max_ratio is None or max(width, height) <= self.max_ratio * min(width, height)
        return sides and pixels and shape

    def reaches(self, width: int, height: int) -> bool:
        """Whether a picture of ``width`` by ``height``, padded to an allowed size, can be painted."""
        if self.choices:
            return any(width <= across and height <= down for across, down in self.choices)
        padded = [max(self.minimum, -(-side // self.multiple) * self.multiple) for side in (width, height)]
        across, down = self.nearest(padded[0], padded[1])
        return width <= across and height <= down and self.allows(across, down)

    def nearest(self, width: int, height: int) -> tuple[int, int]:
        """The allowed size whose sides are closest to ``width`` and ``height``."""
        if self.choices:
            return min(self.choices, key=lambda size: abs(size[0] - width) + abs(size[1] - height))
        lowest = -(-self.minimum // self.multiple) * self.multiple
        highest = self.maximum // self.multiple * self.multiple
        sides = [
            min(max(round(side / self.multiple) * self.multiple, lowest), highest) for side in (width, height)
        ]
        while self.max_pixels is not None and sides[0] * sides[1] > self.max_pixels and max(sides) > lowest:
            sides[sides.index(max(sides))] -= self.multiple
        while not self._wide_enough(*sides) and min(sides) < highest:
            sides[sides.index(min(sides))] += self.multiple
        return sides[0], sides[1]

    def _wide_enough(self, width: int, height: int) -> bool:
        """Whether the shorter side need not grow."""
        if self.max_ratio is not None and max(width, height) > self.max_ratio * min(width, height):
            return False
        return self.min_pixels is None or width * height >= self.min_pixels

    def rounded(self, width: int, height: int) -> tuple[int, int]:
        """The allowed size for one that was asked for; what is too large or too small keeps its shape."""
        pixels = width * height
        too_large = max(width, height) > self.maximum or pixels > (self.max_pixels or pixels)
        if self.choices or too_large or pixels < (self.min_pixels or 0):
            return self.fitting(width, height)
        return self.nearest(width, height)

    def fitting(self, width: int, height: int) -> tuple[int, int]:
        """The allowed size for a picture of ``width`` by ``height`` that keeps its shape best."""
        if self.choices:
            shape, area = width / height, width * height
            return min(
                self.choices,
                key=lambda size: (abs(log(size[0] / size[1] / shape)), abs(log(size[0] * size[1] / area))),
            )
        scale = min(1.0, self.maximum / max(width, height))
        if self.max_pixels is not None:
            scale = min(scale, (self.max_pixels / (width * height)) ** 0.5)
        scale = max(scale, self.minimum / min(width, height))
        if self.min_pixels is not None:
            scale = max(scale, (self.min_pixels / (width * height)) ** 0.5)
        return self.nearest(round(width * scale), round(height * scale))


class Capabilities(BaseModel):
    """What one engine (with one model) can do. ``None`` for a range: the engine has no such knob."""

    model_config = ConfigDict(frozen=True)

    description: str = Field(description="One sentence for a person choosing an engine.")
    tasks: frozenset[Task] = frozenset({"text-to-image"})
    sizes: Sizes
    max_count: int = 16
    max_seed: int = MAX_SEED
    seeded: bool = Field(
        default=True, description="A seed decides the picture; otherwise it only numbers the pictures."
    )
    prompt_characters: int | None = Field(
        default=None, description="The longest prompt, and negative prompt, that it takes."
    )
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
    scheduler_aliases: Mapping[str, str] = Field(
        default_factory=dict[str, str], description="Other programs' names of the schedulers, in lower case."
    )
    refiners: tuple[Refiner, ...] = Field(default=(), description="Second stages, the default first.")
    handover: Range | None = None
    refiner_strength: Range | None = None
    seams: tuple[Seam, ...] = Field(
        default=(), description="How it can treat the edge of what it paints anew."
    )
    controls: tuple[Control, ...] = Field(default=(), description="Control maps it follows.")
    control_strength: Range | None = None
    prepares_control: bool = Field(
        default=False, description="It makes the control map itself and wants the picture as it is."
    )
    finds_masks: bool = Field(default=False, description="It reads mask prompts itself.")
    references: int = Field(default=0, ge=0, description="How many reference pictures it takes; 0: none.")
    similarity: Range | None = None
    loras: int = Field(default=0, ge=0, description="How many LoRAs it takes; 0: none.")
    palette: int = Field(default=0, ge=0, description="How many colours to paint in it takes; 0: none.")
    upscale: tuple[int, ...] = Field(default=(), description="By how much it enlarges pictures.")
    previews: bool = False
    offline: bool = False
    served: bool = Field(
        default=False, description="Another program's server does it, which may not be running."
    )
    languages: tuple[str, ...] = Field(default=("en",), description="Of prompts, BCP 47; empty: any.")
    open_ended: bool = Field(
        default=False,
        description="Only its service knows which knobs, schedulers and options the model has: what is not "
        "declared passes the check, is left out unless asked for, and is checked before anything is paid.",
    )
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
    if request.upscale is not None:
        return "upscaling"
    if request.remove_background:
        return "background-removal"
    if request.outpaint is not None:
        return "outpainting"
    if request.mask is not None or request.mask_prompt:
        return "inpainting"
    if request.init_image is not None:
        return "image-to-image"
    return "variation" if request.references else "text-to-image"
