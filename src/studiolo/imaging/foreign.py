"""How other programs describe their pictures: ComfyUI, InvokeAI and NovelAI.

Each reader takes the picture's text chunks and returns None where they are not its program's.
(`sd-parsers` does this too, but needs ComfyUI's editor layout, which pictures made through its
API lack, misses InvokeAI 4's model names, and caches by ``id(image)``, which CPython reuses.)
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from studiolo.imaging.parameters import Parameters, number, whole

_TEXT_KEYS = ("text", "text_g", "t5xxl", "clip_l", "prompt", "positive", "string", "value")
_MODEL_KEYS = ("ckpt_name", "unet_name", "model_name")


def read_foreign(texts: Mapping[str, str]) -> Parameters | None:
    """Understand the text chunks of whichever program wrote them; None if no one knows them."""
    readers: tuple[Callable[[Mapping[str, str]], Parameters | None], ...] = (_invokeai, _novelai, _comfyui)
    return next((found for reader in readers if (found := reader(texts)) is not None), None)


def _object(text: object) -> dict[str, Any]:
    """A JSON object as a dict; empty if ``text`` is none."""
    if isinstance(text, str):
        try:
            text = cast("object", json.loads(text.replace(": NaN", ": null")))  # ComfyUI writes NaN
        except (json.JSONDecodeError, RecursionError):
            return {}
    return cast("dict[str, Any]", text) if isinstance(text, dict) else {}


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _invokeai(texts: Mapping[str, str]) -> Parameters | None:
    made = _object(texts.get("invokeai_metadata"))
    if not made:
        return _invokeai_2(texts)
    model = _object(made.get("model"))
    version = _string(made.get("app_version"))
    return Parameters(
        prompt=_string(made.get("positive_prompt")) or "",
        negative_prompt=_string(made.get("negative_prompt")) or "",
        steps=whole(made.get("steps")),
        sampler=_string(made.get("scheduler")),
        guidance_scale=number(made.get("cfg_scale")),
        seed=whole(made.get("seed")),
        width=whole(made.get("width")),
        height=whole(made.get("height")),
        model=_string(model.get("name")) or _string(model.get("model_name")),
        strength=number(made.get("strength")),
        software=f"InvokeAI {version}" if version else "InvokeAI",
    )


def _invokeai_2(texts: Mapping[str, str]) -> Parameters | None:
    made = _object(texts.get("sd-metadata"))
    image = _object(made.get("image"))
    if not image:
        return None
    prompt: object = image.get("prompt")
    if isinstance(prompt, list) and prompt:
        prompt = _object(cast("list[object]", prompt)[0]).get("prompt")
    return Parameters(
        prompt=_string(cast("object", prompt)) or "",
        steps=whole(image.get("steps")),
        sampler=_string(image.get("sampler")),
        guidance_scale=number(image.get("cfg_scale")),
        seed=whole(image.get("seed")),
        width=whole(image.get("width")),
        height=whole(image.get("height")),
        model=_string(made.get("model_weights")),
        software=" ".join(p for p in ("InvokeAI", _string(made.get("app_version"))) if p),
    )


def _novelai(texts: Mapping[str, str]) -> Parameters | None:
    made = _object(texts.get("Comment"))
    if texts.get("Software") != "NovelAI" or not made:
        return None
    return Parameters(
        prompt=_string(made.get("prompt")) or texts.get("Description", ""),
        negative_prompt=_string(made.get("uc")) or "",
        steps=whole(made.get("steps")),
        sampler=_string(made.get("sampler")),
        guidance_scale=number(made.get("scale")),
        seed=whole(made.get("seed")),
        width=whole(made.get("width")),
        height=whole(made.get("height")),
        model=_string(texts.get("Source")),
        strength=number(made.get("strength")),
        software="NovelAI",
    )


class _Graph:
    """ComfyUI's nodes: each has a class and inputs, which are values or links ``[node, slot]``."""

    def __init__(self, nodes: Mapping[str, Any]) -> None:
        self.inputs = {name: _object(_object(node).get("inputs")) for name, node in nodes.items()}
        self.kinds = {name: str(_object(node).get("class_type", "")) for name, node in nodes.items()}

    def link(self, value: object) -> str | None:
        """The node that ``value`` links to, if it is a link."""
        if not isinstance(value, list) or not value:
            return None
        target = str(cast("list[object]", value)[0])
        return target if target in self.inputs else None

    def upstream(self, start: str | None) -> Iterator[str]:
        """``start`` and all nodes it depends on, nearest first."""
        queue, seen = deque([start] if start else []), {start}
        while queue:
            name = queue.popleft()
            yield name
            for value in self.inputs[name].values():
                target = self.link(value)
                if target and target not in seen:
                    seen.add(target)
                    queue.append(target)

    def first(self, start: str | None, keys: tuple[str, ...]) -> object:
        """The nearest plain value under one of ``keys``, from ``start`` upwards."""
        for name in self.upstream(start):
            for key in keys:
                value: object = self.inputs[name].get(key)
                if isinstance(value, str | int | float) and value != "":
                    return value
        return None

    def samplers(self) -> list[str]:
        """Sampling nodes, the first pass before the ones that refine it."""
        found = [
            name
            for name, inputs in self.inputs.items()
            if self.kinds[name].startswith("SamplerCustom") or {"steps", "positive"} <= inputs.keys()
        ]
        return sorted(found, key=lambda name: sum(other in found for other in self.upstream(name)))

    def text(self, sampler: str, key: str) -> str:
        """The prompt linked to ``key`` of the sampler, or of the guider before it."""
        for name in self.upstream(sampler):
            target = self.link(self.inputs[name].get(key))
            if target:
                return _string(self.first(target, _TEXT_KEYS)) or ""
        return ""


def _comfyui(texts: Mapping[str, str]) -> Parameters | None:
    graph = _Graph(_object(texts.get("prompt")))
    samplers = graph.samplers()
    if not samplers:
        return Parameters(software="ComfyUI") if any(graph.kinds.values()) else None
    start = samplers[0]
    return Parameters(
        prompt=graph.text(start, "positive") or graph.text(start, "conditioning"),
        negative_prompt=graph.text(start, "negative"),
        steps=whole(graph.first(start, ("steps",))),
        sampler=_string(graph.first(start, ("sampler_name",))),
        guidance_scale=number(graph.first(start, ("cfg", "guidance"))),
        seed=whole(graph.first(start, ("seed", "noise_seed"))),
        width=whole(graph.first(start, ("width",))),
        height=whole(graph.first(start, ("height",))),
        model=_string(graph.first(start, _MODEL_KEYS)),
        software="ComfyUI",
    )
