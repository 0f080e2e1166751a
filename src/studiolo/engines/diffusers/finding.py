"""Where the weights of a model are on this machine. Nothing is downloaded here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studiolo.engines.base import EngineConfig
from studiolo.engines.diffusers.families import Family, family_of
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.errors import EngineError


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A model's files. ``base`` is a folder or a single file; parts that are not here are None."""

    name: str
    family: Family
    base: Path
    refiner: Path | None = None
    vae: Path | None = None
    unet: Path | None = None
    preview: Path | None = None
    control: Path | None = None
    references: Path | None = None
    licence: str = ""


def find_weights(model: str | None, config: EngineConfig, options: DiffusersOptions) -> Weights:
    """The files of ``model``; of the first one that is here if none is named."""
    del options
    folder = Path(model or "").expanduser()
    if not folder.is_absolute() and config.models_folder is not None:
        folder = config.models_folder / folder
    if not (folder / "model_index.json").is_file():
        raise EngineError(f"The model '{model}' is not on this machine.", hint=f"Run: studiolo pull {model}")
    refiner = folder.parent / f"{folder.name}-refiner"
    return Weights(
        name=folder.name,
        family=family_of(folder),
        base=folder,
        refiner=refiner if refiner.is_dir() else None,
    )
