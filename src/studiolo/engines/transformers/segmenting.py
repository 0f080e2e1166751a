"""Pictures taken apart into what they show: wall, sky, tree … each in the colour of its ADE20K class."""

from __future__ import annotations

import numpy as np
from PIL import Image

from studiolo.engines.transformers.ade20k import COLOURS
from studiolo.engines.transformers.perception import Perception


class Segmenter(Perception):
    """Semantic segmentation with ADE20K's classes.

    UPerNet on ConvNeXt (Xiao et al. 2018, Liu et al. 2022), MIT licence, 489 MB:
    https://huggingface.co/openmmlab/upernet-convnext-base
    """

    default = "openmmlab/upernet-convnext-base"
    model_class = "AutoModelForSemanticSegmentation"

    def segment(self, image: Image.Image) -> Image.Image:
        """The control map of ``image``: RGB, of its size.

        Raises:
            MissingExtraError, EngineError: the model cannot be used.
        """
        with self._using() as loaded:
            inputs = loaded.processor(images=image.convert("RGB"), return_tensors="pt")
            outputs = loaded.run(**inputs)
            outputs.logits = outputs.logits.float()
            (classes,) = loaded.processor.post_process_semantic_segmentation(
                outputs, target_sizes=[(image.height, image.width)]
            )
        return Image.fromarray(COLOURS[classes.cpu().numpy().astype(np.intp) % len(COLOURS)])
