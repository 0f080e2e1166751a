"""What the nodes of a workflow are for: by their titles, else by how they are linked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from studiolo.engines.comfyui.graph import Nodes

_TEXTS: Final = ("text", "prompt", "value", "string", "text_g", "text_l", "clip_l", "t5xxl", "positive")
_NUMBER: Final = ("value", "int", "float", "number")

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "prompt": _TEXTS,
    "negative_prompt": (*_TEXTS, "negative"),
    "seed": ("seed", "noise_seed", *_NUMBER),
    "steps": ("steps", *_NUMBER),
    "guidance_scale": ("cfg", "guidance", *_NUMBER),
    "sampler": ("sampler_name", "sampler"),
    "schedule": ("scheduler",),
    "strength": ("denoise", "strength", *_NUMBER),
    "width": ("width", *_NUMBER),
    "height": ("height", *_NUMBER),
    "init_image": ("image",),
    "mask": ("image",),
    "control_image": ("image",),
    "model": ("ckpt_name", "unet_name", "model_name"),
}
"""What of a request may go into a workflow, and the inputs of a node of that title that take it."""

_TITLES: Final = {
    "positive": "prompt",
    "positive prompt": "prompt",
    "negative": "negative_prompt",
    "cfg": "guidance_scale",
    "guidance": "guidance_scale",
    "scheduler": "schedule",
    "denoise": "strength",
    "init": "init_image",
    "input image": "init_image",
    "control": "control_image",
    "checkpoint": "model",
    **{role.replace("_", " "): role for role in ROLES},
}
_ALIKE: Final = {
    "steps": "steps",
    "cfg": "guidance_scale",
    "sampler_name": "sampler",
    "scheduler": "schedule",
}
"""Inputs that mean the same in every node that samples."""

_CONDITIONING: Final = re.compile(r"conditioning(_?\w+)?|positive|negative")
_TO_INIT: Final = {"pixels"}


@dataclass(frozen=True, kw_only=True)
class Slot:
    """An input of a node."""

    node: str
    entry: str


Slots = Mapping[str, tuple[Slot, ...]]


def detect(nodes: Nodes) -> dict[str, tuple[Slot, ...]]:
    """Where the parts of a request go. What a title says comes before what links say."""
    return claimed(_by_links(nodes), _by_title(nodes))


def claimed(found: Slots, named: Slots) -> dict[str, tuple[Slot, ...]]:
    """``named`` over ``found``; what is named for one thing is not found for another."""
    taken = {slot for slots in named.values() for slot in slots}
    others = {role: tuple(slot for slot in slots if slot not in taken) for role, slots in found.items()}
    return {role: slots for role, slots in {**others, **named}.items() if slots}


def takes_alpha(nodes: Nodes, loaders: Iterable[Slot]) -> bool:
    """Whether the mask that one of ``loaders`` makes of its picture's alpha is used."""
    return any(
        _is_link(value) and value[0] == slot.node and value[1] == 1
        for slot in loaders
        for node in nodes.values()
        for value in node["inputs"].values()
    )


def title_of(nodes: Nodes, name: str) -> str:
    """The node's title, without what only spellings differ in."""
    meta = nodes[name].get("_meta")
    return plain(str(cast("dict[str, Any]", meta).get("title", ""))) if isinstance(meta, dict) else ""


def plain(title: str) -> str:
    """``studiolo:Negative_Prompt`` as ``negative prompt``."""
    return re.sub(r"[\s_-]+", " ", title.lower().removeprefix("studiolo:")).strip()


def _by_title(nodes: Nodes) -> dict[str, tuple[Slot, ...]]:
    found: dict[str, list[Slot]] = {}
    for name, node in nodes.items():
        title = title_of(nodes, name)
        wanted = ["width", "height"] if title == "size" else [_TITLES[title]] if title in _TITLES else []
        for role in wanted:
            entry = next((entry for entry in ROLES[role] if _is_value(node["inputs"].get(entry))), None)
            if entry is not None:
                found.setdefault(role, []).append(Slot(node=name, entry=entry))
    return {role: tuple(slots) for role, slots in found.items()}


def _by_links(nodes: Nodes) -> dict[str, tuple[Slot, ...]]:
    found: dict[str, list[Slot]] = {role: [] for role in ROLES}
    guidance: list[Slot] = []  # of models that were distilled to take it as a number, as Flux
    found[""] = []  # pictures that are for something else
    for name, node in nodes.items():
        inputs = node["inputs"]
        samples = bool({"sampler_name", "scheduler", "denoise", "noise_seed", "cfg"} & inputs.keys())
        for entry, value in inputs.items():
            if entry in {"seed", "noise_seed"} and _is_number(value):
                found["seed"].append(Slot(node=name, entry=entry))
            elif samples and entry in _ALIKE and _is_value(value):
                found[_ALIKE[entry]].append(Slot(node=name, entry=entry))
            elif entry == "denoise" and _is_number(value):
                found["strength"].append(Slot(node=name, entry=entry))
            elif entry == "ckpt_name" and _is_value(value):
                found["model"].append(Slot(node=name, entry=entry))
            elif entry == "guidance" and "Guidance" in node["class_type"] and _is_number(value):
                guidance.append(Slot(node=name, entry=entry))
        if _makes_latents(node) and all(_is_number(inputs.get(side)) for side in ("width", "height")):
            found["width"].append(Slot(node=name, entry="width"))
            found["height"].append(Slot(node=name, entry="height"))
        if node["class_type"].startswith("LoadImage") and _is_value(inputs.get("image")):
            found[_picture_role(nodes, name)].append(Slot(node=name, entry="image"))
    found["prompt"], found["negative_prompt"] = (
        list(_words(nodes, side)) for side in ("positive", "negative")
    )
    found["guidance_scale"] = guidance or found["guidance_scale"]
    # Without a picture to start from there is nothing to leave; a second pass has a strength of its own.
    first = [slot for slot in found["strength"] if not _refines(nodes, slot.node)]
    found["strength"] = first if found["init_image"] else []
    found.pop("", None)
    return {role: tuple(dict.fromkeys(slots)) for role, slots in found.items()}


def _refines(nodes: Nodes, sampler: str) -> bool:
    """Whether what it samples was sampled before."""
    waiting, seen = [sampler], {sampler}
    while waiting:
        inputs = nodes[waiting.pop()]["inputs"]
        for value in inputs.values():
            name = str(value[0]) if _is_link(value) else ""
            if name not in nodes or name in seen:
                continue
            if "latent_image" in nodes[name]["inputs"]:
                return True
            seen.add(name)
            waiting.append(name)
    return False


def _makes_latents(node: Mapping[str, Any]) -> bool:
    kind = str(node["class_type"])
    return kind.startswith("Empty") and "Latent" in kind


def _picture_role(nodes: Nodes, loader: str) -> str:
    """What a loaded picture is for, by the first telling input downstream of it."""
    if nodes[loader]["class_type"] == "LoadImageMask":
        return "mask"
    waiting, seen = [loader], {loader}
    while waiting:
        current = waiting.pop(0)
        for name, entry, output in _users(nodes, current):
            if entry in _TO_INIT:
                return "init_image"
            if "ControlNet" in nodes[name]["class_type"] and entry == "image":
                return "control_image"
            if entry == "mask" and (current != loader or output == 0):
                return "mask"
            if name not in seen and entry != "mask":
                seen.add(name)
                waiting.append(name)
    return ""


def _users(nodes: Nodes, of: str) -> Iterator[tuple[str, str, int]]:
    """Nodes and inputs that link to ``of``, and to which of its outputs."""
    for name, node in nodes.items():
        for entry, value in node["inputs"].items():
            if _is_link(value) and value[0] == of:
                yield name, entry, int(value[1])


def _words(nodes: Nodes, side: str) -> Iterator[Slot]:
    """The texts behind ``positive`` or ``negative`` of what samples, and what guides it."""
    for name, node in nodes.items():
        inputs = node["inputs"]
        if "latent_image" in inputs or "Guider" in node["class_type"]:
            yield from _texts(nodes, inputs.get(side), side, {name})
            if side == "positive":
                yield from _texts(nodes, inputs.get("conditioning"), side, {name})


def _texts(nodes: Nodes, link: Any, side: str, seen: set[str]) -> Iterator[Slot]:
    """Upstream along conditionings, to the nodes that encode words."""
    if not _is_link(link) or link[0] in seen or link[0] not in nodes:
        return
    name = str(link[0])
    seen.add(name)
    inputs = nodes[name]["inputs"]
    entries = [entry for entry in _TEXTS[:-1] if entry in inputs]
    if entries:
        for entry in entries:
            yield from _text(nodes, name, entry)
        return
    if nodes[name]["class_type"] == "ConditioningZeroOut":  # says nothing, of whatever words
        return
    both = {"positive", "negative"} <= inputs.keys()
    for entry, value in inputs.items():
        if _CONDITIONING.fullmatch(entry) and (entry == side or not both):
            yield from _texts(nodes, value, side, seen)


def _text(nodes: Nodes, name: str, entry: str) -> Iterator[Slot]:
    """The text itself, or the node that holds it."""
    value = nodes[name]["inputs"][entry]
    if isinstance(value, str):
        yield Slot(node=name, entry=entry)
    elif _is_link(value) and value[0] in nodes:
        there = nodes[value[0]]["inputs"]
        named = ("value", "string", "text", "prompt")
        holder = next((entry for entry in named if isinstance(there.get(entry), str)), None)
        if holder is not None:
            yield Slot(node=value[0], entry=holder)


def _is_link(value: Any) -> bool:
    return isinstance(value, list) and len(cast("list[Any]", value)) == 2 and isinstance(value[0], str)


def _is_value(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
