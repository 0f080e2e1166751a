"""What can be measured and recognised in one picture, each part when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from studiolo.assistant.pocket import composition, light, medium, palette
from studiolo.assistant.pocket.pixels import Box, Pixels, measure, shrink

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from studiolo.assistant.pocket.reader import TextLine, TextReader

Orientation = Literal["landscape", "portrait", "square"]
_DETAIL_PX = 768  # a window of this side is looked at closely; no larger, so that time does not grow


class Sighting(Protocol):
    """A thing seen in a picture; `recogniser.Sighting` is one."""

    @property
    def name(self) -> str:
        """The drawings library's name of it."""
        ...

    @property
    def confidence(self) -> float:
        """How likely it is that, 0 to 1."""
        ...

    @property
    def box(self) -> Box:
        """Where it stands, in shares of the picture."""
        ...

    @property
    def alternatives(self) -> tuple[tuple[str, float], ...]:
        """Other names it may have, each with its likelihood."""
        ...


class Eye(Protocol):
    """Recognises things; `recogniser.Recogniser` is one."""

    def look(self, image: Image, /) -> tuple[Sighting, ...]:
        """What is seen, the surest first."""
        ...

    def presence(self, image: Image, name: str, /) -> float:
        """How likely it is that this is anywhere in the picture."""
        ...

    def sought(self, image: Image, name: str, at_least: float, /) -> tuple[Sighting, ...]:
        """What may be this, with at least that likelihood, the surest first."""
        ...


class Findings:
    """One picture looked at. Parts are worked out when asked for and kept; every one is deterministic."""

    def __init__(self, image: Image, *, eye: Eye, reader: TextReader) -> None:
        self._image = image
        self._eye = eye
        self._reader = reader
        self._presences: dict[str, float] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._image.size

    @property
    def orientation(self) -> Orientation:
        """Which side is longer, by more than a fiftieth."""
        width, height = self.size
        if abs(width - height) <= 0.02 * max(width, height):
            return "square"
        return "landscape" if width > height else "portrait"

    @property
    def aspect(self) -> str:
        """The nearest of the usual ratios of width to height ("16:9"), or the ratio itself ("2.4:1")."""
        width, height = self.size
        usual = ((1, 1), (4, 3), (3, 4), (3, 2), (2, 3), (16, 9), (9, 16), (5, 4), (4, 5), (2, 1), (1, 2))
        a, b = min(usual, key=lambda ratio: abs(width / height - ratio[0] / ratio[1]))
        if abs(width / height * b / a - 1) < 0.02:
            return f"{a}:{b}"
        return f"{width / height:.2g}:1" if width > height else f"1:{height / width:.2g}"

    @cached_property
    def transparent(self) -> float:
        """Share of the picture that is transparent."""
        return float(1 - self.pixels.solid.mean())

    @cached_property
    def pixels(self) -> Pixels:
        """The small copy that colours, light and composition are measured on."""
        return measure(self._image)

    @cached_property
    def light(self) -> light.Light:
        """Brightness, contrast, saturation, temperature."""
        return light.measure_light(self.pixels)

    @cached_property
    def sharpness(self) -> tuple[light.Sharpness, float]:
        """Whether there are sharp edges, and how steep the steepest are."""
        return light.measure_sharpness(self._detail)

    @cached_property
    def colours(self) -> tuple[palette.ColourShare, ...]:
        """Its colours, the largest first."""
        return palette.palette(self.pixels)

    @cached_property
    def background(self) -> tuple[palette.ColourShare, ...]:
        """The colours along its edges; empty if these are transparent."""
        return palette.background(self.pixels)

    @cached_property
    def composition(self) -> composition.Composition:
        """Empty space, symmetry, balance."""
        return composition.measure_composition(self.pixels)

    @cached_property
    def medium(self) -> medium.Medium:
        """What kind of picture it seems to be."""
        return medium.guess_medium(self.pixels, self._detail)

    @cached_property
    def sightings(self) -> tuple[Sighting, ...]:
        """The things recognised, the surest first."""
        return self._eye.look(self._image)

    @cached_property
    def text(self) -> tuple[TextLine, ...]:
        """The lines of text, in reading order.

        Raises:
            MissingExtraError: the extra ``ocr`` is not installed.
        """
        return self._reader.read(self._image)

    @property
    def readable(self) -> bool:
        """Whether text can be read here at all."""
        return self._reader.installed()

    def presence(self, name: str) -> float:
        """How likely it is that one of the library's names is in the picture, 0 to 1."""
        if name not in self._presences:
            self._presences[name] = self._eye.presence(self._image, name)
        return self._presences[name]

    def sought(self, name: str, at_least: float) -> tuple[Sighting, ...]:
        """What may be called so, also where it is too unsure to be told unasked."""
        return self._eye.sought(self._image, name, at_least)

    def colours_in(self, box: Box) -> tuple[palette.ColourShare, ...]:
        """The colours of the thing in a box, without what is behind it."""
        others = [other.box for other in self.sightings if other.box != box]
        return palette.inside(self.pixels, box, others)

    @cached_property
    def _detail(self) -> NDArray[np.float64]:
        """L* of the middle of the picture at full size; of a huge one at half or a quarter."""
        import numpy as np

        from studiolo.assistant.pocket.pixels import Pixels

        image = self._image
        largest = max(image.size)
        if largest > 4 * _DETAIL_PX:
            image = shrink(image, 4 * _DETAIL_PX)
        x, y = (max(0, (n - _DETAIL_PX) // 2) for n in image.size)
        window = image.crop((x, y, min(image.width, x + _DETAIL_PX), min(image.height, y + _DETAIL_PX)))
        array = np.asarray(window.convert("RGB"))
        return Pixels(array, np.ones(array.shape[:2], np.bool_)).lightness
