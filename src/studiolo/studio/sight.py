"""What looks at pictures before an engine paints from them: makes control maps, finds things by words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from PIL import Image

from studiolo.assistant.base import Location
from studiolo.assistant.pocket.assistant import PocketAssistant
from studiolo.engines.base import EngineConfig
from studiolo.errors import InvalidRequestError, require_text
from studiolo.imaging.mask import widened
from studiolo.requests import Control, SourceImage, check_words

if TYPE_CHECKING:
    from studiolo.engines.transformers.locating import Locator
    from studiolo.engines.transformers.segmenting import Segmenter

_RIM: Final = 1 / 100
"""Of the shorter side: how far a found mask is widened, so that no edge of the old thing is left standing."""


@dataclass(frozen=True, kw_only=True)
class ControlMap:
    """A map that a painting can follow (RGB, of the picture's size); ``notes`` say how it was made."""

    image: Image.Image
    notes: tuple[str, ...] = ()


class Sight:
    """Uses the models that were pulled, and what ships with the package where there are none.

    Args:
        config: of the engine ``transformers``: where its models are kept, on what they run.
        pocket: finds things in drawings, and translates.
    """

    def __init__(self, config: EngineConfig, pocket: PocketAssistant) -> None:
        # Their modules load no torch; that comes with the first picture, if a model was pulled.
        from studiolo.engines.transformers.locating import Locator
        from studiolo.engines.transformers.segmenting import Segmenter

        self._pocket = pocket
        self._locator: Locator = Locator(config)
        self._segmenter: Segmenter = Segmenter(config)

    def control_map(self, image: Image.Image, kind: str) -> ControlMap:
        """The map of that kind.

        Raises:
            InvalidRequestError: there is no such kind.
            MissingExtraError: it needs what is not installed.
        """
        if kind not in get_args(Control):
            raise InvalidRequestError(
                f"There is no control map of the kind '{kind[:40]}'.",
                hint=f"Kinds: {', '.join(get_args(Control))}.",
            )
        from studiolo.imaging import control

        if kind == "canny":
            return ControlMap(image=control.canny(image))
        if self._segmenter.ready:
            note = f"control map: things by name, by {self._segmenter.name}"
            return ControlMap(image=self._segmenter.segment(image), notes=(note,))
        note = "control map: regions by colour, without names; studiolo pull " + self._segmenter.name
        return ControlMap(image=control.segmentation(image), notes=(f"{note} knows things",))

    def find_mask(self, image: SourceImage, words: str) -> Location:
        """Where what ``words`` mean is, a little more than that: to be painted anew.

        Raises:
            InvalidRequestError: there are no words, or nothing that they mean; says what is seen.
            EngineError: a model that was pulled cannot be used.
        """
        words = check_words(require_text(words, "mask prompt").strip(), "mask prompt")
        if not words:
            raise InvalidRequestError("There are no words to find anything by.", hint='Say "the dog".')
        found = self._by_model(image, words) or self._pocket.locate(image, words)
        wider = widened(found.mask, max(1, round(_RIM * min(image.size))))
        return Location(mask=wider, confidence=found.confidence, note=found.note)

    def close(self) -> None:
        """Free the models."""
        self._locator.close()
        self._segmenter.close()

    def _by_model(self, image: SourceImage, words: str) -> Location | None:
        """None where no model was pulled, or it finds nothing; of drawings the pocket way knows more."""
        if not self._locator.ready:
            return None
        mask, sure = self._locator.locate(image.image, self._pocket.translate(words).text)
        if mask.getbbox() is None:
            return None
        return Location(
            mask=mask,
            confidence=sure,
            note=f"mask: '{words}' ({sure:.0%} sure), found by {self._locator.name}",
        )
