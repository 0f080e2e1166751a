"""From weights on disk to pipelines ready to paint. Nothing is fetched, no code of a model is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from studiolo.engines.diffusers.finding import Weights
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.local import libraries
from studiolo.engines.local.machine import Placement, is_out_of_memory
from studiolo.errors import EngineError, reason

Kind = Literal["text", "image", "inpaint"]
"""What a pipeline starts from: words alone, a picture, a picture and a mask."""

_AUTO = {
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
    _pipelines: dict[Kind, Any] = field(default_factory=dict[Kind, Any])

    @property
    def pipelines(self) -> tuple[Any, ...]:
        """Every pipeline that has weights of its own."""
        return (self.base,) if self.refiner is None else (self.base, self.refiner)

    def pipeline(self, kind: Kind) -> Any:
        """The pipeline for ``kind``; components are shared with the others."""
        if kind not in self._pipelines:
            auto = getattr(libraries.load_diffusers(), _AUTO[kind])
            pipe = auto.from_pipe(self.base)
            pipe.set_progress_bar_config(disable=True)
            self._pipelines[kind] = pipe
        return self._pipelines[kind]


def load(weights: Weights, placement: Placement, options: DiffusersOptions) -> Loaded:
    """Load the model, its refiner and its preview decoder onto the device of ``placement``.

    Raises:
        MissingExtraError: torch and its kin are not installed.
        EngineError: files are missing, damaged, or not what diffusers knows.
    """
    del options
    torch, diffusers = libraries.load_torch(), libraries.load_diffusers()
    dtype = getattr(torch, placement.dtype)
    try:
        base = _folder(diffusers.DiffusionPipeline, weights.base, dtype=dtype).to(placement.device)
        refiner = None
        if weights.refiner is not None:
            refiner = _refiner(diffusers, weights.refiner, base, dtype=dtype).to(placement.device)
    except _BROKEN as error:
        if is_out_of_memory(torch, error):
            raise  # answered with a smaller plan
        raise _not_loadable(error, weights.name) from error
    return Loaded(weights=weights, placement=placement, base=base, refiner=refiner)


def _folder(cls: Any, folder: Path, **how: Any) -> Any:
    """The pipeline in ``folder``: safetensors only, nothing from the hub, neither watermark nor checker."""
    how |= {"use_safetensors": True, "local_files_only": True, "trust_remote_code": False}
    if _has_variant(folder):
        how["variant"] = "fp16"
    pipe = cls.from_pretrained(folder, **how)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _has_variant(folder: Path) -> bool:
    """Whether the weights are there in 16 bits under names of their own."""
    return any(folder.glob("*/*.fp16.safetensors"))


def _refiner(diffusers: Any, folder: Path, base: Any, **how: Any) -> Any:
    """The refiner's UNet around the base's second text encoder and VAE, which are the same in both."""
    shared = {name: getattr(base, name) for name in ("text_encoder_2", "tokenizer_2", "vae")}
    return _folder(diffusers.StableDiffusionXLImg2ImgPipeline, folder, **shared, **how)


def _not_loadable(error: Exception, name: str) -> EngineError:
    return EngineError(
        f"'{name}' could not be loaded: {reason(error)}.",
        hint="Check that it is whole and that diffusers knows it: pip install --upgrade diffusers",
    )
