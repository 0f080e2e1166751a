"""One picture: what is sent, what is waited for, what comes back."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from studiolo.engines.comfyui import templates
from studiolo.engines.comfyui.choosing import Choice, choose, scale_of
from studiolo.engines.comfyui.exported import Exported
from studiolo.engines.comfyui.following import Meter, follow, pictures_of
from studiolo.engines.comfyui.graph import Nodes, Workflow
from studiolo.engines.comfyui.listening import Line, listening
from studiolo.engines.comfyui.options import ComfyUIOptions
from studiolo.engines.comfyui.samplers import parts_of
from studiolo.engines.comfyui.server import Server
from studiolo.engines.comfyui.sources import Sources
from studiolo.engines.comfyui.stock import Stock, meant
from studiolo.engines.http.worker import Beat
from studiolo.engines.outpainting import as_inpainting, cut
from studiolo.engines.repainting import finished, size_of
from studiolo.errors import Cancelled, InputError, UnknownEngineError
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback

if TYPE_CHECKING:
    from PIL.Image import Image

MULTIPLE_PX: Final = 8
LEAST_PX: Final = 64


@dataclass(frozen=True, kw_only=True)
class Painter:
    """What the pictures of one request share. Safe to use from several threads."""

    engine: str
    server: Server
    stock: Stock
    options: ComfyUIOptions
    model: str | None
    exported: Exported | None

    def paint(self, asked: ImageRequest, progress: ProgressCallback) -> GeneratedImage:
        """The one picture of ``asked``.

        Raises:
            UnknownEngineError, InvalidRequestError, EngineError: it cannot be painted; says why.
            Cancelled, or what else ``progress`` raises: the painting is taken out of the server's queue.
        """
        began = time.perf_counter()
        request = as_inpainting(asked, multiple=MULTIPLE_PX, least_px=LEAST_PX)
        sources = Sources.of(request)
        meter = self._meter(request, progress)
        workflow, choice = self._workflow(request, sources, meter.beat)
        meter.measure(workflow.weights)
        name = str(uuid.uuid4())
        with listening(self.options, name, meter.beat) as line:
            sent = time.perf_counter()
            painted, more = self._await(workflow, name, line, meter)
            silence = line.broken
        with suppress(Cancelled):  # it is here
            meter.end(painted)
        ended = time.perf_counter()
        image = painted if request.edits_only else painted.convert("RGB")
        if self.exported is None or image.size == size_of(request):
            image = cut(finished(image, request), asked)
        return GeneratedImage(
            image=_with_veil(image, asked),
            request=asked,
            engine=self.engine,
            model=self._model(choice),
            timings={"preparing": round(sent - began, 4), "painting": round(ended - sent, 4)},
            notes=(*_notes(asked, choice, silence), *_size_note(image, asked), *more),
            cost=self._cost(ended - sent),
        )

    def _meter(self, request: ImageRequest, progress: ProgressCallback) -> Meter:
        own = self.exported
        weights = _weights(own.filled({"steps": request.steps} if request.steps else {})) if own else {}
        return Meter(
            progress,
            total=sum(weights.values()) if own else templates.steps_of(request),
            stage="upscaling" if request.upscale is not None else "painting",
            title=self.server.title,
        )

    def _await(
        self, workflow: Workflow, name: str, line: Line, meter: Meter
    ) -> tuple[Image, tuple[str, ...]]:
        """The picture, and what is to be said of it; whatever happens, nothing stays in the queue."""
        painting, over = name, False
        try:
            painting = self.server.submit(workflow.nodes, name=name, beat=meter.beat)
            entry = follow(self.server, line, painting, meter, patience_s=self.options.total_timeout_s)
            over = True
        except InputError:  # it was not taken
            over = True
            raise
        finally:
            if not over:
                self.server.call_off(painting)
        files = pictures_of(entry, workflow, self.server.title)
        more = f"the workflow made {len(files)} pictures; this is the first"
        return self.server.view(files[0], meter.beat), (more,) if len(files) > 1 else ()

    def _workflow(
        self, request: ImageRequest, sources: Sources, beat: Beat
    ) -> tuple[Workflow, Choice | None]:
        if self.exported is not None:
            return self._own_workflow(self.exported, request, sources, beat), None
        choice = choose(self.stock, request, self.options, self.model, beat)
        uploads = sources.uploaded(self.server, beat)
        make = templates.upscaling if request.upscale is not None else templates.painting
        return make(request, choice, uploads), choice

    def _own_workflow(
        self, exported: Exported, request: ImageRequest, sources: Sources, beat: Beat
    ) -> Workflow:
        values: dict[str, Any] = {
            "prompt": request.prompt,
            "seed": request.seed,
            "steps": request.steps,
            "guidance_scale": request.guidance_scale,
            "strength": request.strength,
            "width": request.width,
            "height": request.height,
        }
        if exported.has("negative_prompt"):
            values["negative_prompt"] = request.negative_prompt or exported.value("negative_prompt")
        if request.scheduler:
            values["sampler"], values["schedule"] = parts_of(request.scheduler)
        values |= {each: request.options[each] for each in ("sampler", "schedule") if each in request.options}
        if self.model:
            values["model"] = self._named(exported, "model", self.model, beat)
        sources = sources.with_mask_in_alpha() if exported.mask_in_alpha else sources
        uploads = sources.uploaded(self.server, beat)
        values |= {"init_image": uploads.init, "mask": uploads.mask, "control_image": uploads.control}
        nodes = exported.filled({role: value for role, value in values.items() if value not in (None, "")})
        return Workflow(nodes=nodes, weights=_weights(nodes), output=exported.output)

    def _named(self, exported: Exported, role: str, wanted: str, beat: Beat) -> str:
        """The server's name of what is meant, for a place of the workflow."""
        slot = exported.slots[role][0]
        kind = exported.nodes[slot.node]["class_type"]
        names = self.stock.choices(kind, slot.entry, beat)
        found = meant(names, wanted)
        if found is None:
            raise UnknownEngineError(
                f"{self.server.title} has no '{wanted}' for node {slot.node} ({kind}).",
                hint=f"It has: {', '.join(names[:12]) or 'none'}.",
            )
        return found

    def _model(self, choice: Choice | None) -> str:
        if choice is not None:
            return choice.checkpoint or choice.upscaler
        return self.model or (self.exported.origin if self.exported else "")

    def _cost(self, seconds: float) -> float | None:
        """What a rented server costs, if the settings say."""
        if self.options.price_per_image is not None:
            return self.options.price_per_image
        rate = self.options.price_per_second
        return None if rate is None else rate * seconds


def _weights(nodes: Nodes) -> dict[str, int]:
    """The steps of what samples; where nothing says how many, all nodes count alike."""
    steps = {name: node["inputs"].get("steps") for name, node in nodes.items()}
    found = {name: count for name, count in steps.items() if isinstance(count, int) and count > 0}
    return found or dict.fromkeys(nodes, 1)


def _with_veil(image: Image, asked: ImageRequest) -> Image:
    """An enlarged picture is transparent where it was."""
    from PIL import Image as Pil

    if asked.upscale is None or asked.init_image is None or asked.init_image.image.mode != "RGBA":
        return image
    veil = asked.init_image.image.getchannel("A").resize(image.size, Pil.Resampling.BICUBIC)
    enlarged = image.convert("RGB")
    enlarged.putalpha(veil)
    return enlarged


def _notes(asked: ImageRequest, choice: Choice | None, silence: str) -> tuple[str, ...]:
    notes: list[str] = []
    scale = scale_of(choice.upscaler) if choice is not None else None
    if asked.upscale is not None and scale not in (None, asked.upscale):
        notes.append(f"enlarged {scale} times, then brought to {asked.upscale} times")
    if silence:
        notes.append(f"progress was asked for now and then: no websocket ({silence})")
    return tuple(notes)


def _size_note(image: Image, asked: ImageRequest) -> tuple[str, ...]:
    if image.size == size_of(asked):
        return ()
    return (f"the workflow made it {image.width}x{image.height}",)
