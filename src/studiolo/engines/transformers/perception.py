"""Models that look at one picture and tell of its pixels: found if they were pulled, loaded once, kept."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from studiolo.engines.base import EngineConfig
from studiolo.engines.local import libraries, machine
from studiolo.engines.local.cache import cache_folder, find_parcel
from studiolo.engines.local.machine import BYTES, Placement
from studiolo.engines.local.weights import check_weights, weigh
from studiolo.engines.options import read_options
from studiolo.engines.transformers.finding import parcel_of
from studiolo.engines.transformers.options import TransformersOptions
from studiolo.errors import EngineError, reason

# What transformers raises for files that are not whole, not its own, or for another version of it.
_BROKEN = (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, ImportError)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model on its device, and what prepares pictures (and words) for it."""

    model: Any
    processor: Any
    placement: Placement

    def run(self, **inputs: Any) -> Any:
        """What the model gives for these inputs, as the processor made them."""
        torch = libraries.load_torch()
        dtype = getattr(torch, self.placement.dtype)
        moved = {
            name: value.to(self.placement.device, dtype if value.is_floating_point() else None)
            for name, value in inputs.items()
        }
        with torch.inference_mode():
            return self.model(**moved)


class Perception:
    """One such model. Safe to share between threads: they take turns.

    Args:
        config: of the engine ``transformers``: where models are kept, and on what they run.
        model: a folder or a name on the hub; the class's own if not given.
    """

    default: ClassVar[str]
    """The model that is used if none is named."""
    model_class: ClassVar[str]
    """The class of transformers that loads it."""

    def __init__(self, config: EngineConfig, model: str | None = None) -> None:
        self.name = model or self.default
        self._config = config
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None

    @property
    def ready(self) -> bool:
        """Whether the libraries and the model are on this machine; looks, loads and asks nothing."""
        return not libraries.missing() and self._folder() is not None

    def close(self) -> None:
        """Free the model; it is loaded anew when it is used again."""
        with self._lock:
            self._loaded = None

    @contextmanager
    def _using(self) -> Generator[Loaded]:
        """The model, for one thread at a time.

        Raises:
            MissingExtraError: torch and its kin are not installed.
            EngineError: it is not here, damaged, or too large for the memory.
        """
        with self._lock:
            self._loaded = self._loaded or self._load()
            yield self._loaded

    def _folder(self) -> Path | None:
        given = Path(self.name).expanduser()
        if (given / "config.json").is_file():
            return given
        revision = self._config.options.get("revision") if self.name != self.default else None
        return find_parcel(
            replace(parcel_of(self.name), revision=revision), cache_folder(self._config.models_folder)
        )

    def _load(self) -> Loaded:
        torch, transformers = libraries.load_torch(), libraries.load_transformers()
        folder = self._folder()
        if folder is None:
            raise EngineError(
                f"The model '{self.name}' is not on this machine.", hint=f"Run: studiolo pull {self.name}"
            )
        options = read_options(TransformersOptions, "transformers", self._config.options)
        place = machine.place(torch, device=options.device, dtype=options.dtype)
        check_weights(folder, model=self.name)
        needed = weigh(folder, bytes_per_number=BYTES[place.dtype])
        machine.check_fit(needed, machine.free_bytes(torch, place.device), place, model=self.name)
        local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            processor = transformers.AutoProcessor.from_pretrained(folder, backend="pil", **local)
            model, report = getattr(transformers, self.model_class).from_pretrained(
                folder,
                dtype=getattr(torch, place.dtype),
                use_safetensors=True,
                output_loading_info=True,
                **local,
            )
            model = model.eval().to(place.device)
        except _BROKEN as error:
            raise EngineError(
                f"'{self.name}' could not be loaded: {reason(error)}.",
                hint=f"Fetch it anew: studiolo models remove {self.name}, then studiolo pull {self.name}",
            ) from error
        if lacking := sorted(report["missing_keys"]):
            # transformers would fill them with random numbers.
            raise EngineError(
                f"The weights of '{self.name}' lack {len(lacking)} tensors, '{lacking[0]}' among them.",
                hint=f"Fetch it anew: studiolo models remove {self.name}, then studiolo pull {self.name}",
            )
        return Loaded(model=model, processor=processor, placement=place)
