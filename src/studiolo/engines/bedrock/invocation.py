"""One call of InvokeModel: what is asked, and how the picture that comes becomes the one that was wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from studiolo.engines.http.failures import perhaps_paid
from studiolo.engines.http.hosting import Host
from studiolo.engines.pictures import picture_from_base64
from studiolo.errors import ContentRefusedError, EngineError
from studiolo.imaging.flattening import flattened
from studiolo.requests import ImageRequest

if TYPE_CHECKING:
    from PIL.Image import Image

HOST: Final = Host(engine="bedrock", title="Bedrock")
_FILTER: Final = "filter reason"


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """``body`` is sent; the picture that comes is brought to ``size``, if it has another, and finished."""

    body: Mapping[str, Any]
    size: tuple[int, int]
    finish: Callable[[Image], Image] = flattened
    notes: tuple[str, ...] = ()
    any_size: bool = False

    def picture(self, received: Image) -> tuple[Image, tuple[str, ...]]:
        """What was wanted, and what is to be noted of it."""
        from PIL.Image import Resampling

        if received.size == self.size:
            return self.finish(received), self.notes
        resized = received.resize(self.size, Resampling.LANCZOS)
        if self.any_size:
            return self.finish(resized), self.notes
        came, wanted = (f"{width}x{height}" for width, height in (received.size, self.size))
        note = f"{HOST.title} sent {came}; it was resized to {wanted}."
        return self.finish(resized), (*self.notes, note)


def read_reply(reply: Mapping[str, Any], title: str) -> Image:
    """The picture in the answer of the model ``title``.

    Titan and Nova say ``{"images": […], "error": "…"}``, models of Stability AI ``{"seeds": […],
    "finish_reasons": [null], "images": […]}``, where what is not null is why there is none.

    Raises:
        ContentRefusedError: a content filter declined.
        EngineError: there is no picture, or what is there is none.
    """
    said = [reply.get("error"), *_listed(reply.get("finish_reasons"))]
    faults = [str(each).strip().rstrip(".") for each in said if each]
    if faults:
        raise refused(title, faults[0], filtered=bool(reply.get("error")) or _FILTER in faults[0].lower())
    images = _listed(reply.get("images"))
    if not images or not isinstance(images[0], str):
        raise perhaps_paid(EngineError(f"{HOST.title} sent no picture.", hint="Ask again."), HOST)
    try:
        return picture_from_base64(images[0], title=HOST.title)
    except EngineError as error:
        raise perhaps_paid(error, HOST) from error


def refused(title: str, said: str, *, filtered: bool = True) -> EngineError:
    """What to raise of a model that did not paint, in its words."""
    if not filtered:
        return EngineError(f"{title} could not paint: {said}.", hint="Ask again.")
    return ContentRefusedError(
        f"The content filter of {title} declined: {said}.",
        hint="Say it differently, or try another picture or seed.",
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


# How pictures become the ones that were wanted


def keeping(original: Image, mask: Image, request: ImageRequest) -> Callable[[Image], Image]:
    """With the seam ``precise``, every pixel that ``mask`` has black is put back from ``original``."""
    from studiolo.imaging.canvas import join

    if request.seam != "precise":
        return flattened
    return lambda painted: join(flattened(painted), original, mask, "precise")


def cropped(then: Callable[[Image], Image], width: int, height: int) -> Callable[[Image], Image]:
    """Without the padding to the right and below that brought the canvas to a size that is painted."""
    return lambda painted: then(painted).crop((0, 0, width, height))


def cut_out(original: Image) -> Callable[[Image], Image]:
    """``original`` with the transparency of what comes: colours stay as they are, and so does the size."""

    def finish(cut: Image) -> Image:
        from PIL import ImageChops

        picture = original.convert("RGBA")
        alpha = cut.convert("RGBA").getchannel("A").resize(original.size)
        picture.putalpha(ImageChops.multiply(picture.getchannel("A"), alpha))
        return picture

    return finish


def enlarging(original: Image) -> Callable[[Image], Image]:
    """What comes, with the transparency of ``original``, if it has any."""

    def finish(larger: Image) -> Image:
        from PIL.Image import Resampling

        picture = flattened(larger)
        if original.mode == "RGBA":
            picture.putalpha(original.getchannel("A").resize(picture.size, Resampling.BICUBIC))
        return picture

    return finish
