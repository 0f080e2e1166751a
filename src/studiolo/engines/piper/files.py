"""Where a Piper voice lies: two files that belong together."""

from __future__ import annotations

import difflib
from pathlib import Path

from studiolo.errors import EngineError, UnknownEngineError

_FETCH = "Fetch one: python -m piper.download_voices en_US-lessac-medium"


def find_voice(name: str | None, folder: Path | None) -> Path:
    """The ``.onnx`` of the voice: a path, or a name (with or without ``.onnx``) in ``folder``.

    Raises:
        UnknownEngineError: there is none; the hint names those there are.
        EngineError: its ``.onnx.json`` is missing.
    """
    if not name:
        raise UnknownEngineError(
            "Piper speaks with a voice from a file, and none was named.",
            hint=f"Name it: piper:path/to/voice.onnx. {_known('', folder) or _FETCH}",
        )
    for file in _places(name, folder):
        if file.is_file():
            return _with_settings(file)
    raise UnknownEngineError(f"There is no Piper voice at '{name}'.", hint=_known(name, folder) or _FETCH)


def _places(name: str, folder: Path | None) -> list[Path]:
    given = Path(name).expanduser()
    paths = [given, *((folder / given, folder / "piper" / given) if folder else ())]
    return [path if path.suffix == ".onnx" else path.with_name(f"{path.name}.onnx") for path in paths]


def _with_settings(file: Path) -> Path:
    settings = file.with_name(f"{file.name}.json")
    if not settings.is_file():
        raise EngineError(
            f"The voice '{file.name}' is not whole: '{settings.name}' is not beside it.",
            hint=f"Put {settings.name} into {file.parent}; it comes from where the voice came from.",
        )
    return file


def _known(wanted: str, folder: Path | None) -> str:
    """A sentence on the voices in the folder; empty if there are none."""
    places = (folder, folder / "piper") if folder else ()
    names = sorted({file.stem for place in places for file in place.glob("*.onnx") if _is_voice(file)})
    if not names:
        return ""
    close = difflib.get_close_matches(Path(wanted).stem, names, n=1, cutoff=0.5)
    meant = f"Did you mean 'piper:{close[0]}'? " if close else ""
    return f"{meant}There are: {', '.join(names[:12])}."


def _is_voice(file: Path) -> bool:
    return file.with_name(f"{file.name}.json").is_file()
