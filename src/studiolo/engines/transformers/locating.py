"""Things in pictures found by words, as masks: CLIPSeg (Lüddecke & Ecker 2022, arXiv 2112.10003)."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from studiolo.engines.transformers.perception import Perception

FOUND: Final = 0.4
"""Of the model's probability for a pixel: from here on it belongs to the thing, and there is one at all.

The authors binarise at 0.5 and below, by data set; the decoder of the refined model is unsure at edges.
"""


class Locator(Perception):
    """Finds what words say in any picture; Apache-2.0, 603 MB: https://huggingface.co/CIDAS/clipseg-rd64-refined."""

    default = "CIDAS/clipseg-rd64-refined"
    model_class = "CLIPSegForImageSegmentation"

    def locate(self, image: Image.Image, words: str) -> tuple[Image.Image, float]:
        """A mask (L, of the picture's size, white where it is) and how sure that is, 0 to 1.

        The mask is black where nothing is found. ``words`` are English.

        Raises:
            MissingExtraError, EngineError: the model cannot be used.
        """
        with self._using() as loaded:
            picture = image.convert("RGB")
            inputs = loaded.processor(
                text=[words],
                images=[picture],
                return_tensors="pt",
                padding=True,
                truncation=True,
                max_length=loaded.model.config.text_config.max_position_embeddings,
            )
            logits = loaded.run(**inputs).logits
            likely = logits.float().sigmoid().squeeze().cpu().numpy()
        grey = Image.fromarray((likely * 255).round().astype(np.uint8))
        whole = grey.resize(image.size, Image.Resampling.BICUBIC)
        below = round(256 * FOUND)
        mask = whole.point([0] * below + [255] * (256 - below))
        return mask, float(likely.max())
