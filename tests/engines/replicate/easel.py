"""What the server's image models paint: one colour, which follows from every input.

As SDXL does (replicate/cog-sdxl, predict.py), a picture to start from decides the size, and the strength how
much of it is left.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from PIL import Image

from tests.engines.replicate.sizes import SIZES


def paint(given: dict[str, Any], files: Sequence[bytes]) -> bytes:
    """The PNG for an input; ``files`` are those uploaded before."""
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).digest()
    colour = digest[0], digest[1], digest[2]
    source = given.get("image") or given.get("input_image") or (given.get("image_input") or [None])[0]
    if source is None:
        image = Image.new("RGB", _size(given), colour)
    else:
        start = open_picture(source, files).convert("RGB")
        image = Image.blend(start, Image.new("RGB", start.size, colour), given.get("prompt_strength", 0.8))
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def open_picture(address: str, files: Sequence[bytes]) -> Image.Image:
    """A picture of an input, as it was sent."""
    if uploaded := re.search(r"/v1/files/f(\d+)$", address):
        form = files[int(uploaded[1]) - 1]
        return Image.open(io.BytesIO(form[form.index(b"\x89PNG") :]))
    head, _, data = address.partition(",")
    assert head == "data:image/png;base64", head
    return Image.open(io.BytesIO(base64.b64decode(data, validate=True)))


def bars(stages: Sequence[int], taken: int) -> str:
    """The log after ``taken`` steps, as tqdm draws it for stages of so many steps."""
    lines = ["Using seed: 7", "Prompt: a red apple", "txt2img mode"]
    for steps in stages:
        done = min(taken, steps)
        lines += [_bar(step, steps) for step in range(done + 1)]
        taken -= done
        if not taken:
            break
    return "\n".join(lines)


def _bar(step: int, steps: int) -> str:
    return f"{100 * step // steps:3d}%|████      | {step}/{steps} [00:01<00:02,  6.50it/s]"


def stages_of(given: dict[str, Any]) -> list[int]:
    """How many steps each stage of SDXL runs."""
    steps = int(given.get("num_inference_steps", given.get("steps", 50)))
    strength = given.get("prompt_strength", 0.8) if given.get("image") else 1.0
    run = max(1, int(steps * strength))
    if given.get("refine") == "expert_ensemble_refiner":
        first = max(1, round(run * given.get("high_noise_frac", 0.8)))
        return [first, max(1, run - first)]
    if given.get("refine") == "base_image_refiner":
        return [run, max(1, int(0.3 * given.get("refine_steps", steps)))]
    return [run]


def _size(given: dict[str, Any]) -> tuple[int, int]:
    if "width" in given:
        return given["width"], given["height"]
    if "size" in given:
        width, _, height = given["size"].partition("x")
        return int(width), int(height)
    width, height = SIZES[given.get("aspect_ratio", "1:1")]
    return (width // 2, height // 2) if given.get("megapixels") == "0.25" else (width, height)
