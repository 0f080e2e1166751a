"""Pictures for the tests, and an embedder that needs no model."""

import hashlib
from datetime import UTC, datetime, timedelta

import numpy as np
from PIL import Image

from studiolo.gallery import Picture
from studiolo.gallery.ids import new_id
from studiolo.requests import GeneratedImage, ImageRequest

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def painting(prompt="a red apple", *, seed=7, size=(64, 48), engine="pocket", minutes=0, **fields):
    """A finished painting; different seeds have different pixels."""
    width, height = size
    pixels = np.random.default_rng(seed).integers(0, 255, (height // 8, width // 8, 3), dtype=np.uint8)
    request = ImageRequest(
        **{
            "prompt": prompt,
            "width": width,
            "height": height,
            "seed": seed,
            "steps": 12,
            "guidance_scale": 3.0,
            "scheduler": "heun",
            **fields,
        }
    )
    return GeneratedImage(
        image=Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST),
        request=request,
        engine=engine,
        model="v1",
        timings={"draft": 0.1, "painting": 0.75},
        notes=("painted without a draft: gizmo",),
        created=START + timedelta(minutes=minutes),
    )


class WordEmbedder:
    """Texts that share words are near. Deterministic; nothing is learned."""

    def embed(self, texts):
        return np.stack([self._one(text) for text in texts])

    def _one(self, text):
        vector = np.zeros(384, np.float32)
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "little")
            vector += np.random.default_rng(seed).standard_normal(384).astype(np.float32)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)


def row(prompt, number):
    """A picture's row alone, for searches that need no pixels."""
    created = START + timedelta(seconds=number)
    picture_id = new_id(created)
    return Picture(
        id=picture_id,
        created=created,
        prompt=prompt,
        engine="pocket",
        width=512,
        height=512,
        image_key=f"images/{picture_id}.png",
        thumbnail_key=f"thumbnails/{picture_id}.webp",
        sha256=f"{number:064x}",
        size_bytes=1,
    )
