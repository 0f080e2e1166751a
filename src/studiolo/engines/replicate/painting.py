"""One request at one model: planned once, then a run for each picture."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from studiolo.engines import outpainting
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.http import Service
from studiolo.engines.http.failures import sentence
from studiolo.engines.http.worker import Beat
from studiolo.engines.repainting import finished, size_of
from studiolo.engines.replicate.files import place_picture
from studiolo.engines.replicate.logs import steps_taken
from studiolo.engines.replicate.models import Target
from studiolo.engines.replicate.outputs import fetch
from studiolo.engines.replicate.predictions import Prediction
from studiolo.engines.replicate.runs import Order, Runs, follow
from studiolo.engines.replicate.schema import Inputs
from studiolo.engines.replicate.translating import completed, translate
from studiolo.errors import (
    Cancelled,
    ContentRefusedError,
    EngineError,
    EngineTimeoutError,
    UnsupportedRequestError,
)
from studiolo.imaging.flattening import flattened
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback

if TYPE_CHECKING:
    from PIL.Image import Image

_PERCENT: Final = 100
_GRACE_S: Final = 2.0
_FOUND_AGAIN: Final = "Replicate's reply was lost; the run was found again, and not paid for twice."


def as_painted(request: ImageRequest, capabilities: Capabilities) -> ImageRequest:
    """The request as a model is asked: outpainting is inpainting on a larger canvas."""
    sizes = capabilities.sizes
    multiple = 8 if capabilities.open_ended else sizes.multiple
    return outpainting.as_inpainting(request, multiple=multiple, least_px=sizes.minimum)


def beat_of(request: ImageRequest, progress: ProgressCallback) -> Beat:
    """Says that the first picture has not begun."""
    waiting = Progress(step=0, total=_total(request), count=request.count, stage="waiting")
    return lambda: progress(waiting)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What every run of a request is given, and what is made of what it paints."""

    painted: ImageRequest
    values: dict[str, Any]
    known_by: frozenset[str]
    seed: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Painter:
    """Paints with one model. ``cost`` says what a finished run cost."""

    service: Service
    target: Target
    takes: Inputs
    model: str
    runs: Runs
    cost: Callable[[Prediction], float | None]

    def plan(self, request: ImageRequest, capabilities: Capabilities, beat: Beat) -> Plan:
        """Check ``request`` against what the model takes, and put its pictures where it can fetch them.

        Raises:
            UnsupportedRequestError, InvalidRequestError: the model does not take that.
            EngineError: a picture could not be put there.
        """
        if not self.takes:
            raise UnsupportedRequestError(
                f"Replicate does not say what {self.model} takes.", hint="Choose another model or version."
            )
        painted = as_painted(request, capabilities)
        draft = translate(painted, self.takes, model=self.model, strength_asked=request.strength is not None)
        values: dict[str, Any] = dict(draft.values)
        for name, pictures in draft.pictures.items():
            places = [place_picture(self.service, picture, beat) for picture in pictures]
            values[name] = places if name in draft.lists else places[0]
        known_by = {*draft.values, draft.seed} - {""}
        return Plan(
            painted=painted,
            values=values,
            known_by=frozenset(known_by),
            seed=draft.seed,
            notes=tuple(draft.notes),
        )

    def paint(self, plan: Plan, single: ImageRequest, progress: ProgressCallback) -> GeneratedImage:
        """The one picture of ``single``."""
        watch = _Watch(single, progress)
        began = time.perf_counter()
        values = plan.values | ({plan.seed: single.seed} if plan.seed else {})
        order = Order(
            target=self.target,
            model=self.model,
            values=values,
            known_by=plan.known_by,
            repeats=bool(plan.seed),
        )
        begun, lost = self.runs.begin(self.service, order, watch.beat)
        ended = follow(self.service, begun, watch.see, watch.beat)
        self._refuse_failed(ended)
        ran = time.perf_counter()
        image, notes = self._picture(ended, plan, single, unhurried(watch.beat))
        with suppress(Cancelled):  # it is here, and paid for
            watch.end()
        return GeneratedImage(
            image=image,
            request=completed(single, self.takes),
            engine=self.service.host.engine,
            model=self.target.full_name(self.model),
            timings={"run": round(ran - began, 4), "fetch": round(time.perf_counter() - ran, 4)},
            notes=(*plan.notes, *([_FOUND_AGAIN] if lost else []), *notes),
            cost=self.cost(ended),
        )

    def _picture(
        self, ended: Prediction, plan: Plan, single: ImageRequest, beat: Beat
    ) -> tuple[Image, list[str]]:
        """What was painted, of the size asked for, with what was to stay as it was."""
        from PIL import Image as Pil
        from PIL import ImageOps

        image, notes = fetch(self.service, ended, beat)
        image = flattened(image)
        size = size_of(plan.painted)
        if image.size != size:
            notes.append(
                f"The model painted {image.width}x{image.height}; "
                f"it was cut and scaled to {size[0]}x{size[1]}."
            )
            image = ImageOps.fit(image, size, Pil.Resampling.LANCZOS)
        return outpainting.cut(finished(image, plan.painted), single), notes

    def _refuse_failed(self, ended: Prediction) -> None:
        said = sentence(" ".join(str(ended.error or "it does not say why").split()))
        if ended.declined:
            raise ContentRefusedError(
                f"The filter of {self.model} declined: {said}",
                hint="Say it otherwise. The time it ran is charged all the same.",
            )
        if ended.status == "failed":
            raise EngineError(f"The model failed: {said}", hint="Ask again, or choose another model.")
        if ended.status != "succeeded":
            charged = "is charged" if ended.status == "canceled" else "is not charged"
            raise EngineTimeoutError(
                f"Replicate called the run off ({ended.status}) before it ended; it {charged}.",
                hint=f"Ask again, or set total_timeout_s in [engines.{self.service.host.engine}] higher.",
            )


def unhurried(beat: Beat) -> Beat:
    """``beat`` that hears of turning away a moment later, for what is painted, paid for and on its way."""
    until: float | None = None

    def go_on() -> None:
        nonlocal until
        try:
            beat()
        except Cancelled:
            now = time.monotonic()
            until = until or now + _GRACE_S
            if now > until:
                raise

    return go_on


class _Watch:
    """Turns what is seen of a run into progress, which never goes back."""

    def __init__(self, request: ImageRequest, progress: ProgressCallback) -> None:
        self._progress = progress
        self._in_steps = request.steps is not None
        self._total = _total(request)
        self._step = 0
        self._stage = "waiting"

    def beat(self) -> None:
        """Still there. What the callback raises goes through."""
        self._progress(Progress(step=self._step, total=self._total, stage=self._stage))

    def see(self, run: Prediction) -> None:
        """What the run says of itself."""
        if run.status != "starting":
            self._stage = "painting"
        taken = steps_taken(run.logs)
        if taken is not None:
            step = taken[0] if self._in_steps else taken[0] * _PERCENT // max(1, taken[1])
            self._step = max(self._step, min(step, self._total))
        self.beat()

    def end(self) -> None:
        """The picture is there."""
        self._step = self._total
        self.beat()


def _total(request: ImageRequest) -> int:
    """Steps, where they are the request's; else per cent."""
    return request.steps or _PERCENT
