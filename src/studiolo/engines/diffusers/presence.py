"""What of the catalogue, and of other repositories, is on this machine. Asks nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studiolo.engines.diffusers.families import INDEX, components
from studiolo.engines.diffusers.recipes import Recipe, whole
from studiolo.engines.local.cache import find_parcel, find_snapshot
from studiolo.engines.local.parcels import WEIGHTS


def is_ready(recipe: Recipe, cache: Path) -> bool:
    """Whether all is here without which it does not work."""
    return all(find_parcel(parcel, cache) is not None for parcel in recipe.required)


def pulled(repo: str, cache: Path, revision: str | None = None) -> Path | None:
    """The folder of a repository that was pulled whole, or the only checkpoint in it; None if not here."""
    snapshot = find_snapshot(repo, revision, cache)
    if snapshot is None:
        return None
    if INDEX in snapshot.names:
        folders = tuple(components(snapshot.folder))
        return find_parcel(replace(whole(repo, folders), revision=revision), cache)
    files = sorted(name for name in snapshot.names if name.endswith(WEIGHTS))
    return snapshot.folder / files[0] if len(files) == 1 else None
