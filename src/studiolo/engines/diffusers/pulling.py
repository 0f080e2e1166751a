"""Models of this engine come, are counted and go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from studiolo.engines.base import EngineConfig, ModelCard
from studiolo.engines.diffusers.catalogue import RECIPES
from studiolo.engines.diffusers.families import INDEX, components, identify
from studiolo.engines.diffusers.finding import LORAS
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.diffusers.presence import is_ready, pulled
from studiolo.engines.diffusers.recipes import Recipe, unique, whole
from studiolo.engines.local import cache, hub
from studiolo.engines.local.names import check_safe, hub_file, is_hub_id, is_of_transformers, licence_of
from studiolo.engines.local.parcels import WEIGHTS, Parcel
from studiolo.errors import EngineError, UnknownEngineError
from studiolo.requests import ProgressCallback

_OWN: Final = "the model's own"


def model_cards(config: EngineConfig, options: DiffusersOptions) -> tuple[ModelCard, ...]:
    """The catalogue, then what else is here: repositories that were pulled, the user's own files, LoRAs."""
    folder = cache.cache_folder(config.models_folder)
    return (
        *(_of_recipe(recipe, folder) for recipe in RECIPES.values()),
        *_of_repositories(folder, options),
        *_of_own_files(folder),
    )


def pull(
    model: str, config: EngineConfig, options: DiffusersOptions, progress: ProgressCallback
) -> ModelCard:
    """As :meth:`studiolo.engines.base.Engine.pull`; ``model`` as in :mod:`finding`, but no own file."""
    check_safe(model)
    hub.require_online(config, model)
    if (recipe := RECIPES.get(model)) is not None:
        parcels = [parcel for parcel in unique([recipe]) if not _here(parcel, config)]
        if parcels:
            hub.download(parcels, config.models_folder, options, progress)
    else:
        parcel = hub_file(model) or _of_repository(model, config, options, progress)
        hub.download([parcel], config.models_folder, options, progress)
    return _card(model, config, options)


def forget(model: str, config: EngineConfig, options: DiffusersOptions) -> int:
    """As :meth:`studiolo.engines.base.Engine.forget`."""
    folder = cache.cache_folder(config.models_folder)
    card = _card(model, config, options)
    if not card.bytes_here:
        raise UnknownEngineError(f"The model '{model}' is not here.", hint="See: studiolo models")
    if model in RECIPES:
        recipes = [recipe for recipe in RECIPES.values() if recipe.name != model and is_ready(recipe, folder)]
        parcels, keep = unique([RECIPES[model]]), unique(recipes)
    elif (file := hub_file(model)) is not None or is_hub_id(model):
        parcels, keep = (file or Parcel(repo=model),), ()
    else:
        raise UnknownEngineError(
            f"'{model}' was not pulled by studiolo, so it does not delete it.",
            hint=f"Delete it yourself; it is in {folder}.",
        )
    return sum(cache.remove(parcel, folder, keep=keep) for parcel in parcels)


def is_for_transformers(repo: str, config: EngineConfig, options: DiffusersOptions) -> bool:
    """Whether a repository on the hub holds a model of the library transformers. Asks the hub.

    Raises:
        UnknownEngineError, CredentialsError, OfflineError, EngineError: as :func:`hub.download`.
    """
    hub.require_online(config, repo)
    names = hub.list_files(repo, options.revision, config.models_folder, options)
    if INDEX in names or "config.json" not in names:
        return False
    parcel = Parcel(repo=repo, patterns=("config.json",), revision=options.revision)
    [folder] = hub.download([parcel], config.models_folder, options)
    return is_of_transformers(folder)


def _here(parcel: Parcel, config: EngineConfig) -> bool:
    return cache.find_parcel(parcel, cache.cache_folder(config.models_folder)) is not None


def _of_repository(
    repo: str, config: EngineConfig, options: DiffusersOptions, progress: ProgressCallback
) -> Parcel:
    """What to fetch of a repository: the parts its index names, or the only weights that it has."""
    if not is_hub_id(repo):
        raise UnknownEngineError(
            f"There is no model '{repo}' to pull.",
            hint=f"Known: {', '.join(RECIPES)}. Or a name on the hub: owner/name.",
        )
    revision = options.revision
    names = hub.list_files(repo, revision, config.models_folder, options)
    if INDEX in names:
        index = Parcel(repo=repo, patterns=(INDEX,), revision=revision)
        [folder] = hub.download([index], config.models_folder, options, progress)
        identify(folder)  # refused before gigabytes of it are here
        return replace(whole(repo, tuple(components(folder))), revision=revision)
    weights = [name for name in names if name.endswith(WEIGHTS)]
    if len(weights) > 1:
        raise UnknownEngineError(
            f"'{repo}' has {len(weights)} files of weights.",
            hint=f"Say which: studiolo pull {repo}/{weights[0]} (or {', '.join(weights[1:6])})",
        )
    wanted = (*weights, "README.md")
    return Parcel(repo=repo, patterns=wanted, needed=(f"*{WEIGHTS}",), revision=revision)


def _card(model: str, config: EngineConfig, options: DiffusersOptions) -> ModelCard:
    card = next((card for card in model_cards(config, options) if card.name == model), None)
    if card is None and (parcel := hub_file(model)) is not None:
        return _of_file(model, parcel, cache.cache_folder(config.models_folder))
    if card is None:
        raise UnknownEngineError(f"There is no model '{model}' here.", hint="See: studiolo models")
    return card


def _of_recipe(recipe: Recipe, folder: Path) -> ModelCard:
    return ModelCard(
        name=recipe.name,
        description=recipe.description,
        licence=recipe.licence,
        download_bytes=recipe.download_bytes,
        bytes_here=sum(cache.bytes_here(parcel, folder) for parcel in unique([recipe])),
        ready=is_ready(recipe, folder),
    )


def _of_repositories(folder: Path, options: DiffusersOptions) -> Iterator[ModelCard]:
    """Repositories that are no part of the catalogue."""
    known = {parcel.repo for parcel in unique(RECIPES.values())}
    for repo in cache.repositories(folder):
        snapshot = cache.find_snapshot(repo, options.revision, folder)
        if repo in known or snapshot is None or is_of_transformers(snapshot.folder):
            continue
        files = sorted(name for name in snapshot.names if name.endswith(WEIGHTS))
        if INDEX not in snapshot.names:
            for file in files:
                name = repo if len(files) == 1 else f"{repo}/{file}"
                yield _of_file(name, Parcel(repo=repo, patterns=(file,), revision=options.revision), folder)
        elif (title := _title(snapshot.folder)) is not None:
            size = snapshot.weigh(snapshot.names)
            yield ModelCard(
                name=repo,
                description=f"{title}.",
                licence=licence_of(snapshot.folder),
                download_bytes=size,
                bytes_here=size,
                ready=pulled(repo, folder, options.revision) is not None,
            )


def _of_file(name: str, parcel: Parcel, folder: Path) -> ModelCard:
    found = cache.find_parcel(parcel, folder)
    size = cache.bytes_here(parcel, folder)
    return ModelCard(
        name=name,
        description="A single file: LoRA or checkpoint.",
        licence=licence_of(found) if found else _OWN,
        download_bytes=size,
        bytes_here=size,
        ready=found is not None,
    )


def _of_own_files(folder: Path) -> Iterator[ModelCard]:
    """What the user put into the models folder."""
    places = [*folder.glob(f"*/{INDEX}"), *folder.glob(f"*{WEIGHTS}"), *folder.glob(f"{LORAS}/*{WEIGHTS}")]
    for place in sorted(places):
        is_folder = place.name == INDEX
        whole = place.parent if is_folder else place
        title = _title(whole) if place.parent.name != LORAS else "A LoRA"
        if title is None:
            continue
        files = [file for file in whole.rglob("*") if file.is_file()] if is_folder else [place]
        size = sum(file.stat().st_size for file in files)
        yield ModelCard(
            name=whole.relative_to(folder).as_posix().removesuffix(WEIGHTS if title == "A LoRA" else ""),
            description=f"{title}, a {'folder' if is_folder else 'file'} of your own.",
            licence=_OWN,
            download_bytes=size,
            bytes_here=size,
            ready=True,
        )


def _title(place: Path) -> str | None:
    """What the family of the model is called; None for what this engine does not run."""
    try:
        return identify(place).title
    except (UnknownEngineError, EngineError):
        return None
