"""The linear map from latents to colours, fitted to the shipped encoder: `python -m training.colour_map`.

Each latent stands for 16x16 px; the map gives the mean colour of each quarter of that, 8x8 px. It is the
least-squares solution over drafts of the painter's own composer, half of them in random palettes so that
every colour is seen. Every fifth draft is kept for the test that is printed. The same packages give the
same bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studiolo.embedding import TextEmbedder
from studiolo.engines.pocket import colour_map
from studiolo.engines.pocket.composer import compose
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.grading import Palette
from studiolo.engines.pocket.networks import ASSETS, Networks
from studiolo.engines.pocket.planner import plan
from studiolo.imaging.colours import rgb_to_hex
from training.prompts import JUDGED, SHEET

SIDE_PX = 256
COLOURS = 5  # of a random palette

Floats = NDArray[np.float64]


def pairs(prompts: tuple[str, ...]) -> list[tuple[Floats, Floats]]:
    """Of each draft: latents with a 1 beside them, (n, 17), and their quarters' mean colours, (n, 12)."""
    library, networks = DrawingLibrary(embedder=TextEmbedder()), Networks(threads=1)
    found: list[tuple[Floats, Floats]] = []
    for seed, prompt in enumerate(prompts):
        rng = np.random.default_rng(seed)
        palette = Palette.of([rgb_to_hex(colour) for colour in rng.uniform(size=(COLOURS, 3))])
        for asked in (None, palette):
            scene = plan(prompt, library)
            draft = compose(scene, library, SIDE_PX, SIDE_PX, np.random.default_rng(seed), palette=asked)
            latents = networks.encode(draft.image).astype(np.float64)
            known = latents.reshape(len(latents), -1).T
            colours = colour_map.quarters(draft.image / 255)
            found.append((np.column_stack([known, np.ones(len(known))]), colour_map.beside(colours)))
    return found


def main() -> None:
    """Fit, test on what was kept, and write the map, (17, 12): rows are channels, the last one is added."""
    every = pairs(SHEET + JUDGED)
    kept = every[::5]
    seen = [pair for index, pair in enumerate(every) if index % 5]
    latents, colours = (np.concatenate(columns) for columns in zip(*seen, strict=True))
    solution = np.linalg.lstsq(latents, colours, rcond=None)[0].astype(np.float32)
    np.save(ASSETS / "colour_map.npy", solution)
    latents, colours = (np.concatenate(columns) for columns in zip(*kept, strict=True))
    error = latents @ solution - colours
    explained = 1 - error.var() / colours.var()
    print(f"{len(kept)} drafts not seen: error {255 * np.abs(error).mean():.1f} of 255, R² {explained:.3f}")


if __name__ == "__main__":
    main()
