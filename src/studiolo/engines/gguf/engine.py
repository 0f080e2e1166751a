"""The engine ``gguf:``; llama.cpp's server in a child process, spoken to as any other server."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Final

from studiolo.chat import MAX_IMAGES, ChatCapabilities, ChatRequest, Completion
from studiolo.engines.base import Availability, ChatEngine, EngineConfig
from studiolo.engines.gguf.finding import ModelFiles, find_files
from studiolo.engines.gguf.options import GgufOptions
from studiolo.engines.gguf.process import HEARTBEAT_S, Access, LlamaProcess
from studiolo.engines.openai.chat import LlamaCppChatEngine
from studiolo.engines.options import read_options
from studiolo.errors import (
    BrokenStreamError,
    EngineError,
    InvalidRequestError,
    MissingExtraError,
    UnsupportedRequestError,
)
from studiolo.requests import Progress, ProgressCallback, ignore_progress

_TOO_LONG: Final = "exceeds the available context size"

# A processor may read a picture for minutes before the first word; whoever waits can stop it.
_PATIENCE: Final = {"timeout_s": 3600, "total_timeout_s": 24 * 3600}

_CAPABILITIES: Final = ChatCapabilities(
    description="A GGUF model of this machine, run by llama.cpp; with its mmproj it sees.",
    vision=None,
    max_images=MAX_IMAGES,
    structured=True,
    offline=True,
    licence="the model's own",
)


class GgufChatEngine(ChatEngine):
    """A GGUF model with its mmproj. It is loaded with the first question, and kept."""

    options_type = GgufOptions

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._lock = threading.Lock()
        self._running: _Running | None = None

    @property
    def capabilities(self) -> ChatCapabilities:
        """Whether the model sees is known if the settings name its mmproj; else it stands in its folder."""
        named = self.config.options.get("mmproj")
        return replace(_CAPABILITIES, vision=None if named is None else bool(named))

    def availability(self) -> Availability:
        """Whether llama.cpp is installed; the model is looked for with the first question."""
        if importlib.util.find_spec("xllamacpp") is not None:
            return Availability(ready=True)
        return Availability(
            ready=False, reason="xllamacpp is not installed", hint="Run: pip install 'studiolo[gguf]'"
        )

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        """Answer; closing the generator, or raising in ``progress``, ends the answer in the server too."""
        if not self.availability().ready:
            raise MissingExtraError("gguf", needed_for="A GGUF model")
        started = time.perf_counter()
        options = read_options(GgufOptions, "gguf", self.config.options)
        progress(Progress(step=0, total=request.max_tokens, stage="loading"))
        files = find_files(self.config.model, self.config.models_folder, options)
        if request.images and files.mmproj is None:
            raise UnsupportedRequestError(
                f"{files.model.name} does not look at pictures: there is no mmproj file beside it.",
                hint="Download its mmproj file into the same folder, or name it: mmproj in [engines.gguf].",
            )
        running = self._ready(files, options, request, progress)
        loaded_s = time.perf_counter() - started
        try:
            completion = yield from running.speaker(request).chat(request, progress)
        except EngineError as error:
            raise _explained(error, running.process) from error
        timings = {name: round(seconds + loaded_s, 4) for name, seconds in completion.timings.items()}
        return replace(completion, engine="gguf", model=files.model.name, timings=timings)

    def close(self) -> None:
        """End the child process: the model's memory is free when this returns."""
        with self._lock:
            self._forget()

    def _ready(
        self, files: ModelFiles, options: GgufOptions, request: ChatRequest, progress: ProgressCallback
    ) -> _Running:
        """The running process, started by whoever asks first."""

        def beat() -> None:
            progress(Progress(step=0, total=request.max_tokens, stage="loading"))

        while not self._lock.acquire(timeout=HEARTBEAT_S):
            beat()
        try:
            if self._running is None or not self._running.process.running:
                self._forget()
                self._running = self._start(files, options, beat)
            return self._running
        finally:
            self._lock.release()

    def _start(self, files: ModelFiles, options: GgufOptions, beat: Callable[[], None]) -> _Running:
        process = LlamaProcess(files, options, threads=self.config.threads)
        with ExitStack() as undo:
            undo.callback(process.close)
            access = process.wait(beat)
            undo.pop_all()
        speakers = {keep: _speaker(access, options, keep=keep) for keep in (True, False)}
        return _Running(process=process, access=access, speakers=speakers)

    def _forget(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.close()


@dataclass(frozen=True, kw_only=True)
class _Running:
    """A process that has its model loaded, and clients by whether they have it keep what it read."""

    process: LlamaProcess
    access: Access
    speakers: Mapping[bool, LlamaCppChatEngine]

    def speaker(self, request: ChatRequest) -> LlamaCppChatEngine:
        """Keeping the words before a question spares reading them and their pictures again.

        But they are then rounded a little differently than when they are read anew, so not if the same
        words are to come again.
        """
        return self.speakers[request.seed is None]

    def close(self) -> None:
        """End the process and the connections."""
        for speaker in self.speakers.values():
            speaker.close()
        self.process.close()


def _speaker(access: Access, options: GgufOptions, *, keep: bool) -> LlamaCppChatEngine:
    spoken: dict[str, Any] = {
        **_PATIENCE,
        "base_url": f"{access.address}/v1",
        "api_key": access.key,
        "max_image_side_px": options.max_image_side_px,
        "extra": {"cache_prompt": keep},
    }
    return LlamaCppChatEngine(EngineConfig(name="gguf", model="default", options=spoken))


def _explained(error: EngineError, process: LlamaProcess) -> Exception:
    import httpx2

    # A connection within one machine breaks because the other end goes, which may take it a moment.
    if isinstance(error.__cause__, httpx2.TransportError) and process.ended():
        why = process.failure()
        broke_off = isinstance(error, BrokenStreamError)
        return BrokenStreamError(why.message, hint=why.hint) if broke_off else why
    if _TOO_LONG in error.message:
        return InvalidRequestError(
            f"The conversation is too long: {error.message.partition(': ')[2] or error.message}",
            hint="Start a new one, show fewer pictures, or set context in [engines.gguf] higher.",
        )
    return error
