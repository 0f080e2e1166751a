"""Outpainting as inpainting: the canvas, its ground, the way back. The engine's own tests paint on it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from studiolo.engines import outpainting
from studiolo.imaging.canvas import join
from studiolo.requests import ImageRequest


def picture(mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    return Image.fromarray(pixels).convert(mode)


def grown(image: Image.Image | None = None, **more: object) -> ImageRequest:
    fields = {"prompt": "a fox", "init_image": image or picture(), "outpaint": (10, 0, 7, 5), **more}
    return ImageRequest.parse(fields).model_copy(update={"width": 67, "height": 45})


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))


def test_the_canvas_is_padded_and_the_picture_stays_in_it_to_the_pixel():
    request = outpainting.as_inpainting(grown(), multiple=8, least_px=64)
    assert (request.width, request.height, request.outpaint) == (72, 64, None)
    assert request.init_image is not None
    assert request.mask is not None
    mask = np.asarray(request.mask.image.convert("L")) > 0
    assert not mask[:40, 10:60].any()
    assert mask.sum() == 72 * 64 - 40 * 50
    assert (pixels(request.init_image.image)[:40, 10:60] == pixels(picture())).all()


def test_new_ground_is_near_what_is_beside_it_and_noisy():
    red = Image.new("RGB", (40, 40), (200, 30, 30))
    request = outpainting.as_inpainting(grown(red), multiple=8, least_px=64)
    assert request.init_image is not None
    ground = pixels(request.init_image.image)[:40, :10].astype(float)
    assert np.abs(ground.mean(axis=(0, 1)) - (200, 30, 30)).max() < 12
    assert ground.std(axis=(0, 1)).min() > 10


def test_it_is_painted_far_from_the_ground_and_joined_softly_unless_asked_otherwise():
    request = outpainting.as_inpainting(grown(strength=0.3), multiple=8, least_px=64)
    assert (request.strength, request.seam) == (outpainting.STRENGTH, "default")
    request = outpainting.as_inpainting(grown(strength=1.0, seam="precise"), multiple=8, least_px=64)
    assert (request.strength, request.seam) == (1.0, "precise")


@pytest.mark.parametrize("seam", ["default", "precise"])
def test_back_at_the_asked_size_precise_keeps_every_pixel(seam: str):
    asked = grown(seam=seam)
    request = outpainting.as_inpainting(asked, multiple=8, least_px=64)
    assert request.init_image is not None
    assert request.mask is not None
    assert request.seam is not None
    painted = Image.new("RGB", (72, 64), "blue")
    joined = join(painted, request.init_image.image, request.mask.image.convert("L"), request.seam)
    result = outpainting.cut(joined, asked)
    assert result.size == (67, 45)
    kept = pixels(result)[:40, 10:60] == pixels(picture())
    assert kept.all() == (seam == "precise")
    assert kept[20, 25].all(), "far from the seam all stays"
    assert (pixels(result)[:40, :6] == (0, 0, 255)).all()


def test_what_is_transparent_is_white():
    clear = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    request = outpainting.as_inpainting(grown(clear), multiple=8, least_px=64)
    assert request.init_image is not None
    assert pixels(request.init_image.image)[20, 30].tolist() == [255, 255, 255]


def test_a_control_map_keeps_its_place():
    edges = Image.new("RGB", (67, 45))
    edges.putpixel((66, 44), (255, 255, 255))
    asked = grown(control_image=edges, control="segmentation")
    request = outpainting.as_inpainting(asked, multiple=8, least_px=64)
    assert request.control_image is not None
    assert request.control_image.size == (72, 64)
    assert request.control_image.image.getpixel((66, 44)) == (255, 255, 255)
    assert request.control_image.image.getpixel((70, 60)) == (0, 0, 0)


def test_other_requests_pass_as_they_are():
    request = ImageRequest.parse({"prompt": "a fox", "width": 64, "height": 64})
    assert outpainting.as_inpainting(request, multiple=8, least_px=64) is request
    image = Image.new("RGB", (72, 64))
    assert outpainting.cut(image, request) is image
