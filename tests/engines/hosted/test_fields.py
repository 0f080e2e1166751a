"""No field of a request is dropped without a word: it is refused, or it changes what is sent or painted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from studiolo.engines.automatic1111 import Automatic1111ImageEngine
from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.huggingface import HuggingFaceImageEngine
from studiolo.engines.openai.images import (
    LocalAIImageEngine,
    OpenAIImageEngine,
    SdcppImageEngine,
    TogetherImageEngine,
    VLLMImageEngine,
)
from studiolo.errors import StudioloError
from tests.engines.automatic1111.server import WebUI
from tests.engines.huggingface.server import KEY, HubServer
from tests.engines.openai_images.asking import complete, right_half, shaded
from tests.engines.openai_images.conftest import openai_at
from tests.engines.openai_images.server import ImageServer

Sent = Callable[[], Any]
"""What the server was sent last."""

W, H = 128, 64
PICTURE, OTHER = shaded(W, H), shaded(W, H).rotate(180)
FLAT = {"width": W, "height": H, "round_size": True}
BASES: dict[str, dict[str, Any]] = {
    "words": FLAT,
    "picture": {**FLAT, "init_image": PICTURE},
    "mask": {"init_image": PICTURE, "mask": right_half(W, H)},
    "margins": {"init_image": PICTURE, "outpaint": (0, 0, 64, 0)},
    "references": {**FLAT, "references": [PICTURE]},
    "map": {**FLAT, "control_image": PICTURE, "control_prepared": True},
    "larger": {"prompt": "", "init_image": PICTURE, "upscale": 2},
}
CHANGES: dict[str, tuple[dict[str, Any], ...]] = {
    "prompt": ({"prompt": "a pear"},),
    "negative_prompt": ({"negative_prompt": "leaf"},),
    "size": ({"width": 192, "height": 128},),
    "seed": ({"seed": 8},),
    "steps": ({"steps": 5},),
    "guidance_scale": ({"guidance_scale": 4.5},),
    "strength": ({"strength": 0.95},),  # margins have 0.9 at least
    "scheduler": ({"scheduler": "DDIM"}, {"scheduler": "euler_a"}),
    "refiner": ({"refiner": "ensemble", "options": {"refiner_checkpoint": "v1-5"}}, {"refiner": "image"}),
    "init_image": ({"init_image": OTHER},),
    "seam": ({"seam": "precise"}, {"seam": "default"}),
    "control": ({"control": "segmentation"},),
    "control_image": ({"control_image": OTHER},),
    "control_strength": ({"control_strength": 0.25},),
    "references": ({"references": [OTHER]}, {"references": [PICTURE, OTHER]}),
    "similarity": ({"similarity": 0.5},),
    "loras": ({"loras": [{"name": "add_detail"}]},),
    "palette": ({"palette": ["#ff0000"]},),
    "upscale": ({"upscale": 4},),
}


@contextmanager
def _web_ui() -> Iterator[tuple[ImageEngine, Sent]]:
    with WebUI(lasts_s=0) as server:
        options = {"base_url": server.address, "width": 64, "height": 64}
        with Automatic1111ImageEngine(EngineConfig(options=options)) as engine:
            yield engine, lambda: _without_names(server.state.tasks[-1].told)


def _without_names(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "force_task_id"}


@contextmanager
def _hub(model: str) -> Iterator[tuple[ImageEngine, Sent]]:
    with HubServer() as server:
        options = {"base_url": server.address, "hub_url": server.address, "api_key": KEY}
        with HuggingFaceImageEngine(EngineConfig(model=model, options=options)) as engine:
            yield engine, lambda: server.orders[-1].body


@contextmanager
def _openai(model: str) -> Iterator[tuple[ImageEngine, Sent]]:
    with ImageServer() as server, openai_at(server, model=model) as engine:
        yield engine, lambda: _told(server)


@contextmanager
def _kin(kind: type[OpenAIImageEngine], dialect: str) -> Iterator[tuple[ImageEngine, Sent]]:
    with ImageServer(dialect) as server:
        options: dict[str, Any] = {"base_url": server.base_url, "image_dialect": dialect}
        with kind(EngineConfig(model="some/model", options=options)) as engine:
            yield engine, lambda: _told(server)


def _told(server: ImageServer) -> Any:
    order = server.orders[-1].order
    return order.path, {name: str(value) for name, value in order.fields.items()}


SERVED = {
    "automatic1111": _web_ui,
    "huggingface-fal": lambda: _hub("maker/fal"),
    "huggingface-hf-edit": lambda: _hub("maker/hf-edit"),
    "huggingface-together": lambda: _hub("maker/together"),
    "huggingface-nscale": lambda: _hub("maker/nscale"),
    "openai-2": lambda: _openai("gpt-image-2"),
    "openai-1.5": lambda: _openai("gpt-image-1.5"),
    "localai": lambda: _kin(LocalAIImageEngine, "localai"),
    "sdcpp": lambda: _kin(SdcppImageEngine, "sdcpp"),
    "studiolo": lambda: _kin(OpenAIImageEngine, "studiolo"),
    "together": lambda: _kin(TogetherImageEngine, "together"),
    "vllm": lambda: _kin(VLLMImageEngine, "vllm"),
}


@pytest.mark.parametrize("name", SERVED)
def test_what_is_not_refused_is_not_dropped(name: str):
    """The exceptions: a seed that only numbers the pictures, and what only names what is enlarged."""
    dropped: list[str] = []
    tried = 0
    with ExitStack() as stack:
        engine, sent = stack.enter_context(SERVED[name]())
        for base, fields in BASES.items():
            before = _paint(engine, sent, fields)
            if before is None:
                continue
            for field, variants in CHANGES.items():
                for change in variants:
                    after = _paint(engine, sent, {**fields, **change})
                    if after is None or _is_as_before(engine, fields, change):
                        continue
                    tried += 1
                    numbers = field == "seed" and (not engine.capabilities.seeded or "no seed" in after[1])
                    names = base == "larger" and field in {"prompt", "seed"}
                    if after == before and not numbers and not names:
                        dropped.append(f"{base}: {change}")
    assert tried >= 3
    assert not dropped, "\n".join(dropped)


def _paint(engine: ImageEngine, sent: Sent, fields: dict[str, Any]) -> Any:
    """What was sent, what was noted and what came; None where it is refused."""
    try:
        request = complete(engine, **fields)
        (made,) = engine.generate(request)
    except StudioloError:
        return None
    return sent(), " ".join(made.notes), made.image.tobytes()


def _is_as_before(engine: ImageEngine, fields: dict[str, Any], change: dict[str, Any]) -> bool:
    """Whether the change says what would have been so without it."""
    seeded = {"seed": 7}
    return complete(engine, **seeded, **fields) == complete(engine, **{**seeded, **fields, **change})
