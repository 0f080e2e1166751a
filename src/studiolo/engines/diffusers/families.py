"""What a model is, read from its files: no library is loaded, nothing is asked of the user.

A folder says it in ``model_index.json``, a single file in the names and shapes of its tensors. The telling
names are those of the original checkpoints; diffusers' ``loaders/single_file_utils.py`` lists them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

from studiolo.engines.local.weights import read_header
from studiolo.errors import EngineError, UnknownEngineError

INDEX: Final = "model_index.json"
_STEPS_OF_DISTILLED: Final = 4
_LATENT_FACTOR: Final = 8  # pixels a latent's side; of every family here


@dataclass(frozen=True, kw_only=True)
class Family:
    """What models of one architecture have in common; as :func:`identify` gives it, what one of them has.

    ``pipelines`` names diffusers' class for each task. Sides are multiples of ``multiple`` from
    ``min_side_px`` to ``max_side_px``; ``side_px`` is what it was trained at. ``sampling`` is what the
    scheduler's configuration has to say in place of the model's own. ``distilled`` models paint in a few
    steps and without guidance; one that ``fills_only`` was made for inpainting alone. ``configuration`` is
    the repository whose configurations and tokenizers a single file of the family is read with; empty where
    a single file is not enough.
    """

    name: str
    title: str
    pipelines: Mapping[str, str] = field(hash=False)
    side_px: int
    steps: int = 30
    guidance_scale: float = 7.5
    sampling: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    multiple: int = 8
    min_side_px: int = 64
    max_side_px: int = 2048
    negative_prompt: bool = True
    distilled: bool = False
    fills_only: bool = False
    configuration: str = ""

    @property
    def pipeline(self) -> str:
        """The class that a model of it is loaded as: of the first of its tasks."""
        return next(iter(self.pipelines.values()))


_SD_PIPELINES: Final = {
    "text-to-image": "StableDiffusionPipeline",
    "image-to-image": "StableDiffusionImg2ImgPipeline",
    "inpainting": "StableDiffusionInpaintPipeline",
}
SD: Final = Family(
    name="sd",
    title="Stable Diffusion 1",
    pipelines=_SD_PIPELINES,
    side_px=512,
    steps=30,
    guidance_scale=7.5,
    max_side_px=1536,
    configuration="stable-diffusion-v1-5/stable-diffusion-v1-5",
)
SD2: Final = Family(
    name="sd2",
    title="Stable Diffusion 2",
    pipelines=_SD_PIPELINES,
    side_px=768,
    steps=30,
    guidance_scale=7.5,
    max_side_px=1536,
    configuration="stabilityai/stable-diffusion-2-1",
)
SDXL: Final = Family(
    name="sdxl",
    title="Stable Diffusion XL",
    pipelines={
        "text-to-image": "StableDiffusionXLPipeline",
        "image-to-image": "StableDiffusionXLImg2ImgPipeline",
        "inpainting": "StableDiffusionXLInpaintPipeline",
    },
    side_px=1024,
    steps=30,
    guidance_scale=5.0,
    configuration="stabilityai/stable-diffusion-xl-base-1.0",
)
SDXL_REFINER: Final = Family(
    name="sdxl-refiner",
    title="Stable Diffusion XL, the refiner",
    pipelines={"image-to-image": "StableDiffusionXLImg2ImgPipeline"},
    side_px=1024,
    steps=30,
    guidance_scale=5.0,
    configuration="stabilityai/stable-diffusion-xl-refiner-1.0",
)
SD3: Final = Family(
    name="sd3",
    title="Stable Diffusion 3",
    pipelines={
        "text-to-image": "StableDiffusion3Pipeline",
        "image-to-image": "StableDiffusion3Img2ImgPipeline",
        "inpainting": "StableDiffusion3InpaintPipeline",
    },
    side_px=1024,
    steps=28,
    guidance_scale=7.0,
    multiple=16,
)
FLUX: Final = Family(
    name="flux",
    title="FLUX.1",
    pipelines={
        "text-to-image": "FluxPipeline",
        "image-to-image": "FluxImg2ImgPipeline",
        "inpainting": "FluxInpaintPipeline",
    },
    side_px=1024,
    steps=28,
    guidance_scale=3.5,
    multiple=16,
    negative_prompt=False,
)
UPSCALER_X4: Final = Family(
    name="upscaler-x4",
    title="Stable Diffusion upscaler x4",
    pipelines={"upscaling": "StableDiffusionUpscalePipeline"},
    side_px=512,
    steps=20,
    guidance_scale=9.0,
    configuration="stabilityai/stable-diffusion-x4-upscaler",
)
UPSCALER_X2_LATENT: Final = Family(
    name="upscaler-x2-latent",
    title="Stable Diffusion latent upscaler x2",
    pipelines={"upscaling": "StableDiffusionLatentUpscalePipeline"},
    side_px=512,
    steps=20,
    guidance_scale=0.0,
    multiple=64,
)

FAMILIES: Final = {
    family.name: family
    for family in (SD, SD2, SDXL, SDXL_REFINER, SD3, FLUX, UPSCALER_X4, UPSCALER_X2_LATENT)
}
_OF_PIPELINE: Final = {
    pipeline: family for family in reversed(FAMILIES.values()) for pipeline in family.pipelines.values()
}


def identify(place: Path) -> Family:
    """What the model in a folder, or in a single safetensors file, is.

    Raises:
        UnknownEngineError: there is no model in it, or one that this engine cannot run; says what it is.
        EngineError: its files are damaged.
    """
    return _of_folder(place) if place.is_dir() else _of_file(place)


def components(folder: Path) -> dict[str, tuple[str, str]]:
    """The parts a model folder consists of: by name the library and the class of each.

    Raises:
        UnknownEngineError: the folder has no index.
        EngineError: the index is damaged.
    """
    named = {name: cast("object", value) for name, value in _index(folder).items()}
    pairs = {name: cast("list[object]", value) for name, value in named.items() if isinstance(value, list)}
    return {name: (str(pair[0]), str(pair[1])) for name, pair in pairs.items() if len(pair) > 1 and pair[0]}


def _of_folder(folder: Path) -> Family:
    named = str(_index(folder).get("_class_name", ""))
    family = _OF_PIPELINE.get(named)
    if family is None:
        known = ", ".join(dict.fromkeys(each.title for each in FAMILIES.values()))
        raise UnknownEngineError(
            f"The model in '{folder.name}' is a {named or 'pipeline without a name'}, "
            "which studiolo does not run.",
            hint=f"It runs: {known}.",
        )
    parts = components(folder)
    denoiser = _config(folder / ("transformer" if "transformer" in parts else "unet"))
    if family is SD and denoiser.get("cross_attention_dim") == 1024:
        family = SD2
    if family is SDXL and "text_encoder" not in parts:
        family = SDXL_REFINER  # it reads the words with the second encoder alone
    scheduler = _config(folder / "scheduler", "scheduler_config.json")
    family = _fitted(family, denoiser)
    if _is_distilled(family, denoiser, scheduler):
        family = replace(family, steps=_STEPS_OF_DISTILLED, guidance_scale=0.0, distilled=True)
    return family


def _fitted(family: Family, denoiser: Mapping[str, Any]) -> Family:
    """The family as a model of it is, by the configuration of its UNet."""
    if family.name not in {"sd", "sd2", "sdxl"}:
        return family
    side = denoiser.get("sample_size")
    return replace(
        family,
        side_px=side * _LATENT_FACTOR if isinstance(side, int) else family.side_px,
        fills_only=denoiser.get("in_channels") == 9,
    )


def _is_distilled(family: Family, denoiser: Mapping[str, Any], scheduler: Mapping[str, Any]) -> bool:
    """Whether a model paints in a few steps without guidance.

    FLUX.1 schnell is told no guidance. Turbo and Lightning models come with timesteps at the end of each
    stretch; models with a signal-to-noise ratio of zero do so too, but say how they predict.
    """
    if family.name == "flux":
        return denoiser.get("guidance_embeds") is False
    return (
        scheduler.get("timestep_spacing") == "trailing"
        and scheduler.get("prediction_type", "epsilon") == "epsilon"
        and not scheduler.get("rescale_betas_zero_snr")
    )


_PREFIX: Final = "model.diffusion_model."
_CROSS_ATTENTION: Final = f"{_PREFIX}input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight"
# The first name found decides, so the order matters: all of SDXL's names come before those of SD 1.
_TELLING: Final = (
    ("conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias", SDXL),
    ("conditioner.embedders.0.model.transformer.resblocks.9.mlp.c_proj.bias", SDXL_REFINER),
    (f"{_PREFIX}input_blocks.10.0.skip_connection.bias", UPSCALER_X4),
    (f"{_PREFIX}joint_blocks.0.context_block.adaLN_modulation.1.bias", SD3),
    ("joint_blocks.0.context_block.adaLN_modulation.1.bias", SD3),
    (f"{_PREFIX}double_blocks.0.img_attn.norm.key_norm.scale", FLUX),
    ("double_blocks.0.img_attn.norm.key_norm.scale", FLUX),
    ("cond_stage_model.model.token_embedding.weight", SD2),
    ("cond_stage_model.transformer.text_model.embeddings.position_embedding.weight", SD),
    (_CROSS_ATTENTION, SD),
)


def _of_file(file: Path) -> Family:
    tensors = read_header(file)
    family = next((family for name, family in _TELLING if name in tensors), None)
    if family is None:
        example = next(iter(tensors), "nothing")
        what = "a LoRA" if any("lora" in name.lower() for name in tensors) else f"'{example}' and the like"
        raise UnknownEngineError(
            f"'{file.name}' is no whole model that studiolo knows: it holds {what}.",
            hint="Give a whole checkpoint of Stable Diffusion 1, 2 or XL, or a folder of diffusers.",
        )
    if not family.configuration:
        raise UnknownEngineError(
            f"'{file.name}' is {family.title} in a single file, which lacks text encoders or tokenizers.",
            hint="Use the model's folder for diffusers: studiolo pull OWNER/NAME",
        )
    if family is SD2 and tensors.get(_CROSS_ATTENTION, {"shape": [1024]})["shape"][-1] != 1024:
        family = SD
    first = tensors.get(f"{_PREFIX}input_blocks.0.0.weight", {"shape": [0, 4]})["shape"]
    return replace(family, fills_only=first[1] == 9)


def _index(folder: Path) -> dict[str, Any]:
    if not (folder / INDEX).is_file():
        raise UnknownEngineError(
            f"The folder '{folder.name}' holds no model: it has no {INDEX}.",
            hint="Give a folder that diffusers saved, a .safetensors file, or a name: studiolo models",
        )
    return _read(folder / INDEX)


def _config(folder: Path, name: str = "config.json") -> dict[str, Any]:
    return _read(folder / name) if (folder / name).is_file() else {}


def _read(file: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(file.read_text("utf-8"))
        content.keys()
    except (OSError, ValueError, AttributeError) as error:
        raise EngineError(
            f"{file.parent.name}/{file.name} is damaged.", hint="Delete the model and download it anew."
        ) from error
    return content
