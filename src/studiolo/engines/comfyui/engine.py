"""Pictures from ComfyUI."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from studiolo.engines.base import Availability, EngineConfig, ImageEngine
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.comfyui import abilities, exported, faults, stock
from studiolo.engines.comfyui.exported import Exported
from studiolo.engines.comfyui.options import ComfyUIOptions
from studiolo.engines.comfyui.server import Server
from studiolo.engines.comfyui.stock import Stock
from studiolo.engines.http import Host, Service
from studiolo.engines.http.hosting import reachable
from studiolo.engines.parallel import Places
from studiolo.engines.pricing import FREE, UNKNOWN, Estimate
from studiolo.errors import InvalidRequestError, SettingsError, StudioloError, UnsupportedRequestError
from studiolo.offline import is_loopback
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, ignore_progress

_QUICK: Final = {"connect_timeout_s": 1, "timeout_s": 2, "total_timeout_s": 3, "max_retries": 0}
"""How a server of this machine is asked whether it is there."""

_SETTINGS: Final = "its settings"
_MOST_CLIP_SKIP: Final = 24


class ComfyUIImageEngine(ImageEngine):
    """Paints at a ComfyUI server: ``comfyui:CHECKPOINT``, or with the workflow that its settings name."""

    options_type = ComfyUIOptions
    key_option = "api_key"

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._lock = threading.Lock()
        self._service: Service | None = None

    @property
    def name(self) -> str:
        """What the engine is called here: ``[engines.<name>]``."""
        return self.config.name or "comfyui"

    @cached_property
    def options(self) -> ComfyUIOptions:
        """Its settings.

        Raises:
            SettingsError: one of them is wrong.
        """
        return ComfyUIOptions.read(self.name, self.config.options)

    @cached_property
    def workflow(self) -> Exported | None:
        """The workflow of the user's own, if the settings name one.

        Raises:
            SettingsError: it is none, or has no place for what a painting needs.
        """
        if self.options.workflow is None:
            return None
        found = exported.read(
            self.options.workflow, self.options.inputs, self.options.output, engine=self.name
        )
        if self.config.model and not found.has("model"):
            raise SettingsError(
                f"The workflow {found.origin} has its own checkpoint; '{self.config.model}' has no place.",
                hint=f"Leave it out: {self.name}",
            )
        return found

    @property
    def capabilities(self) -> Capabilities:
        """Those of our workflows, or what the user's own has places for.

        Raises:
            SettingsError: the settings, or the workflow they name, are wrong.
        """
        return self._capabilities

    @cached_property
    def _capabilities(self) -> Capabilities:
        if self.workflow is not None:
            return abilities.of_workflow(self.name, self.workflow, self.options)
        return abilities.of_templates(self.name, self.config.model or self.options.checkpoint, self.options)

    def check(self, request: ImageRequest) -> None:
        """Refuse values of options, and pictures that a workflow needs and a request does not bring.

        Raises:
            InvalidRequestError: an option has a wrong value, or a control picture is missing.
            UnsupportedRequestError: a mask is given with what only starts from a picture.
        """
        for name in ("sampler", "schedule", "vae"):
            if name in request.options and not (
                isinstance(request.options[name], str) and request.options[name]
            ):
                raise InvalidRequestError(f"{name} is not a name.", hint=f"Change the option {name}.")
        skip = request.options.get("clip_skip", 1)
        if not isinstance(skip, int) or isinstance(skip, bool) or not 1 <= skip <= _MOST_CLIP_SKIP:
            raise InvalidRequestError(
                f"clip_skip is {skip!r}, but must be a whole number.", hint=f"Use 1 to {_MOST_CLIP_SKIP}."
            )
        own = self.workflow
        if own is not None and own.has("control_image") and request.control_image is None:
            raise InvalidRequestError(
                f"The workflow {own.origin} follows a control picture, but none was given.",
                hint="Give one as control_image (--control FILE).",
            )
        if own is not None and request.control_image is not None and not own.has("control_image"):
            raise UnsupportedRequestError(f"The workflow {own.origin} takes no control picture.")

    def estimate(self, request: ImageRequest) -> Estimate:
        """Nothing, on a machine of the user's own; what the settings say of one that is rented."""
        price = self.options.price_per_image
        if price is not None:
            return Estimate.per_image(price, request.count, source=_SETTINGS)
        return FREE if self.options.price_per_second is None else UNKNOWN

    def availability(self) -> Availability:
        """Whether it may be connected to, and the workflow can be read; connects to nothing."""
        try:
            _ = self.workflow
            return reachable(self._host, self.options, offline=self.config.offline, needs_key=False)
        except SettingsError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)

    def probe(self) -> Availability:
        """As :meth:`availability`; a server on this machine is asked for its checkpoints, too."""
        known = self.availability()
        if not known.ready or not is_loopback(self.options.host):
            return known
        quick = ComfyUIOptions.read(self.name, {**self.config.options, **_QUICK})
        service = Service(self._host, quick, offline=self.config.offline, explain=faults.explain)
        try:
            models = Stock(Server(service)).names(stock.CHECKPOINTS, _no_beat)
        except StudioloError as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        finally:
            service.close()
        return Availability(ready=True, models=models)

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        """Paint each picture as a workflow of its own, in the server's queue.

        Raises:
            UnknownEngineError: it has no such checkpoint, LoRA, ControlNet or sampler.
            InvalidRequestError: it does not take the workflow.
            CredentialsError, RateLimitedError, EngineTimeoutError, EngineError: it is not there, or failed.
            Cancelled: ``progress`` asked to stop; what waited or ran there was called off.
        """
        from studiolo.engines.comfyui.painting import Painter

        service = self._connected()
        service.refuse_offline()  # the websocket is none of its own
        server = Server(service)
        painter = Painter(
            engine=self.name,
            server=server,
            stock=Stock(server),
            options=self.options,
            model=self.config.model,
            exported=self.workflow,
        )
        yield from self._places.paint_each(request, painter.paint, progress)

    def close(self) -> None:
        """End the connections."""
        with self._lock:
            service, self._service = self._service, None
        if service is not None:
            service.close()

    @cached_property
    def _places(self) -> Places:
        return Places(self.options.max_parallel)

    @cached_property
    def _host(self) -> Host:
        start = f"Start it (python main.py in its folder), or change base_url in [engines.{self.name}]."
        return Host(
            engine=self.name,
            title="ComfyUI",
            start=start if is_loopback(self.options.host) else "",
            looks="ComfyUI's own is http://127.0.0.1:8188",
            charges=False,
        )

    def _connected(self) -> Service:
        with self._lock:
            if self._service is None:
                self._service = Service(
                    self._host, self.options, offline=self.config.offline, explain=faults.explain
                )
            return self._service


def _no_beat() -> None:
    """Too short a wait to beat."""
