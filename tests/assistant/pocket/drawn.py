"""Pictures drawn from the package's drawings, and an eye that knows what was drawn.

The eye stands where the recogniser does: what is tested with it is what is made of sightings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from studiolo.assistant.base import Answer, Streamed
from studiolo.assistant.pocket.assistant import PocketAssistant
from studiolo.assistant.pocket.recogniser import Sighting
from studiolo.embedding import TextEmbedder
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.sprites import sprite
from studiolo.requests import SourceImage

PHOTOGRAPHS = Path(__file__).parent / "photographs"


@dataclass(frozen=True)
class Drawn:
    """A thing on the picture: its library name, colour, and box in shares."""

    name: str
    colour: str | None
    box: tuple[float, float, float, float]
    confidence: float = 0.95


class TruthfulEye:
    """Sees what was drawn, exactly, and is as sure as it is told to be."""

    def __init__(self, drawn: Sequence[Drawn] = (), present: float = 0.01) -> None:
        self.sightings = tuple(Sighting(name=d.name, confidence=d.confidence, box=d.box) for d in drawn)
        self._present = present

    def look(self, image: Image.Image) -> tuple[Sighting, ...]:
        return self.sightings

    def sought(self, image: Image.Image, name: str, at_least: float) -> tuple[Sighting, ...]:
        return tuple(s for s in self.sightings if s.name == name and s.confidence >= at_least)

    def presence(self, image: Image.Image, name: str) -> float:
        return self._present


@cache
def embedder() -> TextEmbedder:
    return TextEmbedder()


@cache
def library() -> DrawingLibrary:
    return DrawingLibrary(embedder=embedder())


def picture(*drawn: Drawn, ground: str = "#eef2f5", size: tuple[int, int] = (480, 360)) -> Image.Image:
    """Draw things on a plain ground."""
    image = Image.new("RGB", size, ground)
    for each in drawn:
        left, top, right, bottom = (v * size[i % 2] for i, v in enumerate(each.box))
        drawing = library().drawings(each.name)[0]
        pixels = sprite(library(), drawing, each.colour, None, round(right - left), round(bottom - top))
        thing = Image.fromarray(pixels)
        image.paste(thing, (round((left + right - thing.width) / 2), round(bottom - thing.height)), thing)
    return image


def lettered(image: Image.Image, text: str, at: tuple[int, int] = (40, 40), size: int = 40) -> Image.Image:
    """Write on a copy of a picture with Pillow's own font."""
    copy = image.copy()
    ImageDraw.Draw(copy).text(at, text, fill="black", font=ImageFont.load_default(size=size))
    return copy


APPLES_AND_CAR = (
    Drawn("red apple", "red", (0.06, 0.4, 0.24, 0.66)),
    Drawn("red apple", "red", (0.28, 0.42, 0.46, 0.68)),
    Drawn("automobile", "blue", (0.56, 0.36, 0.94, 0.7)),
)


def seen(*drawn: Drawn, present: float = 0.01) -> PocketAssistant:
    """An assistant that sees what was drawn."""
    return PocketAssistant(embedder=embedder(), eye=TruthfulEye(drawn, present))


def whole(stream: Streamed) -> Answer:
    """The answer at the end of a stream."""
    while True:
        try:
            next(stream)
        except StopIteration as end:
            return end.value


def say(assistant: PocketAssistant, image: Image.Image, question: str) -> str:
    """Its answer to one question."""
    return "".join(assistant.ask(SourceImage(image), question))
