"""What a model may be called, and what its page says of it."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import Final

from studiolo.engines.local.parcels import PICKLED, WEIGHTS, Parcel
from studiolo.errors import EngineError, UnsupportedRequestError

_ODD: Final = re.compile(r"\\|^[A-Za-z]:|[\x00-\x1f]")  # what Windows takes for folders and drives
_SHA256: Final = re.compile(r"[0-9a-f]{64}|")


def check_safe(name: str) -> None:
    """Refuse what is opened with pickle.

    Raises:
        UnsupportedRequestError: ``name`` ends as such files do.
    """
    if name.lower().endswith(PICKLED):
        raise UnsupportedRequestError(
            f"'{name}' is a pickled file, which can run any code when opened; studiolo opens none.",
            hint="Use a version of it in safetensors; its page often has one.",
        )


def check_listed(name: str, sha256: str) -> None:
    """That a hub names a file, and its content, by what may become a path here.

    Raises:
        EngineError: the path would lead elsewhere; no hub that is one lists such a file.
    """
    inside = all(part not in {"", ".", ".."} for part in name.split("/")) and not _ODD.search(name)
    if not inside or not _SHA256.fullmatch(sha256):
        raise EngineError(
            f"The hub lists {name[:80]!r}, which is no name that a file of a model may have.",
            hint="Use another hub, or another model.",
        )


def is_hub_id(name: str) -> bool:
    """Whether ``name`` may be a repository on the hub: ``owner/name``."""
    parts = name.split("/")
    return len(parts) == 2 and all(part and part[0] not in ".~-" for part in parts)


def hub_file(name: str) -> Parcel | None:
    """The parcel of ``owner/name/path/to/file.safetensors``."""
    parts = PurePosixPath(name).parts
    if len(parts) < 3 or name.startswith(("/", ".", "~")) or not name.endswith(WEIGHTS):
        return None
    file = "/".join(parts[2:])
    return Parcel(repo="/".join(parts[:2]), patterns=(file,), needed=(file,))


def licence_of(folder: Path) -> str:
    """What the model's page says its licence is: the field ``license`` at the head of its README."""
    page = folder / "README.md"
    head = page.read_text("utf-8", errors="replace")[:4000] if page.is_file() else ""
    fields = (
        [line.partition(":") for line in head.split("---")[1].splitlines()] if head.count("---") > 1 else []
    )
    said = {name.strip(): value.strip() for name, _, value in fields}
    named = said.get("license_name") if said.get("license") == "other" else said.get("license")
    return named or "the model's own"


def is_of_transformers(folder: Path) -> bool:
    """Whether the folder's configuration is one of the library transformers, by its ``model_type``."""
    try:
        return "model_type" in json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError, TypeError):
        return False
