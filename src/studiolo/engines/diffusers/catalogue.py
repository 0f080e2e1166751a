"""The models that are known by name: what each consists of, its size and its licence.

Names of files, sizes and licences are those of the repositories' pages on https://huggingface.co, as far as
copies of them could be read. Sizes are rounded: those pages', or parameters times the bytes of each.
Weights are taken in half precision where a repository has them. SDXL's own autoencoder overflows in half
precision, so a corrected one with the same latents stands in for it
(https://huggingface.co/madebyollin/sdxl-vae-fp16-fix).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from studiolo.engines.diffusers.families import FAMILIES
from studiolo.engines.diffusers.recipes import Recipe, Role, configuration, file, network, pipeline
from studiolo.engines.local.parcels import Parcel

RAIL: Final = "CreativeML Open RAIL++-M"
STABILITY: Final = "Stability AI NC Community (commercial use: stability.ai/license)"
APACHE: Final = "Apache-2.0"

_MB: Final = 1_000_000


_SDXL: Final = "stabilityai/stable-diffusion-xl-base-1.0"
_VAE: Final = network("madebyollin/sdxl-vae-fp16-fix")
_TAESDXL: Final = network("madebyollin/taesdxl")
_TAESD: Final = network("madebyollin/taesd")
PREVIEWS: Final[Mapping[str, Parcel]] = {
    "sdxl": _TAESDXL,
    "sdxl-refiner": _TAESDXL,
    "sd": _TAESD,
    "sd2": _TAESD,
}
"""The tiny autoencoder of each family's latents."""

_ADAPTERS: Final = "h94/IP-Adapter"
_VIT_H: Final = Parcel(
    repo=_ADAPTERS,
    patterns=("models/image_encoder/config.json", "models/image_encoder/model.safetensors"),
    needed=("models/image_encoder/config.json", "models/image_encoder/model.safetensors"),
)
_WORDS: Final = ("text_encoder", "text_encoder_2")
_FEW_STEPS: Final = {"steps": 4, "guidance_scale": 0.0, "distilled": True}

_MODELS: Final = (
    Recipe(
        name="sdxl",
        description="Stable Diffusion XL 1.0, base and refiner, for pictures of 1024 pixels a side.",
        licence=RAIL,
        download_bytes=11_650 * _MB,
        parts={
            "base": pipeline(_SDXL, *_WORDS, "unet"),
            "vae": _VAE,
            "preview": _TAESDXL,
            "refiner": pipeline("stabilityai/stable-diffusion-xl-refiner-1.0", "unet"),
        },
    ),
    Recipe(
        name="sdxl-turbo",
        description="SDXL in one to four steps, for pictures of 512 pixels a side.",
        licence=STABILITY,
        download_bytes=7_120 * _MB,
        parts={
            "base": pipeline("stabilityai/sdxl-turbo", *_WORDS, "unet"),
            "vae": _VAE,
            "preview": _TAESDXL,
        },
        better={**_FEW_STEPS, "side_px": 512},
    ),
    Recipe(
        name="sdxl-lightning",
        description="SDXL in four steps, for pictures of 1024 pixels a side.",
        licence=RAIL,
        download_bytes=7_120 * _MB,
        parts={
            "base": pipeline(_SDXL, *_WORDS),
            "unet": file("ByteDance/SDXL-Lightning", "sdxl_lightning_4step_unet.safetensors"),
            "vae": _VAE,
            "preview": _TAESDXL,
        },
        better={**_FEW_STEPS, "sampling": {"timestep_spacing": "trailing"}},
    ),
    Recipe(
        name="sd-turbo",
        description="Stable Diffusion 2.1 in one to four steps: the quickest, also without a GPU.",
        licence=STABILITY,
        download_bytes=2_600 * _MB,
        parts={
            "base": pipeline("stabilityai/sd-turbo", "text_encoder", "unet", "vae"),
            "preview": _TAESD,
        },
        better={**_FEW_STEPS, "side_px": 512},
    ),
    Recipe(
        name="sd15",
        description="Stable Diffusion 1.5: small, with many LoRAs, for pictures of 512 pixels a side.",
        licence="CreativeML Open RAIL-M",
        download_bytes=2_150 * _MB,
        parts={
            "base": pipeline(
                "stable-diffusion-v1-5/stable-diffusion-v1-5",
                "text_encoder",
                "unet",
                "vae",
                without=("*non_ema*",),
            ),
            "preview": _TAESD,
        },
    ),
    Recipe(
        name="x4-upscaler",
        description="Stable Diffusion's upscaler: four times the size, with details made up.",
        licence=RAIL,
        download_bytes=3_480 * _MB,
        parts={
            "base": pipeline("stabilityai/stable-diffusion-x4-upscaler", "text_encoder", "unet", "vae"),
        },
    ),
    Recipe(
        name="x2-latent-upscaler",
        description="Twice the size, from the latents of Stable Diffusion.",
        licence=RAIL,
        download_bytes=1_580 * _MB,
        parts={
            "base": pipeline("stabilityai/sd-x2-latent-upscaler", "text_encoder", "unet", "vae"),
        },
    ),
)

_EXTENSIONS: Final = (
    Recipe(
        name="sdxl-control",
        description="Lets SDXL follow the edges or regions of a picture (ControlNet Union).",
        licence=APACHE,
        download_bytes=2_510 * _MB,
        fits="sdxl",
        parts=dict.fromkeys(("canny", "segmentation"), network("xinsir/controlnet-union-sdxl-1.0")),
    ),
    Recipe(
        name="sd15-control",
        description="Lets Stable Diffusion 1.5 follow the edges or regions of a picture (ControlNet 1.1).",
        licence="OpenRAIL",
        download_bytes=1_446 * _MB,
        fits="sd",
        parts={
            "canny": network("lllyasviel/control_v11p_sd15_canny", variant="fp16"),
            "segmentation": network("lllyasviel/control_v11p_sd15_seg", variant="fp16"),
        },
    ),
    Recipe(
        name="sdxl-references",
        description="Lets SDXL vary reference pictures (IP-Adapter Plus).",
        licence=APACHE,
        download_bytes=3_380 * _MB,
        fits="sdxl",
        parts={
            "adapter": file(_ADAPTERS, "sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors"),
            "encoder": _VIT_H,
        },
    ),
    Recipe(
        name="sd15-references",
        description="Lets Stable Diffusion 1.5 vary reference pictures (IP-Adapter Plus).",
        licence=APACHE,
        download_bytes=2_630 * _MB,
        fits="sd",
        parts={
            "adapter": file(_ADAPTERS, "models/ip-adapter-plus_sd15.safetensors"),
            "encoder": _VIT_H,
        },
    ),
)

_CONFIGURATIONS: Final = tuple(
    Recipe(
        name=f"{family.name}-configuration",
        description=f"What single files of {family.title} are read with.",
        licence="the model's own",
        download_bytes=5 * _MB,
        fits=family.name,
        parts={"configuration": configuration(family.configuration)},
    )
    for family in FAMILIES.values()
    if family.configuration
)

RECIPES: Final[Mapping[str, Recipe]] = MappingProxyType(
    {recipe.name: recipe for recipe in (*_MODELS, *_EXTENSIONS, *_CONFIGURATIONS)}
)


def models() -> tuple[Recipe, ...]:
    """Those that paint by themselves."""
    return _MODELS


def extension(family: str, role: Role) -> Recipe | None:
    """What gives models of ``family`` the ability that ``role`` stands for."""
    return next((each for each in _EXTENSIONS if each.fits == family and role in each.parts), None)


def of_repository(repo: str) -> Recipe | None:
    """The model whose base is that repository."""
    return next(
        (each for each in _MODELS if "unet" not in each.parts and each.parts["base"].repo == repo), None
    )
