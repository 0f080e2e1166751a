from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from studiolo.cli import encoders


@pytest.fixture
def picture() -> Image.Image:
    """Noise on the left, which does not compress; red over blue on the right."""
    noise = np.random.default_rng(0).integers(0, 255, (60, 40, 3), np.uint8)
    flat = np.zeros((60, 40, 3), np.uint8)
    flat[:30, :, 0] = flat[30:, :, 2] = 255
    return Image.fromarray(np.concatenate([noise, flat], axis=1))


def test_kitty_sends_a_png_in_chunks_of_at_most_4096(picture: Image.Image):
    written = encoders.kitty(picture, 20, 8)
    chunks = re.findall("\x1b_G([^;]*);([^\x1b]*)\x1b\\\\", written)
    assert "".join(f"\x1b_G{control};{data}\x1b\\" for control, data in chunks) == written
    assert len(chunks) > 1
    assert all(len(data) <= 4096 for _, data in chunks)
    assert chunks[0][0] == "a=T,f=100,q=2,c=20,r=8,m=1"
    assert [control[-1] for control, _ in chunks] == ["1"] * (len(chunks) - 1) + ["0"]
    sent = Image.open(io.BytesIO(base64.b64decode("".join(data for _, data in chunks))))
    assert sent.tobytes() == picture.tobytes()


def test_iterm_sends_a_png_with_its_length(picture: Image.Image):
    written = encoders.iterm(picture, 20, 8)
    match = re.fullmatch("\x1b]1337;File=([^:]*):(.*)\x07", written)
    assert match is not None
    content = base64.b64decode(match[2])
    assert f"size={len(content)};width=20;height=8" in match[1]
    assert Image.open(io.BytesIO(content)).tobytes() == picture.tobytes()


def test_sixel_paints_what_was_given(picture: Image.Image):
    painted = read_sixel(encoders.sixel(picture, 10, 100, cell_px=(8, 16)))
    assert painted.shape == (60, 80, 3)
    assert np.abs(painted[2:28, 42:78].astype(int) - (255, 0, 0)).max() <= 3
    assert np.abs(painted[32:58, 42:78].astype(int) - (0, 0, 255)).max() <= 3


def test_sixel_keeps_within_its_cells():
    written = encoders.sixel(Image.new("RGB", (500, 250), "green"), 10, 10, cell_px=(8, 16))
    assert read_sixel(written).shape == (40, 80, 3)
    # One colour, so every band of six rows is one run.
    assert written.count("!80~") == 6


def test_half_blocks_put_two_pixels_in_a_cell(picture: Image.Image):
    text = encoders.half_blocks(picture, 8, 4)
    assert text.plain == ("▀" * 8 + "\n") * 4
    styles = [span.style for span in text.spans]
    assert [style.color.triplet.red > 250 for style in (styles[6], styles[30])] == [True, False]
    assert [style.bgcolor.triplet.blue > 250 for style in (styles[6], styles[30])] == [False, True]


def read_sixel(written: str) -> np.ndarray:
    """A small terminal: colours, runs, carriage return and new line; every cell must be painted once."""
    match = re.fullmatch('\x1bP0;1;0q"1;1;(\\d+);(\\d+)(.*)\x1b\\\\', written, re.DOTALL)
    assert match is not None
    width, height = int(match[1]), int(match[2])
    screen = np.full((-(-height // 6) * 6, width, 3), -1)
    colours: dict[int, tuple[int, ...]] = {}
    colour = x = top = 0
    for define, pick, run, sign, control in re.findall(
        r"#(\d+;2;\d+;\d+;\d+)|#(\d+)|!(\d+)(?=[?-~])|([?-~])|([$-])", match[3]
    ):
        if define:
            number, _, *parts = map(int, define.split(";"))
            colours[number] = tuple(round(part * 2.55) for part in parts)
        elif pick:
            colour = int(pick)
        elif run:
            repeat = int(run)
            continue
        elif sign:
            for row in range(6):
                if (ord(sign) - 63) >> row & 1:
                    cells = screen[top + row, x : x + repeat]
                    assert (cells == -1).all()
                    cells[:] = colours[colour]
            x += repeat
        elif control == "$":
            x = 0
        else:
            x, top = 0, top + 6
        repeat = 1
    painted = screen[:height]
    assert (painted >= 0).all()
    return painted.astype(np.uint8)
