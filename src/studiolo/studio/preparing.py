"""What becomes of a request before an engine sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from studiolo.engines.base import ImageEngine
from studiolo.engines.capabilities import Capabilities
from studiolo.errors import InvalidRequestError
from studiolo.requests import ImageRequest, SourceImage
from studiolo.studio.spending import Quote

if TYPE_CHECKING:
    from studiolo.assistant.base import Translation
    from studiolo.studio.sight import Sight

Ready = tuple[ImageRequest, tuple[str, ...]]
"""A request with its pictures ready, and what is to be told of them."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A request as its engine gets it: every default filled in, its pictures ready.

    ``engine`` is the name of ``painter``; ``notes`` say what was decided on the way.
    """

    engine: str
    painter: ImageEngine
    request: ImageRequest
    notes: tuple[str, ...] = ()

    @property
    def quote(self) -> Quote:
        """What it will cost."""
        estimate = self.painter.estimate(self.request)
        return Quote.of(estimate, engine=self.engine, count=self.request.count)


def lacks(request: ImageRequest, capabilities: Capabilities) -> bool:
    """Whether the engine wants a control map or a mask that is not made yet: see :func:`ready`."""
    return _lacks_map(request, capabilities) or _lacks_mask(request, capabilities)


def _lacks_map(request: ImageRequest, capabilities: Capabilities) -> bool:
    given = request.control_image is not None
    return given and not (request.control_prepared or capabilities.prepares_control)


def _lacks_mask(request: ImageRequest, capabilities: Capabilities) -> bool:
    return bool(request.mask_prompt) and request.mask is None and not capabilities.finds_masks


def ready(request: ImageRequest, capabilities: Capabilities, look: Callable[[], Sight]) -> Ready:
    """``request`` with the control map and the mask that its engine does not make itself.

    Raises:
        InvalidRequestError: what the mask prompt says is not in the picture.
        EngineError: a map or mask cannot be made here; the hint says what is missing.
    """
    update: dict[str, Any] = {}
    notes: tuple[str, ...] = ()
    followed = request.control_image
    if followed is not None and _lacks_map(request, capabilities):
        drawn = look().control_map(followed.image, request.control or "canny")
        update |= {"control_image": SourceImage(drawn.image), "control_prepared": True}
        notes += drawn.notes
    if _lacks_mask(request, capabilities) and request.init_image is not None:
        found = look().find_mask(request.init_image, request.mask_prompt)
        update["mask"] = SourceImage(found.mask)
        notes += (found.note,)
    return request.model_copy(update=update), notes


def translated(prepared: Prepared, translation: Translation) -> Prepared:
    """``prepared`` with its prompt in English.

    Raises:
        InvalidRequestError: that is longer than its engine takes, or it does not take it.
    """
    request = prepared.request.model_copy(update={"prompt": translation.text})
    most = prepared.painter.capabilities.prompt_characters
    if most is not None and len(request.prompt) > most and translation.text != translation.original:
        raise InvalidRequestError(
            f"Put into English, the prompt has {len(request.prompt)} characters; engine '{prepared.engine}' "
            f"takes {most}.",
            hint="Say it in fewer words, or translate and shorten it yourself: studiolo translate",
        )
    prepared.painter.check(request)
    return replace(prepared, request=request, notes=(*prepared.notes, translation.note))


def changed(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request with ``changes``, without what followed from what they change.

    A mask that was found by words belongs to those words and that picture, a control map to its picture,
    the size to the margins or the factor that made it, and to the picture they were applied to.

    Raises:
        InvalidRequestError: another kind of control is wanted of a map, whose picture is not kept.
    """
    kept = fields.get("control") if fields.get("control_prepared") else None
    if kept and changes.get("control") not in {None, kept} and "control_image" not in changes:
        raise InvalidRequestError(
            f"What is kept is a control map of the kind '{kept}'; no other can be made of it.",
            hint="Give the picture anew as control_image (--control FILE).",
        )
    stale = {name for name, causes in _FOLLOWS.items() if causes & changes.keys()}
    if "init_image" in changes and any(fields.get(name) for name in _SIZED_BY):
        stale |= {"width", "height"}
    if not fields.get("mask_prompt") and "mask_prompt" not in changes:
        stale.discard("mask")  # it was drawn
    return {name: value for name, value in fields.items() if name not in stale} | dict(changes)


_SIZED_BY: Final = {"outpaint", "upscale", "remove_background"}
"""What makes the size of the result follow from init_image's."""

_FOLLOWS: Final[dict[str, set[str]]] = {
    "mask": {"mask_prompt", "init_image"},
    "control_prepared": {"control_image"},
    "width": _SIZED_BY,
    "height": _SIZED_BY,
}
"""What follows from which fields, where it was not said itself."""
