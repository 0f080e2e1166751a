"""The hub's cache on this machine: one copy of each file, wherever it came from. Asks nobody.

Its layout: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
(``models--OWNER--NAME/{refs,snapshots,blobs}``, and ``trees`` with the list of a commit's files).
"""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studiolo.engines.local.parcels import Parcel

_PREFIX: Final = "models--"


def cache_folder(models_folder: Path | None) -> Path:
    """Where models are kept: the folder of the settings, else the hub's own cache."""
    if models_folder is not None:
        return models_folder.expanduser()
    if importlib.util.find_spec("huggingface_hub") is None:
        return Path("~/.cache/huggingface/hub").expanduser()
    constants: Any = importlib.import_module("huggingface_hub.constants")
    return Path(constants.HF_HUB_CACHE)


def storage_folder(repo: str, cache: Path) -> Path:
    """Where everything of a repository lies."""
    return cache / (_PREFIX + repo.replace("/", "--"))


def repositories(cache: Path) -> tuple[str, ...]:
    """The repositories of which something is here, sorted."""
    return tuple(
        sorted(
            place.name.removeprefix(_PREFIX).replace("--", "/", 1)
            for place in (cache.glob(f"{_PREFIX}*") if cache.is_dir() else ())
            if (place / "snapshots").is_dir()
        )
    )


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A repository at a commit, as far as it is here: files by their names in it."""

    folder: Path
    storage: Path

    @property
    def names(self) -> frozenset[str]:
        """The files that are here, whole: one appears only when it has come to its end."""
        return frozenset(
            place.relative_to(self.folder).as_posix() for place in self.folder.rglob("*") if place.is_file()
        )

    @property
    def listing(self) -> frozenset[str]:
        """The files the repository has; those that are here if the list was not kept."""
        try:
            kept = json.loads((self.storage / "trees" / f"{self.folder.name}.json").read_text("utf-8"))
            return frozenset(kept["files"])
        except (OSError, ValueError, KeyError, TypeError):
            return self.names

    def weigh(self, names: Iterable[str]) -> int:
        """Bytes of those of ``names`` that are here; what two of them share counts once."""
        contents = {(self.folder / name).resolve() for name in names if (self.folder / name).is_file()}
        return sum(content.stat().st_size for content in contents)


def find_snapshot(repo: str, revision: str | None, cache: Path) -> Snapshot | None:
    """The repository at that branch, tag or commit, if anything of it is here."""
    storage = storage_folder(repo, cache)
    try:
        commit = (storage / "refs" / (revision or "main")).read_text("utf-8").strip()
    except OSError:
        commit = revision or ""
    folder = storage / "snapshots" / commit
    if not commit or not folder.is_dir():
        return None
    return Snapshot(folder=folder, storage=storage)


def find_parcel(parcel: Parcel, cache: Path) -> Path | None:
    """The folder with the parcel's files, if all of them are here."""
    found = find_snapshot(parcel.repo, parcel.revision, cache)
    if found is None or parcel.missing(found.listing, found.names):
        return None
    return found.folder if parcel.select(found.names) else None


def bytes_here(parcel: Parcel, cache: Path) -> int:
    """How much of the parcel is here."""
    found = find_snapshot(parcel.repo, parcel.revision, cache)
    return 0 if found is None else found.weigh(parcel.select(found.names))


def remove(parcel: Parcel, cache: Path, *, keep: Iterable[Parcel] = ()) -> int:
    """Delete the parcel's files but those that ``keep`` wants too; returns the bytes freed."""
    storage = storage_folder(parcel.repo, cache)
    freed = _drop_unfinished(storage)
    found = find_snapshot(parcel.repo, parcel.revision, cache)
    if found is not None:
        names = found.names
        kept = {name for other in keep if other.repo == parcel.repo for name in other.select(names)}
        freed += sum(_delete(found, name) for name in parcel.select(names) if name not in kept)
    if storage.is_dir() and not any(_weights_in(storage)):
        shutil.rmtree(storage)
    return freed


def _delete(snapshot: Snapshot, name: str) -> int:
    """Take a file out of the snapshot, and its content if no other snapshot shows it."""
    place = snapshot.folder / name
    content = place.resolve()
    size = content.stat().st_size
    place.unlink()
    others = (each for each in (snapshot.storage / "snapshots").rglob("*") if each.is_symlink())
    if any(each.resolve() == content for each in others):
        return 0
    content.unlink(missing_ok=True)
    return size


def _drop_unfinished(storage: Path) -> int:
    freed = 0
    for place in (storage / "blobs").glob("*.incomplete"):
        freed += place.stat().st_size
        place.unlink()
    return freed


def _weights_in(storage: Path) -> Iterator[Path]:
    """What is left that is worth keeping: configurations alone are of no use."""
    for place in (storage / "snapshots").rglob("*"):
        if place.suffix in {".safetensors", ".onnx"}:
            yield place
