"""A request in the words of one image model; what the model does not take is refused by name."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from studiolo.engines.repainting import init_picture, mask_of, size_of
from studiolo.engines.replicate import naming
from studiolo.engines.replicate.naming import first
from studiolo.engines.replicate.schema import Input, Inputs
from studiolo.engines.replicate.sizing import size_for
from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.imaging.flattening import flattened
from studiolo.requests import ImageRequest

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(kw_only=True)
class Draft:
    """What a model is given for every picture of a request.

    ``pictures`` are still to be put where the model can fetch them; a list of several where it takes one.
    ``seed`` is the input that each picture's own seed goes to, empty if there is none.
    """

    values: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    pictures: dict[str, list[Image]] = field(default_factory=dict[str, "list[Image]"])
    lists: set[str] = field(default_factory=set[str])
    seed: str = ""
    notes: list[str] = field(default_factory=list[str])


def translate(request: ImageRequest, takes: Inputs, *, model: str, strength_asked: bool = True) -> Draft:
    """``request`` for the model that has these inputs. No input or output.

    ``strength_asked`` says whether the strength is the user's: one that comes of outpainting alone is left
    out where the model has no such input.

    Raises:
        UnsupportedRequestError: the model has no input for something that was asked for.
        InvalidRequestError: a value is not one it takes, or an option none of its inputs.
    """
    writer = _Writer(takes, model)
    if request.prompt or first(naming.PROMPTS, takes):  # left out, the model's example would be painted
        writer.put("prompt", naming.PROMPTS, request.prompt)
    writer.put("negative_prompt", naming.NEGATIVE_PROMPTS, request.negative_prompt or None)
    writer.put_seed(request)
    writer.put("steps", naming.STEPS, request.steps)
    writer.put("guidance_scale", naming.GUIDANCE, request.guidance_scale)
    if strength_asked or first(naming.STRENGTHS, takes):
        writer.put("strength", naming.STRENGTHS, request.strength)
    writer.put("similarity", naming.SIMILARITIES, request.similarity)
    writer.put_scheduler(request.scheduler)
    writer.put_refiner(request)
    writer.put_pictures(request)
    writer.put_size(request)
    writer.put_options(request.options)
    writer.put_usual()
    writer.refuse_gaps()
    return writer.draft


class _Writer:
    """Fills in a draft; remembers which of our fields went where."""

    def __init__(self, takes: Inputs, model: str) -> None:
        self.draft = Draft()
        self._takes = takes
        self._model = model
        self._ours: dict[str, str] = {}

    def put(self, ours: str, names: tuple[str, ...], value: JsonValue) -> None:
        """``value`` of our field under the model's name for it; None is nothing to say."""
        if value is None:
            return
        target = first(names, self._takes)
        if target is None:
            raise self._missing(ours)
        if target.kind == "integer" and isinstance(value, float) and value.is_integer():
            value = int(value)
        self._refuse_wrong(ours, target, value)
        self._set(target.name, value, ours)

    def put_seed(self, request: ImageRequest) -> None:
        """Only where it goes, and that the highest fits: each picture has its own."""
        target = first(naming.SEEDS, self._takes)
        if target is None:
            self.draft.notes.append(
                f"replicate:{self._model} takes no seed: it paints something else each time."
            )
            return
        highest = (request.seed or 0) + request.count - 1
        self._refuse_wrong("seed", target, highest)
        self.draft.seed = target.name
        self._ours[target.name] = "seed"

    def put_scheduler(self, asked: str | None) -> None:
        """Under the model's own name of it."""
        target = first(naming.SCHEDULERS, self._takes)
        if asked is None or target is None or not target.choices:
            self.put("scheduler", naming.SCHEDULERS, asked)
            return
        found = naming.scheduler_among(asked, target.choices)
        self.put("scheduler", (target.name,), found or asked)

    def put_refiner(self, request: ImageRequest) -> None:
        """SDXL's second stages; a model without any has the refiner ``none``."""
        if request.refiner is not None and (request.refiner != "none" or first(naming.REFINE, self._takes)):
            self.put("refiner", naming.REFINE, naming.REFINERS[request.refiner])
        self.put("handover", naming.HANDOVERS, request.handover)
        if request.refiner_strength is not None:
            raise self._missing("refiner_strength")

    def put_pictures(self, request: ImageRequest) -> None:
        """Those to start from at the size that is painted, references as they are."""
        if request.init_image is not None:
            self._put_picture("init_image", naming.INIT_IMAGES, [init_picture(request)])
            self._refuse_no_step(request)
        if request.mask is not None:
            self._put_picture("mask", naming.MASKS, [mask_of(request)])
        if request.references:
            self._put_references([flattened(reference.image) for reference in request.references])

    def put_size(self, request: ImageRequest) -> None:
        """Width and height, or the nearest that the model has for them."""
        from_picture = request.init_image is not None
        size = size_for(self._takes, size_of(request), model=self._model, from_picture=from_picture)
        for name, value in size.items():
            self._set(name, value, "width and height")

    def put_options(self, options: Mapping[str, JsonValue]) -> None:
        """Any other input of the model, by its own name."""
        for name, value in options.items():
            target = self._takes.get(name)
            if target is None:
                raise InvalidRequestError(
                    f"replicate:{self._model} has no input '{name}'.", hint=f"It has: {self._names}."
                )
            ours = "count" if name in naming.COUNTS else self._ours.get(name)
            if ours is not None:
                raise InvalidRequestError(
                    f"The option '{name}' says what {ours} says.", hint=f"Leave it out, and say it as {ours}."
                )
            self._refuse_wrong(f"The option '{name}'", target, value)
            self.draft.values[name] = value

    def put_usual(self) -> None:
        """One picture a run, so that each has its seed; without loss, where the model can."""
        if (count := first(naming.COUNTS, self._takes)) is not None:
            self.draft.values[count.name] = 1
        form = first(naming.FORMATS, self._takes)
        if form is not None and "png" in form.choices:
            self.draft.values.setdefault(form.name, "png")

    def refuse_gaps(self) -> None:
        """What the model cannot do without must be there."""
        there = {*self.draft.values, *self.draft.pictures, self.draft.seed}
        for name, each in self._takes.items():
            if each.required and each.default is None and name not in there:
                raise InvalidRequestError(
                    f"replicate:{self._model} needs its input '{name}': {each.description or name}",
                    hint=f"Give {_field_of(name)}.",
                )

    def _put_references(self, pictures: list[Image]) -> None:
        """To an input of their own, else to the list that the picture to start from is in."""
        free = tuple(name for name in naming.REFERENCES if name not in self._ours)
        lists = [name for name in self.draft.lists if self._ours[name] == "init_image"]
        if lists and first(free, self._takes) is None:
            pictures = self.draft.pictures[lists[0]] + pictures
            free = (lists[0],)
        self._put_picture("references", free, pictures)

    def _put_picture(self, ours: str, names: tuple[str, ...], pictures: list[Image]) -> None:
        target = first(names, self._takes)
        if target is None:
            raise self._missing(ours)
        most = (target.most or len(pictures)) if target.several else 1
        if len(pictures) > most:
            raise InvalidRequestError(
                f"replicate:{self._model} takes {most} of {ours}; {len(pictures)} were given.",
                hint="Leave out those that matter least.",
            )
        self.draft.pictures[target.name] = pictures
        self._ours[target.name] = ours
        if target.several:
            self.draft.lists.add(target.name)

    def _refuse_no_step(self, request: ImageRequest) -> None:
        """From a picture, only steps times strength are run: with none, models of diffusers fail."""
        if request.steps and request.strength is not None and int(request.steps * request.strength) < 1:
            raise InvalidRequestError(
                f"With strength {request.strength:g}, none of {request.steps} steps would be run.",
                hint="Ask for a higher strength, or more steps.",
            )

    def _refuse_wrong(self, ours: str, target: Input, value: JsonValue) -> None:
        must = target.refusal(value)
        if must:
            raise InvalidRequestError(
                f"{ours} is {reprlib.repr(value)}, which replicate:{self._model} does not take.",
                hint=f"Use {must}.",
            )

    def _missing(self, ours: str) -> UnsupportedRequestError:
        return UnsupportedRequestError(
            f"replicate:{self._model} takes no {ours}.",
            hint=f"It takes: {self._names}. Leave {ours} out, or choose another model.",
        )

    def _set(self, name: str, value: JsonValue, ours: str) -> None:
        self.draft.values[name] = value
        self._ours[name] = ours

    @property
    def _names(self) -> str:
        return ", ".join(self._takes) or "nothing"


_FIELDS: dict[str, tuple[str, ...]] = {
    "a prompt": naming.PROMPTS,
    "init_image (--init FILE)": naming.INIT_IMAGES,
    "a mask (--mask FILE)": naming.MASKS,
    "references (--reference FILE)": naming.REFERENCES,
}


def _field_of(name: str) -> str:
    return next((ours for ours, names in _FIELDS.items() if name in names), f"it as the option '{name}'")


def completed(request: ImageRequest, takes: Inputs) -> ImageRequest:
    """``request`` with the model's own defaults of what was left to it, so that it can be made again."""
    fields = {"steps": naming.STEPS, "guidance_scale": naming.GUIDANCE, "scheduler": naming.SCHEDULERS}
    update: dict[str, Any] = {}
    for ours, names in fields.items():
        target = first(names, takes)
        if getattr(request, ours) is not None or target is None or target.name in request.options:
            continue
        if not target.refusal(target.default):
            update[ours] = target.default
    try:
        return ImageRequest.parse({**dict(request), **update})
    except InvalidRequestError:  # a default of theirs that is no value of ours: 60 of guidance
        return request
