"""Engines that stand for services: they charge, have a list of sizes, and models nobody has listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from studiolo.engines.capabilities import Capabilities, Sizes
from studiolo.engines.fake import FakeImageEngine
from studiolo.engines.pricing import UNKNOWN, Estimate
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress

PRICE = 0.04
LARGE = 0.08


class HostedEngine(FakeImageEngine):
    """4 cents a picture, 8 with the model ``large``."""

    key_option = "api_key"

    @property
    def capabilities(self) -> Capabilities:
        sizes = [(64, 64), (96, 64), (64, 96), (128, 128)]
        if self.config.model == "large":
            sizes = [(128, 128), (192, 128)]
        return Capabilities(
            description="Paints for money.",
            sizes=Sizes.among(sizes),
            tasks=frozenset({"text-to-image", "variation", "upscaling"}),
            upscale=(2,),
            references=2,
            seeded=False,
            prompt_characters=40,
            negative_prompt=True,
            max_count=4,
            options=frozenset({"quality", "style"}),
            models=("small", "large"),
            languages=(),
            device="hosted",
        )

    def estimate(self, request: ImageRequest) -> Estimate:
        price = LARGE if self.config.model == "large" else PRICE
        return Estimate.per_image(price, request.count, source="the vendor, 2026-11")

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        for generated in super().generate(request, progress):
            yield replace(generated, engine="hosted", cost=PRICE)


class RentedEngine(HostedEngine):
    """Behind a tunnel: an address of this machine, and yet it charges."""

    @property
    def capabilities(self) -> Capabilities:
        return super().capabilities.model_copy(update={"offline": True, "device": "rented"})


class UnpricedEngine(HostedEngine):
    """Nobody knows what it charges; it knows itself which options it takes."""

    @property
    def capabilities(self) -> Capabilities:
        return super().capabilities.model_copy(update={"open_ended": True, "device": "unpriced"})

    def estimate(self, request: ImageRequest) -> Estimate:
        return UNKNOWN
