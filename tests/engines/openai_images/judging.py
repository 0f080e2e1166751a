"""What is wrong with a request, by OpenAI's own types and by the pages of servers like it.

OpenAI: the types of its client (openai 3.54.0: ``types/image_generate_params.py``, ``image_edit_params.py``,
``image_create_variation_params.py``), which say limits, too, and in words what goes together. The others: the
fields that their pages name, as ``studiolo/engines/openai/images/dialects.py`` cites them.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from PIL import Image

_OTHERS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "openai": {},
    "vllm": {
        "negative_prompt": str, "num_inference_steps": int, "guidance_scale": (int, float), "seed": int,
        "mask_image": bytes,
    },
    "localai": {"negative_prompt": str, "step": int, "seed": int, "mode": int, "file": str},
    "sdcpp": {},
    "together": {
        "width": int, "height": int, "steps": int, "seed": int, "negative_prompt": str,
        "guidance_scale": (int, float), "image_url": str, "reference_images": list, "response_format": str,
    },
    "studiolo": {
        "seed": int, "steps": int, "negative_prompt": str, "guidance_scale": (int, float),
        "strength": (int, float), "scheduler": str,
    },
}  # fmt: skip
_NATIVE = {"seed", "negative_prompt", "strength", "sample_params"}  # of stable-diffusion.cpp
_EXTRA_ARGS = re.compile(r"<sd_cpp_extra_args>(.*?)</sd_cpp_extra_args>")
_FILES = {"image", "mask", "markup"}
_WHOLE_NUMBERS = {"n", "partial_images", "output_compression", "seed", "steps", "step", "num_inference_steps"}


@dataclass
class Order:
    """A request, read: ``fields`` by name, ``images`` and ``mask`` decoded."""

    path: str
    fields: dict[str, Any]
    images: list[Image.Image] = field(default_factory=list)
    mask: Image.Image | None = None

    @property
    def size(self) -> tuple[int, int]:
        if "width" in self.fields:
            return self.fields["width"], self.fields["height"]
        width, _, height = self.fields.get("size", "1024x1024").partition("x")
        return int(width), int(height)

    @property
    def seed(self) -> int | None:
        found = _EXTRA_ARGS.search(self.fields.get("prompt", ""))
        return json.loads(found[1]).get("seed") if found else self.fields.get("seed")


def read_form(body: bytes, content_type: str) -> Mapping[str, list[Any]]:
    """The parts of a ``multipart/form-data`` body; files as bytes, the others as text."""
    boundary = content_type.partition("boundary=")[2].strip('"').encode()
    parts: dict[str, list[Any]] = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        assert name, head
        is_file = b"filename=" in head
        value = content.removesuffix(b"\r\n")
        parts.setdefault(name[1].decode(), []).append(value if is_file else value.decode())
    return parts


def read_order(path: str, body: bytes, content_type: str) -> Order:
    if content_type.startswith("application/json"):
        return Order(path, json.loads(body))
    fields: dict[str, Any] = {}
    images: list[Image.Image] = []
    mask: Image.Image | None = None
    for name, values in read_form(body, content_type).items():
        if name in {"image", "image[]"}:
            images = [Image.open(io.BytesIO(value)) for value in values]
            fields["image"] = values
        elif name in {"mask", "mask_image"}:
            mask = Image.open(io.BytesIO(values[0]))
            fields[name] = values[0]
        else:
            fields[name] = _typed(name, values[0])
    return Order(path, fields, images, mask)


def wrong_in(order: Order, dialect: str) -> tuple[str, str]:
    """The field and what is wrong with it; two empty texts if nothing is."""
    own, required = _types(order.path)
    others = _OTHERS[dialect]
    for name, value in order.fields.items():
        if name in others:
            if not isinstance(value, others[name]):
                return name, f"{name} is {value!r}"
        elif name not in own:
            return name, f"Unknown parameter: '{name}'."
    from pydantic import ValidationError

    for name in required - order.fields.keys():
        return name, f"Missing required parameter: '{name}'."
    for name in own.keys() & order.fields.keys() - others.keys() - _FILES:
        try:
            own[name].validate_python(order.fields[name], strict=True)
        except ValidationError as error:
            return name, f"Invalid value: {name}: {error.errors(include_url=False)[0]['msg']}"
    return _wrong_together(order) if dialect == "openai" else _wrong_extra(order)


def _wrong_together(order: Order) -> tuple[str, str]:
    """What OpenAI's types say in words."""
    fields = order.fields
    if "response_format" in fields and "gpt-image" in fields["model"]:
        return "response_format", "Unknown parameter: 'response_format'."
    if fields.get("partial_images") and not fields.get("stream"):
        return "partial_images", "partial_images needs stream"
    if fields.get("background") == "transparent" and fields.get("output_format") == "jpeg":
        return "background", "transparency needs png or webp"
    if len(order.images) > 16:
        return "image", "at most 16 images"
    if order.mask is not None:
        if order.mask.size != order.images[0].size:
            return "mask", "Invalid mask image: it has not the size of the image."
        if order.mask.mode != "RGBA" or order.mask.getchannel("A").getextrema()[0] != 0:
            return "mask", "Invalid mask image: no pixel of it is transparent."
    width, height = order.size
    if fields["model"].startswith("gpt-image-2"):
        fine = width % 16 == height % 16 == 0 and 655_360 <= width * height <= 8_294_400
        if not fine or max(width, height) > min(3840, 3 * min(width, height)):
            return "size", f"Invalid size '{width}x{height}'."
    elif (width, height) not in {(1024, 1024), (1536, 1024), (1024, 1536)}:
        return "size", f"Invalid size '{width}x{height}'."
    return "", ""


def _wrong_extra(order: Order) -> tuple[str, str]:
    found = _EXTRA_ARGS.search(order.fields.get("prompt", ""))
    unknown = set(json.loads(found[1])) - _NATIVE if found else set()
    return ("prompt", f"invalid sd_cpp_extra_args {unknown}") if unknown else ("", "")


def _typed(name: str, text: str) -> Any:
    if name in _WHOLE_NUMBERS:
        return int(text)
    if name in {"guidance_scale", "strength"}:
        return float(text)
    return text == "true" if name == "stream" else text


@cache
def _types(path: str) -> tuple[dict[str, Any], frozenset[str]]:
    """The fields there are, each with its type, and those that must be there."""
    from openai.types import image_create_variation_params, image_edit_params, image_generate_params
    from pydantic import TypeAdapter
    from typing_extensions import get_type_hints

    generate, edit = image_generate_params, image_edit_params
    kinds: dict[str, Any] = {
        "generations": generate.ImageGenerateParamsStreaming,
        "edits": edit.ImageEditParamsStreaming,
        "variations": image_create_variation_params.ImageCreateVariationParams,
    }
    kind = kinds[path.rpartition("/")[2]]
    hints = get_type_hints(kind)
    if path.endswith("variations"):
        hints["prompt"] = str  # not OpenAI's: docs/openai-api.md
    adapters = {name: TypeAdapter(hint) for name, hint in hints.items() if name not in _FILES}
    return adapters | dict.fromkeys(_FILES & hints.keys()), kind.__required_keys__ - {"stream"}
