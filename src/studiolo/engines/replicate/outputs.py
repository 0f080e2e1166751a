"""What a run painted, fetched at once: links to it are good for an hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from studiolo.engines.http import Service
from studiolo.engines.http.downloads import download
from studiolo.engines.http.worker import Beat
from studiolo.engines.pictures import picture_from, picture_from_base64
from studiolo.engines.replicate.predictions import Prediction
from studiolo.errors import ContentRefusedError, EngineError, OfflineError

if TYPE_CHECKING:
    from PIL.Image import Image

_TRIES: Final = 2
_PAUSE_S: Final = 0.2


def fetch(service: Service, run: Prediction, beat: Beat) -> tuple[Image, list[str]]:
    """The picture of a finished ``run``, and what to note of it.

    Raises:
        ContentRefusedError: its filter kept it back.
        EngineError: there is none, or it cannot be had; it is charged all the same, and says where it is.
    """
    links = list(_links(run.output))
    if not links:
        raise _none(service, run)
    notes = [f"The run gave {len(links)} pictures; the first was kept."] if len(links) > 1 else []
    for left in reversed(range(_TRIES)):
        try:
            return _picture(service, links[0], beat), notes
        except OfflineError:
            raise
        except EngineError as error:
            if not left:
                raise EngineError(
                    error.message,
                    hint=f"It was painted, and is charged. For an hour it is at https://replicate.com/p/{run.id}",
                ) from error
        service.pause(_PAUSE_S, beat)  # fetching again costs nothing
    raise AssertionError("the last try returns or raises")


def _picture(service: Service, link: str, beat: Beat) -> Image:
    title = service.host.title
    if link.startswith("data:"):
        return picture_from_base64(link, title=title)
    return picture_from(download(service, link, beat), title=title)


def _none(service: Service, run: Prediction) -> EngineError:
    if "nsfw" in (run.logs or "").lower():
        return ContentRefusedError(
            "The model's filter kept the picture back as improper.",
            hint="Say it otherwise. The time it ran is charged all the same.",
        )
    return EngineError(
        f"{service.host.title} finished the run, but gave no picture.",
        hint=f"Is it a model that paints? See https://replicate.com/p/{run.id}",
    )


def _links(output: Any) -> list[str]:
    """The addresses in an output: one, a list of them, or an object with some."""
    if isinstance(output, str):
        return [output] if output.startswith(("http://", "https://", "data:")) else []
    if isinstance(output, Mapping):
        output = list(cast("Mapping[str, Any]", output).values())
    if isinstance(output, list):
        return [link for each in cast("list[Any]", output) for link in _links(each)]
    return []
