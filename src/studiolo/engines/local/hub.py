"""The model hub: what it has of a model, and downloads that tell how far they are and can be stopped."""

from __future__ import annotations

import glob
import importlib
import importlib.util
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studiolo import offline
from studiolo.engines.base import EngineConfig
from studiolo.engines.local.cache import cache_folder, storage_folder
from studiolo.engines.local.explaining import explaining
from studiolo.engines.local.machine import gigabytes
from studiolo.engines.local.names import check_listed
from studiolo.engines.local.options import LocalOptions
from studiolo.engines.local.parcels import WEIGHTS, Parcel
from studiolo.engines.local.transfer import Remote, fetch, unfinished
from studiolo.engines.local.weights import read_header
from studiolo.errors import EngineError, MissingExtraError, OfflineError
from studiolo.requests import Progress, ProgressCallback, ignore_progress


@dataclass(frozen=True, kw_only=True)
class _File:
    """A file of a repository; ``sha256`` is empty for small ones, which the hub keeps in git itself."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class _Order:
    """A parcel, the commit it is taken from, and its files."""

    parcel: Parcel
    revision: Any
    files: tuple[_File, ...]


def is_hub_name(model: str) -> bool:
    """Whether the hub could have a model of that name: ``name`` or ``owner/name``."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(model)
    except HFValidationError:
        return False
    return True


def require_online(config: EngineConfig, model: str) -> None:
    """That the hub may be asked.

    Raises:
        OfflineError: it may not.
    """
    # The guard of STUDIOLO_OFFLINE does not see native code, which the hub's client may download with.
    if config.offline or offline.is_forbidden():
        raise OfflineError(
            f"'{model}' cannot be downloaded: studiolo is offline.",
            hint="Unset STUDIOLO_OFFLINE, and offline in config.toml, then run the same again.",
        )


def list_files(repo: str, revision: str | None, cache: Path | None, options: LocalOptions) -> tuple[str, ...]:
    """The names of all files of a repository.

    Raises:
        UnknownEngineError, CredentialsError, EngineError, MissingExtraError: as :func:`download`.
    """
    client = _Client(cache, options)
    _, files = client.ask(repo, revision)
    return tuple(file.name for file in files)


def download(
    parcels: Sequence[Parcel],
    cache: Path | None,
    options: LocalOptions,
    progress: ProgressCallback = ignore_progress,
) -> tuple[Path, ...]:
    """Fetch parcels into the cache; what is there already is kept, what broke off goes on.

    Args:
        parcels: what is wanted, of one repository or several.
        cache: where it is kept; None for the hub's own cache.
        options: the hub's address and the user's token.
        progress: is told bytes, and the name of the file; what it raises ends the download at once.

    Returns:
        The folder of each parcel.

    Raises:
        UnknownEngineError: the hub has no such model, or not at that revision.
        CredentialsError: it is given out only to those who signed up for it.
        MissingExtraError: the hub's client is not installed.
        EngineError: it comes only as pickles; the disk is too small; the hub did not give it.
        Cancelled: ``progress`` raised it; what had come is kept for the next time.
    """
    client = _Client(cache, options)
    orders = [client.order(parcel) for parcel in parcels]
    lacking = {
        (order.parcel.repo, file.name): file.size - client.kept(order, file)
        for order in orders
        for file in order.files
        if not client.has(order, file)
    }
    _check_space(sum(lacking.values()), client.cache, parcels[0].repo)
    tally = _Tally(progress, sum(lacking.values()))
    return tuple(client.bring(order, tally) for order in orders)


class _Tally:
    """How much of a download has come, told as it grows."""

    def __init__(self, progress: ProgressCallback, total: int) -> None:
        self._progress, self._total = progress, total
        self._before, self._at_start, self._stage = 0, 0, ""
        self._now = 0

    def begin(self, name: str, *, kept: int) -> None:
        """From here on it is ``name`` that comes; of it, ``kept`` bytes are here already."""
        self._before, self._at_start, self._stage = self._now, kept, name
        self.told(kept)

    def told(self, size: int) -> None:
        """So many bytes of the file are here."""
        self._now = self._before + max(0, size - self._at_start)
        self._progress(Progress(step=self._now, total=self._total, stage=self._stage))


class _Client:
    """The hub's client, for one cache."""

    def __init__(self, cache: Path | None, options: LocalOptions) -> None:
        if importlib.util.find_spec("huggingface_hub") is None:
            raise MissingExtraError("local", needed_for="Downloading models")
        self._hub: Any = importlib.import_module("huggingface_hub")
        self._options = options
        self._api = self._hub.HfApi(endpoint=options.hub, token=options.token)
        self.cache = cache_folder(cache)
        self._to: dict[str, Any] = {
            "cache_dir": self.cache,
            "endpoint": options.hub,
            "token": options.token,
            "tqdm_class": _silent_bar(),
        }

    def ask(self, repo: str, revision: str | None) -> tuple[Any, tuple[_File, ...]]:
        """The commit that ``revision`` is now, and its files."""
        with explaining(repo):
            found = self._api.resolve_revision(repo, revision=revision, cache_dir=self.cache)
            tree = self._api.list_repo_tree(repo, recursive=True, revision=found.resolved)
            return found, tuple(_file(entry) for entry in tree if hasattr(entry, "size"))

    def order(self, parcel: Parcel) -> _Order:
        """What has to come, if all that the parcel needs is there."""
        revision, files = self.ask(parcel.repo, parcel.revision)
        names = {file.name: file for file in files}
        chosen = parcel.select(names)
        _check_safe(parcel, chosen, tuple(names))
        for name in chosen:
            check_listed(name, names[name].sha256)
        return _Order(parcel=parcel, revision=revision, files=tuple(names[name] for name in chosen))

    def has(self, order: _Order, file: _File) -> bool:
        """Whether the file is here, whole."""
        storage = storage_folder(order.parcel.repo, self.cache)
        return (storage / "snapshots" / order.revision.resolved / file.name).is_file() or (
            bool(file.sha256) and (storage / "blobs" / file.sha256).is_file()
        )

    def kept(self, order: _Order, file: _File) -> int:
        """Bytes that a stopped download had brought of the file."""
        partial = unfinished(self._blob(order, file))
        return partial.stat().st_size if file.sha256 and partial.is_file() else 0

    def bring(self, order: _Order, tally: _Tally) -> Path:
        """Fetch what is missing, the smallest first: what weights are for is here before them."""
        with explaining(order.parcel.repo):
            # One file first, by a way that also keeps the list of all: it tells whole models from parts.
            ordered = sorted(order.files, key=lambda file: file.size)
            smallest = ordered[0]
            self._bring_large(order, smallest, tally)
            folder = self._hub.snapshot_download(
                order.parcel.repo,
                revision=order.revision,
                allow_patterns=[glob.escape(smallest.name)],
                **self._to,
            )
            tally.told(smallest.size)
            for file in ordered:
                self._bring_large(order, file, tally)
                self._hub.hf_hub_download(
                    order.parcel.repo, file.name, revision=order.revision.resolved, **self._to
                )
                tally.told(file.size)
            _check_whole(Path(folder), order.files)
            return Path(folder)

    def _bring_large(self, order: _Order, file: _File, tally: _Tally) -> None:
        tally.begin(file.name, kept=file.size if self.has(order, file) else self.kept(order, file))
        if not file.sha256 or self.has(order, file):
            return
        repo, commit = order.parcel.repo, order.revision.resolved
        remote = Remote(
            url=self._hub.hf_hub_url(repo, file.name, revision=commit, endpoint=self._options.hub),
            headers=self._hub.utils.build_hf_headers(token=self._options.token),
            size=file.size,
            sha256=file.sha256,
        )
        locks = storage_folder(repo, self.cache / ".locks")
        fetch(remote, self._blob(order, file), locks / f"{file.sha256}.lock", tally.told)

    def _blob(self, order: _Order, file: _File) -> Path:
        return storage_folder(order.parcel.repo, self.cache) / "blobs" / (file.sha256 or file.name)


def _file(entry: Any) -> _File:
    large = entry.lfs
    return _File(
        name=entry.path,
        size=large.size if large is not None else entry.size,
        sha256=large.sha256 if large is not None else "",
    )


def _check_safe(parcel: Parcel, chosen: Sequence[str], names: Sequence[str]) -> None:
    lacking = parcel.missing(names, chosen)
    if chosen and not lacking:
        return
    pickled = parcel.pickled(names)
    if pickled and not any(name.endswith(WEIGHTS) for name in chosen):
        raise EngineError(
            f"'{parcel.repo}' comes only as pickled weights ({pickled[0]}), "
            "which can run any code when opened.",
            hint="Choose a version of it in safetensors; its page on the hub lists some.",
        )
    raise EngineError(
        f"'{parcel.repo}' has no weights on the hub that studiolo could use: "
        f"there is no {next(iter(lacking), WEIGHTS)}.",
        hint="Look at its page on the hub; another repository may have it in diffusers' form.",
    )


def _check_space(needed: int, cache: Path, model: str) -> None:
    folder = cache.absolute()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if needed > free:
        raise EngineError(
            f"Downloading '{model}' needs {gigabytes(needed)}; {existing} has {gigabytes(free)} free.",
            hint="Free some space, or set models_folder to a larger disk.",
        )


def _check_whole(folder: Path, files: Sequence[_File]) -> None:
    """That every file is here, and what calls itself safetensors is; what is not is deleted."""
    for file in files:
        place = folder / file.name
        try:
            _check_file(place, file)
        except EngineError:
            place.resolve().unlink()
            place.unlink(missing_ok=True)
            raise


def _check_file(place: Path, file: _File) -> None:
    if place.stat().st_size != file.size:
        raise EngineError(f"{file.name} did not arrive whole.", hint="Run the same again.")
    if file.name.endswith(WEIGHTS):
        read_header(place)


def _silent_bar() -> Any:
    """What the hub's client takes for a progress bar; it shows nothing."""
    tqdm: Any = importlib.import_module("tqdm").tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            tqdm.__init__(self, *args, **{**kwargs, "disable": True})

    return Bar
