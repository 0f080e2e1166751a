"""Pictures that the pocket painter made, with the box of every thing: what users will ask about.

`python -m training.recogniser.paintings` stores them in chunks, in 17 minutes on one core. Some are drafts,
some went through the autoencoder, most through the diffusion too. Held-out drawings never appear.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.embedding import TextEmbedder
from studiolo.engines.pocket import sampling
from studiolo.engines.pocket.composer import Draft, render_layout
from studiolo.engines.pocket.drawings import Drawing, DrawingLibrary
from studiolo.engines.pocket.layout import Placed, plan_layout
from studiolo.engines.pocket.networks import MAX_WORDS, Networks
from training.prompted_scenes import random_scene
from training.recogniser import WORK
from training.recogniser.sprites import every_drawing, held_out_ids

SIDE = 512  # px, as painted
KEPT = 384  # px, as stored
CHUNK = 250
CHUNKS = 8
STEPS = 10
GUIDANCE = 1.5
SHARES = {"draft": 0.15, "autoencoder": 0.35, "diffusion": 0.5}


@dataclass(frozen=True)
class Paintings:
    """Pictures (n, KEPT, KEPT, 3), and for each its boxes in shares of the picture and their classes."""

    pixels: NDArray[np.uint8]
    boxes: list[NDArray[np.float32]]  # (things, 4) each, from back to front
    classes: list[NDArray[np.int64]]


class Studio:
    """Paints random scenes as the engine does, in fewer steps."""

    def __init__(self, threads: int) -> None:
        self.embedder = TextEmbedder(threads=threads)
        self.library = DrawingLibrary(embedder=self.embedder)
        self.networks = Networks(threads=threads)
        self.held_out = held_out_ids(self.library)
        place = {name: i for i, name in enumerate(self.library.names)}
        self.classes = {d.id: place[d.name] for d in every_drawing(self.library)}

    def paint(self, rng: np.random.Generator, *, unseen: bool = False) -> tuple[NDArray[np.uint8], Draft]:
        """One picture, and the draft whose boxes are its truth; `unseen` prefers held-out drawings."""
        scene, caption = random_scene(rng, self.library)
        layout = plan_layout(scene, self.library, SIDE, SIDE, rng)
        dice = rng.random(16)
        swap = rng.random() < 0.4

        def chosen(placed: Placed) -> Drawing:
            """The drawing itself, or one of its choices, but none from the other side of the split."""
            choices = [d for d in placed.choices if (d.id in self.held_out) == unseen] or [placed.drawing]
            if placed.drawing in choices and not swap:
                return placed.drawing
            return choices[int(dice[placed.thing % len(dice)] * len(choices))]

        draft = render_layout(layout, self.library, chosen)
        kind = str(rng.choice(list(SHARES), p=list(SHARES.values())))
        return self._finish(draft.image, caption, kind, rng), draft

    def _finish(
        self, picture: NDArray[np.uint8], caption: str, kind: str, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        if kind == "draft":
            return picture
        latents = self.networks.encode(picture)
        if kind == "diffusion":
            latents = self._diffuse(latents, caption, float(rng.uniform(0.3, 0.5)), rng)
        return self.networks.decode(latents)

    def _diffuse(
        self, latents: sampling.Latents, caption: str, strength: float, rng: np.random.Generator
    ) -> sampling.Latents:
        words, mask = self.embedder.encode_tokens([caption], MAX_WORDS)
        words = np.concatenate([words, np.zeros_like(words)])
        mask = np.concatenate([mask, np.arange(MAX_WORDS)[None] == 0])
        draft = np.concatenate([latents, np.ones((1, *latents.shape[1:]), np.float32)])

        def velocity(x: sampling.Latents, t: float) -> sampling.Latents:
            out = self.networks.velocity(x, t, draft, words, mask)
            return sampling.guided(out[0], out[1], GUIDANCE)

        noise = rng.standard_normal(latents.shape, np.float32)
        start = sampling.noised(latents, noise, strength)
        sampler = sampling.SAMPLERS["dpm++ 2m"]
        return sampler(velocity, start, sampling.times(STEPS, strength), lambda *_: None)


def make(chunk: int, studio: Studio) -> None:
    """Paint and store one chunk, unless it is there."""
    folder = WORK / "paintings"
    folder.mkdir(parents=True, exist_ok=True)
    index = folder / f"{chunk}.json"
    if index.exists():
        return
    pictures, truth = [], []
    for i in range(CHUNK):
        picture, draft = studio.paint(np.random.default_rng([11, chunk, i]))
        small = Image.fromarray(picture).resize((KEPT, KEPT), Image.Resampling.LANCZOS)
        pictures.append(np.asarray(small))
        truth.append([[*(v / SIDE for v in b.box), studio.classes[b.drawing]] for b in draft.boxes])
    np.save(folder / f"{chunk}.npy", np.stack(pictures))
    index.write_text(json.dumps(truth))


def load() -> Paintings:
    """All chunks that are finished."""
    done = sorted((WORK / "paintings").glob("*.json"))
    truth = [picture for path in done for picture in json.loads(path.read_text())]
    tables = [np.array(t, np.float64).reshape(-1, 5) for t in truth]
    pixels = [np.load(path.with_suffix(".npy"), mmap_mode="r") for path in done]
    return Paintings(
        np.concatenate(pixels) if pixels else np.zeros((0, KEPT, KEPT, 3), np.uint8),
        [t[:, :4].astype(np.float32) for t in tables],
        [t[:, 4].astype(np.int64) for t in tables],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--chunks", type=int, default=CHUNKS)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    studio = Studio(options.threads)
    for chunk in range(options.chunks):
        started = time.perf_counter()
        make(chunk, studio)
        print(f"chunk {chunk}: {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
