"""A chat request in the words of Bedrock's Converse API."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from studiolo.chat import ChatRequest, Message
from studiolo.imaging.sending import for_sending
from studiolo.requests import SourceImage

MAX_IMAGE_BYTES: Final = 3_750_000
MAX_TEMPERATURE: Final = 1.0
KNOBS: Final = ("temperature", "top_p", "top_k")
_IN_CONFIG: Final = {"temperature": "temperature", "top_p": "topP"}

# Geographies of inference profiles (the AWS guide, "Supported Regions and models for inference profiles").
_GEOGRAPHY = re.compile(r"^(us|us-gov|eu|apac|au|jp|ca|global)\.")
# Models that hold to a schema (the AWS guide, "Get validated JSON results from models"). Claude from 4.5 on;
# the list has others, which the option ``structured`` is for.
_STRUCTURED = re.compile(r"anthropic\.claude-(haiku|sonnet|opus)-(4-([5-9]|\d\d)|[5-9])(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Arguments of Converse and ConverseStream, and what was changed on the way to them."""

    arguments: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def foundation_model(model: str) -> str:
    """The model behind an id, an inference profile's id, or the ARN of either: ``amazon.nova-lite-v1:0``."""
    name = model.rpartition("/")[2] if model.startswith("arn:") else model
    return _GEOGRAPHY.sub("", name)


def holds_to_schemas(model: str) -> bool:
    """Whether the model is known to."""
    return _STRUCTURED.match(foundation_model(model)) is not None


def converse(request: ChatRequest, *, model: str, max_side_px: int, structured: bool) -> Conversation:
    """The request as Converse takes it."""
    notes: dict[str, None] = {}
    turns = [message for message in request.messages if message.role != "system"]
    systems = [message.text for message in request.messages if message.role == "system" and message.text]
    settings = {
        "maxTokens": request.max_tokens,
        "temperature": _temperature(request.temperature, notes),
        "topP": request.top_p,
        "stopSequences": list(request.stop) or None,
    }
    arguments: dict[str, Any] = {
        "modelId": model,
        "messages": _messages(turns, max_side_px, notes),
        "inferenceConfig": {name: value for name, value in settings.items() if value is not None},
    }
    if systems:
        arguments["system"] = [{"text": text} for text in systems]
    if request.top_k is not None:
        arguments["additionalModelRequestFields"] = _top_k(model, request.top_k)
    if request.json_schema is not None and structured:
        schema = json.dumps(_closed(request.json_schema))
        form = {"type": "json_schema", "structure": {"jsonSchema": {"name": "answer", "schema": schema}}}
        arguments["outputConfig"] = {"textFormat": form}
    return Conversation(arguments=arguments, notes=tuple(notes))


def _temperature(wanted: float | None, notes: dict[str, None]) -> float | None:
    if wanted is None or wanted <= MAX_TEMPERATURE:
        return wanted
    notes[f"Bedrock takes a temperature of at most {MAX_TEMPERATURE:g}, so that was used."] = None
    return MAX_TEMPERATURE


def refused_knob(said: str, arguments: Mapping[str, Any]) -> str:
    """Which knob that was sent a model does not want, by what Bedrock said; empty if it is none.

    Some models take temperature or top_p but not both, some no sampling at all, many no top_k; no list
    says which. A refusal costs nothing, so they are asked.
    """
    named = [
        knob for knob in _sent(arguments) if re.search(rf"\b{knob.replace('_', '_?')}\b", said, re.IGNORECASE)
    ]
    return next((knob for knob in ("top_p", *KNOBS) if knob in named), "")


def without(conversation: Conversation, knob: str) -> Conversation:
    """The same with a knob left to the model."""
    arguments = dict(conversation.arguments)
    if knob == "top_k":
        del arguments["additionalModelRequestFields"]
    else:
        gone = _IN_CONFIG[knob]
        kept = {name: value for name, value in arguments["inferenceConfig"].items() if name != gone}
        arguments["inferenceConfig"] = kept
    note = f"The model does not take {knob} here; it was left out."
    return Conversation(arguments=arguments, notes=(*conversation.notes, note))


def _sent(arguments: Mapping[str, Any]) -> list[str]:
    sent = [knob for knob, name in _IN_CONFIG.items() if name in arguments["inferenceConfig"]]
    return [*sent, "top_k"] if "additionalModelRequestFields" in arguments else sent


def _messages(turns: list[Message], max_side_px: int, notes: dict[str, None]) -> list[dict[str, Any]]:
    """Turns in turn: Converse takes no empty ones, and no two of one side in a row."""
    messages: list[dict[str, Any]] = []
    for turn in turns:
        content = [_image(image, max_side_px, notes) for image in turn.images]
        if turn.text.strip():
            content.append({"text": turn.text})
        if not content:
            continue
        if messages and messages[-1]["role"] == turn.role:
            messages[-1]["content"] += content
        else:
            messages.append({"role": turn.role, "content": content})
    return messages


def _image(image: SourceImage, max_side_px: int, notes: dict[str, None]) -> dict[str, Any]:
    sendable = for_sending(image.image, max_side_px=max_side_px, max_bytes=MAX_IMAGE_BYTES)
    if sendable.note:
        notes[sendable.note] = None
    kind = sendable.media_type.removeprefix("image/")
    return {"image": {"format": kind, "source": {"bytes": sendable.data}}}


def _top_k(model: str, top_k: int) -> dict[str, Any]:
    """Converse has no name for it; each maker's models have their own (the guide's model parameters)."""
    maker = foundation_model(model).partition(".")[0]
    if maker == "amazon":
        return {"inferenceConfig": {"topK": top_k}}
    return {"k" if maker == "cohere" else "top_k": top_k}


def _closed(schema: Any) -> Any:
    """The schema with its objects closed: open ones are refused by models that hold to a schema."""
    if isinstance(schema, Mapping):
        closed = {str(key): _closed(value) for key, value in schema.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        if closed.get("type") == "object":
            closed.setdefault("additionalProperties", False)
        return closed
    return [_closed(value) for value in schema] if isinstance(schema, list) else schema  # pyright: ignore[reportUnknownVariableType]
