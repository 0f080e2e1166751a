"""What a request asks for besides words: LoRAs, references, a control map; each for the time of one call."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from studiolo.engines.base import EngineConfig
from studiolo.engines.diffusers import control, lora_files, loras, references
from studiolo.engines.diffusers.attachment import Attachment
from studiolo.engines.diffusers.calls import Call
from studiolo.engines.diffusers.finding import find_lora, need_control, need_references
from studiolo.engines.diffusers.fitting import Fitted
from studiolo.engines.diffusers.loading import Loaded
from studiolo.engines.diffusers.loras import WeightedLora
from studiolo.engines.local.residency import Place, Wanted
from studiolo.engines.local.weights import weigh
from studiolo.engines.repainting import size_of
from studiolo.requests import ImageRequest


class Extras:
    """Attaches them; keeps the networks they need in the ledger of what lies in memory."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self._places: dict[Path, Place[Any]] = {}
        self._beside: weakref.ref[Loaded] | None = None

    @contextmanager
    def attached(self, fitted: Fitted, request: ImageRequest, call: Call) -> Generator[tuple[str, ...]]:
        """``call`` with all that ``request`` asks for besides words; yields what is to be noted.

        Raises:
            EngineError: weights for it are not here (says what to pull), or damaged.
            UnsupportedRequestError: the family of models cannot do it, or a LoRA is of another family.
        """
        notes: tuple[str, ...] = ()
        self._belong_to(fitted.loaded)
        with ExitStack() as stack:
            if request.loras or request.references:
                stack.enter_context(fitted.force.separate_projections(call.pipeline))
            stages = [self._with_loras]
            stages += [self._with_references] if request.references else []
            stages += [self._with_control] if request.control_image is not None else []
            for stage in stages:
                attachment = stack.enter_context(stage(fitted, request, call))
                call.pipeline = attachment.pipe
                call.arguments |= attachment.arguments
                notes += attachment.notes
            yield notes

    def clear(self) -> None:
        """Free the networks."""
        for place in self._places.values():
            place.clear()
        self._places.clear()

    def _belong_to(self, loaded: Loaded) -> None:
        """Free networks that were laid out for a model that has been loaded anew since.

        They have the old one's numbers and device, and hooks of a plan that is no longer in force.
        """
        if self._beside is None or self._beside() is not loaded:
            self.clear()
            self._beside = weakref.ref(loaded)

    @contextmanager
    def _with_loras(self, fitted: Fitted, request: ImageRequest, call: Call) -> Generator[Attachment]:
        del fitted
        wanted = [
            WeightedLora(
                name=lora.name,
                file=lora_files.read(find_lora(lora.name, self._config)),
                weight=lora.weight,
            )
            for lora in request.loras
        ]
        with loras.attach(call.pipeline, wanted, prompt=request.prompt) as attachment:
            yield attachment

    @contextmanager
    def _with_references(self, fitted: Fitted, request: ImageRequest, call: Call) -> Generator[Attachment]:
        weights, encoder = need_references(fitted.loaded.weights)
        device, name = fitted.force.plan.device, "sdxl-references"

        def load() -> Any:
            return references.load(call.pipeline, weights, encoder, device=device, name=name)

        with (
            self._network(weights, fitted, load, lambda adapter: [adapter.image_encoder]) as adapter,
            references.attach(
                call.pipeline,
                adapter,
                [picture.image for picture in request.references],
                similarity=request.similarity or 0.7,
                words=bool(request.prompt),
                guided=(request.guidance_scale or 0) > 1,
                device=device,
            ) as attachment,
        ):
            yield attachment

    @contextmanager
    def _with_control(self, fitted: Fitted, request: ImageRequest, call: Call) -> Generator[Attachment]:
        if request.control_image is None:
            raise ValueError("there is no control map to follow")
        kind = request.control or "canny"
        folder = need_control(fitted.loaded.weights, kind)

        def load() -> Any:
            return control.load(folder, fitted.loaded.placement, name=folder.name)

        with (
            self._network(folder, fitted, load, lambda net: [net]) as net,
            control.attach(
                call.pipeline,
                net,
                request.control_image.image,
                kind=kind,
                strength=1.0 if request.control_strength is None else request.control_strength,
                size=size_of(request),
            ) as attachment,
        ):
            yield attachment

    @contextmanager
    def _network(
        self, weights: Path, fitted: Fitted, load: Callable[[], Any], modules: Callable[[Any], list[Any]]
    ) -> Generator[Any]:
        place = self._places.setdefault(weights, Place())
        wanted = Wanted(
            name=weights.stem,
            device=fitted.loaded.placement.device,
            needed_bytes=_bytes(weights),
            load=load,
            modules=modules,
            cap_bytes=fitted.cap_bytes,
        )
        with place.use(wanted) as network:
            yield network


def _bytes(weights: Path) -> int:
    """What the weights take in 16 bits, as all but processors have them."""
    folder = weights if weights.is_dir() else weights.parent
    return weigh(folder, bytes_per_number=2.0)
