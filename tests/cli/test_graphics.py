from __future__ import annotations

import sys

import pytest
from PIL import Image

from studiolo.cli.graphics import Graphics, detect, named_by_environment, read_answer, show


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm-kitty"}, Graphics.KITTY),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, Graphics.KITTY),
        ({"TERM": "xterm-ghostty"}, Graphics.KITTY),
        ({"TERM_PROGRAM": "iTerm.app"}, Graphics.ITERM),
        ({"TERM_PROGRAM": "WezTerm"}, Graphics.ITERM),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, Graphics.ITERM),
        ({"TERM": "foot"}, Graphics.SIXEL),
        ({"TERM": "mlterm"}, Graphics.SIXEL),
        ({"TERM": "xterm-256color"}, None),
        # tmux and screen hide the terminal around them, whose variables are inherited.
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, None),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, None),
        ({"TERM": "screen", "TERM_PROGRAM": "iTerm.app"}, None),
    ],
)
def test_the_terminal_is_known_by_its_name(environment: dict[str, str], expected: Graphics | None):
    assert named_by_environment(environment) is expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c", Graphics.KITTY),
        (b"\x1b[?62;4;6;22c", Graphics.SIXEL),
        (b"\x1b[?1;2c", None),
        (b"\x1b[?64;14;24c", None),  # 14 and 24 are not 4
        (b"\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\\x1b[?62;4c", Graphics.SIXEL),
        (b"", None),
        (b"typed before", None),
    ],
)
def test_the_terminal_answers(answer: bytes, expected: Graphics | None):
    assert read_answer(answer) is expected


def test_a_pipe_shows_nothing(capsys: pytest.CaptureFixture[str]):
    assert not sys.stdout.isatty()
    assert detect() is Graphics.NONE
    show(Image.new("RGB", (8, 8)), Graphics.NONE)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("graphics", "start"),
    [(Graphics.KITTY, "\x1b_G"), (Graphics.ITERM, "\x1b]1337"), (Graphics.SIXEL, "\x1bP")],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_pictures_of_any_mode_are_shown(
    graphics: Graphics, start: str, mode: str, capsys: pytest.CaptureFixture[str]
):
    show(Image.new(mode, (300, 20)), graphics)
    assert capsys.readouterr().out.startswith(start)


@pytest.mark.parametrize("size", [(1, 2000), (2000, 1), (1, 1)])
def test_odd_shapes_keep_within_the_window(size: tuple[int, int], capsys: pytest.CaptureFixture[str]):
    show(Image.new("RGB", size), Graphics.HALF_BLOCKS)
    lines = capsys.readouterr().out.splitlines()
    assert 1 <= len(lines) <= 40
    assert all(len(line) <= 36 for line in lines)
