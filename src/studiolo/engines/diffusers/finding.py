"""Where the weights of a model are on this machine. Nothing is downloaded here.

A model is a name of the catalogue, a repository on the hub (``owner/name``, or a file in it), a folder that
diffusers saved, or a single ``.safetensors`` file. Beside a folder ``NAME`` may lie ``NAME-refiner``,
``NAME-vae``, ``NAME-preview``, ``NAME-control`` and ``NAME-references``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from studiolo import offline
from studiolo.engines.base import EngineConfig
from studiolo.engines.diffusers import catalogue
from studiolo.engines.diffusers.catalogue import RECIPES
from studiolo.engines.diffusers.families import INDEX, Family, identify
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.diffusers.presence import is_ready, pulled
from studiolo.engines.diffusers.recipes import Recipe, Role
from studiolo.engines.local.cache import cache_folder, find_parcel, find_snapshot
from studiolo.engines.local.machine import gigabytes
from studiolo.engines.local.names import check_safe, hub_file, is_hub_id, licence_of
from studiolo.engines.local.parcels import WEIGHTS
from studiolo.errors import EngineError, OfflineError, UnknownEngineError, UnsupportedRequestError

LORAS: Final = "loras"
"""The folder below the models folder in which LoRA files lie."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A model's files, and what it is.

    ``base`` is a folder of diffusers or a single file, which is read with ``configuration``, a folder.
    ``unet`` is a file that stands in for the base's; ``vae``, ``refiner`` and ``preview`` are folders, or an
    autoencoder's file. ``control`` has a folder for each kind of map; ``references`` is the adapter's file,
    read with the image encoder in the folder ``encoder``. What is not here is None.
    """

    name: str
    family: Family
    base: Path
    configuration: Path | None = None
    unet: Path | None = None
    vae: Path | None = None
    refiner: Path | None = None
    preview: Path | None = None
    control: MappingProxyType[str, Path] = field(
        default_factory=lambda: MappingProxyType[str, Path]({}), hash=False
    )
    references: Path | None = None
    encoder: Path | None = None
    licence: str = ""


def find_weights(name: str, config: EngineConfig, options: DiffusersOptions) -> Weights:
    """The files of the model of that name: a folder, a file, one of the catalogue, or one of the hub.

    Raises:
        UnknownEngineError: no model can be meant by that name, or one that diffusers does not run here.
        EngineError: it is not on this machine (OfflineError when offline), a pickle, or damaged.
    """
    cache = cache_folder(config.models_folder)
    if (place := _on_disk(name, config)) is not None:
        found = _own(name, place, cache, config)
    elif name in RECIPES:
        found = _known(RECIPES[name], cache, config)
    else:
        found = _from_hub(name, cache, config, options)
    return _extended(found, cache, options)


def find_lora(name: str, config: EngineConfig) -> Path:
    """The file of a LoRA: a path, a name below ``loras`` in the models folder, or one pulled from the hub.

    Raises:
        UnsupportedRequestError: it is a pickle.
        EngineError: it is not on this machine (OfflineError when offline).
    """
    check_safe(name)
    cache = cache_folder(config.models_folder)
    given = Path(name).expanduser()
    places = [given]
    if config.models_folder is not None:
        folder = config.models_folder.expanduser() / LORAS
        places += [folder / given, folder / f"{name}{WEIGHTS}"]
    # What ends otherwise is left unread: a name is no way to find out which files there are.
    found = next((place for place in places if place.suffix == WEIGHTS and place.is_file()), None)
    if found is not None:
        return found
    if (parcel := hub_file(name)) is not None and (folder := find_parcel(parcel, cache)) is not None:
        return folder / parcel.patterns[0]
    if is_hub_id(name) and (snapshot := find_snapshot(name, None, cache)) is not None:
        files = sorted(file for file in snapshot.names if file.endswith(WEIGHTS))
        if len(files) == 1:
            return snapshot.folder / files[0]
    where = f"put it into {config.models_folder / LORAS}, " if config.models_folder else ""
    raise _not_here(
        f"There is no LoRA '{name}' on this machine",
        f"Give the path of a {WEIGHTS} file, {where}or pull one from the hub: studiolo pull OWNER/NAME",
        config,
    )


def need_refiner(weights: Weights) -> Path:
    """The refiner's folder.

    Raises:
        EngineError: there is none; says what to pull.
    """
    return _needed(weights.refiner, "sdxl", f"A refiner for '{weights.name}'")


def need_control(weights: Weights, kind: str) -> Path:
    """The folder of the ControlNet that follows maps of ``kind``; raises as :func:`need_refiner`."""
    role: Role = "segmentation" if kind == "segmentation" else "canny"
    what = f"The weights that let {weights.family.title} follow a control image"
    return _needed(weights.control.get(kind), _name_of(weights.family, role), what)


def need_references(weights: Weights) -> tuple[Path, Path]:
    """The adapter's file and its image encoder's folder; raises as :func:`need_refiner`."""
    what = f"The weights that let {weights.family.title} vary pictures"
    name = _name_of(weights.family, "adapter")
    return _needed(weights.references, name, what), _needed(weights.encoder, name, what)


def _on_disk(name: str, config: EngineConfig) -> Path | None:
    check_safe(name)
    given = Path(name).expanduser()
    places = [given] if given.is_absolute() or name.startswith(".") else []
    if config.models_folder is not None:
        places.append(config.models_folder.expanduser() / given)
    if not places or given.suffix == WEIGHTS:
        places.append(given)
    # A file that ends otherwise is not even opened: diffusers would take it for a pickle.
    found = next(
        (
            place
            for place in places
            if (place.suffix == WEIGHTS and place.is_file()) or (place / INDEX).is_file()
        ),
        None,
    )
    if found is None and (folder := next((place for place in places if place.is_dir()), None)) is not None:
        identify(folder)  # says what it lacks
    return found


def _own(name: str, place: Path, cache: Path, config: EngineConfig) -> Weights:
    """A folder or a file of the user's own."""
    family = identify(place)
    beside = {part: place.with_name(f"{place.stem if place.is_file() else place.name}-{part}") for part in (
        "refiner", "vae", "preview", "control", "references"
    )}  # fmt: skip
    here = {part: folder for part, folder in beside.items() if folder.is_dir()}
    control = here.get("control")
    adapter = (
        next(iter(sorted(here["references"].glob(f"*{WEIGHTS}"))), None) if "references" in here else None
    )
    return Weights(
        name=name if not place.is_absolute() or name == place.name else place.stem,
        family=family,
        base=place,
        configuration=_configuration(family, place, cache, config) if place.is_file() else None,
        refiner=here.get("refiner"),
        vae=here.get("vae"),
        preview=here.get("preview"),
        control=MappingProxyType(dict.fromkeys(("canny", "segmentation"), control) if control else {}),
        references=adapter,
        encoder=here["references"] / "image_encoder" if adapter else None,
        licence="the model's own",
    )


def _known(recipe: Recipe, cache: Path, config: EngineConfig) -> Weights:
    """A model of the catalogue."""
    if "base" not in recipe.parts:
        raise UnknownEngineError(
            f"'{recipe.name}' is no model that paints: it adds to others.",
            hint=f"Name a model that paints: {', '.join(each.name for each in catalogue.models())}.",
        )
    parts = {role: find_parcel(parcel, cache) for role, parcel in recipe.parts.items()}
    base = parts.get("base")
    if base is None or not is_ready(recipe, cache):
        raise _not_here(
            f"The model '{recipe.name}' is not on this machine",
            f"{pull_command(recipe.name)} (about {gigabytes(recipe.download_bytes)})",
            config,
        )
    unet = parts.get("unet")
    return Weights(
        name=recipe.name,
        family=replace(identify(base), **recipe.better),
        base=base,
        unet=unet / recipe.parts["unet"].patterns[0] if unet else None,
        vae=parts.get("vae"),
        refiner=parts.get("refiner"),
        preview=parts.get("preview"),
        licence=recipe.licence,
    )


def _from_hub(name: str, cache: Path, config: EngineConfig, options: DiffusersOptions) -> Weights:
    """A repository of the hub, or a single file in one."""
    if (parcel := hub_file(name)) is not None:
        if (folder := find_parcel(parcel, cache)) is not None:
            return _own(name, folder / parcel.patterns[0], cache, config)
    elif not is_hub_id(name):
        raise UnknownEngineError(
            f"There is no model '{name}'.",
            hint=f"Known: {', '.join(recipe.name for recipe in catalogue.models())}. Or give a folder, a "
            ".safetensors file, or a name on the hub: owner/name.",
        )
    elif (recipe := catalogue.of_repository(name)) is not None and is_ready(recipe, cache):
        return replace(_known(recipe, cache, config), name=name)
    elif (folder := pulled(name, cache, options.revision)) is not None:
        return replace(_own(name, folder, cache, config), name=name, licence=licence_of(folder))
    raise _not_here(f"The model '{name}' is not on this machine", pull_command(name), config)


def pull_command(name: str) -> str:
    """How the user brings ``name`` here."""
    return f"Run: studiolo pull {name}"


def _extended(weights: Weights, cache: Path, options: DiffusersOptions) -> Weights:
    """With what other recipes add to the family, where it is here and the model does not bring its own."""
    found = weights
    family = weights.family.name
    if not found.control:
        roles: tuple[Role, ...] = ("canny", "segmentation")
        maps = {role: _part(family, role, cache) for role in roles}
        found = replace(found, control=MappingProxyType({role: at for role, at in maps.items() if at}))
    if found.references is None and (recipe := catalogue.extension(family, "adapter")) is not None:
        adapter, encoder = (_part(family, role, cache) for role in ("adapter", "encoder"))
        if adapter is not None and encoder is not None:
            file, config = recipe.parts["adapter"].patterns[0], recipe.parts["encoder"].patterns[0]
            found = replace(found, references=adapter / file, encoder=(encoder / config).parent)
    if found.preview is None and (preview := catalogue.PREVIEWS.get(family)) is not None:
        found = replace(found, preview=find_parcel(preview, cache))
    if options.vae is not None:
        found = replace(found, vae=Path(options.vae).expanduser())
    return found


def _part(family: str, role: Role, cache: Path) -> Path | None:
    recipe = catalogue.extension(family, role)
    return None if recipe is None else find_parcel(recipe.parts[role], cache)


def _configuration(family: Family, file: Path, cache: Path, config: EngineConfig) -> Path:
    """The folder that a single file is read with: one beside it of the same name, else the family's."""
    beside = file.with_suffix("")
    if (beside / INDEX).is_file():
        return beside
    found = find_parcel(RECIPES[f"{family.name}-configuration"].parts["configuration"], cache)
    if found is None:
        raise _not_here(
            f"A single file of {family.title} is read with the family's configuration, "
            "which is not on this machine",
            f"{pull_command(f'{family.name}-configuration')} (about 5 MB)",
            config,
        )
    return found


def _name_of(family: Family, role: Role) -> str | None:
    recipe = catalogue.extension(family.name, role)
    return None if recipe is None else recipe.name


def _needed(place: Path | None, recipe: str | None, what: str) -> Path:
    if place is not None:
        return place
    if recipe is None:
        raise UnsupportedRequestError(
            f"{what}: there are none.", hint="Use a model of the family sdxl or sd."
        )
    raise EngineError(
        f"{what} is not on this machine." if what.startswith("A ") else f"{what} are not on this machine.",
        hint=f"{pull_command(recipe)} (about {gigabytes(RECIPES[recipe].download_bytes)})",
    )


def _not_here(said: str, hint: str, config: EngineConfig) -> EngineError:
    if config.offline or offline.is_forbidden():
        return OfflineError(f"{said}, and studiolo is offline.", hint=f"While online: {hint}")
    return EngineError(f"{said}.", hint=hint)
