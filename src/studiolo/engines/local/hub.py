"""The model hub: what of it is on this machine, and downloads that can be stopped."""

from __future__ import annotations

import errno
import importlib
import shutil
import threading
from pathlib import Path
from typing import Any, Final

from studiolo.engines.local.machine import gigabytes
from studiolo.engines.local.options import LocalOptions
from studiolo.errors import Cancelled, CredentialsError, EngineError, UnknownEngineError, reason

# Weights as safetensors, and what describes them; never code, never pickles.
_WANTED: Final = ("*.safetensors", "*.json", "*.jinja", "*.txt", "*.model")
_SUBFOLDERS: Final = ("*/*",)
_PICKLED: Final = ("*.bin", "*.pt", "*.pth")


def is_hub_name(model: str) -> bool:
    """Whether the hub could have a model of that name: ``name`` or ``owner/name``."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(model)
    except HFValidationError:
        return False
    return True


def cached(model: str, cache: Path | None, options: LocalOptions) -> Path | None:
    """The model's folder in the cache if all of it is there; asks nobody."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = _client().snapshot_download(
            model,
            revision=options.revision,
            cache_dir=cache,
            local_files_only=True,
            allow_patterns=list(_WANTED),
            ignore_patterns=list(_SUBFOLDERS),
        )
    except LocalEntryNotFoundError:
        return None
    return Path(folder)


def download(
    model: str,
    cache: Path | None,
    options: LocalOptions,
    *,
    stop: threading.Event,
) -> Path:
    """Fetch the model into the cache; what is there already is kept.

    Raises:
        UnknownEngineError, CredentialsError, EngineError: as :func:`finding.find_model`.
        Cancelled: ``stop`` was set; what had come is kept for the next time.
    """
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    wanted: dict[str, Any] = {
        "revision": options.revision,
        "cache_dir": cache,
        "endpoint": options.hub,
        "token": options.token,
        "ignore_patterns": list(_SUBFOLDERS),
        "tqdm_class": _bar(stop),
    }
    try:
        files = _client().snapshot_download(
            model, allow_patterns=[*_WANTED, *_PICKLED], dry_run=True, **wanted
        )
        sizes = {file.filename: file.file_size or 0 for file in files if file.will_download}
        _check_safe([file.filename for file in files], model)
        _check_space(sum(size for name, size in sizes.items() if not name.endswith(_endings())), cache, model)
        return Path(_client().snapshot_download(model, allow_patterns=list(_WANTED), **wanted))
    except (HfHubHTTPError, httpx2.HTTPError, OSError, ValueError) as error:
        raise _explain(error, model, cache) from error


def _client() -> Any:
    return importlib.import_module("huggingface_hub")  # its types are full of unknowns


def _endings() -> tuple[str, ...]:
    return tuple(pattern.removeprefix("*") for pattern in _PICKLED)


def _check_safe(names: list[str], model: str) -> None:
    if any(name.endswith(".safetensors") for name in names):
        return
    pickled = [name for name in names if name.endswith(_endings())]
    said = (
        f"comes only as pickled weights ({pickled[0]}), which can run any code when opened"
        if pickled
        else "has no weights on the hub"
    )
    raise EngineError(
        f"'{model}' {said}.", hint="Choose a version of it in safetensors; its page on the hub lists some."
    )


def _check_space(needed: int, cache: Path | None, model: str) -> None:
    from huggingface_hub.constants import HF_HUB_CACHE

    folder = (cache or Path(HF_HUB_CACHE)).expanduser().absolute()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if needed > free:
        raise EngineError(
            f"Downloading '{model}' needs {gigabytes(needed)}; {existing} has {gigabytes(free)} free.",
            hint="Free some space, or set models_folder to a larger disk.",
        )


def _explain(error: Exception, model: str, cache: Path | None) -> Exception:
    from huggingface_hub.errors import (
        DryRunError,
        GatedRepoError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    # A dry run that could not ask wraps what the hub answered.
    answer = error
    if isinstance(error, DryRunError) and isinstance(error.__cause__, Exception):
        answer = error.__cause__
    if isinstance(answer, GatedRepoError):
        return CredentialsError(
            f"The model '{model}' is given out only to those who accepted its licence.",
            hint=f"Accept it at https://huggingface.co/{model}, then run: hf auth login "
            "(or set token in [engines.transformers])",
        )
    if isinstance(answer, RepositoryNotFoundError):
        return UnknownEngineError(
            f"The hub has no model '{model}', or not for you.",
            hint="Check the name; for a private model, run: hf auth login",
        )
    if isinstance(answer, RevisionNotFoundError):
        return UnknownEngineError(
            f"The model '{model}' has no such revision.", hint="Mend revision in [engines.transformers]."
        )
    if isinstance(answer, OSError) and answer.errno == errno.ENOSPC:
        return EngineError(
            f"The disk was full before '{model}' was downloaded.",
            hint="Free some space, or set models_folder to a larger disk. Run it again to go on.",
        )
    where = f" --cache-dir '{cache}'" if cache else ""
    return EngineError(
        f"The model '{model}' could not be downloaded: {reason(answer)}.",
        hint=f"Try again, or download it beforehand: hf download {model}{where}",
    )


def _bar(stop: threading.Event) -> Any:
    """What the hub's client takes for a progress bar: it shows nothing, but can end the download."""
    tqdm: Any = importlib.import_module("tqdm").tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            tqdm.__init__(self, *args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            del n
            if stop.is_set():
                raise Cancelled
            return None

    return Bar
