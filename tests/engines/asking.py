"""Short ways to ask an engine."""

from __future__ import annotations

from typing import Any

from PIL import Image

from studiolo.chat import ChatRequest, Completion, Message
from studiolo.engines.base import ChatEngine
from studiolo.requests import ProgressCallback, SourceImage, ignore_progress


def picture(colour: str, size: tuple[int, int] = (100, 80)) -> SourceImage:
    return SourceImage(Image.new("RGB", size, colour))


def question(
    text: str = "What do you see?", *pictures: SourceImage, system: str = "", **knobs: Any
) -> ChatRequest:
    first = (Message(role="system", text=system),) if system else ()
    knobs = {"max_tokens": 16, "temperature": 0, **knobs}
    return ChatRequest(messages=(*first, Message(text=text, images=pictures)), **knobs)


def ask(
    engine: ChatEngine, request: ChatRequest, progress: ProgressCallback = ignore_progress
) -> tuple[list[str], Completion]:
    """All pieces, and how it ended."""
    answer = engine.chat(request, progress)
    pieces: list[str] = []
    while True:
        try:
            pieces.append(next(answer))
        except StopIteration as end:
            return pieces, end.value


def said(engine: ChatEngine, request: ChatRequest) -> str:
    return "".join(ask(engine, request)[0])
