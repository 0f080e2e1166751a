"""The seam every image engine stands behind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from studiolo.embedding import TextEmbedder
from studiolo.engines.capabilities import Capabilities
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress


@dataclass(frozen=True, kw_only=True)
class EngineConfig:
    """All an engine is told about the world: it reads no settings, no environment and no gallery.

    ``model`` is what stands behind the colon in ``engine:model``; ``options`` come from the
    table ``[engines.<name>]`` of the config file. ``embedder`` is the one the gallery searches with,
    so that an engine which needs one does not load it a second time.
    """

    model: str | None = None
    models_folder: Path | None = None
    offline: bool = False
    threads: int | None = None
    embedder: TextEmbedder | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Whether an engine works here; if not, why, and the command that mends it."""

    ready: bool
    reason: str = ""
    hint: str = ""


class ImageEngine(ABC):
    """Paints pictures. Two methods: say what you can do, and do it.

    Building one must be cheap and do no input or output; load weights on first use.
    The caller checks and resolves the request first, so every default is filled in.
    ``studiolo.testing.ImageEngineContract`` is the test suite an engine must pass.
    """

    def __init__(self, config: EngineConfig | None = None) -> None:
        self.config = config or EngineConfig()

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What this engine can do, with the model it was built for."""

    @abstractmethod
    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint ``request.count`` pictures, yielding each as soon as it is finished.

        The n-th picture (from 0) has seed ``request.seed + n`` and equals what that seed
        gives alone. ``progress`` is called after each step; what it raises ends the painting.

        Raises:
            EngineError: the engine could not do its work.
            Cancelled: ``progress`` asked to stop.
        """

    def availability(self) -> Availability:
        """Whether this engine can work here. Quick: looks, loads nothing."""
        return Availability(ready=True)

    def close(self) -> None:  # noqa: B027 - an engine that holds nothing has nothing to free
        """Free what was loaded. The engine may be used again: it loads anew."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
