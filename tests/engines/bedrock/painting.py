"""How the tests of painting ask: engines for a server, complete requests, small pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.bedrock import BedrockImageEngine
from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.requests import GeneratedImage, ImageRequest, ignore_progress
from tests.engines.bedrock import painter
from tests.engines.bedrock.service import KEY_ID, REGION, SECRET, Refusal, Reply, Service, serving

PROMPT = "a red apple on a table"


def engine_at(service: Service, model: str | None = None, **options: Any) -> BedrockImageEngine:
    account = {"region": REGION, "access_key_id": KEY_ID, "secret_access_key": SECRET}
    places = {"endpoint_url": service.url, "control_endpoint_url": service.url}
    return BedrockImageEngine(EngineConfig(model=model, options={**account, **places, **options}))


def complete(engine: BedrockImageEngine, **fields: Any) -> ImageRequest:
    """As the studio makes a request ready, with every check."""
    request = ImageRequest.parse({"prompt": PROMPT, "seed": 7, **fields})
    check(engine.capabilities, request, engine="bedrock")
    ready = resolve(engine.capabilities, request)
    engine.check(ready)
    return ready


class Painted:
    """Pictures, and the service that was asked for them."""

    def __init__(self, pictures: list[GeneratedImage], service: Service) -> None:
        self.pictures = pictures
        self.service = service

    @property
    def image(self) -> Image.Image:
        return self.pictures[0].image

    @property
    def body(self) -> dict[str, Any]:
        """What the model was asked."""
        return self.service.last.body

    @property
    def params(self) -> dict[str, Any]:
        """Of a task of Titan or Nova."""
        return next(value for name, value in self.body.items() if name.endswith("Params"))


def paint(
    model: str | None = None, reply: Reply = painter.paint, options: dict | None = None, **fields: Any
) -> Painted:
    with serving(reply) as service, engine_at(service, model, **(options or {})) as engine:
        return Painted(list(engine.generate(complete(engine, **fields), ignore_progress)), service)


@contextmanager
def at_service(reply: Reply = painter.paint, model: str | None = None, **options: Any) -> Iterator[Any]:
    with serving(reply) as service, engine_at(service, model, **options) as engine:
        yield engine, service


def fails(kind, said, reply, model=None, **options):
    with at_service(reply, model, **options) as (engine, service):
        with pytest.raises(kind, match=said) as caught:
            list(engine.generate(complete(engine)))
        asked = [each.operation for each in service.asked]
    assert caught.value.hint
    return caught.value, asked


def refuses(code, message, **headers):
    return lambda _: Refusal(code, message, headers)


def shaded(width: int = 512, height: int = 512) -> Image.Image:
    across = np.linspace(40, 200, width, dtype=np.uint8)[None, :].repeat(height, axis=0)
    return Image.fromarray(np.stack([across, across[:, ::-1], np.full_like(across, 90)], axis=-1))


def right_half(width: int = 512, height: int = 512) -> Image.Image:
    """A mask: its right half is painted anew."""
    mask = Image.new("L", (width, height))
    mask.paste(255, (width // 2, 0, width, height))
    return mask
