"""The parts of a pipeline (denoiser, autoencoder, text encoders), each loaded whole or not at all.

Libraries fill tensors that a file lacks with random numbers and say so in a log; here it is an error.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studiolo.engines.diffusers.families import components
from studiolo.engines.local import libraries
from studiolo.engines.local.names import check_safe
from studiolo.engines.local.parcels import WEIGHTS
from studiolo.errors import EngineError

# Of Stable Diffusion 1's folders: what looks at finished pictures, which is the user's to judge.
UNUSED = ("safety_checker", "feature_extractor", "image_encoder")

_LIBRARIES: Final = {"diffusers", "transformers"}
_ANY: Final = re.compile(r"Auto(Model|Tokenizer|Processor|Config|FeatureExtractor|ImageProcessor)")


@dataclass(frozen=True, kw_only=True)
class How:
    """In which numbers parts are loaded, and for whom. Safetensors only, nothing from the hub."""

    name: str
    dtype: Any

    @property
    def arguments(self) -> dict[str, Any]:
        """What every ``from_pretrained`` is given."""
        return {"dtype": self.dtype, "use_safetensors": True, "local_files_only": True}


def models_in(folder: Path, how: How, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The models that ``folder``'s index names, by part: all that has weights, except ``without``.

    Raises:
        EngineError: weights lack some of a model's tensors; says which. Or a part is of no known library.
    """
    check_libraries(folder, name=how.name)
    found = {name: named for name, named in components(folder).items() if _has_weights(folder / name)}
    return {
        name: _model(library, cls, folder / name, how)
        for name, (library, cls) in found.items()
        if name not in without and name not in UNUSED
    }


def check_libraries(folder: Path, *, name: str) -> None:
    """That every part is a class of the libraries that models are made of, under its own name.

    Importing a module runs it, and an index may name any; transformers' Auto classes may ask to run code
    that came with the model.

    Raises:
        EngineError: a part is not; says which.
    """
    for part, (library, cls) in components(folder).items():
        if part not in UNUSED and (library not in _LIBRARIES or _ANY.match(cls)):
            raise EngineError(
                f"The index of '{name}' wants its {part} from {library}.{cls}, which could run any code.",
                hint="Use the model as its makers published it: studiolo models",
            )


def unet_in(file: Path, configuration: Path, how: How, **config: Any) -> Any:
    """The UNet in a single file of whichever layout, configured as the one of ``configuration``."""
    return _of_file("UNet2DConditionModel", file, configuration, "unet", how, **config)


def autoencoder_in(place: Path, configuration: Path, how: How) -> Any:
    """The autoencoder in a folder of its own, or in a file configured as ``configuration``'s."""
    check_safe(place.name)
    if place.is_file():
        if place.suffix != WEIGHTS:  # diffusers would take it for a pickle
            raise EngineError(
                f"The autoencoder '{place.name}' of '{how.name}' is no {WEIGHTS} file.",
                hint="Set vae in [engines.diffusers] to such a file, or to a folder.",
            )
        return _of_file("AutoencoderKL", place, configuration, "vae", how)
    return _model("diffusers", "AutoencoderKL", place, how)


def tiny_autoencoder_in(folder: Path, how: How) -> Any:
    """The tiny autoencoder (TAESD) in ``folder``."""
    return _model("diffusers", "AutoencoderTiny", folder, how)


def _has_weights(folder: Path) -> bool:
    return (folder / "config.json").is_file()


def _model(library: str, cls: str, folder: Path, how: How) -> Any:
    libraries.load_diffusers()
    kind = getattr(importlib.import_module(library), cls)
    variant = {"variant": "fp16"} if any(folder.glob("*.fp16.safetensors")) else {}
    model, report = kind.from_pretrained(folder, output_loading_info=True, **how.arguments, **variant)
    _refuse_lacking(sorted(report["missing_keys"]), folder.name, how.name)
    return model.eval()


def _of_file(cls: str, file: Path, configuration: Path, part: str, how: How, **config: Any) -> Any:
    kind = getattr(libraries.load_diffusers(), cls)
    model = kind.from_single_file(
        str(file),
        config=str(configuration),
        subfolder=part,
        dtype=how.dtype,
        local_files_only=True,
        **config,
    )
    lacking = [key for key, tensor in model.named_parameters() if tensor.is_meta]
    _refuse_lacking(lacking, part, how.name)
    return model.eval()


def _refuse_lacking(lacking: list[str], part: str, name: str) -> None:
    if lacking:
        raise EngineError(
            f"The weights of '{name}' lack {len(lacking)} of the tensors of its {part}, "
            f"'{lacking[0]}' among them.",
            hint=f"They are incomplete, or mix two models: studiolo models remove {name}, "
            f"then studiolo pull {name}; a file of your own, download anew.",
        )
