"""What ``--from`` repeats: the request stored in a picture, or what another program wrote there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from studiolo.studio import Studio

# What every engine understands, or says that it cannot do; the rest is a matter between a request and the
# engine it was for.
_PORTABLE: Final = (
    "prompt",
    "negative_prompt",
    "width",
    "height",
    "seed",
    "init_image",
    "mask",
    "mask_prompt",
    "outpaint",
    "references",
    "upscale",
    "remove_background",
)
_CONTROL: Final = ("control_image", "control", "control_prepared")
_SIZED_BY: Final = ("outpaint", "upscale", "remove_background")
"""What says by itself how large the picture becomes."""


def stored_request(studio: Studio, name: str, *, engine: str | None) -> tuple[dict[str, Any], str | None]:
    """The fields of the request that made a picture, and the engine, None if it is none of ours.

    For another ``engine`` than the one that painted it, only what every engine understands is
    carried over, in the nearest size that it paints, and the palette if it takes one.

    Raises:
        PictureNotFoundError: ``name`` is no file and no id.
        InvalidRequestError: the file does not say how it was made.
    """
    fields, painted_by = _read(studio, name)
    wanted = (painted_by or studio.settings.engine) if engine is None else engine
    if painted_by is None or not _is_same(wanted, painted_by):
        capabilities = studio.registry.resolve(wanted).capabilities
        carried = set[str](_PORTABLE)
        if len(fields.get("palette", ())) <= capabilities.palette:
            carried.add("palette")
        if fields.get("control") in capabilities.controls:
            carried.update(_CONTROL)
        fields = {name: value for name, value in fields.items() if name in carried}
        _fit_size(studio, fields, wanted)
    return fields, painted_by


def _fit_size(studio: Studio, fields: dict[str, Any], engine: str) -> None:
    from studiolo.cli.console import say

    if any(fields.get(name) for name in _SIZED_BY):
        fields.pop("width", None)
        fields.pop("height", None)
    width, height = fields.get("width"), fields.get("height")
    if not isinstance(width, int) or not isinstance(height, int):
        return
    sizes = studio.registry.resolve(engine).capabilities.sizes
    if not sizes.allows(width, height):
        fields["width"], fields["height"] = sizes.rounded(width, height)
        say(f"{engine} paints it as {fields['width']}x{fields['height']}, not {width}x{height}.", style="dim")


def _read(studio: Studio, name: str) -> tuple[dict[str, Any], str | None]:
    from studiolo.imaging.decode import is_file
    from studiolo.studio.subjects import named

    if is_file(name):
        return _read_file(Path(name), studio)
    picture = named(studio.gallery, name)
    engine = f"{picture.engine}:{picture.model}" if picture.model else picture.engine
    return _given(dict(studio.gallery.request(picture))), _installed(studio, engine)


def _read_file(path: Path, studio: Studio) -> tuple[dict[str, Any], str | None]:
    from studiolo.errors import InvalidRequestError
    from studiolo.imaging.metadata import read_metadata

    found = read_metadata(path)
    record = found.record or {}
    request, engine, model = record.get("request"), record.get("engine"), record.get("model")
    if isinstance(request, dict):
        spec = f"{engine}:{model}" if model else str(engine or "")
        return _given(cast("dict[str, Any]", request)), _installed(studio, spec)
    if not found.prompt:
        raise InvalidRequestError(
            f"{path} does not say how it was made.", hint="Start from its pixels instead: --init FILE"
        )
    width, height = found.width, found.height
    fields = {"prompt": found.prompt, "negative_prompt": found.negative_prompt, "seed": found.seed}
    return _given({**fields, "width": width, "height": height}), None


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", {}, (), [])}


def _installed(studio: Studio, engine: str) -> str | None:
    """``engine`` if it can be asked for here; the picture may come from elsewhere."""
    return engine if engine.partition(":")[0] in studio.registry.names else None


def _is_same(wanted: str, painted_by: str) -> bool:
    return wanted in {painted_by, painted_by.partition(":")[0]}
