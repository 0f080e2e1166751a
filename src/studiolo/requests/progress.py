"""What an engine tells while it paints, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from studiolo.errors import InvalidRequestError
from studiolo.requests.image import ImageRequest

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a painting is. ``index`` counts the pictures of a request from 0.

    ``preview()`` decodes what the picture looks like now (it costs time, so call it only
    to show it); None where the engine has no previews.
    """

    step: int
    total: int
    index: int = 0
    count: int = 1
    stage: str = "painting"
    preview: Callable[[], Image] | None = field(default=None, compare=False, repr=False)


ProgressCallback = Callable[[Progress], None]
"""Called after each step. Raise :class:`~studiolo.errors.Cancelled` in it to stop."""


def ignore_progress(progress: Progress) -> None:
    """Take no notice."""


@dataclass(frozen=True, kw_only=True)
class GeneratedImage:
    """One finished picture and everything needed to make it again.

    ``request`` is complete: count 1, and every default filled in. ``timings`` are seconds
    by stage. ``notes`` are sentences for the user ("painted without a draft: gramophone").
    ``cost`` is in US dollars, None where nothing is charged or the price is unknown.
    """

    image: Image
    request: ImageRequest
    engine: str
    model: str
    timings: Mapping[str, float] = field(default_factory=dict[str, float])
    notes: tuple[str, ...] = ()
    cost: float | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def seed(self) -> int:
        """The seed this picture was painted with."""
        if self.request.seed is None:
            raise InvalidRequestError("An engine returned a picture without its seed.")
        return self.request.seed
