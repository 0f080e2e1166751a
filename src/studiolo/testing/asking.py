"""How the image contract asks an engine, and the pictures it asks with."""

# ruff: noqa: S101 - a test suite is made of asserts

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from PIL import Image, ImageDraw

from studiolo.engines.base import ImageEngine
from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.errors import InputError, UnsupportedRequestError
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress


class Asking:
    """What the tests of the image contract share: its knobs, and how they ask."""

    prompt: ClassVar[str] = "a red apple on a table"
    fields: ClassVar[Mapping[str, Any]] = {}
    """Fields of every request, for example ``{"width": 64, "height": 64, "steps": 4}``."""

    seeded: ClassVar[bool] = True
    """Whether the same seed gives the same bytes; False only for a service that does not promise it."""

    in_turn: ClassVar[bool] = True
    """Whether the pictures of a request are painted one after the other; False if several at once."""

    previews_throughout: ClassVar[bool] = True
    """Whether each report has a preview; False where a server gives one now and then."""

    kept_within: ClassVar[float] = 2.0
    """Mean difference (of 255) allowed where a mask says: keep."""

    strength_zero_within: ClassVar[float] = 12.0
    """Mean difference (of 255) allowed to an init picture at strength 0; an autoencoder needs some."""

    upscaled_within: ClassVar[float] = 12.0
    """Mean difference (of 255) allowed between a picture enlarged and one enlarged with a bicubic filter."""

    palettes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("#264653", "#2a9d8f", "#e9c46a"),
        ("#3a0ca3", "#f72585", "#4cc9f0"),
    )
    """Colours that an engine with palettes is asked to paint in."""

    def make_engine(self) -> ImageEngine:
        """A new engine, as a user would get it."""
        raise NotImplementedError

    def _request(self, engine: ImageEngine, **fields: Any) -> ImageRequest:
        return self._complete(engine, {**self._least(engine), "seed": 7, **self.fields, **fields})

    def _least(self, engine: ImageEngine) -> dict[str, Any]:
        """The least this engine can be asked for: to paint, else to edit a picture."""
        tasks = engine.capabilities.tasks
        if "text-to-image" in tasks:
            return {"prompt": self.prompt}
        if "upscaling" in tasks:
            return {"init_image": drawn(), "upscale": engine.capabilities.upscale[0]}
        if "background-removal" in tasks:
            return {"init_image": drawn(), "remove_background": True}
        return {"prompt": self.prompt, "init_image": drawn()}

    def _steps(self) -> dict[str, Any]:
        """The fields of every request without its size: what grows has another."""
        return {name: value for name, value in self.fields.items() if name not in {"width", "height"}}

    def _edit(self, engine: ImageEngine, **fields: Any) -> list[GeneratedImage]:
        return self._paint(engine, self._complete(engine, {"seed": 7, **fields}))

    def _complete(self, engine: ImageEngine, fields: Mapping[str, Any]) -> ImageRequest:
        request = ImageRequest.parse(fields)
        check(engine.capabilities, request, engine="the engine")
        complete = resolve(engine.capabilities, request)
        engine.check(complete)
        return complete

    def _paint(
        self, engine: ImageEngine, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> list[GeneratedImage]:
        pictures = list(engine.generate(request, progress))
        assert len(pictures) == request.count, f"{request.count} asked for, {len(pictures)} painted"
        assert all(isinstance(picture, GeneratedImage) for picture in pictures)
        return pictures

    def _source_picture(self, engine: ImageEngine) -> Image.Image:
        request = self._request(engine)
        width, height = request.width or 0, request.height or 0
        across = np.linspace(60, 200, width, dtype=np.float32)[None, :].repeat(height, axis=0)
        down = np.linspace(80, 180, height, dtype=np.float32)[:, None].repeat(width, axis=1)
        return Image.fromarray(np.stack([across, down, np.full_like(down, 120)], axis=-1).astype(np.uint8))

    def _allows(self, engine: ImageEngine, fields: Mapping[str, Any]) -> bool:
        try:
            self._request(engine, **fields)
        except InputError:
            return False
        return True

    def _refuses(self, engine: ImageEngine, task: str, fields: Mapping[str, Any]) -> bool:
        """Whether ``task`` is not declared; then the check must refuse it."""
        if task in engine.capabilities.tasks:
            return False
        words = {} if "upscale" in fields or "remove_background" in fields else {"prompt": self.prompt}
        try:
            self._complete(engine, {**words, **fields})
        except UnsupportedRequestError:
            return True
        raise AssertionError(f"{task} is not declared, but passes the check")

    def _assert_round_trip(self, engine: ImageEngine, picture: GeneratedImage) -> None:
        sources = picture.request.source_images()
        again = ImageRequest.parse(picture.request.model_dump(mode="json"), find_image=sources.__getitem__)
        assert again == picture.request
        if self.seeded:
            assert pixels(only(self._paint(engine, again))) == pixels(picture)


def paints(engine: ImageEngine) -> bool:
    """Whether it makes pictures anew, rather than only enlarging them or cutting them out."""
    return bool(engine.capabilities.tasks - {"upscaling", "background-removal"})


def drawn() -> Image.Image:
    """A red disc with an outline on shaded blue, 48x40; its corners are transparent."""
    side = np.linspace(0, 30, 48, dtype=np.uint8)
    ground = np.stack([side, side + 40, side + 180], axis=-1)[None].repeat(40, axis=0)
    picture = Image.fromarray(ground).convert("RGBA")
    ImageDraw.Draw(picture).ellipse(
        (14, 8, 34, 30), fill=(220, 40, 30, 255), outline=(60, 0, 0, 255), width=2
    )
    for corner in ((0, 0, 6, 6), (42, 34, 48, 40)):
        picture.paste((0, 0, 0, 0), corner)
    return picture


def on_white(image: Image.Image) -> Image.Image:
    """RGB, with white where it was transparent."""
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def only(pictures: list[GeneratedImage]) -> GeneratedImage:
    """The one that was asked for."""
    assert len(pictures) == 1, f"one picture was asked for, {len(pictures)} were painted"
    return pictures[0]


def pixels(picture: GeneratedImage) -> bytes:
    """What two pictures must have in common to be the same."""
    return picture.image.tobytes()


def apart(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference of two pictures of one size, of 255."""
    assert one.size == other.size, f"sizes differ: {one.size}, {other.size}"
    return float(np.abs(np.asarray(one, np.float32) - np.asarray(other, np.float32)).mean())
