"""From weights on disk to pipelines ready to paint. Nothing is fetched, no code of a model is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

from studiolo.engines.diffusers import parts
from studiolo.engines.diffusers.finding import Weights
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.diffusers.parts import How
from studiolo.engines.diffusers.previews import Previewer
from studiolo.engines.local import libraries
from studiolo.engines.local.machine import Placement, is_out_of_memory
from studiolo.errors import EngineError, reason

Kind = Literal["text", "image", "inpaint"]
"""What a pipeline starts from: words alone, a picture, a picture and a mask."""

_AUTO: Final = {
    "text": "AutoPipelineForText2Image",
    "image": "AutoPipelineForImage2Image",
    "inpaint": "AutoPipelineForInpainting",
}

# What diffusers raises for files that are not whole, not its own, or for another version of it.
_BROKEN = (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, ImportError)


@dataclass(kw_only=True, eq=False)
class Loaded:
    """A model on its device: the pipeline it was loaded as, its refiner, and what draws previews.

    Pipelines for other tasks are made of the same components when they are first asked for.
    """

    weights: Weights
    placement: Placement
    base: Any
    refiner: Any = None
    preview: Any = None
    _made: dict[tuple[Kind, bool], Any] = field(default_factory=dict[tuple[Kind, bool], Any])

    @property
    def pipelines(self) -> list[Any]:
        """What was loaded: the base, and the refiner if there is one."""
        return [pipe for pipe in (self.base, self.refiner) if pipe is not None]

    @cached_property
    def previewer(self) -> Previewer:
        """What draws latents on their way."""
        return Previewer(self.base, self.preview)

    def pipeline(self, kind: Kind) -> Any:
        """The pipeline for ``kind``; components are shared with the others."""
        return self._pipeline(kind, refines=False)

    def refining(self, kind: Kind) -> Any:
        """The refiner's pipeline for ``kind``, which shares its components in the same way."""
        return self._pipeline(kind, refines=True)

    def _pipeline(self, kind: Kind, *, refines: bool) -> Any:
        if (kind, refines) not in self._made:
            auto = getattr(libraries.load_diffusers(), _AUTO[kind])
            made = auto.from_pipe(self.refiner if refines else self.base, add_watermarker=False)
            self._made[kind, refines] = _silent(made)
        return self._made[kind, refines]


def load(weights: Weights, placement: Placement, options: DiffusersOptions) -> Loaded:
    """Load the model, its refiner and its preview decoder onto the device of ``placement``.

    Raises:
        MissingExtraError: torch and its kin are not installed.
        EngineError: files are missing, damaged, or not what diffusers knows.
        RuntimeError: the device's memory did not suffice; see :func:`machine.is_out_of_memory`.
    """
    torch = libraries.load_torch()
    how = How(name=weights.name, dtype=getattr(torch, placement.dtype))
    device = placement.device
    try:
        base = (_of_file if weights.base.is_file() else _of_folder)(weights, how).to(device)
        refiner = _refiner(weights, base, how).to(device) if weights.refiner is not None else None
        preview = None
        if weights.preview is not None and (options.previews or options.tiny_vae is not False):
            preview = parts.tiny_autoencoder_in(weights.preview, how).to(device)
    except _BROKEN as error:
        if is_out_of_memory(torch, error):
            raise  # answered with a smaller plan
        raise _not_loadable(error, weights.name) from error
    return Loaded(weights=weights, placement=placement, base=base, refiner=refiner, preview=preview)


def _of_folder(weights: Weights, how: How) -> Any:
    """The pipeline of a folder that diffusers saved, with what stands in for its own parts."""
    given: dict[str, Any] = {}
    if weights.unet is not None:
        given["unet"] = parts.unet_in(weights.unet, weights.base, how)
    if weights.vae is not None:
        given["vae"] = parts.autoencoder_in(weights.vae, weights.base, how)
    given |= parts.models_in(weights.base, how, without=frozenset(given))
    cls = _pipeline_class(weights)
    pipe = cls.from_pretrained(weights.base, **given, **_plain(cls), **how.arguments)
    if weights.family.sampling:
        own: Any = pipe.scheduler
        pipe.scheduler = own.from_config({**own.config, **weights.family.sampling})
    return _silent(pipe)


def _of_file(weights: Weights, how: How) -> Any:
    """The pipeline of a single file in the layout of the original, configured as the family's folder says."""
    configuration = weights.configuration
    if configuration is None:
        raise EngineError(
            f"'{weights.name}' is a single file, which is read with a configuration; there is none.",
            hint="Give the model's folder instead.",
        )
    given: dict[str, Any] = {}
    if weights.family.fills_only:
        given["unet"] = parts.unet_in(weights.base, configuration, how, in_channels=9)
    if weights.vae is not None:
        given["vae"] = parts.autoencoder_in(weights.vae, configuration, how)
    cls = _pipeline_class(weights)
    pipe = cls.from_single_file(
        str(weights.base),
        config=str(configuration),
        dtype=how.dtype,
        local_files_only=True,
        **given,
        **_plain(cls),
    )
    return _silent(pipe)


def _refiner(weights: Weights, base: Any, how: How) -> Any:
    """The refiner's UNet around the base's second text encoder and autoencoder, the same in both."""
    folder = weights.refiner
    if folder is None:
        raise ValueError("there is no refiner to load")
    shared: dict[str, Any] = {
        name: getattr(base, name) for name in ("text_encoder_2", "tokenizer_2", "vae", "scheduler")
    }
    cls = libraries.load_diffusers().StableDiffusionXLImg2ImgPipeline
    own = parts.models_in(folder, how, without=frozenset((*shared, "text_encoder")))
    return _silent(
        cls(
            text_encoder=None,
            tokenizer=None,
            requires_aesthetics_score=True,
            force_zeros_for_empty_prompt=False,
            add_watermarker=False,
            **shared,
            **own,
        )
    )


def _options_of(cls: Any) -> set[str]:
    return set(cls._get_signature_keys(cls)[1])


def _plain(cls: Any) -> dict[str, Any]:
    """Neither watermark nor safety checker: what is painted is the user's to judge."""
    plain: dict[str, Any] = {"add_watermarker": False, "requires_safety_checker": False}
    given = {key: value for key, value in plain.items() if key in _options_of(cls)}
    return given | ({"safety_checker": None} if "requires_safety_checker" in given else {})


def _pipeline_class(weights: Weights) -> Any:
    return getattr(libraries.load_diffusers(), weights.family.pipeline)


def _silent(pipe: Any) -> Any:
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _not_loadable(error: Exception, name: str) -> EngineError:
    if isinstance(error, NotImplementedError) and "meta tensor" in str(error):
        # What a single file does not have stays without numbers, and cannot be moved.
        return EngineError(
            f"The file of '{name}' lacks some of the tensors of its family.",
            hint="It is incomplete, or holds a part of a model alone: download it anew, or give the model's "
            "folder.",
        )
    return EngineError(
        f"'{name}' could not be loaded: {reason(error)}.",
        hint="Check that it is whole and that diffusers knows it: pip install --upgrade diffusers",
    )
