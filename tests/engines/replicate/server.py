"""A server on loopback that speaks Replicate's HTTP API.

Written after their published OpenAPI document (https://api.replicate.com/openapi.json) and
https://replicate.com/docs/topics/predictions; that their own client understands it, ``test_server.py`` tells.
Left alone, a model repeats its prompt word by word; one that paints paints (``easel.py``), after a look.
Input is held to the model's schema. ``break_with`` makes it fail as the rows of the failure matrix say.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from typing import Any, Self

from tests.engines.hosted.rows import FaultName
from tests.engines.replicate import easel
from tests.engines.replicate.handler import Handler
from tests.engines.replicate.runs import (
    LLAVA_VERSION,
    PAINTERS,
    SDXL_VERSION,
    TOKEN,
    WRONG_TOKEN,
    Drop,
    Received,
    Run,
    event,
)
from tests.engines.replicate.schemas import LLAMA, LLAVA, SEES_SEVERAL, schema, uri

__all__ = [
    "LLAVA_VERSION",
    "PAINTERS",
    "SDXL_VERSION",
    "TOKEN",
    "WRONG_TOKEN",
    "Drop",
    "ReplicateServer",
    "Run",
    "event",
]


class ReplicateServer(ThreadingHTTPServer):
    """Serves until the context ends; remembers what it received."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.models = {
            "yorickvp/llava-13b": (LLAVA, False),
            "meta/meta-llama-3-8b-instruct": (LLAMA, True),
            "somebody/sees-several": (SEES_SEVERAL, True),
            "somebody/upscaler": (schema(image=uri()), False),
            **PAINTERS,
        }
        self.looks = 1
        """How often a painting is still processing when it is looked at."""
        self.fault: FaultName | None = None
        self.good = 0
        self.called_off = 0
        self.half_replies = 0
        """How many replies to new runs break off."""
        self.slow_replies: threading.Event | None = None
        """What replies to new runs wait for."""
        self.on_begun: Callable[[Run], None] = lambda run: None
        """Called of a new run before its reply is sent, or is not."""
        self.slow_deliveries: threading.Event | None = None
        """What finished pictures wait for."""
        self.outputs: Callable[[Run], Any] = lambda run: list(run.output)
        self.on_delivery: Callable[[], None] = lambda: None
        self.lock = threading.Lock()
        self.runs: deque[Run] = deque()
        self.predictions: dict[str, Run] = {}
        self.files: list[bytes] = []
        self.faults: deque[tuple[int, Any]] = deque()
        self.received: list[Received] = []
        self.gone = threading.Event()
        self.began = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def last(self) -> Run:
        return list(self.predictions.values())[-1]

    @property
    def paintings(self) -> list[Run]:
        return [run for run in self.predictions.values() if run.picture]

    @property
    def delivery(self) -> str:
        """Where finished pictures are: another host than the API, as replicate.delivery is."""
        host = "0.0.0.0" if self.fault == "private-link" else "localhost"
        return f"http://{host}:{self.server_address[1]}/pbxt"

    def handle_error(self, request: Any, client_address: Any) -> None:
        self.gone.set()

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        self.fault, self.good = fault, after

    def mend(self) -> None:
        self.fault = None

    def state(self, name: str) -> dict[str, Any]:
        """A prediction as GET has it."""
        run = self.predictions[name]
        over = run.over
        status = "canceled" if run.cancelled.is_set() else run.status if over else "processing"
        whole = self.outputs(run)
        shown = whole if over else list(run.output)[: max(0, len(run.output) - run.looks)]
        get = f"{self.address}/v1/predictions/{name}"
        urls = {"get": get, "cancel": f"{get}/cancel", "web": f"https://replicate.com/p/{name}"}
        if run.streams:
            urls["stream"] = f"{self.address}/stream/{name}"
        return {
            "id": name,
            "model": run.model,
            "version": run.version or "hidden",
            "status": status,
            "input": run.input,
            "output": (shown or None) if status != "failed" else None,
            "error": run.error if over else None,
            "logs": self._logs(run),
            "metrics": run.metrics if over else {},
            "data_removed": False,
            "created_at": run.created,
            "source": "api",
            "started_at": None,
            "completed_at": None,
            "urls": urls,
        }

    def _logs(self, run: Run) -> str:
        if not run.picture:
            return ""
        stages = easel.stages_of(run.input)
        left = max(0, run.looks) / (self.looks + 1)
        return easel.bars(stages, sum(stages) - round(sum(stages) * left))
