"""Pictures as the bytes a terminal draws: kitty, iTerm2, sixel; or as coloured half blocks.

Each gets an RGB image and the cells it may take.

Sources: the kitty graphics protocol (sw.kovidgoyal.net/kitty/graphics-protocol), iTerm2's inline
images (iterm2.com/documentation-images.html), DEC's sixel graphics (VT330/VT340 Programmer
Reference Manual, volume 2, chapter 14).
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image
    from rich.text import Text

Encoder = Callable[["Image", int, int], str]
"""(image, columns, rows) to what is written to the terminal."""

_CHUNK: Final = 4096  # kitty takes at most so much base64 in one escape
_SIXEL_COLOURS: Final = 255
_ASSUMED_CELL_PX: Final = (8, 16)


def kitty(image: Image, columns: int, rows: int) -> str:
    """Kitty's protocol: a PNG in base64, in chunks; the terminal scales it to the cells."""
    data = base64.b64encode(_png(image)).decode()
    chunks = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)]
    escapes: list[str] = []
    for index, chunk in enumerate(chunks):
        more = int(index < len(chunks) - 1)
        # a=T show at once, f=100 PNG, q=2 answer nothing (the answer would be read as typed).
        control = f"a=T,f=100,q=2,c={columns},r={rows},m={more}" if index == 0 else f"q=2,m={more}"
        escapes.append(f"\x1b_G{control};{chunk}\x1b\\")
    return "".join(escapes)


def iterm(image: Image, columns: int, rows: int) -> str:
    """iTerm2's OSC 1337, which WezTerm and mintty know too."""
    content = _png(image)
    control = f"inline=1;size={len(content)};width={columns};height={rows};preserveAspectRatio=1"
    return f"\x1b]1337;File={control}:{base64.b64encode(content).decode()}\x07"


def sixel(image: Image, columns: int, rows: int, *, cell_px: tuple[int, int] = _ASSUMED_CELL_PX) -> str:
    """DEC sixel: at most 255 colours, bands of six rows, runs of equal cells counted."""
    import numpy as np
    from PIL import Image

    small = image.copy()
    small.thumbnail((columns * cell_px[0], rows * cell_px[1]), Image.Resampling.LANCZOS)
    indexed = small.quantize(_SIXEL_COLOURS, method=Image.Quantize.MEDIANCUT)
    palette = indexed.getpalette() or []
    pixels = np.asarray(indexed, np.uint8)
    used = [int(colour) for colour in np.unique(pixels)]
    colours = "".join(
        f"#{colour};2;" + ";".join(str(round(part / 2.55)) for part in palette[colour * 3 : colour * 3 + 3])
        for colour in used
    )
    bands = "-".join("$".join(_sixel_lines(pixels[top : top + 6])) for top in range(0, small.height, 6))
    return f'\x1bP0;1;0q"1;1;{small.width};{small.height}{colours}{bands}\x1b\\'


def half_blocks(image: Image, columns: int, rows: int) -> Text:
    """Two pixels in each cell: the upper half block in one colour over a background of another."""
    from PIL import Image
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    small = image.convert("RGB").resize((columns, rows * 2), Image.Resampling.LANCZOS)
    pixels = small.tobytes()

    def colour(x: int, y: int) -> Color:
        start = (y * columns + x) * 3
        return Color.from_rgb(*pixels[start : start + 3])

    text = Text(no_wrap=True, end="")
    for y in range(0, rows * 2, 2):
        for x in range(columns):
            text.append("▀", Style(color=colour(x, y), bgcolor=colour(x, y + 1)))
        text.append("\n")
    return text


def _png(image: Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def _sixel_lines(band: NDArray[np.uint8]) -> Iterator[str]:
    """One line of sixels for each colour in up to six rows of colour indices."""
    import numpy as np

    weights = (1 << np.arange(len(band), dtype=np.uint8))[:, None]
    for colour in np.unique(band):
        cells = ((band == colour) * weights).sum(0).astype(np.uint8)
        yield f"#{int(colour)}" + _run_lengths(cells)


def _run_lengths(cells: NDArray[np.uint8]) -> str:
    import numpy as np

    starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
    lengths = np.diff(np.r_[starts, len(cells)])
    parts: list[str] = []
    for value, length in zip(cells[starts], lengths, strict=True):
        sign = chr(63 + int(value))
        parts.append(f"!{length}{sign}" if length > 3 else sign * int(length))
    return "".join(parts)
