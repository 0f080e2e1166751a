"""Palettes on the command line: typed, taken from a picture, shown with how well a picture keeps to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

    from studiolo.imaging.palette import Fidelity


def read_palette(text: str) -> list[str]:
    """``"#264653, #2a9d8f"`` → its colours, between commas or spaces.

    Raises:
        InvalidRequestError: one is no colour, there are too many, or there is none.
    """
    from studiolo.errors import InvalidRequestError
    from studiolo.imaging.palette import parse_palette

    colours = text.replace(",", " ").split()
    if not colours:
        raise InvalidRequestError("The palette is empty.", hint='Write --palette "#264653,#2a9d8f,#e9c46a"')
    return list(parse_palette(colours))


def palette_of(path: Path) -> list[str]:
    """The five colours that a picture file comes to.

    Raises:
        InvalidImageError: it is no picture, or nothing of it is visible.
    """
    from studiolo.errors import InvalidImageError
    from studiolo.imaging.decode import load_image
    from studiolo.imaging.palette import extract

    found = extract(load_image(path))
    if not found:
        raise InvalidImageError(
            f"All of '{path.name}' is transparent.", hint="Give one that shows something."
        )
    return [swatch.hex for swatch in found]


def palette_document(palette: Sequence[str], path: Path) -> dict[str, Any]:
    """As JSON: the colours, and how well the picture in this file keeps to them, null if it is none."""
    from dataclasses import asdict

    from studiolo.errors import InvalidImageError

    if not palette:
        return {}
    try:
        measured = asdict(_fidelity(palette, path))
    except InvalidImageError:
        measured = None
    return {"palette": list(palette), "fidelity": measured}


def palette_fields(palette: Sequence[str], path: Path) -> Iterator[tuple[str, object]]:
    """The same for a person; ``palette`` in its own colours."""
    from studiolo.errors import InvalidImageError

    if not palette:
        return
    yield "palette", swatches(palette)
    try:
        found = _fidelity(palette, path)
    except InvalidImageError as error:
        yield "fidelity", f"not measured: {error.message}"
        return
    missing = [colour for colour, share in zip(palette, found.presence, strict=True) if not share]
    without = f", without {' '.join(missing)}" if missing else ""
    yield "fidelity", f"{found.coverage:.0%} near, mean ΔE {found.mean_delta_e:.1f}{without}"


def swatches(palette: Sequence[str]) -> Text:
    """Each colour's name on the colour itself, where the terminal has colours."""
    from rich.text import Text

    from studiolo.imaging.colours import hex_to_rgb, to_oklab

    text = Text()
    for colour in palette:
        ink = "black" if to_oklab(hex_to_rgb(colour))[0] > 0.6 else "white"
        text.append(" " if text else "").append(colour, f"{ink} on {colour}")
    return text


def _fidelity(palette: Sequence[str], path: Path) -> Fidelity:
    from studiolo.imaging.decode import load_image
    from studiolo.imaging.palette import fidelity

    return fidelity(load_image(path), palette)
