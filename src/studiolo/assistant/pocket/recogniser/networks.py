"""The recogniser's two networks on onnxruntime, and the facts that were measured when they were exported.

Made by `python -m training recogniser`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studiolo.errors import EngineError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    Floats = NDArray[np.float32]
    Pixels = NDArray[np.uint8]

ASSETS: Final = Path(__file__).parent / "assets"
_NEEDED: Final = ("facts.json", "finder.onnx", "kinds.json", "namer.onnx")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What belongs to the weights.

    ``names`` in the order of the namer's output; ``held_out`` the ids of drawings it never saw; ``weights``
    and ``bias`` of the logistic regression that makes confidences of what the networks say; ``floor`` the
    least that is told; ``kinds`` leads from a word to the names that are one.
    """

    names: tuple[str, ...]
    held_out: frozenset[str]
    temperature: float
    weights: tuple[float, float, float]
    bias: float
    floor: float
    kinds: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class _Loaded:
    finder: InferenceSession
    namer: InferenceSession
    facts: Facts


class Networks:
    """Loads weights on first use, once, also when several threads ask."""

    def __init__(self, *, threads: int, assets: Path = ASSETS) -> None:
        self._threads = threads
        self._assets = assets
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @property
    def facts(self) -> Facts:
        """What was measured of these weights."""
        return self._parts.facts

    def find(self, picture: Pixels) -> Floats:
        """A logit of being a thing's centre, and the box's reach from there to all sides, (5, h/4, w/4).

        The sides of `picture`, (h, w, 3), are multiples of 32; the reach to left, top, right and bottom is in
        pixels.
        """
        return self._parts.finder.run(None, {"pictures": _planes(picture[None])})[0][0]

    def name(self, windows: Pixels) -> tuple[Floats, Floats]:
        """(n, 48, 48, 3) → logits of the names (n, names) and of there being a thing at all, (n,).

        Each window is also seen in a mirror, and both looks count alike.
        """
        import numpy as np

        both = np.concatenate([windows, windows[:, :, ::-1]])
        logits, thing = self._parts.namer.run(None, {"windows": _planes(both)})
        count, half = len(windows), np.float32(0.5)
        return half * (logits[:count] + logits[count:]), half * (thing[:count, 0] + thing[count:, 0])

    @property
    def _parts(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> _Loaded:
        import onnxruntime  # 0.1 s, and not needed to make a recogniser

        missing = [name for name in _NEEDED if not (self._assets / name).exists()]
        if missing:
            raise EngineError(
                f"The recogniser's weights are missing: {', '.join(missing)}.",
                hint="Reinstall studiolo, or make them with: python -m training recogniser",
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        finder, namer = (
            onnxruntime.InferenceSession(self._assets / name, options, providers=["CPUExecutionProvider"])
            for name in ("finder.onnx", "namer.onnx")
        )
        return _Loaded(finder, namer, _facts(self._assets))


def load_kinds(assets: Path = ASSETS) -> dict[str, frozenset[str]]:
    """Word → the names that are one, by WordNet: "car" → "taxi", "sport utility vehicle" and others."""
    stored: dict[str, list[str]] = json.loads((assets / "kinds.json").read_text())
    return {word: frozenset(names) for word, names in stored.items()}


def _facts(assets: Path) -> Facts:
    stored: dict[str, Any] = json.loads((assets / "facts.json").read_text())
    first, second, third = stored["weights"]
    return Facts(
        names=tuple(stored["names"]),
        held_out=frozenset(stored["held_out"]),
        temperature=stored["temperature"],
        weights=(first, second, third),
        bias=stored["bias"],
        floor=stored["floor"],
        kinds=load_kinds(assets),
    )


def _planes(pictures: Pixels) -> Floats:
    """(n, h, w, 3) bytes → (n, 3, h, w) in -1..1, as the networks learned."""
    import numpy as np

    return np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), np.float32) / np.float32(127.5) - np.float32(
        1
    )
