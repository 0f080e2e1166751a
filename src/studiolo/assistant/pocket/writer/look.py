"""What a reference picture contributes to a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_TAG_OF: Final = {
    "brightness": {"dark": "dark", "dim": "dark", "bright": "bright"},
    "contrast": {"low": "soft", "high": "hard"},
    "saturation": {"muted": "muted", "vivid": "vivid"},
    "temperature": {"cool": "cool", "warm": "warm"},
}
_FORMAT_OF: Final = {
    "portrait": "a vertical format",
    "landscape": "a horizontal format",
    "square": "a square format",
}
_COLOURS: Final = 4  # of the palette; more would be no palette but a list
_ARRANGEMENTS: Final = 2


@dataclass(frozen=True, kw_only=True)
class Look:
    """The manner of a picture, as an observer sees it. Empty fields are not known and steer nothing.

    ``subjects`` is what is drawn there: it is kept out of what the writer adds of its own.
    """

    palette: tuple[str, ...] = ()
    brightness: str = ""
    contrast: str = ""
    saturation: str = ""
    temperature: str = ""
    orientation: str = ""
    medium: str = ""
    composition: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()

    @property
    def tags(self) -> frozenset[str]:
        """What the picture's light and colours settle, as the tags of facets."""
        found = (known.get(getattr(self, field), "") for field, known in _TAG_OF.items())
        return frozenset(tag for tag in found if tag)

    @property
    def colours(self) -> tuple[str, ...]:
        """The colours to paint in, most common first."""
        return tuple(dict.fromkeys(self.palette))[:_COLOURS]

    @property
    def strength(self) -> str:
        """How strong the colours are, as an adjective before them; empty if they are neither way."""
        return {"muted": "subdued", "vivid": "vivid"}.get(self.saturation, "")

    @property
    def arrangement(self) -> str:
        """How the picture is composed, in words; empty if nothing is known of it."""
        parts = [*dict.fromkeys(self.composition)][:_ARRANGEMENTS]
        if self.orientation in _FORMAT_OF:
            parts.append(_FORMAT_OF[self.orientation])
        return ", ".join(parts)
