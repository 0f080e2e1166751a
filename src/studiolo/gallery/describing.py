"""From a finished painting, or any picture file, to the row and the files that keep it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from pydantic import AwareDatetime, BaseModel, Field, JsonValue, ValidationError

from studiolo._version import __version__
from studiolo.gallery.ids import is_id, new_id
from studiolo.gallery.picture import Picture
from studiolo.gallery.places import bare, without_places
from studiolo.imaging.metadata import encode_image, read_metadata
from studiolo.imaging.parameters import Parameters

if TYPE_CHECKING:
    from studiolo.requests import GeneratedImage

SOURCES: Final = "sources"
_SUFFIXES: Final = {"JPEG": ".jpg", "TIFF": ".tif"}  # of the other formats it is the name
_REFERENCE: Final = re.compile(r"sha256:([0-9a-f]{64})")


class Record(BaseModel):
    """The JSON object inside our files: enough to make the picture, and its row, again."""

    studiolo: str = __version__
    id: str
    created: AwareDatetime
    engine: str
    model: str = ""
    request: Mapping[str, JsonValue]
    original_prompt: str = ""
    timings: Mapping[str, float] = Field(default_factory=dict[str, float])
    notes: tuple[str, ...] = ()
    cost: float | None = None


def describe_painting(
    generated: GeneratedImage, *, original_prompt: str = "", tags: tuple[str, ...] = ()
) -> tuple[Picture, bytes]:
    """The row and the PNG file of a picture that an engine has just painted."""
    request = generated.request
    made = request.model_dump(mode="json")
    record = Record(
        id=new_id(generated.created),
        created=generated.created,
        engine=generated.engine,
        model=generated.model,
        request=made,
        original_prompt=original_prompt,
        timings=generated.timings,
        notes=generated.notes,
        cost=generated.cost,
    )
    carried = _carried(record)
    parameters = Parameters(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        steps=request.steps,
        sampler=request.scheduler,
        guidance_scale=request.guidance_scale,
        seed=generated.seed,
        model=f"{generated.engine}:{carried.model}" if generated.model else generated.engine,
        strength=request.strength,
        palette=request.palette,
    )
    partly = request.mask is not None or request.outpaint is not None
    content = encode_image(generated.image, "png", parameters, carried.model_dump(mode="json"), partly=partly)
    picture = Picture(
        **_from_record(record),
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        seed=generated.seed,
        width=generated.image.width,
        height=generated.image.height,
        steps=request.steps,
        guidance_scale=request.guidance_scale,
        strength=request.strength,
        tags=tags,
        **file_fields(record.id, record.created, content, ".png"),
    )
    return picture, content


def describe_file(content: bytes, *, modified: datetime, picture_id: str | None = None) -> Picture:
    """The row of a picture file of any program, as far as the file tells.

    ``modified`` stands in where the file does not say when it was made. ``picture_id`` is the
    id to keep; otherwise the one in the file, or a new one.

    Raises:
        InvalidImageError: not a picture that can be opened.
    """
    from studiolo.imaging.decode import open_image

    found = read_metadata(content)
    with open_image(content) as image:
        name = image.format or "PNG"
        suffix = _SUFFIXES.get(name, f".{name.lower()}")
    record = _read_record(found.record)
    if record is not None:
        created, known = record.created, _from_record(record)
    else:
        engine = re.sub(r"[^a-z0-9]+", "", (found.software or "").split(" ")[0].lower())
        created, known = modified, {"engine": engine or "imported", "model": found.model or ""}
    kept_id = picture_id or (record.id if record is not None else new_id(created))
    fields: dict[str, Any] = {
        **known,
        "id": kept_id,
        "created": created,
        "prompt": found.prompt,
        "negative_prompt": found.negative_prompt,
        "seed": found.seed,
        "width": found.width,
        "height": found.height,
        "steps": found.steps,
        "guidance_scale": found.guidance_scale,
        "strength": found.strength,
        **file_fields(kept_id, created, content, suffix),
    }
    if record is not None:  # exact, where the text beside it is for reading
        made = record.request
        exact = ("prompt", "negative_prompt", "seed", "steps", "guidance_scale", "strength")
        fields |= {name: made[name] for name in exact if made.get(name) is not None}
    return Picture.model_validate(fields)


def source_keys(request: Mapping[str, JsonValue]) -> list[str]:
    """The keys of the pictures that a request began from."""
    found = (
        source_key(text)
        for value in request.values()
        for text in (value if isinstance(value, list) else [value])
        if isinstance(text, str)
    )
    return [key for key in found if key]


def source_key(reference: str) -> str | None:
    """The key of the picture that ``sha256:…`` refers to; None if it is no such reference."""
    found = _REFERENCE.fullmatch(reference)
    return f"{SOURCES}/{found[1]}.png" if found else None


def _carried(record: Record) -> Record:
    """The record as the file carries it from hand to hand."""
    update = {"model": bare(record.model), "request": without_places(record.request)}
    return record.model_copy(update=update)


def _read_record(value: Mapping[str, Any] | None) -> Record | None:
    """A record that can be trusted to be one; files can hold anything."""
    try:
        record = Record.model_validate(value)
    except ValidationError:
        return None
    return record if is_id(record.id) else None


def _from_record(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Record.model_fields if name != "studiolo"}


def file_fields(picture_id: str, created: datetime, content: bytes, suffix: str) -> dict[str, Any]:
    """Where the files of a picture lie, and what its file is."""
    day = f"{created:%Y/%m/%d}"  # so that no folder grows without end
    return {
        "image_key": str(PurePath("images", day, picture_id + suffix).as_posix()),
        "thumbnail_key": str(PurePath("thumbnails", day, picture_id + ".webp").as_posix()),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
    }
