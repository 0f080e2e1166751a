"""An engine for the service of ``demo_server.py``: what the fault suite is tried on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.capabilities import Capabilities, Sizes
from studiolo.engines.http import Host, HostedImageOptions, Service
from studiolo.engines.http.downloads import download
from studiolo.engines.http.replies import Fault
from studiolo.engines.parallel import Places
from studiolo.engines.pictures import picture_from
from studiolo.errors import (
    ContentRefusedError,
    EngineError,
    EngineTimeoutError,
    StudioloError,
    UnknownEngineError,
)
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback, ignore_progress
from tests.engines.hosted import breaking
from tests.engines.hosted.demo_server import MODEL, DemoServer
from tests.engines.hosted.rows import FaultName

KEY = "demo-0123456789abcdefghijklmnopqrstuvwxyz"
WRONG_KEY = "demo-zyxwvutsrqponmlkjihgfedcba9876543210"
_HOST = Host(engine="demo", title="The demo", key_variable="DEMO_KEY")


class DemoEngine(ImageEngine):
    """Sound; the faulty ones in ``test_catches.py`` differ from it in one place each."""

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self.options = HostedImageOptions.read("demo", self.config.options)
        self.service = Service(_HOST, self.options, explain=self.explain)
        self.places = Places(self.options.max_parallel)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            description="Paints plain pictures at a service of nobody's.",
            sizes=Sizes(minimum=16, maximum=256, multiple=16, default=(32, 32)),
            device="demo",
            parallel=self.options.max_parallel,
        )

    def generate(
        self, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> Iterator[GeneratedImage]:
        if not self.options.key:
            raise _HOST.no_key()
        yield from self.places.paint_each(request, self.paint, progress)

    def paint(self, request: ImageRequest, progress: ProgressCallback) -> GeneratedImage:
        def beat() -> None:
            progress(Progress(step=0, total=1, stage="waiting"))

        painting = self.begin(request, beat)
        try:
            link = self.follow(painting, beat)
        except BaseException:
            self.call_off(painting)
            raise
        image = picture_from(self.fetch(link, beat), title=_HOST.title)
        progress(Progress(step=1, total=1))
        return GeneratedImage(image=image, request=request, engine="demo", model=MODEL, cost=0.01)

    def begin(self, request: ImageRequest, beat: Any) -> str:
        asked = request.model_dump(include={"prompt", "seed", "width", "height"})
        reply = self.service.post("paintings", {**asked, "model": self.model}, beat, once=True)
        return str(reply["id"])

    def follow(self, painting: str, beat: Any) -> str:
        until = time.monotonic() + self.options.total_timeout_s
        while True:
            reply = self.service.get(f"paintings/{painting}", beat)
            match reply["status"]:
                case "painted":
                    return str(reply["link"])
                case "declined":
                    raise ContentRefusedError("The demo declined to paint this.", hint="Say it otherwise.")
                case "failed":
                    raise EngineError("The demo failed: out of paint.", hint="Ask again.")
                case _:
                    if time.monotonic() > until:
                        raise EngineTimeoutError("The demo took too long.", hint="Ask again.")
                    self.service.pause(0.02, beat)

    def fetch(self, link: str, beat: Any) -> bytes:
        return download(self.service, link, beat)

    def call_off(self, painting: str) -> None:
        self.service.tell(f"paintings/{painting}/cancel")

    def explain(self, fault: Fault) -> StudioloError | None:
        if fault.code == "no_model":
            return UnknownEngineError(
                f"The demo has no such model: {fault.message}.", hint=f"It has {MODEL}."
            )
        return None

    @property
    def model(self) -> str:
        return self.config.model or MODEL

    def close(self) -> None:
        self.service.close()


class DemoHosting:
    """The demo as the suite wants it."""

    secrets = (KEY, WRONG_KEY)

    def __init__(self, server: DemoServer, kind: type[DemoEngine] = DemoEngine) -> None:
        self._server = server
        self._kind = kind

    @property
    def paid(self) -> int:
        return len(self._server.paintings)

    @property
    def under_way(self) -> int:
        return sum(one.state == "painting" for one in self._server.paintings.values())

    @property
    def called_off(self) -> int:
        return self._server.called_off

    def engine(self, **options: Any) -> DemoEngine:
        fault = self._server.fault
        port = breaking.refused_port() if fault == "refused-connection" else self._server.server_address[1]
        given: dict[str, Any] = {"base_url": f"http://127.0.0.1:{port}", "api_key": KEY, "max_wait_s": 1}
        if fault == "no-key":
            del given["api_key"]
        if fault == "wrong-key":
            given["api_key"] = WRONG_KEY
        if fault == "slow":
            given |= {"timeout_s": 0.5, "total_timeout_s": 0.5}
        model = "easel-9" if fault == "unknown-model" else None
        return self._kind(EngineConfig(name="demo", model=model, options={**given, **options}))

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        self._server.fault, self._server.good = fault, after

    def mend(self) -> None:
        self._server.fault = None


@contextmanager
def demo_hosting(kind: type[DemoEngine] = DemoEngine) -> Iterator[DemoHosting]:
    with DemoServer() as server:
        yield DemoHosting(server, kind)
