"""Requests against capabilities: what cannot be is refused before anything runs or is paid for."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import get_args

from studiolo.chat import ChatCapabilities, ChatRequest
from studiolo.engines.capabilities import KNOBS, Capabilities, Range, task_of
from studiolo.engines.resolving import plain, refiner_of, scheduler_of, size_of
from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.imaging.decode import MAX_PIXELS
from studiolo.requests import ImageRequest, Refiner


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
    _check_words(capabilities, request, engine)
    _check_lists(capabilities, request, engine)
    _check_choices(capabilities, request, engine)
    if request.upscale is not None and request.upscale not in capabilities.upscale:
        factors = " or ".join(str(factor) for factor in capabilities.upscale)
        raise UnsupportedRequestError(
            f"Engine '{engine}' does not enlarge {request.upscale} times.",
            hint=f"Ask it for {factors} times (--scale {factors}).",
        )
    unknown = sorted(set(request.options) - capabilities.options)
    if unknown and not capabilities.open_ended:
        known = sorted(capabilities.options)
        listed = f"Its options: {', '.join(known)}." if known else "It takes none."
        raise InvalidRequestError(
            f"Engine '{engine}' has no option '{unknown[0]}'.", hint=_meant(unknown[0], known) + listed
        )
    _check_numbers(capabilities, request, engine)
    if request.strength is not None and task == "text-to-image" and capabilities.draft_strength is None:
        raise InvalidRequestError(
            "strength says how far to leave the picture to start from, but no picture was given.",
            hint="Give one as init_image (--init FILE), or leave strength out.",
        )
    _check_refiner(capabilities, request, engine)
    _check_scheduler(capabilities, request, engine)
    _check_size(capabilities, request, engine)


def _check_words(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    most = capabilities.prompt_characters
    words = {"prompt": request.prompt, "negative prompt": request.negative_prompt}
    for name, text in words.items():
        if most is not None and len(text) > most and not request.edits_only:
            raise InvalidRequestError(
                f"The {name} has {len(text)} characters; engine '{engine}' takes {most}.",
                hint="Say it in fewer words.",
            )


def _check_lists(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    """How many colours, references and LoRAs."""
    lists = {
        "palette": (len(request.palette), capabilities.palette, "colours"),
        "reference picture": (len(request.references), capabilities.references, "reference pictures"),
        "LoRA": (len(request.loras), capabilities.loras, "LoRAs"),
    }
    for name, (given, most, several) in lists.items():
        if given and not most:
            raise UnsupportedRequestError(f"Engine '{engine}' takes no {name}.")
        if given > most:
            raise InvalidRequestError(
                f"Engine '{engine}' takes at most {most} {several}; {given} were given.",
                hint="Leave out those that matter least.",
            )


def _check_choices(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    """What is one of a few words."""
    if request.control_image is not None and not capabilities.controls:
        raise UnsupportedRequestError(f"Engine '{engine}' follows no control image.")
    any_refiner = capabilities.open_ended and not capabilities.refiners
    if request.refiner not in (None, "none") and not capabilities.refiners and not any_refiner:
        raise UnsupportedRequestError(f"Engine '{engine}' has no refiner.")
    if request.seam is not None and not capabilities.seams:
        raise UnsupportedRequestError(f"Engine '{engine}' has no choice of seam.")
    choices: dict[str, tuple[object, ...]] = {
        "control": capabilities.controls,
        "refiner": ("none", *(get_args(Refiner) if any_refiner else capabilities.refiners)),
        "seam": capabilities.seams,
    }
    for name, able in choices.items():
        value = getattr(request, name)
        if value is not None and value not in able:
            raise UnsupportedRequestError(
                f"Engine '{engine}' has no {name} '{value}'.",
                hint=f"It has: {', '.join(str(each) for each in dict.fromkeys(able))}.",
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
    for name in KNOBS:
        value: float | None = getattr(request, name)
        if value is None:
            continue
        allowed: Range | None = getattr(capabilities, name)
        if allowed is None and capabilities.open_ended:
            continue
        if allowed is None:
            raise UnsupportedRequestError(f"Engine '{engine}' has no setting '{name}'.")
        if not allowed.minimum <= value <= allowed.maximum:
            raise InvalidRequestError(
                f"{name} {value:g} is outside what engine '{engine}' takes.",
                hint=f"Use {allowed.minimum:g} to {allowed.maximum:g} (default {allowed.default:g}).",
            )


def _check_refiner(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    """A number of a second stage that does not come would be lost in silence."""
    refiner = request.refiner or refiner_of(capabilities, request)
    numbers: dict[str, Refiner] = {"handover": "ensemble", "refiner_strength": "image"}
    for name, needed in numbers.items():
        if getattr(request, name) is not None and refiner != needed:
            raise InvalidRequestError(
                f"{name} is for the refiner '{needed}'; engine '{engine}' would paint with '{refiner}'.",
                hint=f"Ask for refiner {needed} (--refiner {needed}), or leave {name} out.",
            )


def _check_scheduler(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    if request.scheduler is None or scheduler_of(capabilities, request.scheduler):
        return
    if not capabilities.schedulers:
        raise UnsupportedRequestError(f"Engine '{engine}' has no choice of scheduler.")
    raise InvalidRequestError(
        f"Engine '{engine}' has no scheduler '{request.scheduler}'.",
        hint=_meant(request.scheduler, capabilities.schedulers)
        + f"Its schedulers: {', '.join(capabilities.schedulers)}.",
    )


def _meant(asked: str, known: Sequence[str]) -> str:
    """The beginning of a hint: which of ``known`` was most likely meant, if one is close."""
    spelt = {plain(name): name for name in known}
    close = difflib.get_close_matches(plain(asked), spelt, n=1, cutoff=0.6)
    return f"Did you mean '{spelt[close[0]]}'? " if close else ""


def _check_size(capabilities: Capabilities, request: ImageRequest, engine: str) -> None:
    sizes = capabilities.sizes
    width, height = size_of(capabilities, request)
    if request.edits_only:
        _check_edited_size(capabilities, width, height, engine)
        return
    if request.outpaint is None and sizes.allows(width, height):
        return
    most = f", at most {sizes.max_pixels:,} pixels together" if sizes.max_pixels is not None else ""
    if request.outpaint is not None:
        # What is painted is padded to a size the engine can do, and cut back.
        if not sizes.reaches(width, height):
            raise InvalidRequestError(
                f"Grown to {width}x{height}, the picture is larger than engine '{engine}' paints: "
                f"sides up to {sizes.maximum}{most}.",
                hint="Grow it by less, or make it smaller first.",
            )
        return
    near = sizes.rounded(width, height)
    sides = f"sides are multiples of {sizes.multiple} from {sizes.minimum} to {sizes.maximum}{most}"
    if sizes.min_pixels is not None:
        sides += f", at least {sizes.min_pixels:,}"
    if sizes.max_ratio is not None:
        sides += f", one at most {sizes.max_ratio:g} times the other"
    if sizes.choices:
        sides = "it paints " + ", ".join(f"{across}x{down}" for across, down in sizes.choices)
    raise InvalidRequestError(
        f"Engine '{engine}' does not paint {width}x{height}: {sides}.",
        hint=f"The nearest it can do is {near[0]}x{near[1]}; round_size (--round-size) takes it.",
    )


def _check_edited_size(capabilities: Capabilities, width: int, height: int, engine: str) -> None:
    """Pictures that are only edited have any size, up to what is opened again."""
    sizes = capabilities.sizes
    most = min(sizes.max_pixels or MAX_PIXELS, MAX_PIXELS)
    if max(width, height) > sizes.maximum or width * height > most:
        raise InvalidRequestError(
            f"The result would be {width}x{height}: engine '{engine}' goes up to sides of {sizes.maximum} "
            f"and {most:,} pixels.",
            hint="Make the picture smaller first, or enlarge it less.",
        )


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
