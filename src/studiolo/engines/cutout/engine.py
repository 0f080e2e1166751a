"""Cuts pictures out of their backgrounds: by colour with GrabCut, better with a network once pulled."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from studiolo import offline
from studiolo.engines.base import Availability, EngineConfig, ImageEngine, ModelCard
from studiolo.engines.capabilities import Capabilities, Sizes
from studiolo.engines.cutout.catalogue import GRABCUT, MODELS, NETWORKS, Matting
from studiolo.engines.local import cache, hub
from studiolo.engines.local.options import LocalOptions
from studiolo.engines.options import EngineOptions, read_options
from studiolo.errors import (
    EngineError,
    InvalidRequestError,
    MissingExtraError,
    OfflineError,
    UnknownEngineError,
)
from studiolo.imaging.decode import MAX_PIXELS
from studiolo.imaging.opencv import has_opencv, load_opencv
from studiolo.requests import (
    MAX_SIDE_PX,
    GeneratedImage,
    ImageRequest,
    Progress,
    ProgressCallback,
    ignore_progress,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from studiolo.engines.cutout.network import Network

_NEEDED_FOR: Final = "Removing backgrounds"
_ROUGH: Final = "cut out by colour (GrabCut): edges are rough; better: studiolo pull birefnet-lite"

CAPABILITIES = Capabilities(
    description="Cuts pictures out of their backgrounds: by colour, or better with a network once pulled.",
    tasks=frozenset({"background-removal"}),
    sizes=Sizes(minimum=1, maximum=MAX_SIDE_PX, multiple=1, default=(1024, 1024), max_pixels=MAX_PIXELS),
    max_count=1,
    offline=True,
    languages=(),
    models=MODELS,
    licence="Apache-2.0; of the networks: MIT (birefnet-lite), Apache-2.0 (isnet)",
)


class CutoutOptions(EngineOptions):
    """Where networks are pulled from."""

    hub: str | None = Field(default=None, description="Another address of the model hub (a mirror).")
    token: str | None = Field(default=None, repr=False)


class CutoutImageEngine(ImageEngine):
    """``birefnet-lite`` and ``isnet`` once pulled, and ``grabcut``. The first that is here is taken."""

    options_type = CutoutOptions

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._options = read_options(CutoutOptions, "cutout", self.config.options)
        if self.config.model not in (None, *MODELS):
            raise _unknown(self.config.model or "", MODELS)
        self._lock = threading.Lock()
        self._network: tuple[str, Network] | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Background removal."""
        return CAPABILITIES

    def availability(self) -> Availability:
        """Ready if the extra is installed, and the network that was named is here."""
        if not has_opencv():
            hint = MissingExtraError("editing", needed_for=_NEEDED_FOR).hint
            return Availability(ready=False, reason="not installed: opencv-python", hint=hint)
        name = self.config.model
        if name is not None and name in NETWORKS and self._find(name) is None:
            lacking = _not_here(name)
            return Availability(ready=False, reason=lacking.message, hint=lacking.hint)
        return Availability(ready=True)

    def model_cards(self) -> tuple[ModelCard, ...]:
        """Its networks; GrabCut needs no files."""
        return tuple(self._card(name) for name in NETWORKS)

    def pull(self, model: str, progress: ProgressCallback = ignore_progress) -> ModelCard:
        """Download a network."""
        about = _network_named(model)
        if self._find(model) is None:
            # The hub's client may download in native code, which the guard of STUDIOLO_OFFLINE does not see.
            if self.config.offline or offline.is_forbidden():
                raise OfflineError(
                    f"'{model}' is not on this machine, and studiolo is offline.",
                    hint=f"Download it while online: studiolo pull {model}",
                )
            options = LocalOptions(hub=self._options.hub, token=self._options.token)
            hub.download([about.parcel], self.config.models_folder, options, progress)
        return self._card(model)

    def forget(self, model: str) -> int:
        """Delete a network."""
        about = _network_named(model)
        freed = cache.remove(about.parcel, cache.cache_folder(self.config.models_folder))
        if not freed:
            raise UnknownEngineError(f"'{model}' is not on this machine.", hint="See: studiolo models")
        self.close()
        return freed

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Cut out ``request.init_image``; the seed makes no difference."""
        from studiolo.engines.cutout import matte

        if request.init_image is None or not request.remove_background:
            raise InvalidRequestError(
                "The engine cutout cuts a picture out and does nothing else.",
                hint="Give it a picture: studiolo cutout FILE",
            )
        began = time.perf_counter()
        opencv = load_opencv(needed_for=_NEEDED_FOR)
        model = self.config.model or self._best()
        network = self._load(model) if model in NETWORKS else None
        progress(Progress(step=0, total=2, stage="cutting out"))
        picture = request.init_image.image
        opacity = _by_colour(opencv, picture) if network is None else network(picture)
        progress(Progress(step=1, total=2, stage="cutting out"))
        image = matte.compose(opencv, picture, opacity)
        progress(Progress(step=2, total=2, stage="cutting out"))
        yield GeneratedImage(
            image=image,
            request=request,
            engine="cutout",
            model=model,
            timings={"cutting out": round(time.perf_counter() - began, 4)},
            notes=(_ROUGH,) if network is None else (),
        )

    def close(self) -> None:
        """Free the network."""
        with self._lock:
            self._network = None

    def _best(self) -> str:
        return next((name for name in NETWORKS if self._find(name) is not None), GRABCUT)

    def _find(self, name: str) -> Any:
        return cache.find_parcel(NETWORKS[name].parcel, cache.cache_folder(self.config.models_folder))

    def _card(self, name: str) -> ModelCard:
        about = NETWORKS[name]
        return ModelCard(
            name=name,
            description=about.description,
            licence=about.licence,
            download_bytes=about.download_bytes,
            bytes_here=cache.bytes_here(about.parcel, cache.cache_folder(self.config.models_folder)),
            ready=self._find(name) is not None,
        )

    def _load(self, name: str) -> Network:
        """The network of that name, loaded on first use.

        Raises:
            EngineError: it was not pulled, or is damaged.
        """
        from studiolo.engines.cutout.network import Network

        with self._lock:
            if self._network is None or self._network[0] != name:
                folder = self._find(name)
                if folder is None:
                    raise _not_here(name)
                about = NETWORKS[name]
                self._network = name, Network(folder / about.file, about, threads=self.config.threads)
            return self._network[1]


def _by_colour(opencv: Any, picture: Image) -> NDArray[np.float32]:
    """Opacity of each pixel, (h, w) from 0 to 1."""
    import numpy as np

    from studiolo.engines.cutout import grabcut, matte

    full = np.asarray(picture.convert("RGB"))
    scale = min(1.0, grabcut.WORK_PX / max(picture.size))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    small = full if scale == 1 else opencv.resize(full, size, interpolation=opencv.INTER_AREA)
    return matte.refine(opencv, small, grabcut.cut(opencv, small), full)


def _network_named(model: str) -> Matting:
    if model not in NETWORKS:
        raise _unknown(model, tuple(NETWORKS))
    return NETWORKS[model]


def _unknown(model: str, known: tuple[str, ...]) -> UnknownEngineError:
    return UnknownEngineError(
        f"The engine cutout has no model '{model}'.", hint=f"Its models: {', '.join(known)}."
    )


def _not_here(name: str) -> EngineError:
    return EngineError(f"'{name}' is not on this machine.", hint=f"Run: studiolo pull {name}")
