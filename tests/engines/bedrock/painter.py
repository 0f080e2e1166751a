"""The models that paint, in small: each body is judged by its documentation, each picture follows from it.

What is painted is one colour drawn from words and seed, in the place and to the extent the task says. Beside
a mask, pixels are a shade off, as those of a model that paints the whole picture anew.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from typing import Any

import jsonschema_rs
import numpy as np
from PIL import Image, ImageChops, ImageDraw

from tests.engines.bedrock.bodies import SCHEMAS
from tests.engines.bedrock.service import Asked, Refusal

_VALIDATORS = {name: jsonschema_rs.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
_RATIOS = {
    "1:1": (1024, 1024), "16:9": (1344, 768), "21:9": (1536, 640), "2:3": (832, 1216), "3:2": (1216, 832),
    "4:5": (896, 1088), "5:4": (1088, 896), "9:16": (768, 1344), "9:21": (640, 1536),
}  # fmt: skip
Body = dict[str, Any]


def paint(asked: Asked) -> Any:
    """What InvokeModel answers, or the refusal of a model that is not there or cannot read the body."""
    model = asked.params["modelId"]
    if model not in SCHEMAS:
        return Refusal("ValidationException", "The provided model identifier is invalid.")
    try:
        body = judged(model, asked.body)
    except (AssertionError, jsonschema_rs.ValidationError) as error:
        said = str(error).splitlines()[0][:300]
        return Refusal("ValidationException", f"Malformed input request: {said}")
    if "stability" in model:
        image = of_stability(model, body)
        return {"seeds": [body.get("seed", 1)], "finish_reasons": [None], "images": [written(image)]}
    return {"images": [written(of_amazon(body))]}


def judged(model: str, body: Body) -> Body:
    """The body, held to its schema, and its pictures to what is said of them."""
    _VALIDATORS[model].validate(body)
    (check_amazon if model.startswith("amazon.") else check_stability)(model, body)
    return body


def check_amazon(model: str, body: Body) -> None:
    params = next(value for name, value in body.items() if name.endswith("Params"))
    pictures = [params[name] for name in ("image", "conditionImage", "referenceImage") if name in params]
    for picture in map(read, [*pictures, *params.get("images", [])]):
        assert picture.mode == "RGB", f"a picture is {picture.mode}"
        least, most = (320, 4096) if "nova" in model else (1, 1408)
        assert min(picture.size) >= least, f"a side of {min(picture.size)}"
        assert max(picture.size) <= most, f"a side of {max(picture.size)}"
        if "nova" in model:
            assert picture.width * picture.height < 4_194_304, "too many pixels"
            assert max(picture.size) <= 4 * min(picture.size), "too long and narrow"
    if "maskImage" in params:
        mask = read(params["maskImage"])
        assert mask.size == read(params["image"]).size, "the mask has another size"
        colours = {colour for _, colour in mask.getcolors(maxcolors=2**24) or []}
        assert colours <= {(0, 0, 0), (255, 255, 255)}, f"a mask of {len(colours)} colours"


def check_stability(model: str, body: Body) -> None:
    for name in ("image", "init_image", "style_image"):
        if name not in body:
            continue
        picture = read(body[name])
        fast, creative = "fast" in model, "creative" in model
        assert min(picture.size) >= (32 if fast else 64), f"a side of {min(picture.size)}"
        assert picture.width * picture.height <= (2**20 if fast or creative else 9_437_184), "too many pixels"
        if not (fast or creative or "sd3" in model or "ultra" in model):
            assert max(picture.size) <= 2.5 * min(picture.size), "too long and narrow"


def of_amazon(body: Body) -> Image.Image:
    params = next(value for name, value in body.items() if name.endswith("Params"))
    config = body.get("imageGenerationConfig", {})
    colour = drawn_from(params.get("text"), config.get("seed"), params.get("controlStrength"))
    task = body["taskType"]
    if task == "BACKGROUND_REMOVAL":
        return disc(read(params["image"]))
    if task in {"INPAINTING", "OUTPAINTING"}:
        return repainted(params, colour, outwards=task == "OUTPAINTING")
    size = config["width"], config["height"]
    if task == "COLOR_GUIDED_GENERATION":
        return bands(params["colors"], size, config["seed"])
    plain = Image.new("RGB", size, colour)
    if task == "IMAGE_VARIATION":
        return Image.blend(plain, read(params["images"][0]).resize(size), params["similarityStrength"] * 0.9)
    return plain


def repainted(params: Body, colour: str, *, outwards: bool) -> Image.Image:
    """A mask's black is what is changed, or outwards what stays; words are taken for the left half."""
    image = read(params["image"])
    if "maskImage" in params:
        black = ImageChops.invert(read(params["maskImage"]).convert("L"))
    else:
        black = Image.new("L", image.size)
        black.paste(255, (0, 0, image.width // 2, image.height))
    changed = ImageChops.invert(black) if outwards else black
    beside = image if params.get("outPaintingMode") == "PRECISE" else shade_off(image)
    return Image.composite(Image.new("RGB", image.size, colour), beside, changed)


def of_stability(model: str, body: Body) -> Image.Image:
    colour = drawn_from(body.get("prompt"), body.get("seed"), body.get("control_strength"))
    size = _RATIOS[body.get("aspect_ratio", "1:1")]
    if "upscale" in model:
        image = read(body["image"])
        return image.resize((image.width * 4, image.height * 4), Image.Resampling.BICUBIC)
    if "remove-background" in model:
        return disc(read(body["image"]))
    if "outpaint" in model:
        return outpainted(body, colour)
    if "mask" in body:
        image = read(body["image"])
        mask = read(body["mask"]).convert("L")
        return Image.composite(Image.new("RGB", image.size, colour), shade_off(image), mask)
    if "control" in model:
        return Image.new("RGB", read(body["image"]).size, colour)
    if "style-guide" in model:
        style = read(body["image"]).resize(size)
        return Image.blend(Image.new("RGB", size, colour), style, body["fidelity"] * 0.9)
    if "image" in body or "init_image" in body:
        image = read(body.get("image") or body["init_image"])
        strength = body.get("strength", body.get("change_strength", 0.5))
        return Image.blend(image, Image.new("RGB", image.size, colour), strength)
    return Image.new("RGB", size, colour)


def outpainted(body: Body, colour: str) -> Image.Image:
    image = read(body["image"])
    left, up, right, down = (body.get(side, 0) for side in ("left", "up", "right", "down"))
    grown = Image.new("RGB", (image.width + left + right, image.height + up + down), colour)
    grown.paste(shade_off(image), (left, up))
    return grown


def drawn_from(*said: Any) -> str:
    return f"#{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:6]}"


def bands(colours: list[str], size: tuple[int, int], seed: int) -> Image.Image:
    image = Image.new("RGB", size)
    rows = size[1] // len(colours) + 1
    for index in range(len(colours)):
        colour = colours[(index + seed) % len(colours)]
        image.paste(colour, (0, index * rows, size[0], (index + 1) * rows))
    image.putpixel((0, 0), (seed % 256, seed // 256 % 256, 0))
    return image


def disc(image: Image.Image) -> Image.Image:
    alpha = Image.new("L", image.size)
    ImageDraw.Draw(alpha).ellipse((image.width // 4, 0, image.width * 3 // 4, image.height - 1), fill=255)
    cut = image.convert("RGBA")
    cut.putalpha(alpha)
    return cut


def shade_off(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image.convert("RGB")).astype(np.int16)
    return Image.fromarray((pixels + np.where(pixels > 127, -1, 1)).astype(np.uint8))


def read(text: str) -> Image.Image:
    image = Image.open(io.BytesIO(base64.b64decode(text, validate=True)))
    image.load()
    return image


def written(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return base64.b64encode(buffer.getvalue()).decode()
