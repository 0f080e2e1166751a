"""Which pictures this terminal can show, found out once, and showing one.

What the terminal says of itself in its environment (``TERM``, ``TERM_PROGRAM`` …) is read here;
settings of studiolo are not. Where that does not decide, the terminal is asked, and given a
moment to answer.
"""

from __future__ import annotations

import os
import re
import sys
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from studiolo.cli import encoders
from studiolo.cli.console import is_unicode, stdout_console

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

_ANSWER_WITHIN_S: Final = 0.25
# Kitty: "would you take a 1x1 picture?"; then "what are you?" (DA1), which every terminal answers.
_QUESTION: Final = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c"
_WHAT_AM_I: Final = re.compile(rb"\x1b\[\?([\d;]*)c")
_SIXEL_ATTRIBUTE: Final = b"4"
_MOST_PIXELS_SENT: Final = 640  # a side; more would only be slow over ssh
_CELL_ASPECT: Final = 2.0  # a cell is about twice as high as wide


class Graphics(StrEnum):
    """How a terminal shows pictures."""

    KITTY = "kitty"
    ITERM = "iterm"
    SIXEL = "sixel"
    HALF_BLOCKS = "half blocks"
    NONE = "none"


def detect() -> Graphics:
    """How stdout shows pictures; ``NONE`` for a pipe, a dumb terminal, or one without colours."""
    if not sys.stdout.isatty() or os.environ.get("TERM", "") in {"dumb", "unknown"}:
        return Graphics.NONE
    named = named_by_environment(os.environ)
    if named is not None:
        return named
    asked = _ask()
    if asked is not None:
        return asked
    console = stdout_console()
    colourful = console.color_system in {"truecolor", "256", "windows"} and not console.no_color
    return Graphics.HALF_BLOCKS if colourful and is_unicode(console) else Graphics.NONE


def named_by_environment(environment: Mapping[str, str]) -> Graphics | None:
    """What the terminal's name tells, None if it does not."""
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if environment.get("TMUX") or term.startswith(("screen", "tmux")):
        return None  # the variables are those of the terminal around it, which it hides
    if environment.get("KITTY_WINDOW_ID") or "kitty" in term or "ghostty" in term or program == "ghostty":
        return Graphics.KITTY
    if program in {"iTerm.app", "WezTerm", "mintty"} or environment.get("LC_TERMINAL") == "iTerm2":
        return Graphics.ITERM
    if term.startswith(("foot", "mlterm", "contour")):
        return Graphics.SIXEL
    return None


def read_answer(answer: bytes) -> Graphics | None:
    """What a terminal answered to the question, None if it knows no graphics."""
    if b"_Gi=31;OK" in answer:
        return Graphics.KITTY
    what = _WHAT_AM_I.search(answer)
    return Graphics.SIXEL if what and _SIXEL_ATTRIBUTE in what[1].split(b";") else None


def show(image: Image, graphics: Graphics, *, columns: int = 32) -> None:
    """Draw ``image`` on stdout, at most ``columns`` cells wide and two thirds of the window high."""
    if graphics is Graphics.NONE:
        return
    console = stdout_console()
    columns, rows = _cells(image, min(columns, console.width - 1), max(4, console.height * 2 // 3))
    picture = _opaque(image)
    if graphics is Graphics.HALF_BLOCKS:
        console.print(encoders.half_blocks(picture, columns, rows), end="")
        return
    picture.thumbnail((_MOST_PIXELS_SENT, _MOST_PIXELS_SENT))
    if graphics is Graphics.SIXEL:
        drawn = encoders.sixel(picture, columns, rows, cell_px=_cell_px())
    else:
        drawn = (encoders.kitty if graphics is Graphics.KITTY else encoders.iterm)(picture, columns, rows)
    sys.stdout.write(drawn + "\n")
    sys.stdout.flush()


def _cells(image: Image, most_columns: int, most_rows: int) -> tuple[int, int]:
    aspect = image.height / image.width / _CELL_ASPECT
    columns = max(1, min(most_columns, int(most_rows / aspect)))
    return columns, max(1, min(most_rows, round(columns * aspect)))


def _opaque(image: Image) -> Image:
    """RGB, transparent parts over the middle grey that suits dark and light windows."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, (128, 128, 128, 255))
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def _cell_px() -> tuple[int, int]:
    """Pixels of one cell, as the terminal says; the VT340's otherwise."""
    try:
        import fcntl
        import struct
        import termios

        size = fcntl.ioctl(sys.stdout.fileno(), termios.TIOCGWINSZ, b"\0" * 8)
        rows, columns, width, height = struct.unpack("HHHH", size)
        return (width // columns, height // rows) if width and height else (8, 16)
    except (ImportError, OSError, ZeroDivisionError):
        return 8, 16


def _ask() -> Graphics | None:
    """Ask the terminal. None where it cannot be asked, knows nothing, or is silent."""
    if not sys.stdin.isatty() or os.environ.get("TERM") == "linux":
        return None
    try:
        import select
        import termios
        import tty
    except ImportError:  # Windows
        return None
    entrance = sys.stdin.fileno()
    try:
        if os.tcgetpgrp(entrance) != os.getpgrp():
            return None  # in the background, changing the terminal would suspend us
        before = termios.tcgetattr(entrance)
        tty.setcbreak(entrance)
    except (termios.error, OSError):
        return None
    answer, until = b"", time.monotonic() + _ANSWER_WITHIN_S
    try:
        sys.stdout.write(_QUESTION)
        sys.stdout.flush()
        while not _WHAT_AM_I.search(answer):
            left = until - time.monotonic()
            if left <= 0 or not select.select([entrance], [], [], left)[0]:
                break
            answer += os.read(entrance, 1024)
    finally:
        # FLUSH: an answer that came too late is not the user's typing.
        termios.tcsetattr(entrance, termios.TCSAFLUSH, before)
    return read_answer(answer)
