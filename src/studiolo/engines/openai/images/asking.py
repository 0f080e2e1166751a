"""A request in the words of ``/images/generations``, ``/images/edits`` and ``/images/variations``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from studiolo.engines.capabilities import task_of
from studiolo.engines.http.exchange import Form
from studiolo.engines.openai.images.canvas import Ground, erased
from studiolo.engines.openai.images.dialects import FREE_FIELDS, Dialect, takes_one_picture
from studiolo.engines.pictures import as_base64, as_data_url, as_png
from studiolo.imaging.flattening import flattened
from studiolo.requests import ImageRequest

if TYPE_CHECKING:
    from PIL.Image import Image

_PNG: Final = "image/png"
_WORDLESS: Final = {
    "inpainting": "Fill the masked part so that it belongs to the rest of the picture.",
    "outpainting": "Continue the picture beyond its edges.",
    "variation": "Another picture like this.",
}
"""Said where a request has pictures and no words; these services want some."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is sent: ``body`` as JSON, or with the files of ``form`` as its other fields."""

    path: str
    body: Mapping[str, Any]
    form: Form = field(default=())

    @property
    def fields(self) -> dict[str, str]:
        """``body`` as a form has it."""
        return {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in self.body.items()
        }


def ask(
    request: ImageRequest, ground: Ground, dialect: Dialect, *, model: str, more: Mapping[str, Any]
) -> Asked:
    """What to send for the one picture of a complete ``request``; ``more`` are further fields."""
    body: dict[str, Any] = {"model": model, "prompt": words(request), "n": 1, **_size(ground, dialect)}
    body |= dialect.fixed
    _put(body, _free(request, dialect), dialect)
    body |= more
    pictures = [ground.picture] if ground.picture is not None else []
    pictures += [flattened(reference.image) for reference in request.references]
    if not pictures:
        return Asked(path="images/generations", body=body)
    if dialect.pictures != "form":
        return Asked(path="images/generations", body=body | _in_json(pictures, dialect, model))
    form = [_file(dialect.picture_field, f"image-{at}.png", image) for at, image in enumerate(pictures, 1)]
    if ground.mask is not None:
        form.append(_file(dialect.mask, "mask.png", erased(ground.mask)))
    if not dialect.variations or ground.picture is not None:
        return Asked(path="images/edits", body=body, form=form)
    if not request.prompt:
        del body["prompt"]
    return Asked(path="images/variations", body=body, form=form)


def words(request: ImageRequest) -> str:
    """The prompt, or what stands for one."""
    return request.prompt or _WORDLESS.get(task_of(request), _WORDLESS["variation"])


def _size(ground: Ground, dialect: Dialect) -> dict[str, Any]:
    width, height = ground.size
    return {"width": width, "height": height} if dialect.apart else {"size": f"{width}x{height}"}


def _free(request: ImageRequest, dialect: Dialect) -> dict[str, Any]:
    """What was asked for that the server has a name for, by that name."""
    given = {name: getattr(request, name) for name in FREE_FIELDS}
    return {
        dialect.names[name]: value
        for name, value in given.items()
        if name in dialect.names and value not in (None, "")
    }


def _put(body: dict[str, Any], free: Mapping[str, Any], dialect: Dialect) -> None:
    """``free`` into ``body``, or into the prompt where the server looks for it there."""
    if not dialect.in_prompt:
        body |= free
        return
    tree: dict[str, Any] = {}
    for name, value in free.items():
        *branches, leaf = name.split(".")
        place = tree
        for branch in branches:
            place = cast("dict[str, Any]", place.setdefault(branch, {}))
        place[leaf] = value
    tag = dialect.in_prompt
    body["prompt"] += f" <{tag}>{json.dumps(tree)}</{tag}>"


def _in_json(pictures: list[Image], dialect: Dialect, model: str) -> dict[str, Any]:
    if dialect.pictures == "base64":
        return {dialect.picture_field: as_base64(pictures[0])}
    if takes_one_picture(dialect, model):
        return {"image_url": as_data_url(pictures[0])}
    return {dialect.picture_field: [as_data_url(picture) for picture in pictures]}


def _file(name: str, file: str, image: Image) -> tuple[str, tuple[str, bytes, str]]:
    return name, (file, as_png(image), _PNG)
