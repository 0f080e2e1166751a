"""OpenAPI documents as Cog writes them for models, and what Replicate says of input that does not fit.

``stability-ai/sdxl`` is replicate/cog-sdxl's predict.py (read 2026-11-22) in the form that Cog gives it:
enums stand in schemas of their own, referred to by ``allOf``. The others are as their API pages have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def schema(*, required: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, Any]:
    """The part of a version's OpenAPI document that says what it takes."""
    enums = {
        name: {"enum": node["enum"], "type": node["type"], "title": name, "description": "An enumeration."}
        for name, node in properties.items()
        if "enum" in node
    }
    properties = {
        name: {
            word: value for word, value in node.items() if name not in enums or word not in {"enum", "type"}
        }
        for name, node in properties.items()
    }
    for order, (name, node) in enumerate(properties.items()):
        if name in enums:
            node["allOf"] = [{"$ref": f"#/components/schemas/{name}"}]
        node["x-order"] = order
    table = {"type": "object", "title": "Input", "properties": properties, "required": list(required)}
    return {"openapi": "3.0.2", "components": {"schemas": {"Input": table, **enums}}}


def uri(description: str = "") -> dict[str, Any]:
    return {"type": "string", "format": "uri", "description": description}


# yorickvp/llava-13b, as its API page has it.
LLAVA = schema(
    image=uri(),
    prompt={"type": "string"},
    top_p={"type": "number", "default": 1, "minimum": 0, "maximum": 1},
    temperature={"type": "number", "default": 0.2, "minimum": 0},
    max_tokens={"type": "integer", "default": 1024, "minimum": 0},
)
LLAMA = schema(
    prompt={"type": "string"},
    system_prompt={"type": "string"},
    top_k={"type": "integer"},
    seed={"type": "integer"},
    temperature={"type": "number", "minimum": 0.1, "maximum": 5},
    max_new_tokens={"type": "integer"},
    stop_sequences={"type": "string"},
)
SEES_SEVERAL = schema(
    prompt={"type": "string"},
    messages={"type": "array", "items": {"type": "object"}},
    system_prompt={"type": "string"},
    image_input={"type": "array", "items": {"type": "string", "format": "uri"}},
    max_completion_tokens={"type": "integer"},
)
SDXL = schema(
    prompt={"type": "string", "default": "An astronaut riding a rainbow unicorn"},
    negative_prompt={"type": "string", "default": ""},
    image=uri("Input image for img2img or inpaint mode"),
    mask=uri("Black areas will be preserved, white areas will be inpainted."),
    width={"type": "integer", "default": 1024},
    height={"type": "integer", "default": 1024},
    num_outputs={"type": "integer", "default": 1, "minimum": 1, "maximum": 4},
    scheduler={
        "type": "string",
        "default": "K_EULER",
        "enum": [
            "DDIM",
            "DPMSolverMultistep",
            "HeunDiscrete",
            "KarrasDPM",
            "K_EULER_ANCESTRAL",
            "K_EULER",
            "PNDM",
        ],
    },
    num_inference_steps={"type": "integer", "default": 50, "minimum": 1, "maximum": 500},
    guidance_scale={"type": "number", "default": 7.5, "minimum": 1, "maximum": 50},
    prompt_strength={"type": "number", "default": 0.8, "minimum": 0, "maximum": 1},
    seed={"type": "integer"},
    refine={
        "type": "string",
        "default": "no_refiner",
        "enum": ["no_refiner", "expert_ensemble_refiner", "base_image_refiner"],
    },
    high_noise_frac={"type": "number", "default": 0.8, "minimum": 0, "maximum": 1},
    refine_steps={"type": "integer"},
    apply_watermark={"type": "boolean", "default": True},
    lora_scale={"type": "number", "default": 0.6, "minimum": 0, "maximum": 1},
    replicate_weights={"type": "string"},
    disable_safety_checker={"type": "boolean", "default": False},
)
SHAPES = ["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"]
FLUX_SCHNELL = schema(
    required=("prompt",),
    prompt={"type": "string"},
    aspect_ratio={"type": "string", "default": "1:1", "enum": SHAPES},
    num_outputs={"type": "integer", "default": 1, "minimum": 1, "maximum": 4},
    num_inference_steps={"type": "integer", "default": 4, "minimum": 1, "maximum": 4},
    seed={"type": "integer"},
    output_format={"type": "string", "default": "webp", "enum": ["webp", "jpg", "png"]},
    output_quality={"type": "integer", "default": 80, "minimum": 0, "maximum": 100},
    disable_safety_checker={"type": "boolean", "default": False},
    go_fast={"type": "boolean", "default": True},
    megapixels={"type": "string", "default": "1", "enum": ["1", "0.25"]},
)
# As newer versions of Cog write them: what may be null is one of two, enums stand where they are.
EDITOR: dict[str, Any] = {
    "openapi": "3.0.2",
    "components": {
        "schemas": {
            "Input": {
                "type": "object",
                "required": ["prompt", "image_input"],
                "properties": {
                    "prompt": {"type": "string"},
                    "image_input": {
                        "type": "array",
                        "items": {"type": "string", "format": "uri"},
                        "maxItems": 3,
                        "description": "Pictures to edit.",
                    },
                    "steps": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": 28},
                    "cfg": {"type": "number", "minimum": 0, "maximum": 10, "default": 3.5, "nullable": True},
                    "size": {"type": "string", "enum": ["1024x1024", "1536x1024"], "default": "1024x1024"},
                    "sampler": {"type": "string", "enum": ["euler", "dpmpp_2m"], "default": "euler"},
                },
            }
        }
    },
}


def complaints(document: dict[str, Any], given: dict[str, Any]) -> Iterator[str]:
    """What Replicate would say of ``given``, in the words of its 422: ``input.width: Must be …``."""
    schemas = document["components"]["schemas"]
    whole = schemas["Input"]
    yield from (f"input: {name} is required" for name in whole.get("required", ()) if name not in given)
    for name, value in given.items():
        node = whole["properties"].get(name)
        if node is None:
            yield f"input: Additional property {name} is not allowed"
            continue
        for part in node.get("allOf", ()):
            node = {**schemas[part["$ref"].rpartition("/")[2]], **node}
        for part in node.get("anyOf", ()):
            node = {**part, **node} if part["type"] != "null" else node
        if said := _complaint(node, value):
            yield f"input.{name}: {said}"


def _complaint(node: dict[str, Any], value: Any) -> str:
    wanted = node["type"]
    if not isinstance(value, _TYPES[wanted]) or (isinstance(value, bool) and wanted != "boolean"):
        return f"Invalid type. Expected: {wanted}"
    if "enum" in node and value not in node["enum"]:
        return f"{name_of(node)} must be one of the following: {node['enum']}"
    if "minimum" in node and value < node["minimum"]:
        return f"Must be greater than or equal to {node['minimum']}"
    if "maximum" in node and value > node["maximum"]:
        return f"Must be less than or equal to {node['maximum']}"
    if wanted == "array" and len(value) > node.get("maxItems", len(value)):
        return f"Array must have at most {node['maxItems']} items"
    return ""


def name_of(node: dict[str, Any]) -> str:
    return str(node.get("title", "It"))
