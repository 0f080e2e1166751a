"""Whatever file we are given: a plain picture, or one clear line that says why not."""

import io
import random
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from studiolo.errors import InvalidImageError
from studiolo.imaging.decode import FORMATS, NOTE, load_image
from studiolo.imaging.mask import read_mask
from studiolo.imaging.thumbnails import contact_sheet, thumbnail

RED = (200, 30, 40)


def encode(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(width: int = 50, height: int = 40) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize("kind", FORMATS)
def test_every_allowed_format_opens(kind):
    image = load_image(encode(Image.new("RGB", (30, 20), RED), kind))
    assert (image.mode, image.size, image.info) == ("RGB", (30, 20), {})
    assert np.abs(np.asarray(image)[10, 15].astype(int) - RED).max() <= 12


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"Dear diary, today I painted.", "text file"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (bytes(range(256)), "not a picture"),
        (encode(noise(), "PNG")[:2000], "damaged"),
        (encode(noise(), "JPEG")[:1500], "damaged"),
        (encode(noise(), "WEBP")[:900], "damaged"),
        (encode(noise(), "PPM"), "not a picture"),
        (png_claiming(60000, 60000), "bomb"),
        (png_claiming(12000, 9000), "108 megapixels"),
    ],
)
def test_bad_content_is_one_line_with_a_hint(content, said):
    with pytest.raises(InvalidImageError) as raised:
        load_image(content)
    assert said in raised.value.message
    assert raised.value.hint
    assert "\n" not in str(raised.value)


def test_bad_paths(tmp_path: Path):
    large = tmp_path / "large.png"
    large.write_bytes(encode(noise(), "PNG"))
    for path, said in [
        (tmp_path / "nope.png", "no file"),
        (tmp_path, "folder"),
        (Path("/dev/null"), "regular"),
    ]:
        with pytest.raises(InvalidImageError, match=said):
            load_image(path)
    with pytest.raises(InvalidImageError, match=r"large\.png.*at most"):
        load_image(large, max_bytes=100)
    with pytest.raises(InvalidImageError, match="at most"):
        load_image(noise(), max_pixels=100)


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_files_never_raise_anything_else(kind):
    # Bytes changed at random: Pillow's readers raise a dozen kinds of errors and warnings.
    chance = random.Random(kind)
    good = encode(noise(), kind)
    for _ in range(150):
        data = bytearray(good[: chance.randrange(len(good))] if chance.random() < 0.3 else good)
        for _ in range(chance.randrange(6)):
            if data:
                data[chance.randrange(min(len(data), 300))] = chance.randrange(256)
        with suppress(InvalidImageError):
            assert load_image(bytes(data)).mode in {"RGB", "RGBA"}


def test_sixteen_bits_are_scaled_not_clipped():
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None, :].repeat(4, 0)
    image = load_image(encode(Image.fromarray(ramp), "PNG"))
    assert np.abs(np.asarray(image)[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_float_tiff_is_scaled():
    image = load_image(encode(Image.fromarray(np.array([[0.0, 0.5, 1.0]], np.float32)), "TIFF"))
    assert np.asarray(image)[0, :, 0].tolist() == [0, 128, 255]


def test_cmyk_with_and_without_profile():
    cmyk = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    red = np.asarray(load_image(encode(cmyk, "JPEG")))[4, 4]
    assert red[0] > 200
    assert red[1:].max() < 60
    # A profile of another colour space than the pixels' must not make the picture unusable.
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert load_image(encode(cmyk, "JPEG", icc_profile=srgb)).mode == "RGB"


def test_palette_with_transparency_becomes_rgba_and_opaque_alpha_goes():
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([255, 0, 0, 0, 255, 0])
    palette.putpixel((0, 0), 1)
    image = load_image(encode(palette, "PNG", transparency=1))
    assert image.mode == "RGBA"
    assert image.getpixel((0, 0))[3] == 0
    assert load_image(encode(palette, "GIF")).mode == "RGB"
    assert load_image(encode(Image.new("RGBA", (4, 4), (*RED, 255)), "PNG")).mode == "RGB"


def test_exif_rotation_is_applied():
    exif = Image.Exif()
    exif[0x112] = 6  # stored lying, shown upright: turn clockwise
    assert load_image(encode(noise(50, 40), "JPEG", exif=exif)).size == (40, 50)


def test_animation_gives_its_first_frame_and_says_so():
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, (0, 0, 255), (0, 255, 0))]
    image = load_image(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert image.getpixel((0, 0)) == RED
    assert "first of its 3 frames" in image.info[NOTE]


def test_result_is_never_the_object_given():
    given = noise()
    assert load_image(given) is not given
    assert load_image(given).tobytes() == given.tobytes()


def test_mask_kinds():
    size = (8, 8)
    left_white = Image.new("L", size, 0)
    left_white.paste(255, (0, 0, 4, 8))
    assert read_mask(left_white).tobytes() == left_white.tobytes()
    erased = Image.new("RGBA", size, (90, 80, 70, 255))
    erased.paste((90, 80, 70, 0), (0, 0, 4, 8))
    assert read_mask(erased).tobytes() == left_white.tobytes()
    drawn = Image.new("RGBA", size, (0, 0, 0, 0))
    drawn.paste((255, 255, 255, 255), (0, 0, 4, 8))
    assert read_mask(drawn).tobytes() == left_white.tobytes()


def test_thumbnail_and_contact_sheet():
    small = Image.open(io.BytesIO(thumbnail(Image.new("RGB", (1000, 500), RED))))
    assert (small.format, small.size) == ("WEBP", (384, 192))
    assert Image.open(io.BytesIO(thumbnail(Image.new("RGB", (20, 10), RED)))).size == (20, 10)
    sheet = contact_sheet([noise()] * 5, cell_px=32, gap_px=4)
    assert sheet.size == (3 * 36 + 4, 2 * 36 + 4)
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([])
