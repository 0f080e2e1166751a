"""A server on loopback that speaks as Stable Diffusion web UIs do.

Routes, fields, errors and manners are those of modules/api/api.py, modules/api/models.py and
modules/progress.py in AUTOMATIC1111 1.10.1, of Forge (2025-06) and SD.Next (2026-07), and of
scripts/api.py in sd-webui-controlnet 1.1.455. As there, one picture is painted at a time, whoever asks; an
interruption ends whatever is being painted, which then answers with what it has; a name that is not known is
passed over without a word. What no web UI does: unknown fields are refused (``forms.py``), and pictures are
plain (``painting.py``).
"""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import ValidationError

from tests.engines.automatic1111 import forms, lists, telling
from tests.engines.automatic1111.painting import enlarge, in_base64, opened, paint
from tests.engines.automatic1111.telling import Refusal, State, Task
from tests.engines.hosted import breaking
from tests.engines.hosted.rows import FaultName

Flavour = Literal["automatic1111", "old", "forge", "sdnext"]

FORMS: dict[Flavour, tuple[type[forms.Strict], type[forms.Strict]]] = {
    "automatic1111": (forms.Txt2Img, forms.Img2Img),
    "forge": (forms.Txt2Img, forms.Img2Img),
    "old": (forms.OldTxt2Img, forms.OldImg2Img),
    "sdnext": (forms.NextTxt2Img, forms.NextImg2Img),
}
OUT_OF_MEMORY = (
    "OutOfMemoryError",
    "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 7.79 GiB.",
)
HANGS_S = 5.0


class WebUI(ThreadingHTTPServer):
    """Serves until the context ends; remembers what it painted.

    ``lasts_s`` is how long it paints, ``auth`` what ``--api-auth`` says, ``fault`` what it does after
    ``good`` more pictures, ``fails_with`` an exception of its own: its class and its words.
    ``finish`` ends the painting under way, well.
    """

    daemon_threads = True

    def __init__(self, flavour: Flavour = "automatic1111", *, lasts_s: float = 0.25, auth: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.flavour: Flavour = flavour
        self.lasts_s = lasts_s
        self.auth = auth
        self.api = True
        self.controlnet = True
        self.tells_progress = True
        self.fault: FaultName | None = None
        self.good = 0
        self.fails_with: tuple[str, str] | None = None
        self.hold = threading.Event()
        self.hold.set()
        self.checkpoints = [*lists.CHECKPOINTS]
        self.state = State()
        self.finish = threading.Event()
        self.queue = threading.Lock()
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.hold.set()
        self.state.interrupted.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def last(self) -> Task:
        return self.state.tasks[-1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client hung up, which is what some faults are about

    def take(self, told: dict[str, Any], said: dict[str, Any]) -> tuple[Task, FaultName | None]:
        """A new task in the queue, and what is wrong with it."""
        with self.lock:
            fault = self.fault if self.good <= 0 else None
            self.good -= 1
            task = Task(told.get("force_task_id") or f"task({uuid.uuid4().hex})", told, said)
            self.state.tasks.append(task)
            return task, fault

    def work(self, task: Task, fault: FaultName | None) -> None:
        """Paint, once the queue is free: ``with queue_lock`` around ``process_images``."""
        with self.queue:
            self.hold.wait()
            state, steps = self.state, task.told.get("steps", 1)
            state.interrupted.clear()
            task.stamp = state.last_stamp = f"{int(state.last_stamp) + 1}"
            task.state, state.current = "painting", task
            end = time.monotonic() + (HANGS_S if fault in {"slow", "cancelled"} else self.lasts_s)
            begun = time.monotonic()
            while time.monotonic() < end and not state.interrupted.wait(0.02):
                if self.finish.is_set():
                    self.finish.clear()
                    break
                done = (time.monotonic() - begun) / max(end - begun, 0.001)
                task.step = min(steps, int(done * steps))
            task.state = "interrupted" if state.interrupted.is_set() else "finished"
            state.current = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: WebUI

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        self._serve(json.loads(body) if body else {})

    def _serve(self, body: dict[str, Any] | None) -> None:
        path = urlsplit(self.path).path
        self.server.state.asked.append(path)
        if self.server.fault == "not-the-service":
            breaking.send_page(self)
            return
        try:
            self._authorize(path)
            self._answer(path, body)
        except Refusal as refusal:
            self._refuse(refusal)

    def _authorize(self, path: str) -> None:
        """``--api-auth`` is asked of the routes of the API alone, not of those within."""
        if not self.server.auth or not path.startswith("/sdapi/"):
            return
        scheme, _, pair = self.headers.get("authorization", "").partition(" ")
        if scheme != "Basic":
            raise Refusal(401, "HTTPException", detail="Not authenticated")
        if base64.b64decode(pair).decode("ascii") != self.server.auth:
            raise Refusal(401, "HTTPException", detail="Incorrect username or password")

    def _answer(self, path: str, body: dict[str, Any] | None) -> None:
        get, post = lists.ROUTES.get(path.removeprefix("/sdapi/v1/")), body is not None
        if not self.server.api and not path.startswith("/internal/"):
            raise Refusal(404, "HTTPException", detail="Not Found")
        if path == "/sdapi/v1/sd-models" and not post:
            self._send(self.server.checkpoints)
        elif path.endswith("/progress") and not self.server.tells_progress:
            raise Refusal(404, "HTTPException", detail="Not Found")
        elif path == "/sdapi/v1/progress" and not post:
            self._send(telling.progress(self.server.state, picture="skip_current_image=false" in self.path))
        elif path == "/internal/progress" and post:
            self._send(telling.task_progress(self.server.state, _read(forms.TaskQuestion, body)))
        elif path == "/sdapi/v1/interrupt" and post:
            self._interrupt()
        elif path in {"/sdapi/v1/txt2img", "/sdapi/v1/img2img"} and post:
            self._paint(path, body or {})
        elif path == "/sdapi/v1/extra-single-image" and post:
            self._enlarge(_read(forms.Extras, body))
        elif path.startswith("/controlnet/") and not post and self.server.controlnet:
            self._send(lists.controlnet(path, self.server.flavour))
        elif get is not None and not post and (listed := get(self.server.flavour)) is not None:
            self._send(listed)
        else:
            raise Refusal(404, "HTTPException", detail="Not Found")

    def _interrupt(self) -> None:
        state = self.server.state
        state.interruptions += 1
        state.interrupted.set()
        self._send({})

    def _paint(self, path: str, body: dict[str, Any]) -> None:
        server = self.server
        self._refuse_at_the_door()
        told = _read(FORMS[server.flavour][path.endswith("img2img")], body)
        for unit in told["alwayson_scripts"].get("controlnet", {}).get("args", ()):
            _read(forms.Unit, unit)
        task, fault = server.take(told, body)
        if fault == "hangs-up-after":
            task.state = "finished"
            breaking.hang_up(self)
            return
        server.work(task, fault)
        if fault == "fourth-fails" or server.fails_with:
            task.state = "failed"
            raise Refusal(500, *(server.fails_with or OUT_OF_MEMORY))
        self._hand_over(task, fault)

    def _refuse_at_the_door(self) -> None:
        server = self.server
        match server.fault if server.good <= 0 else None:
            case "throttled" | "throttled-once":
                # SD.Next's modules/api/validate.py; AUTOMATIC1111 has no limits.
                server.fault = server.fault if server.fault == "throttled" else None
                raise Refusal(429, "HTTPException", detail="127.0.0.1:/sdapi/v1/txt2img: rate limit exceeded")
            case "overloaded":
                raise Refusal(503, "", detail="no worker is free")
            case "hangs-up-before":
                breaking.hang_up(self)
                raise ConnectionAbortedError
            case _:
                return

    def _hand_over(self, task: Task, fault: FaultName | None) -> None:
        picture = in_base64(paint(task.told)) if fault != "no-picture" else "VGhlcmUgaXMgbm9uZS4="
        told = {**task.told, "init_images": None, "mask": None}
        answer = {
            "images": [picture],
            "parameters": told,
            "info": json.dumps(telling.info(task, self.server.checkpoints, self.server.flavour)),
        }
        body = json.dumps(answer).encode()
        if fault == "half-sent":
            breaking.send_half(self, body, "application/json")
        elif fault == "too-large":
            breaking.send_too_much(
                self, "application/json", before=b'{"images": ["', piece=b"A" * 2**20, after=b'"]}'
            )
        else:
            breaking.send(self, 200, body)

    def _enlarge(self, told: dict[str, Any]) -> None:
        names = {each["name"] for each in lists.UPSCALERS}
        if told["upscaler_1"] not in names:
            raise Refusal(500, "AssertionError", f"could not find upscaler named {told['upscaler_1']}")
        task, fault = self.server.take(told, told)
        self.server.work(task, fault)
        larger = enlarge(opened(told["image"]), told["upscaling_resize"])
        self._send({"html_info": "", "image": in_base64(larger)})

    def _refuse(self, refusal: Refusal) -> None:
        """``handle_exception`` of modules/api/api.py; Forge switched it off."""
        if self.server.flavour == "forge" and refusal.status == 500:
            breaking.send(self, 500, b"Internal Server Error", "text/plain")
            return
        words = {"error": refusal.error, "detail": refusal.detail, "body": "", "errors": refusal.words}
        bare = {"detail": refusal.detail}
        told = bare if self.server.flavour == "forge" or refusal.status in {404, 503} else words
        waits = {"retry_after": "0"} if refusal.status in {429, 503} else {}
        breaking.send(self, refusal.status, json.dumps(told).encode(), **waits)

    def _send(self, content: Any) -> None:
        breaking.send(self, 200, json.dumps(content).encode())


def _read(form: type[forms.Strict], body: dict[str, Any] | None) -> dict[str, Any]:
    try:
        return form.model_validate(body).model_dump()
    except ValidationError as error:
        raise Refusal(422, "RequestValidationError", str(error)) from error
