"""The networks that cut out pictures, which a user may pull."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from studiolo.engines.local.parcels import Parcel

GRABCUT: Final = "grabcut"


@dataclass(frozen=True, kw_only=True)
class Matting:
    """A network in ONNX: one picture in, one map of the foreground out.

    ``mean`` and ``deviation`` are what its authors normalise pictures (0 to 1) with; ``logits`` says that
    the map wants a sigmoid, ``stretched`` that its authors stretch it from its lowest value to its highest.
    """

    description: str
    repo: str
    file: str
    licence: str
    download_bytes: int
    side_px: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    logits: bool
    stretched: bool

    @property
    def parcel(self) -> Parcel:
        """What is downloaded of its repository."""
        return Parcel(repo=self.repo, patterns=(self.file,), needed=(self.file,))


NETWORKS: Final[Mapping[str, Matting]] = {
    # Zheng et al., "Bilateral Reference for High-Resolution Dichotomous Image Segmentation", 2024
    # (arXiv 2401.03407); preprocessor_config.json of the repository.
    "birefnet-lite": Matting(
        description="BiRefNet-lite: cuts out people, animals and things, down to hairs.",
        repo="onnx-community/BiRefNet_lite-ONNX",
        file="onnx/model.onnx",
        licence="MIT",
        download_bytes=224_000_000,
        side_px=1024,
        mean=(0.485, 0.456, 0.406),
        deviation=(0.229, 0.224, 0.225),
        logits=True,
        stretched=False,
    ),
    # Qin et al., "Highly Accurate Dichotomous Image Segmentation", ECCV 2022; Inference.py of xuebinqin/DIS.
    "isnet": Matting(
        description="IS-Net, general use: quicker than BiRefNet-lite, and not as fine.",
        repo="jellybox/isnet-general-use",
        file="isnet-general-use_1024.onnx",
        licence="Apache-2.0",
        download_bytes=179_000_000,
        side_px=1024,
        mean=(0.5, 0.5, 0.5),
        deviation=(1.0, 1.0, 1.0),
        logits=False,
        stretched=True,
    ),
}
"""The best first."""

MODELS: Final = (*NETWORKS, GRABCUT)
