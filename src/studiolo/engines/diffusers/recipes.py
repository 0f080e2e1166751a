"""What a model consists of: parcels of repositories, each with its role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

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

_CONFIGURATION: Final = ("*.json", "tokenizer*/*")


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
        optional = {"preview", "refiner"}
        return tuple(parcel for role, parcel in self.parts.items() if role not in optional)


def pipeline(repo: str, *folders: str, without: tuple[str, ...] = ()) -> Parcel:
    """A diffusers folder: its configurations, and the weights of ``folders`` in half precision."""
    return Parcel(
        repo=repo,
        patterns=(*_CONFIGURATION, *(f"{folder}/*.safetensors" for folder in folders)),
        ignored=("*_1_0/*", "*coder_onnx/*", "vae_decoder/*", "vae_encoder/*", "safety_checker/*", *without),
        needed=("model_index.json", *(f"{folder}/*.safetensors" for folder in folders)),
        variant="fp16",
    )


def network(repo: str, *, variant: str | None = None) -> Parcel:
    """A repository that is one network: its configuration and weights in diffusers' form."""
    files = ("config.json", "diffusion_pytorch_model*.safetensors")
    return Parcel(repo=repo, patterns=files, needed=files, ignored=("*promax*",), variant=variant)


def file(repo: str, name: str) -> Parcel:
    """One file of a repository."""
    return Parcel(repo=repo, patterns=(name,), needed=(name,))


def configuration(repo: str) -> Parcel:
    """What a single file is read with: configurations and tokenizers, a few megabytes."""
    return Parcel(
        repo=repo,
        patterns=("*.json", "tokenizer*/*"),
        ignored=("*.safetensors.index.*", *pipeline(repo).ignored),
        needed=("model_index.json", "unet/config.json", "tokenizer*/vocab.json"),
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
