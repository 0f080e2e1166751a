"""What the web UI of the tests paints: flat colours that follow from what it was asked for."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from typing import Any

from PIL import Image, ImageFilter, ImageOps


def png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def in_base64(image: Image.Image) -> str:
    return base64.b64encode(png(image)).decode()


def opened(text: str) -> Image.Image:
    """As ``decode_base64_to_image`` of modules/api/api.py, which takes ``data:`` addresses, too."""
    bare = text.partition(",")[2] if text.startswith("data:image/") else text
    return Image.open(io.BytesIO(base64.b64decode(bare, validate=True)))


def colour_of(told: dict[str, Any]) -> tuple[int, int, int]:
    """The same for the same words, seed and knobs; pictures and names of tasks are left out."""
    left_out = {"init_images", "mask", "force_task_id"}
    words = json.dumps({name: value for name, value in told.items() if name not in left_out}, sort_keys=True)
    red, green, blue = hashlib.sha256(words.encode()).digest()[:3]
    return red, green, blue


def paint(told: dict[str, Any]) -> Image.Image:
    """At the size asked for; between the picture it starts from and a colour, by the denoising strength."""
    size = told["width"], told["height"]
    if told.get("enable_hr"):
        size = told["hr_resize_x"], told["hr_resize_y"]
    flat = Image.new("RGB", size, colour_of(told))
    if not told.get("init_images"):
        return flat
    start = opened(told["init_images"][0]).convert("RGB").resize(size)
    painted = Image.blend(start, flat, told["denoising_strength"])
    if not told.get("mask"):
        return painted
    mask = opened(told["mask"]).convert("L").resize(size)
    if told["inpainting_mask_invert"]:
        mask = ImageOps.invert(mask)
    return Image.composite(painted, start, mask.filter(ImageFilter.GaussianBlur(told["mask_blur"] or 0)))


def enlarge(picture: Image.Image, factor: float) -> Image.Image:
    """Down to a multiple of eight, and without transparency: ``Upscaler.upscale`` in modules/upscaler.py."""
    size = int(picture.width * factor // 8 * 8), int(picture.height * factor // 8 * 8)
    whole = round(picture.width * factor), round(picture.height * factor)
    larger = picture.convert("RGB").resize(whole, Image.Resampling.BICUBIC)
    return larger if larger.size == size else larger.resize(size, Image.Resampling.LANCZOS)
