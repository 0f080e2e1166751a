"""A request in the words of one model: each has its own input schema, and says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast

from studiolo.chat import ChatRequest, Message
from studiolo.engines.http.pace import meanwhile
from studiolo.errors import UnsupportedRequestError
from studiolo.imaging.sending import Sendable, for_sending

_PROMPTS: Final = ("prompt", "question", "text", "query", "message", "input")
_SYSTEMS: Final = ("system_prompt", "system_instruction", "system")
_IMAGES: Final = ("image", "images", "image_input", "input_image", "image_url", "img", "media")
_LENGTHS: Final = (
    "max_tokens",
    "max_new_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "max_length",
)
_STOPS: Final = ("stop_sequences", "stop")
_SPEAKERS: Final = {"user": "User", "assistant": "Assistant"}

Place = Callable[[Sendable], str]
"""Puts a picture where the model can fetch it, and gives its address."""


@dataclass(kw_only=True)
class Inputs:
    """What a model is given, and what to tell the user about it."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    notes: list[str] = field(default_factory=list[str])

    def note(self, sentence: str) -> None:
        """Say it once."""
        if sentence and sentence not in self.notes:
            self.notes.append(sentence)


def build(
    request: ChatRequest,
    schema: Mapping[str, Any],
    *,
    model: str,
    max_image_side_px: int,
    place: Place,
    beat: Callable[[], None],
) -> Inputs:
    """``request`` for the model of this ``schema``, an OpenAPI document as Cog writes it.

    Raises:
        UnsupportedRequestError: it takes no prompt, or not so many pictures.
    """
    takes = _properties(schema)
    inputs = Inputs()
    _put_words(inputs, request, takes, model)
    _put_images(inputs, request, takes, model, max_image_side_px, place, beat)
    knobs: list[tuple[str, Sequence[str], Any]] = [
        ("temperature", ("temperature",), request.temperature),
        ("top_p", ("top_p",), request.top_p),
        ("top_k", ("top_k",), request.top_k),
        ("seed", ("seed",), request.seed),
        ("max_tokens", _LENGTHS, request.max_tokens),
        ("stop", _STOPS, list(request.stop) or None),
    ]
    for knob, names, value in knobs:
        if value is not None:
            _put_knob(inputs, knob, _first(names, takes), value, takes)
    return inputs


def _put_words(inputs: Inputs, request: ChatRequest, takes: Mapping[str, Any], model: str) -> None:
    turns = list(request.messages)
    system = turns.pop(0).text if turns[0].role == "system" else ""
    if len(turns) > 1 and _table(takes.get("messages")).get("type") == "array":
        inputs.values["messages"] = [{"role": turn.role, "content": turn.text} for turn in request.messages]
        return
    prompt = _first(_PROMPTS, takes)
    if not prompt:
        raise UnsupportedRequestError(
            f"replicate:{model} takes no prompt, so it cannot be talked to.",
            hint=f"It takes: {', '.join(sorted(takes)) or 'nothing'}. Choose a language or vision model.",
        )
    system_prompt = _first(_SYSTEMS, takes)
    if system and system_prompt:
        inputs.values[system_prompt] = system
        system = ""
    inputs.values[prompt] = "\n\n".join(part for part in (system, _folded(turns)) if part)


def _folded(turns: Sequence[Message]) -> str:
    """A conversation as one prompt, which the model is to go on with."""
    if len(turns) == 1:
        return turns[0].text
    told = [f"{_SPEAKERS[turn.role]}: {turn.text}" for turn in turns]
    return "\n".join([*told, "Assistant:"])


def _put_images(
    inputs: Inputs,
    request: ChatRequest,
    takes: Mapping[str, Any],
    model: str,
    max_side_px: int,
    place: Place,
    beat: Callable[[], None],
) -> None:
    if not request.images:
        return
    name = _first(_IMAGES, takes)
    if not name:
        raise UnsupportedRequestError(
            f"replicate:{model} does not look at pictures.",
            hint="Choose a model with vision, for example replicate:yorickvp/llava-13b",
        )
    several = _table(takes[name]).get("type") == "array"
    if len(request.images) > 1 and not several:
        raise UnsupportedRequestError(
            f"replicate:{model} looks at one picture, and this conversation has {len(request.images)}.",
            hint="Ask about one at a time.",
        )
    addresses: list[str] = []
    for image in request.images:
        sendable = meanwhile(partial(for_sending, image.image, max_side_px=max_side_px), beat)
        inputs.note(sendable.note)
        addresses.append(place(sendable))
    inputs.values[name] = addresses if several else addresses[0]


def _put_knob(inputs: Inputs, knob: str, name: str, value: Any, takes: Mapping[str, Any]) -> None:
    if not name:
        inputs.note("" if knob == "max_tokens" else f"{knob} was left out: the model does not take it.")
        return
    form = _table(takes[name])
    if isinstance(value, list):  # Llama's stop_sequences are one text, with commas
        inputs.values[name] = value if form.get("type") == "array" else ",".join(cast("list[str]", value))
        return
    least, most = _number(form.get("minimum")), _number(form.get("maximum"))
    kept = value if least is None else max(value, least)
    kept = kept if most is None else min(kept, most)
    if kept != value:
        inputs.note(
            f"{knob} {value:g} became {kept:g}: the model takes no {'less' if kept > value else 'more'}."
        )
    inputs.values[name] = kept


def _number(limit: Any) -> float | None:
    return limit if isinstance(limit, int | float) else None


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    node: Any = schema
    for step in ("components", "schemas", "Input", "properties"):
        node = _table(node).get(step)
    return _table(node)


def _table(node: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", node) if isinstance(node, Mapping) else {}


def _first(names: Sequence[str], takes: Mapping[str, Any]) -> str:
    return next((name for name in names if name in takes), "")
