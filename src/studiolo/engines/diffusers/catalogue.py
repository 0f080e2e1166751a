"""The models that are known by name: what each consists of, its size and its licence.

Names of files, sizes and licences are those of the repositories' pages on https://huggingface.co, read in
November 2026. Sizes are in bytes, rounded to what those pages show. Weights are taken in half precision
where a repository has them. SDXL's own autoencoder overflows in half precision, so a corrected one with the
same latents stands in for it (https://huggingface.co/madebyollin/sdxl-vae-fp16-fix).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from studiolo.engines.diffusers.families import FAMILIES
from studiolo.engines.local.parcels import Parcel

Role = Literal[
    "base",
    "unet",
    "vae",
    "refiner",
    "preview",
    "canny",
    "segmentation",
    "adapter",
    "encoder",
    "configuration",
]
"""What a parcel is for. ``adapter`` and ``encoder``: of IP-Adapter, which reads reference pictures."""

RAIL: Final = "CreativeML Open RAIL++-M"
STABILITY: Final = "Stability AI NC Community (commercial use: stability.ai/license)"
APACHE: Final = "Apache-2.0"

_CONFIGURATION: Final = ("*.json", "tokenizer*/*")
_MB: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A model, or weights that extend models of one family.

    ``fits`` is the family it extends, empty for a model of its own. ``better`` are the values in which it is
    unlike its family.
    """

    name: str
    description: str
    licence: str
    download_bytes: int
    parts: Mapping[Role, Parcel] = field(hash=False)
    fits: str = ""
    better: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)

    @property
    def required(self) -> tuple[Parcel, ...]:
        """The parcels without which it does not work."""
        optional = {"preview", "refiner", "vae"}
        return tuple(parcel for role, parcel in self.parts.items() if role not in optional)


def _pipeline(repo: str, *folders: str, without: tuple[str, ...] = ()) -> Parcel:
    """A diffusers folder: its configurations, and the weights of ``folders`` in half precision."""
    return Parcel(
        repo=repo,
        patterns=(*_CONFIGURATION, *(f"{folder}/*.safetensors" for folder in folders)),
        ignored=("*_1_0/*", "*coder_onnx/*", "vae_decoder/*", "vae_encoder/*", "safety_checker/*", *without),
        needed=("model_index.json", *(f"{folder}/*.safetensors" for folder in folders)),
        variant="fp16",
    )


def _network(repo: str, *, variant: str | None = None) -> Parcel:
    """A repository that is one network: its configuration and weights in diffusers' form."""
    files = ("config.json", "diffusion_pytorch_model*.safetensors")
    return Parcel(repo=repo, patterns=files, needed=files, ignored=("*promax*",), variant=variant)


def _file(repo: str, name: str) -> Parcel:
    return Parcel(repo=repo, patterns=(name,), needed=(name,))


def configuration(repo: str) -> Parcel:
    """What a single file is read with: configurations and tokenizers, a few megabytes."""
    return Parcel(
        repo=repo,
        patterns=("*.json", "tokenizer*/*"),
        ignored=("*.safetensors.index.*", *_pipeline(repo).ignored),
        needed=("model_index.json", "unet/config.json", "tokenizer*/vocab.json"),
    )


_SDXL: Final = "stabilityai/stable-diffusion-xl-base-1.0"
_VAE: Final = _network("madebyollin/sdxl-vae-fp16-fix")
_TAESDXL: Final = _network("madebyollin/taesdxl")
_TAESD: Final = _network("madebyollin/taesd")
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
            "base": _pipeline(_SDXL, *_WORDS, "unet"),
            "vae": _VAE,
            "preview": _TAESDXL,
            "refiner": _pipeline("stabilityai/stable-diffusion-xl-refiner-1.0", "unet"),
        },
    ),
    Recipe(
        name="sdxl-turbo",
        description="SDXL in one to four steps, for pictures of 512 pixels a side.",
        licence=STABILITY,
        download_bytes=7_120 * _MB,
        parts={
            "base": _pipeline("stabilityai/sdxl-turbo", *_WORDS, "unet"),
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
            "base": _pipeline(_SDXL, *_WORDS),
            "unet": _file("ByteDance/SDXL-Lightning", "sdxl_lightning_4step_unet.safetensors"),
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
            "base": _pipeline("stabilityai/sd-turbo", "text_encoder", "unet", "vae"),
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
            "base": _pipeline(
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
            "base": _pipeline("stabilityai/stable-diffusion-x4-upscaler", "text_encoder", "unet", "vae"),
        },
    ),
    Recipe(
        name="x2-latent-upscaler",
        description="Twice the size, from the latents of Stable Diffusion.",
        licence=RAIL,
        download_bytes=1_580 * _MB,
        parts={
            "base": _pipeline("stabilityai/sd-x2-latent-upscaler", "text_encoder", "unet", "vae"),
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
        parts=dict.fromkeys(("canny", "segmentation"), _network("xinsir/controlnet-union-sdxl-1.0")),
    ),
    Recipe(
        name="sd15-control",
        description="Lets Stable Diffusion 1.5 follow the edges or regions of a picture (ControlNet 1.1).",
        licence="OpenRAIL",
        download_bytes=1_446 * _MB,
        fits="sd",
        parts={
            "canny": _network("lllyasviel/control_v11p_sd15_canny", variant="fp16"),
            "segmentation": _network("lllyasviel/control_v11p_sd15_seg", variant="fp16"),
        },
    ),
    Recipe(
        name="sdxl-references",
        description="Lets SDXL vary reference pictures (IP-Adapter Plus).",
        licence=APACHE,
        download_bytes=3_380 * _MB,
        fits="sdxl",
        parts={
            "adapter": _file(_ADAPTERS, "sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors"),
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
            "adapter": _file(_ADAPTERS, "models/ip-adapter-plus_sd15.safetensors"),
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
DEFAULT_MODEL: Final = "sdxl"


def models() -> tuple[Recipe, ...]:
    """Those that paint by themselves, the default one first."""
    return _MODELS


def extension(family: str, role: Role) -> Recipe | None:
    """What gives models of ``family`` the ability that ``role`` stands for."""
    return next((each for each in _EXTENSIONS if each.fits == family and role in each.parts), None)


def of_repository(repo: str) -> Recipe | None:
    """The model whose base is that repository."""
    return next(
        (each for each in _MODELS if "unet" not in each.parts and each.parts["base"].repo == repo), None
    )


def unique(recipes: Iterable[Recipe]) -> tuple[Parcel, ...]:
    """The parcels of ``recipes``, each once."""
    parcels: dict[tuple[str, tuple[str, ...]], Parcel] = {}
    for recipe in recipes:
        for parcel in recipe.parts.values():
            parcels.setdefault((parcel.repo, parcel.patterns), parcel)
    return tuple(parcels.values())


def whole(repo: str, folders: tuple[str, ...]) -> Parcel:
    """A diffusers folder of which nothing but its index is known: all that the index names."""
    denoiser = next((folder for folder in ("transformer", "unet") if folder in folders), "*")
    return Parcel(
        repo=repo,
        patterns=("model_index.json", "README.md", *(f"{folder}/*" for folder in folders)),
        ignored=("safety_checker/*",),
        needed=("model_index.json", f"{denoiser}/*.safetensors"),
        variant="fp16",
    )
