"""Models and LoRAs as others are told of them: by name, without where they lie on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PureWindowsPath

from pydantic import JsonValue


def without_places(request: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """A request in JSON, with the names of its LoRAs' files in place of their paths."""
    loras = request.get("loras")
    if not isinstance(loras, list) or not loras:
        return request
    named = [{**lora, "name": bare(str(lora.get("name", "")))} for lora in loras if isinstance(lora, dict)]
    return {**request, "loras": [*named]}


def bare(name: str) -> str:
    """The last part of what is a path on this machine; a name on the hub is whole."""
    path = PureWindowsPath(name)  # which takes both kinds of slashes
    is_file = len(path.parts) > 1 and path.suffix == ".safetensors"
    return path.name if is_file or path.root or path.drive or name.startswith(("~", ".")) else name
