"""The engine ``transformers:``; a thread of its own loads and writes, the caller's hears of it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from studiolo.chat import MAX_IMAGES, ChatCapabilities, ChatRequest, Completion, Usage
from studiolo.engines.base import Availability, ChatEngine, EngineConfig, ModelCard
from studiolo.engines.local import libraries
from studiolo.engines.local.residency import Place, Wanted
from studiolo.engines.options import read_options
from studiolo.engines.transformers import pulling
from studiolo.engines.transformers.finding import DEFAULT_MODEL, Search, find_model
from studiolo.engines.transformers.generation import Written, write
from studiolo.engines.transformers.loading import LoadedModel, load, need_of
from studiolo.engines.transformers.options import TransformersOptions
from studiolo.errors import Cancelled, EngineError, StudioloError, reason
from studiolo.requests import Progress, ProgressCallback, ignore_progress

_HEARTBEAT_S: Final = 0.1

_CAPABILITIES: Final = ChatCapabilities(
    description="Language-and-vision models of the transformers library, on this machine; "
    "LLaVA 1.5 if none is named.",
    vision=None,
    max_images=MAX_IMAGES,
    offline=True,
    licence="the model's own (LLaVA 1.5: Llama 2 Community License)",
)


@dataclass(frozen=True, kw_only=True)
class _News:
    """What the working thread tells: where it is, and perhaps a piece of the answer."""

    progress: Progress
    text: str = ""


_Tell = Callable[[_News], None]


class TransformersChatEngine(ChatEngine):
    """LLaVA and any other image-text-to-text or text-generation model, in this process.

    The model is loaded with the first question and kept. It answers one question at a time; others wait
    for their turn.
    """

    options_type = TransformersOptions
    key_option = "token"

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._turn = threading.Lock()
        self._place: Place[LoadedModel] = Place()
        self._known: Wanted[LoadedModel] | None = None

    @property
    def name(self) -> str:
        """The model's folder, or its name on the hub."""
        return self.config.model or DEFAULT_MODEL

    @property
    def capabilities(self) -> ChatCapabilities:
        """Whether the model sees is known of the default one; what others are stands in their files."""
        return replace(_CAPABILITIES, vision=True if self.name == DEFAULT_MODEL else None)

    def availability(self) -> Availability:
        """Whether the libraries are installed; the model may still have to be downloaded."""
        missing = libraries.missing()
        if not missing:
            return Availability(ready=True)
        return Availability(
            ready=False,
            reason=f"{', '.join(missing)} not installed",
            hint="Run: pip install 'studiolo[local]'",
        )

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        """Answer; closing the generator, or raising in ``progress``, stops the model within one layer."""
        started = time.perf_counter()
        options = self._read_options()
        news: queue.SimpleQueue[_News | None] = queue.SimpleQueue()
        stop = threading.Event()
        first: float | None = None
        worker = ThreadPoolExecutor(1, thread_name_prefix="studiolo-transformers")
        try:
            work = worker.submit(self._work, request, options, stop, news.put)
            work.add_done_callback(lambda _: news.put(None))
            now = _at("waiting" if self._place.loaded else "loading", 0, request.max_tokens)
            for piece in _listen(news, now, progress):
                first = first or time.perf_counter() - started
                yield piece
            written = _result(work, self.name)
        finally:
            stop.set()
            worker.shutdown(wait=True)
        total = time.perf_counter() - started
        return Completion(
            engine="transformers",
            model=self.name,
            finish=written.finish,
            usage=Usage(input_tokens=written.input_tokens, output_tokens=written.output_tokens),
            timings={"first_token": first if first is not None else total, "total": total},
            notes=written.notes,
        )

    def model_cards(self) -> tuple[ModelCard, ...]:
        """LLaVA, and what else was pulled."""
        return pulling.model_cards(self.config, self._read_options())

    def pull(self, model: str, progress: ProgressCallback = ignore_progress) -> ModelCard:
        """Bring ``model``, a name on the hub, onto this machine."""
        return pulling.pull(model, self.config, self._read_options(), progress)

    def forget(self, model: str) -> int:
        """Delete ``model`` from this machine; returns the bytes freed."""
        return pulling.forget(model, self.config, self._read_options())

    def close(self) -> None:
        """Free the model's memory, once the answers under way are finished."""
        with self._turn:
            self._place.clear()
            self._known = None

    def _read_options(self) -> TransformersOptions:
        return read_options(TransformersOptions, "transformers", self.config.options)

    def _work(
        self, request: ChatRequest, options: TransformersOptions, stop: threading.Event, tell: _Tell
    ) -> Written:
        steps = 0

        def say(text: str) -> None:
            nonlocal steps
            steps += 1
            tell(_News(progress=_at("writing", steps, request.max_tokens), text=text))

        _take(self._turn, stop)
        try:
            self._known = self._known or self._wanted(options, stop)
            with self._place.use(self._known) as loaded:
                tell(_News(progress=_at("waiting", 0, request.max_tokens)))
                return write(loaded, request, options, stop=stop, tell=say)
        finally:
            self._turn.release()

    def _wanted(self, options: TransformersOptions, stop: threading.Event) -> Wanted[LoadedModel]:
        """What the ledger makes room for. Whether it fits at all is said by loading, with what to change."""
        libraries.load_torch()
        folder = find_model(Search.of(self.config, options, stop=stop))
        need = need_of(folder, self.name, options)
        return Wanted(
            name=self.name,
            device=need.placement.device,
            needed_bytes=0,
            wished_bytes=need.weights_bytes,
            load=lambda: load(folder, self.name, options, threads=self.config.threads),
            modules=lambda loaded: [loaded.model],
        )


def _at(stage: str, step: int, total: int) -> Progress:
    return Progress(step=step, total=total, stage=stage)


def _take(turn: threading.Lock, stop: threading.Event) -> None:
    """Wait for the turn, but not longer than the caller does."""
    while not turn.acquire(timeout=_HEARTBEAT_S):
        if stop.is_set():
            raise Cancelled


def _listen(
    news: queue.SimpleQueue[_News | None], now: Progress, progress: ProgressCallback
) -> Generator[str, None, None]:
    """The pieces, as they come; ``progress`` hears of each, and that we are alive while none does."""
    progress(now)
    while True:
        try:
            latest = news.get(timeout=_HEARTBEAT_S)
        except queue.Empty:
            progress(now)
            continue
        if latest is None:
            return
        now = latest.progress
        progress(now)
        if latest.text:
            yield latest.text


def _result(work: Future[Written], name: str) -> Written:
    """What the thread came to; what it did not expect becomes an error of ours."""
    error = work.exception()
    if error is None:
        return work.result()
    if isinstance(error, StudioloError) or not isinstance(error, Exception):
        raise error
    raise EngineError(
        f"'{name}' failed: {reason(error)}.",
        hint="If it fails again, try another model, and tell us: the cause is in this error's traceback.",
    ) from error
