"""One answer of a loaded model, told piece by piece, that can be stopped between any two of its layers."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from studiolo.chat import ChatRequest, Finish
from studiolo.engines.local import libraries
from studiolo.engines.transformers.conversation import Conversation
from studiolo.engines.transformers.loading import LoadedModel, out_of_memory
from studiolo.engines.transformers.options import TransformersOptions
from studiolo.engines.transformers.words import Stops, Words
from studiolo.errors import InvalidRequestError


@dataclass(frozen=True, kw_only=True)
class Written:
    """How an answer ended, and the tokens it took."""

    finish: Finish
    input_tokens: int
    output_tokens: int
    notes: tuple[str, ...] = ()


class _Stop(Exception):  # noqa: N818 - no fault: how generate() is left early
    """Raised inside the model when there is nothing more to write."""


def write(
    loaded: LoadedModel,
    request: ChatRequest,
    options: TransformersOptions,
    *,
    stop: threading.Event,
    tell: Callable[[str], None],
) -> Written:
    """Answer ``request``; ``tell`` hears each piece of text, ``stop`` ends it within one layer of the model.

    Raises:
        UnsupportedRequestError: there are pictures, and the model does not see.
        InvalidRequestError: the conversation is longer than the model can read.
        EngineError: the model does not take the conversation, or memory ran out.
    """
    torch = libraries.load_torch()
    conversation = Conversation(
        request, loaded.processor, sees=loaded.sees, max_image_side_px=options.max_image_side_px
    )
    inputs = conversation.tokens(options.chat_template)
    read = int(inputs["input_ids"].shape[1])
    room = _room(loaded, read, request.max_tokens)
    inputs = inputs.to(loaded.placement.device)
    inputs.pop("token_type_ids", None)
    if "pixel_values" in inputs:
        inputs["pixel_values"] = inputs["pixel_values"].to(loaded.model.dtype)
    writer = _Writer(loaded, request.stop, stop=stop, tell=tell)
    try:
        with (
            _stoppable(torch, loaded.model, stop),
            _seeded(torch, request.seed, loaded.placement.device),
            torch.inference_mode(),
        ):
            loaded.model.generate(
                **inputs, generation_config=_settings(loaded.model, request, room), streamer=writer
            )
    except _Stop:
        pass
    except torch.OutOfMemoryError as error:
        raise out_of_memory(loaded.name, loaded.placement) from error
    return Written(
        finish=writer.finish(room),
        input_tokens=read,
        output_tokens=writer.count,
        notes=conversation.notes,
    )


class _Writer:
    """Takes tokens from ``generate``, which gives it first the whole prompt and then one token at a time."""

    def __init__(
        self,
        loaded: LoadedModel,
        stops: tuple[str, ...],
        *,
        stop: threading.Event,
        tell: Callable[[str], None],
    ) -> None:
        self.count = 0
        self._words, self._stops = Words(loaded.tokenizer), Stops(stops)
        self._stop, self._tell = stop, tell
        ends: Any = loaded.model.generation_config.eos_token_id
        self._ends: set[Any] = set(cast("list[Any]", ends)) if isinstance(ends, list) else {ends}
        self._prompt_seen = self._ended = False

    def put(self, tokens: Any) -> None:
        """One more token, (1,), or the prompt, (1, n)."""
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        new = [int(token) for token in tokens.reshape(-1).tolist()]
        self.count += len(new)
        self._ended = new[-1] in self._ends
        self._say(self._stops.read(self._words.read(new)))
        if self._stops.found or self._stop.is_set():
            raise _Stop

    def end(self) -> None:
        """There will be no more tokens."""
        self._say(self._stops.read(self._words.rest()))
        if not self._stops.found:
            self._say(self._stops.rest())

    def finish(self, room: int) -> Finish:
        """How it ended: by itself, for want of room, or because it was stopped."""
        if self._stops.found or self._ended:
            return "complete"
        return "length" if self.count >= room else "cancelled"

    def _say(self, text: str) -> None:
        if text:
            self._tell(text)


def _room(loaded: LoadedModel, read: int, asked: int) -> int:
    if loaded.context is None:
        return asked
    if read >= loaded.context:
        raise InvalidRequestError(
            f"The conversation has {read:,} tokens, pictures included; "
            f"'{loaded.name}' reads at most {loaded.context:,}.",
            hint="Start a new conversation, or show fewer pictures.",
        )
    return min(asked, loaded.context - read)


def _settings(model: Any, request: ChatRequest, room: int) -> Any:
    """The model's own generation settings, and over them what the request asks for."""
    settings = copy.deepcopy(model.generation_config)
    settings.max_new_tokens, settings.max_length, settings.num_beams = room, None, 1
    if request.temperature == 0:
        settings.do_sample = False
        settings.temperature = settings.top_p = settings.top_k = settings.min_p = settings.typical_p = None
        return settings
    for name in ("temperature", "top_p", "top_k"):
        value = getattr(request, name)
        if value is not None:
            setattr(settings, name, value)
            settings.do_sample = True
    return settings


@contextmanager
def _stoppable(torch: Any, model: Any, stop: threading.Event) -> Generator[None]:
    """Looks at ``stop`` before each layer: reading a long prompt takes one step of many seconds."""

    def look(*_: Any) -> None:
        if stop.is_set():
            raise _Stop

    stacks = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList)]
    hooks = [layer.register_forward_pre_hook(look) for stack in stacks for layer in stack]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def _seeded(torch: Any, seed: int | None, device: str) -> Generator[None]:
    """``generate`` draws from torch's own generators: set them, and leave them as they were found."""
    if seed is None:
        yield
        return
    gpus = [torch.device(device).index or 0] if device.startswith("cuda") else []
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(seed)
        yield
