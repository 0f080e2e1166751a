"""One sprite onto a canvas: sized, mirrored, tinted; and what cameras and files do to a finished picture."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from training.recogniser.sprites import SIDE, VARIANTS, Sprites

# Turning the hue in YIQ is one 3x3 matrix; its rows and their inverse are the NTSC ones.
_TO_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], np.float32)
_FROM_YIQ = np.linalg.inv(_TO_YIQ).astype(np.float32)
_SOLID = 127


@dataclass(frozen=True, kw_only=True)
class Dress:
    """How the copies of one thing look: which drawing, and what was done to it."""

    sprite: int
    mirrored: bool
    turn: NDArray[np.float32] | None
    angle: float

    @classmethod
    def random(cls, rng: np.random.Generator, drawing: int) -> Dress:
        variant = int(rng.random() < 0.3)
        turn = None
        if variant == 0 and rng.random() < 0.25:
            angle, strength = rng.uniform(-math.pi, math.pi), rng.uniform(0.5, 1.2)
            c, s = math.cos(angle) * strength, math.sin(angle) * strength
            turn = (_FROM_YIQ @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]], np.float32) @ _TO_YIQ).T
        angle = float(rng.normal(0, 7)) if rng.random() < 0.15 else 0.0
        return cls(sprite=drawing * VARIANTS + variant, mirrored=rng.random() < 0.4, turn=turn, angle=angle)


def dressed(sprites: Sprites, dress: Dress, extent: float) -> Image.Image:
    """The sprite with its longer side `extent` px long, RGBA."""
    height, width = sprites.sizes[dress.sprite]
    scale = extent / max(height, width)
    size = max(2, round(width * scale)), max(2, round(height * scale))
    pixels = sprites.pixels[dress.sprite, :height, :width]
    if extent <= SIDE // 2:
        pixels = sprites.small[dress.sprite, : (height + 1) // 2, : (width + 1) // 2]
    picture = Image.frombytes("RGBa", (pixels.shape[1], pixels.shape[0]), pixels.tobytes())
    picture = picture.resize(size, Image.Resampling.BILINEAR)
    picture = picture.convert("RGBA")
    if dress.mirrored:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if dress.angle:
        picture = picture.rotate(dress.angle, Image.Resampling.BILINEAR, expand=True)
        picture = picture.crop(picture.getbbox())
    if dress.turn is not None:
        pixels = np.array(picture)
        turned = pixels[..., :3].astype(np.float32) @ dress.turn
        pixels[..., :3] = turned.clip(0, 255).astype(np.uint8)
        picture = Image.fromarray(pixels)
    return picture


def shadow(rng: np.random.Generator, canvas: Image.Image, x: float, y: float, thing: Image.Image) -> None:
    """Something dark where it stands."""
    dark = Image.new("L", canvas.size)
    reach = thing.width * rng.uniform(0.3, 0.55)
    middle, foot, thick = x + thing.width / 2, y + thing.height, max(1.0, reach * rng.uniform(0.1, 0.25))
    box = (middle - reach, foot - thick, middle + reach, foot + thick * 0.8)
    ImageDraw.Draw(dark).ellipse(box, int(rng.uniform(40, 120)))
    canvas.paste((60, 56, 80), (0, 0), dark.filter(ImageFilter.GaussianBlur(max(1.0, thick / 2))))


def solid(thing: Image.Image) -> NDArray[np.bool_]:
    """Which pixels belong to it, (h, w)."""
    return np.greater(np.asarray(thing.getchannel("A")), _SOLID)


def worn(rng: np.random.Generator, picture: Image.Image) -> Image.Image:
    """What happens to pictures on their way: light, colour, blur, noise, compression."""
    if rng.random() < 0.35:
        picture = ImageEnhance.Brightness(picture).enhance(rng.uniform(0.65, 1.3))
    if rng.random() < 0.3:
        picture = ImageEnhance.Contrast(picture).enhance(rng.uniform(0.6, 1.3))
    if rng.random() < 0.25:
        picture = ImageEnhance.Color(picture).enhance(rng.uniform(0.4, 1.4))
    if rng.random() < 0.03:
        picture = picture.convert("L").convert("RGB")
    if rng.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.1)))
    if rng.random() < 0.15:
        noise = rng.normal(0, rng.uniform(2, 14), (*picture.size[::-1], 3))
        picture = Image.fromarray((np.asarray(picture) + noise).clip(0, 255).astype(np.uint8))
    if rng.random() < 0.3:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=int(rng.uniform(25, 92)))
        picture = Image.open(file).convert("RGB")
    return picture
