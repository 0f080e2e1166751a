"""``automatic1111:`` paints with a Stable Diffusion web UI, on this machine or another of one's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from studiolo.engines.automatic1111 import answers, samplers, upscaling
from studiolo.engines.automatic1111.abilities import capabilities
from studiolo.engines.automatic1111.bodies import Writer
from studiolo.engines.automatic1111.catalogue import Catalogue
from studiolo.engines.automatic1111.connection import QUICK, Connection
from studiolo.engines.automatic1111.options import (
    BASE_URL,
    MIN_SIDE_PX,
    MULTIPLE_PX,
    Automatic1111Options,
    Wishes,
)
from studiolo.engines.automatic1111.starting import first_pass
from studiolo.engines.automatic1111.watching import NamedTask, UnnamedTask, Watch
from studiolo.engines.base import Availability, EngineConfig, ImageEngine
from studiolo.engines.capabilities import KNOBS, Capabilities
from studiolo.engines.http import Host
from studiolo.engines.http.hosting import reachable
from studiolo.engines.parallel import Places
from studiolo.engines.pricing import FREE, Estimate
from studiolo.engines.repainting import finished, size_of
from studiolo.errors import Cancelled, InvalidRequestError, SettingsError, StudioloError
from studiolo.offline import is_loopback
from studiolo.requests import (
    GeneratedImage,
    ImageRequest,
    Progress,
    ProgressCallback,
    ignore_progress,
)

if TYPE_CHECKING:
    from PIL.Image import Image

NAME: Final = "automatic1111"
_TITLE: Final = "AUTOMATIC1111"
_START: Final = (
    "Is the web UI running, with its API on? Start it with: ./webui.sh --api "
    "(Windows: set COMMANDLINE_ARGS=--api in webui-user.bat)"
)
_LOOKS: Final = "It has no path, as in http://127.0.0.1:7860."


class Automatic1111ImageEngine(ImageEngine):
    """``automatic1111:MODEL``, a part of a checkpoint's name; without one, the checkpoint that is loaded."""

    options_type = Automatic1111Options

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._lock = threading.Lock()
        self._connected: tuple[Connection, Catalogue] | None = None
        self._seconds: float | None = None  # that the last painting took

    @property
    def capabilities(self) -> Capabilities:
        """What every web UI can do; samplers of this one are among them once it was asked."""
        return capabilities(self._name, self._options, self._samplers())

    def availability(self) -> Availability:
        """Ready if it may be connected to; asks nothing."""
        try:
            return reachable(self._host, self._options, offline=self.config.offline, needs_key=False)
        except SettingsError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)

    def probe(self) -> Availability:
        """As :meth:`availability`; a web UI on this machine is asked for its models, too."""
        known = self.availability()
        if not known.ready or not is_loopback(self._options.host):
            return known
        quick = Connection(self._host, self._options.model_copy(update=QUICK), offline=self.config.offline)
        try:
            models = tuple(Catalogue(quick).checkpoints(_no_beat))
        except StudioloError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        finally:
            quick.close()
        return Availability(ready=True, models=models)

    def check(self, request: ImageRequest) -> None:
        """Refuse options that are wrong or would do nothing, and a refiner that is not named."""
        wishes = Wishes.of(request)
        _refuse_idle(request)
        if request.refiner == "ensemble" and not (
            wishes.refiner_checkpoint or self._options.refiner_checkpoint
        ):
            raise InvalidRequestError(
                "Which checkpoint refines?",
                hint=f"Name it as option refiner_checkpoint, or in [engines.{self._name}] of config.toml.",
            )
        if wishes.hr_scale is not None:
            first_pass(*size_of(request), wishes.hr_scale)

    def estimate(self, request: ImageRequest) -> Estimate:
        """Free on a machine of one's own; what is rented may have a price in the settings."""
        options = self._options
        if options.price_per_image is not None:
            return Estimate.per_image(options.price_per_image, request.count, source="your settings")
        price = options.price_per_second
        if price is None:
            return FREE
        if self._seconds is None:
            return Estimate(usd=None, basis=f"${price:.4g} a second; how many it takes, the first will tell")
        return Estimate.per_second(price, self._seconds, request.count, source="your settings; as the last")

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint each picture by a request of its own, so that each is what its seed gives alone."""
        paint = self._enlarge if request.upscale is not None else self._paint
        yield from self._places.paint_each(request, paint, progress)

    def close(self) -> None:
        """End what runs and the connections."""
        with self._lock:
            connected, self._connected = self._connected, None
        if connected is not None:
            connected[0].close()

    def _paint(self, request: ImageRequest, progress: ProgressCallback) -> GeneratedImage:
        from studiolo.engines import outpainting  # brings numpy

        started = time.perf_counter()
        connection, catalogue = self._connect()
        steps = request.steps or 1
        beat = partial(progress, Progress(step=0, total=steps, stage="waiting"))
        sent = outpainting.as_inpainting(request, multiple=MULTIPLE_PX, least_px=MIN_SIDE_PX)
        order = Writer(catalogue, self._options, self.config.model).order(sent, beat)
        watch = _watch(connection, progress, steps=steps, named=order.names_tasks)
        beat()
        try:
            content = connection.painting.post(
                order.path, {**order.body, **watch.fields}, watch.beat, once=True
            )
        except BaseException:
            watch.call_off()  # nobody waits for it any more
            raise
        painted = answers.read(content, order.body, title=self._host.title, model=self.config.model or "")
        notes = (*order.notes, *painted.notes)
        image, size = painted.image, size_of(sent)
        if image.size != size:
            notes += (f"came as {image.width}x{image.height} and was resized",)
            image = image.resize(size)
        whole = outpainting.cut(finished(image, sent), request)
        with suppress(Cancelled):  # too late: it is finished
            progress(Progress(step=steps, total=steps, preview=whole.copy))
        return self._made(whole, request, painted.model, notes, time.perf_counter() - started)

    def _enlarge(self, request: ImageRequest, progress: ProgressCallback) -> GeneratedImage:
        started = time.perf_counter()
        connection, catalogue = self._connect()
        beat = partial(progress, Progress(step=0, total=1, stage="waiting"))
        asked = Wishes.of(request).upscaler or self._options.upscaler
        upscaler = upscaling.choose(asked, catalogue, beat)
        larger = upscaling.enlarge(
            request,
            upscaler,
            lambda path, body: connection.painting.post(path, body, beat, once=True),
            title=self._host.title,
        )
        with suppress(Cancelled):
            progress(Progress(step=1, total=1, preview=partial(larger.convert, "RGB")))
        return self._made(larger, request, upscaler, (), time.perf_counter() - started)

    def _made(
        self,
        image: Image,
        request: ImageRequest,
        model: str,
        notes: tuple[str, ...],
        seconds: float,
    ) -> GeneratedImage:
        options = self._options
        self._seconds = seconds
        cost = options.price_per_image
        if cost is None and options.price_per_second is not None:
            cost = options.price_per_second * seconds
        return GeneratedImage(
            image=image,
            request=request,
            engine=self._name,
            model=model,
            timings={"total": round(seconds, 4)},
            notes=notes,
            cost=cost,
        )

    @property
    def _name(self) -> str:
        return self.config.name or NAME

    @cached_property
    def _options(self) -> Automatic1111Options:
        return Automatic1111Options.read(self._name, self.config.options, base_url=BASE_URL)

    @cached_property
    def _host(self) -> Host:
        title = _TITLE if self._name == NAME else self._name
        options = self._options
        charges = options.price_per_image is not None or options.price_per_second is not None
        return Host(engine=self._name, title=title, start=_START, looks=_LOOKS, charges=charges)

    @cached_property
    def _places(self) -> Places:
        return Places(self._options.max_parallel)

    def _connect(self) -> tuple[Connection, Catalogue]:
        with self._lock:
            if self._connected is None:
                connection = Connection(self._host, self._options, offline=self.config.offline)
                self._connected = connection, Catalogue(connection)
            return self._connected

    def _samplers(self) -> tuple[str, ...]:
        with self._lock:
            told = self._connected[1].sampler_names() if self._connected is not None else ()
        return tuple(dict.fromkeys((*samplers.SAMPLERS, *told)))


def _watch(connection: Connection, progress: ProgressCallback, *, steps: int, named: bool) -> Watch:
    return (NamedTask if named else UnnamedTask)(connection, progress, steps=steps)


def _refuse_idle(request: ImageRequest) -> None:
    """What an upscaler knows nothing of would be dropped without a word."""
    if request.upscale is None:
        return
    names = (*KNOBS, "scheduler", "loras", "negative_prompt")
    idle = next((name for name in names if getattr(request, name) not in (None, (), "")), None)
    if idle is not None:
        raise InvalidRequestError(f"{idle} does not apply to enlarging.", hint=f"Leave {idle} out.")


def _no_beat() -> None:
    """Too short a wait to beat."""
