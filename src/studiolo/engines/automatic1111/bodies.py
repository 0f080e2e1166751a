"""From a request to what ``/sdapi/v1/txt2img`` and ``/sdapi/v1/img2img`` are sent.

Fields are those of ``StableDiffusionProcessingTxt2Img`` and ``…Img2Img`` (modules/processing.py, which
modules/api/models.py makes its models of) in AUTOMATIC1111 1.10.1. A field that a server does not know it
drops without a word, so what SD.Next (2026-07) lacks is refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studiolo.engines.automatic1111 import upscaling
from studiolo.engines.automatic1111.catalogue import Catalogue
from studiolo.engines.automatic1111.controlling import control_unit
from studiolo.engines.automatic1111.options import Automatic1111Options, Wishes
from studiolo.engines.automatic1111.samplers import Schedules
from studiolo.engines.automatic1111.starting import first_pass, start
from studiolo.engines.http.worker import Beat
from studiolo.engines.repainting import size_of
from studiolo.errors import InvalidRequestError, UnknownEngineError, UnsupportedRequestError
from studiolo.requests import ImageRequest


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is sent, where to, and what the person should know of it."""

    path: str
    body: dict[str, Any]
    names_tasks: bool
    notes: tuple[str, ...] = ()


class Writer:
    """Writes orders for one web UI: every name in them is one it has.

    ``model`` is the checkpoint asked for, None for the one it has loaded.
    """

    def __init__(self, catalogue: Catalogue, options: Automatic1111Options, model: str | None) -> None:
        self._catalogue = catalogue
        self._options = options
        self._model = model

    def order(self, request: ImageRequest, beat: Beat) -> Order:
        """What paints ``request``, which is complete, for one picture, and grows no more.

        Raises:
            UnknownEngineError: there is no such model.
            InvalidRequestError: no such sampler, LoRA, style, upscaler or VAE.
            UnsupportedRequestError: this server cannot do that.
            EngineError: it does not say what it has.
        """
        wishes = Wishes.of(request)
        samplers = self._catalogue.samplers(beat)
        sdnext = samplers.kind is Schedules.SIGMA
        if sdnext:
            _refuse_in_sdnext(request, wishes, self._catalogue.title)
        width, height = size_of(request)
        body: dict[str, Any] = {
            "prompt": self._prompt(request, beat),
            "negative_prompt": request.negative_prompt,
            "seed": request.seed,
            "steps": request.steps,
            "cfg_scale": request.guidance_scale,
            "width": width,
            "height": height,
            "n_iter": 1,
            "batch_size": 1,
            "send_images": True,
            "save_images": False,
            "override_settings": self._settings(wishes, beat),
            "override_settings_restore_afterwards": True,
            **self._sampler(request, wishes, beat),
            **self._extras(wishes, beat),
            **self._refiner(request, wishes, beat),
        }
        notes: tuple[str, ...] = ()
        if request.control_image is not None:
            unit, notes = control_unit(request, wishes, self._catalogue, self._model, beat)
            body["alwayson_scripts"] = {"controlnet": {"args": [unit]}}
        names_tasks = samplers.kind is Schedules.APART
        if request.init_image is None:
            body |= self._hires(request, wishes, beat, sdnext=sdnext)
            return Order(path="sdapi/v1/txt2img", body=body, names_tasks=names_tasks, notes=notes)
        body |= start(request, wishes)
        return Order(path="sdapi/v1/img2img", body=body, names_tasks=names_tasks, notes=notes)

    def _prompt(self, request: ImageRequest, beat: Beat) -> str:
        tags = [f"<lora:{self._name(lora.name, 'LoRA', beat)}:{lora.weight:g}>" for lora in request.loras]
        return " ".join([request.prompt, *tags]).strip()

    def _sampler(self, request: ImageRequest, wishes: Wishes, beat: Beat) -> dict[str, str]:
        asked = wishes.sampler or request.scheduler or "Euler"
        try:
            return self._catalogue.samplers(beat).fields(asked, wishes.schedule)
        except InvalidRequestError:
            self._catalogue.forget()
        return self._catalogue.samplers(beat).fields(asked, wishes.schedule)

    def _settings(self, wishes: Wishes, beat: Beat) -> dict[str, Any]:
        settings: dict[str, Any] = {}
        if self._model:
            settings["sd_model_checkpoint"] = self._checkpoint(self._model, beat)
        if wishes.clip_skip is not None:
            settings["CLIP_stop_at_last_layers"] = wishes.clip_skip
        if wishes.vae is not None:
            settings["sd_vae"] = self._name(wishes.vae, "VAE", beat)
        return settings

    def _extras(self, wishes: Wishes, beat: Beat) -> dict[str, Any]:
        names = ("restore_faces", "tiling", "subseed", "subseed_strength")
        extras: dict[str, Any] = {name: getattr(wishes, name) for name in names}
        if wishes.styles:
            extras["styles"] = [self._name(style, "style", beat) for style in wishes.styles]
        return {name: value for name, value in extras.items() if value is not None}

    def _refiner(self, request: ImageRequest, wishes: Wishes, beat: Beat) -> dict[str, Any]:
        if request.refiner != "ensemble":
            return {}
        asked = wishes.refiner_checkpoint or self._options.refiner_checkpoint
        return {
            "refiner_checkpoint": self._checkpoint(asked, beat),
            "refiner_switch_at": request.handover,
        }

    def _hires(self, request: ImageRequest, wishes: Wishes, beat: Beat, *, sdnext: bool) -> dict[str, Any]:
        if wishes.hr_scale is None:
            return {}
        width, height = size_of(request)
        first = first_pass(width, height, wishes.hr_scale)
        strength = 0.75 if wishes.hr_denoising_strength is None else wishes.hr_denoising_strength
        fields: dict[str, Any] = {
            "enable_hr": True,
            "width": first[0],
            "height": first[1],
            "hr_resize_x": width,
            "hr_resize_y": height,
            "hr_second_pass_steps": wishes.hr_second_pass_steps or 0,
            "hr_upscaler": self._hires_upscaler(wishes, beat),
        }
        if sdnext:  # it enlarges without a second pass unless that is forced
            return fields | {"hr_denoising_strength": strength, "hr_force": True}
        return fields | {"denoising_strength": strength}

    def _hires_upscaler(self, wishes: Wishes, beat: Beat) -> str:
        if wishes.hr_upscaler is not None:
            return self._name(wishes.hr_upscaler, "hires upscaler", beat)
        # The web UI's own default is "Latent", its first; SD.Next has several of that name.
        latent = [name for name in self._catalogue.hires_upscalers(beat) if name.startswith("Latent")]
        return latent[0] if latent else upscaling.choose(self._options.upscaler, self._catalogue, beat)

    def _checkpoint(self, asked: str, beat: Beat) -> str:
        return self._catalogue.pick(
            asked, self._catalogue.checkpoints, beat, what="model", error=UnknownEngineError
        )

    def _name(self, asked: str, what: str, beat: Beat) -> str:
        tables = {
            "LoRA": self._catalogue.loras,
            "VAE": self._catalogue.vaes,
            "style": self._catalogue.styles,
            "hires upscaler": self._catalogue.hires_upscalers,
        }
        return self._catalogue.pick(asked, tables[what], beat, what=what, error=InvalidRequestError)


def _refuse_in_sdnext(request: ImageRequest, wishes: Wishes, title: str) -> None:
    lacking = {
        "no refiner over this API": request.refiner == "ensemble",
        "no option 'restore_faces' (its detailer is another thing)": wishes.restore_faces is not None,
        "no ControlNet over this API": request.control_image is not None,
    }
    for what, asked in lacking.items():
        if asked:
            raise UnsupportedRequestError(
                f"{title} is SD.Next, which has {what}.", hint="Leave it out, or use another web UI."
            )
