"""Does it work? The least that each kind of engine can be asked to do, and how it went."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from studiolo.chat import ChatRequest, Message
from studiolo.engines.base import ChatEngine, ImageEngine, SpeechEngine
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.resolving import resolve
from studiolo.errors import Cancelled, EngineError, StudioloError
from studiolo.requests import GeneratedImage, ImageRequest, ProgressCallback, SourceImage
from studiolo.studio.preparing import Prepared
from studiolo.studio.spending import Budget

if TYPE_CHECKING:
    from PIL.Image import Image

    from studiolo.assistant.base import Assistant

_SIDE_PX: Final = 256
_DRAWING_PX: Final = 32
_STEPS: Final = 4
_PROMPT: Final = "a red apple on a table"
_QUESTION: Final = "Answer with one word: ready"
_TOKENS: Final = 512
"""Room for a model that thinks before it says its one word."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How a trial went. ``said`` is what the engine said or did, or why it could not; ``cost`` US dollars."""

    ok: bool
    seconds: float
    said: str
    hint: str = ""
    cost: float | None = None
    image: Image | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an engine did."""

    said: str
    cost: float | None = None
    image: Image | None = None


def attempt(work: Callable[[], Outcome]) -> Trial:
    """What ``work`` comes to, and how long it took.

    Raises:
        Cancelled: the caller asked to stop.
    """
    began = time.perf_counter()
    try:
        outcome = work()
    except Cancelled:
        raise
    except StudioloError as error:
        seconds = round(time.perf_counter() - began, 3)
        return Trial(ok=False, seconds=seconds, said=error.message, hint=error.hint)
    seconds = round(time.perf_counter() - began, 3)
    return Trial(ok=True, seconds=seconds, said=outcome.said, cost=outcome.cost, image=outcome.image)


def paint(engine: ImageEngine, progress: ProgressCallback, *, name: str, max_cost: float | None) -> Outcome:
    """One small picture in few steps; of an engine that only edits, a small drawing enlarged or cut out.

    Raises:
        CostLimitError: it may cost more than ``max_cost``, in US dollars, or nobody knows what.
        EngineError: it could not.
    """
    request = resolve(engine.capabilities, _smallest(engine.capabilities))
    Budget(max_cost).admit([Prepared(engine=name, painter=engine, request=request)])
    painted = next(iter(engine.generate(request, progress)), None)
    if painted is None:
        raise EngineError("It painted nothing.", hint="Try again, or another model of it.")
    return Outcome(said=_said(painted), cost=painted.cost, image=painted.image)


def _said(painted: GeneratedImage) -> str:
    request = painted.request
    size = f"{painted.image.width}x{painted.image.height}"
    if request.upscale is not None:
        return f"{size}, enlarged {request.upscale} times"
    if request.remove_background:
        return f"{size}, cut out"
    return f"{size} in {request.steps} {'step' if request.steps == 1 else 'steps'}" if request.steps else size


def _smallest(can: Capabilities) -> ImageRequest:
    if "text-to-image" not in can.tasks and can.upscale:
        return ImageRequest.parse({"init_image": _tiny_drawing(), "upscale": can.upscale[0], "seed": 1})
    if "text-to-image" not in can.tasks and "background-removal" in can.tasks:
        return ImageRequest(init_image=SourceImage(_tiny_drawing()), remove_background=True, seed=1)
    width, height = can.sizes.nearest(_SIDE_PX, _SIDE_PX)
    steps = None
    if can.steps is not None:
        steps = int(max(can.steps.minimum, min(can.steps.default, _STEPS)))
    return ImageRequest(prompt=_PROMPT, width=width, height=height, seed=1, steps=steps)


def talk(engine: ChatEngine, progress: ProgressCallback) -> Outcome:
    """One word, with a tiny picture before the eyes of a model that is known to have some.

    Raises:
        EngineError: it could not, or said nothing.
    """
    images = (SourceImage(_tiny_picture()),) if engine.capabilities.vision else ()
    request = ChatRequest(messages=(Message(text=_QUESTION, images=images),), max_tokens=_TOKENS)
    said: list[str] = []
    pieces = engine.chat(request, progress)
    while True:
        try:
            said.append(next(pieces))
        except StopIteration as end:
            text = "".join(said).strip()
            if not text:
                raise EngineError("It said nothing.", hint="Try again, or another model of it.") from end
            return Outcome(said=text, cost=end.value.cost)


def look(assistant: Assistant, progress: ProgressCallback) -> Outcome:
    """What an assistant without a language model says of a tiny picture."""
    pieces = assistant.ask(SourceImage(_tiny_picture()), "What colour is it?", progress=progress)
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return Outcome(said=end.value.text, cost=end.value.cost)


def speak(engine: SpeechEngine, progress: ProgressCallback) -> Outcome:
    """One word, aloud.

    Raises:
        EngineError: it could not, or made no sound.
    """
    from studiolo.studio.sentences import prepare

    text = prepare(engine, "Ready.", language=None, voice=None, speed=1.0)
    seconds = sum(clip.seconds for clip in text.clips(progress))
    if not seconds:
        raise EngineError("It made no sound.", hint="Try again, or another voice of it.")
    return Outcome(said=f"{seconds:.1f} s of speech")


def _tiny_drawing() -> Image:
    """Something that stands before a background: a red disc on pale blue."""
    from PIL import Image, ImageDraw

    drawing = Image.new("RGB", (_DRAWING_PX, _DRAWING_PX), "lightblue")
    edge = _DRAWING_PX // 4
    ImageDraw.Draw(drawing).ellipse((edge, edge, _DRAWING_PX - edge, _DRAWING_PX - edge), fill="red")
    return drawing


def _tiny_picture() -> Image:
    from PIL import Image

    return Image.new("RGB", (64, 64), "red")
