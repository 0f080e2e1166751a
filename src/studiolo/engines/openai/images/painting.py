"""One picture: asked for, waited for, brought to what was asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studiolo.engines.capabilities import Sizes
from studiolo.engines.http.worker import Beat
from studiolo.engines.openai.account import Account
from studiolo.engines.openai.images import faults, pricing
from studiolo.engines.openai.images.answering import Painted, Show, paint
from studiolo.engines.openai.images.asking import Asked, ask
from studiolo.engines.openai.images.canvas import Ground
from studiolo.engines.openai.images.dialects import Dialect
from studiolo.engines.openai.images.models import ImageModel
from studiolo.engines.openai.images.options import Wishes
from studiolo.engines.pictures import picture_from_base64
from studiolo.errors import Cancelled
from studiolo.imaging.flattening import flattened
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, kw_only=True)
class Painting:
    """How pictures are painted: where, by which model, in whose words.

    ``own`` is the model where it is one of OpenAI's, ``price`` what the settings say of each picture,
    ``extra`` goes into every request.
    """

    account: Account
    model: str
    dialect: Dialect
    sizes: Sizes
    own: ImageModel | None = None
    price: float | None = None
    extra: Mapping[str, Any]

    def paint(self, request: ImageRequest, wishes: Wishes, progress: ProgressCallback) -> GeneratedImage:
        """The one picture of a complete ``request``.

        Raises:
            EngineError: as :func:`~studiolo.engines.openai.images.answering.paint`.
            Cancelled: ``progress`` asked to stop.
        """
        begun = time.perf_counter()
        watch = _Watch(progress, total=wishes.partial_images + 1, title=self.account.host.title)
        watch.beat()
        ground = Ground.of(request, self.sizes)
        streamed = {"stream": True, "partial_images": wishes.partial_images} if wishes.partial_images else {}
        more = {**self.extra, **wishes.fields, **streamed}
        asked = ask(request, ground, self.dialect, model=self.model, more=more)
        painted = self._answer(asked, watch.beat, watch.show if streamed else None)
        keeps_alpha = wishes.background == "transparent" and ground.whole is None
        image = ground.finish(painted.image if keeps_alpha else flattened(painted.image), request)
        with suppress(Cancelled):  # it is here, and paid for
            watch.end()
        return GeneratedImage(
            image=image,
            request=request,
            engine=self.account.name,
            model=self.model,
            timings={"total": round(time.perf_counter() - begun, 4)},
            notes=tuple(_notes(painted, ground)),
            cost=self._cost(painted),
        )

    def _answer(self, asked: Asked, beat: Beat, show: Show | None) -> Painted:
        try:
            return paint(self.account.service, asked, beat, show=show)
        except faults.RefusedError as refused:
            explaining = faults.Explaining(self.account, self.dialect)
            raise explaining.error(refused.fault, model=self.model, sent=asked.body, beat=beat) from refused

    def _cost(self, painted: Painted) -> float | None:
        if self.price is not None:
            return self.price
        return pricing.cost(self.own, painted.usage) if self.own is not None else None


class _Watch:
    """Tells how far a picture is, of ``total`` steps; all but the last are previews."""

    def __init__(self, progress: ProgressCallback, *, total: int, title: str) -> None:
        self._progress = progress
        self._total = total
        self._title = title
        self._step = 0

    def beat(self) -> None:
        """Still there. What the callback raises goes through."""
        stage = "painting" if self._step else "waiting"
        self._progress(Progress(step=self._step, total=self._total, stage=stage))

    def show(self, index: int, text: str) -> None:
        """The preview number ``index`` came, in base64."""
        self._step = max(self._step, min(index, self._total - 1))

        def preview() -> Image:
            return flattened(picture_from_base64(text, title=self._title))

        self._progress(Progress(step=self._step, total=self._total, preview=preview))

    def end(self) -> None:
        """It is finished."""
        self._progress(Progress(step=self._total, total=self._total))


def _notes(painted: Painted, ground: Ground) -> Iterator[str]:
    """What a user might wonder about."""
    was, wanted = painted.image.size, ground.size
    if was != wanted:
        yield f"It was painted in {was[0]}x{was[1]} and brought to {wanted[0]}x{wanted[1]}."
    if painted.revised_prompt:
        yield f"Painted from the words: {painted.revised_prompt}"
