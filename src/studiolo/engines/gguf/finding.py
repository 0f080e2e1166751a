"""Where a GGUF model and the file with its eyes are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studiolo.engines.gguf.options import GgufOptions
from studiolo.errors import EngineError, UnknownEngineError, reason

_MAGIC: Final = b"GGUF"
_LATER_SHARD: Final = re.compile(r"-(?!00001-)\d{5}-of-\d{5}\.gguf$")
_EXAMPLE: Final = "gguf:/path/to/model.gguf"


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """The model, and its ``mmproj``: None if it does not see."""

    model: Path
    mmproj: Path | None


def find_files(model: str | None, models_folder: Path | None, options: GgufOptions) -> ModelFiles:
    """The files for ``model``: a file or folder, or the name of one below the models folder.

    Raises:
        UnknownEngineError: there is no such file; the hint names those there are.
        EngineError: a file is no GGUF, or cannot be read.
    """
    if not model:
        raise UnknownEngineError("Which GGUF model?", hint=f"Say it: {_EXAMPLE}. {_there_are(models_folder)}")
    place = _place(Path(model).expanduser(), models_folder)
    if place is None:
        raise UnknownEngineError(
            f"There is no GGUF model '{model}'.",
            hint=f"Give its path: {_EXAMPLE}. {_there_are(models_folder)}",
        )
    file = _only_model(place) if place.is_dir() else place
    mmproj = _eyes(file, models_folder, options)
    for found in (file, mmproj):
        if found is not None:
            _check(found)
    return ModelFiles(model=file, mmproj=mmproj)


def _place(path: Path, models_folder: Path | None) -> Path | None:
    tries = [path] if models_folder is None else [path, models_folder / path]
    return next((place.absolute() for place in tries if place.exists()), None)


def _only_model(folder: Path) -> Path:
    models = [file for file in _ggufs(folder) if not _is_eyes(file)]
    if len(models) == 1:
        return models[0]
    said = f"holds {len(models)} GGUF models" if models else "holds no GGUF model"
    names = ", ".join(file.name for file in models[:5])
    raise UnknownEngineError(
        f"The folder {folder.name} {said}.",
        hint=f"Name the file: {names}." if models else "Download one: docs/local-models.md says how.",
    )


def _eyes(model: Path, models_folder: Path | None, options: GgufOptions) -> Path | None:
    named = options.eyes()
    if named is not None:
        found = _place(named, model.parent) or _place(named, models_folder)
        if found is None:
            raise UnknownEngineError(
                f"There is no file '{named}', which mmproj names.", hint="Mend mmproj in [engines.gguf]."
            )
        return found
    if options.mmproj is not None:
        return None
    beside = [file for file in _ggufs(model.parent) if _is_eyes(file)]
    if len(beside) > 1:
        names = ", ".join(file.name for file in beside[:5])
        raise UnknownEngineError(
            f"Beside {model.name} there are {len(beside)} mmproj files: {names}.",
            hint="Say which is its own: mmproj in [engines.gguf].",
        )
    return beside[0] if beside else None


def _check(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            begins = stream.read(len(_MAGIC))
    except OSError as error:
        raise EngineError(
            f"{file.name} cannot be read: {reason(error)}.", hint="Check the file's owner and permissions."
        ) from error
    if begins != _MAGIC:
        raise EngineError(
            f"{file.name} is no GGUF file.",
            hint="Download it anew, or choose another: for safetensors use transformers:FOLDER.",
        )


def _there_are(models_folder: Path | None) -> str:
    if models_folder is None or not models_folder.is_dir():
        return ""
    names = sorted(
        str(file.relative_to(models_folder))
        for file in models_folder.rglob("*.gguf")
        if not _is_eyes(file) and not _LATER_SHARD.search(file.name)
    )
    more = " …" if len(names) > 5 else ""
    return f"In {models_folder}: {', '.join(names[:5])}{more}" if names else ""


def _ggufs(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.gguf") if not _LATER_SHARD.search(file.name))


def _is_eyes(file: Path) -> bool:
    return "mmproj" in file.name.lower()
